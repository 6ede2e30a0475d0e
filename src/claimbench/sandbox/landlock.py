"""Landlock: which files a process may read, and nothing else.

Numbers and structures: Linux's include/uapi/linux/landlock.h; the same on x86-64 and arm64.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from typing import Final

from claimbench.sandbox.syscalls import Call, call

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From which ABI on there are how many rights on files: all of them are taken away."""
_TCP_RIGHTS: Final = 0b11
"""Bind and connect; ABI 4."""
_PACKAGES: Final = ("site-packages", "dist-packages")
"""Folders of Python's standard library that are none of it: what was installed lies there, and with
it what this package knows of its own problems."""
_SCOPES: Final = 0b11
"""Abstract UNIX sockets and signals end at the domain's border; ABI 6."""


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """The version of Landlock that this kernel has; 0 without it."""
    try:
        return call(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def make_ruleset(readable: Iterable[str]) -> int:
    """A descriptor of the rules "read these folders and files, nothing else"; OSError without
    Landlock."""
    version = abi()
    rights = max((count for since, count in _FILE_RIGHTS if version >= since), default=0)
    attributes = _RulesetAttributes(
        (1 << rights) - 1,
        _TCP_RIGHTS if version >= 4 else 0,
        _SCOPES if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = call(_CREATE, ctypes.byref(attributes), size, 0)
    for path in readable:
        if any(os.path.isdir(f"{path}/{name}") for name in _PACKAGES):
            # A rule holds for all that is below, and none can be taken back there.
            _allow(ruleset, path, _READ_DIR)
            for entry in os.scandir(path):
                # What a link leads to has a rule of its own where it is to be read.
                if entry.name not in _PACKAGES and not entry.is_symlink():
                    _allow(ruleset, entry.path, _READ_FILE | (_READ_DIR if entry.is_dir() else 0))
        else:
            _allow(ruleset, path, _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0))
    return ruleset


def _allow(ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(rights, place)
        call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)


def restrict_call(ruleset: int) -> Call:
    """What holds the process that makes it to the rules, for good. It needs no_new_privs, and the
    ruleset's descriptor."""
    return (_RESTRICT, ruleset, 0)
