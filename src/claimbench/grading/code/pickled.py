"""LiveCodeBench's private tests: base64 of zlib of a pickle, opened without unpickling.

A pickle is a program, and this one comes with a dataset. Its opcodes are listed by
`pickletools.genops`, which runs nothing; a whole pickle that makes one string, or one flat dict of
strings, is accepted, and nothing else. Sizes are bounded before anything is decoded.
"""

from __future__ import annotations

import base64
import binascii
import pickletools
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from claimbench.errors import DataError

MOST_BYTES = 512 * 2**20
"""The largest pickle that is decompressed; LiveCodeBench's own stay well below."""
MOST_OPCODES = 10_000
"""A dict of strings needs about four for each of its entries."""

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_STORES = {"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"}
_FETCHES = {"GET", "BINGET", "LONG_BINGET"}
_SILENT = {"PROTO", "FRAME"}
_MARK = object()


def open_tests(encoded: str, most_bytes: int = MOST_BYTES) -> str | dict[str, str]:
    """The string, or the flat dict of strings, in base64 of zlib of a pickle.

    Raises DataError where it is anything else, or more than `most_bytes` when decompressed.
    """
    try:
        packed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"the encoded tests are not base64 ({error})") from error
    return open_pickle(_decompress(packed, most_bytes))


def _decompress(packed: bytes, most_bytes: int) -> bytes:
    """zlib with a limit on what comes out: a few kilobytes can become terabytes."""
    engine = zlib.decompressobj()
    try:
        whole = engine.decompress(packed, most_bytes)
    except zlib.error as error:
        raise DataError(f"the encoded tests are not zlib data ({error})") from error
    if engine.unconsumed_tail:
        raise DataError(f"the encoded tests are larger than {most_bytes:,} bytes decompressed")
    if not engine.eof or engine.unused_data:
        raise DataError("the encoded tests are cut off, or have something behind their end")
    return whole


def open_pickle(pickled: bytes) -> str | dict[str, str]:
    """The string or flat dict of strings that a pickle makes; DataError for any other pickle."""
    stack: list[object] = []
    memo: dict[int, object] = {}
    end = -1
    for name, argument, position in _opcodes(pickled):
        if name == "STOP":
            end = position
        elif name not in _SILENT:
            _step(name, argument, stack, memo)
    if end != len(pickled) - 1:
        raise DataError("the pickled tests have something behind their end")
    if len(stack) != 1 or not isinstance(stack[0], str | dict):
        raise _refused("more, or less, than one value")
    found: str | dict[str, str] = stack[0]
    return found


def _opcodes(pickled: bytes) -> Iterator[tuple[str, object, int]]:
    try:
        for opcode, argument, position in islice(pickletools.genops(pickled), MOST_OPCODES):
            yield opcode.name, argument, position or 0
    except Exception as error:  # genops raises what int() and codecs raise, too
        raise DataError(f"the pickled tests are damaged ({str(error)[:100]})") from error


def _step(name: str, argument: Any, stack: list[object], memo: dict[int, object]) -> None:
    """What one opcode does to the stack and the memo, for the few that are allowed."""
    if name in _STRINGS:
        stack.append(argument)
    elif name == "EMPTY_DICT" and not stack:
        stack.append({})
    elif name == "MARK" and len(stack) <= 1:
        stack.append(_MARK)
    elif name in _STORES and stack and isinstance(stack[-1], str | dict):
        memo[len(memo) if name == "MEMOIZE" else int(argument)] = stack[-1]
    elif name in _FETCHES and isinstance(memo.get(int(argument)), str):
        stack.append(memo[int(argument)])
    elif name == "SETITEM" and len(stack) == 3:
        _set_items(stack, stack[1:])
    elif name == "SETITEMS" and len(stack) > 1 and stack[1] is _MARK:
        _set_items(stack, stack[2:])
    elif name == "DICT" and stack[:1] == [_MARK]:
        stack[0] = {}
        _set_items(stack, stack[1:])
    else:
        raise _refused(name)


def _set_items(stack: list[object], items: list[object]) -> None:
    """Put key, value, key, value… into the dict at the bottom, which is all that stays."""
    if not stack or not isinstance(stack[0], dict) or len(items) % 2:
        raise _refused("items without a dict")
    if not all(isinstance(item, str) for item in items):
        raise _refused("a value that is no string")
    stack[0].update(zip(items[::2], items[1::2], strict=True))
    del stack[1:]


def _refused(what: str) -> DataError:
    return DataError(
        f"the pickled tests hold {what}: only one string, or one flat dict of strings, is opened"
    )
