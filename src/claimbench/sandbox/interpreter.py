"""One run of a program inside a locked child: a fresh `__main__`, and back to how it was before.

A child runs a program several times, once per test. What a run could leave behind for the next one
is put back here as far as that is cheap; the rest is why a failure is run again alone, and why some
passes are.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import atexit
import builtins
import ctypes
import gc
import io
import os
import sys
import threading
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, Final, TextIO

from claimbench.sandbox.protocol import EXITED, MAX_WORDS, NO_MEMORY, OK, RAISED

if TYPE_CHECKING:  # to import it makes every child dearer
    import ast

RECURSION_LIMIT: Final = 50_000
INT_DIGITS: Final = 50_000
"""Frames, and digits of a whole number as text, of programs that are run against inputs: what
LiveCodeBench's runner gives them (lcb_runner/evaluation/testing_util.py)."""
PLAIN_RECURSION_LIMIT: Final = 1000
PLAIN_INT_DIGITS: Final = sys.int_info.default_max_str_digits
"""A plain interpreter's: of assert-style tests, whose authors run them in one."""
THREAD_STACK: Final = 16 * 2**20
FILE_NAME: Final = "main.py"

_builtins: Final = dict(vars(builtins))
_signals: Final = (_signal.SIGALRM, _signal.SIGINT, _signal.SIGTERM)


def fresh_main() -> dict[str, object]:
    """The namespace of a new module `__main__`."""
    module = ModuleType("__main__")
    module.__file__ = FILE_NAME
    vars(module)["__builtins__"] = builtins
    sys.modules["__main__"] = module
    return vars(module)


def compiled(source: str | ast.Module) -> CodeType:
    return compile(source, FILE_NAME, "exec", dont_inherit=True)


_before = [0]
"""Lines of the file before the candidate's own first."""


def count_lines_from(before: int) -> None:
    """In reasons, count the candidate's own lines."""
    _before[0] = before


def open_streams(output: int = 1) -> tuple[TextIO, TextIO]:
    """New sys.stdin and sys.stdout on descriptors 0 and `output`, as a new interpreter has them."""
    # As open() makes them, without its calls of the system to learn what they are.
    given = io.BufferedReader(io.FileIO(0, "r", closefd=False))
    written = io.BufferedWriter(io.FileIO(output, "w", closefd=False))
    sys.stdin = sys.__stdin__ = _text(given, "r")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _text(written, "w")  # type: ignore[misc]
    return sys.stdin, sys.stdout


def _text(buffer: Any, mode: str) -> io.TextIOWrapper:
    stream = io.TextIOWrapper(buffer, "utf-8", "surrogateescape", newline="\n")
    stream.mode = mode  # type: ignore[misc]
    return stream


_Begun = tuple[dict[str, object], tuple[TextIO, TextIO]]
_ahead: Final[list[_Begun]] = []


def prepare() -> None:
    """Make ahead, in a zygote, what the first run in each of its children begins with."""
    _ahead.append((fresh_main(), open_streams()))


def begin(given: bytes, output: int = 1, *, plain: bool = False) -> _Begun:
    """A new run: its input, its namespace, its streams. `plain`: with a plain interpreter's
    limits."""
    set_input(given)
    begun = _ahead.pop() if _ahead and output == 1 else (fresh_main(), open_streams(output))
    _set_recursion_limit(PLAIN_RECURSION_LIMIT if plain else RECURSION_LIMIT)
    sys.set_int_max_str_digits(PLAIN_INT_DIGITS if plain else INT_DIGITS)
    return begun


def _set_recursion_limit(frames: int) -> None:
    """As much as a program has that is run by its file name, on top of the frames below it."""
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(frames + depth)


def attempt(action: Callable[[], object]) -> tuple[int, str]:
    """How `action` ended, with its words where it failed; an exit with status 0 is a good end."""
    try:
        action()
    except SystemExit as leaving:
        return _left(leaving.code)
    except MemoryError:
        return NO_MEMORY, "MemoryError"
    except BaseException as error:
        return RAISED, words_of(error)
    return OK, ""


def _left(code: object) -> tuple[int, str]:
    if code is None or (isinstance(code, int) and code & 0xFF == 0):  # a status has 8 bits
        return OK, ""
    return EXITED, f"it exited with {code!r}"[:MAX_WORDS]


def words_of(error: BaseException) -> str:
    """Type and message of an exception whose own methods may be hostile, and its line."""
    try:
        text = f"{type(error).__name__}: {error.msg if _is_of_syntax(error) else error}"  # type: ignore[attr-defined]
    except BaseException:
        text = type(error).__name__
    line, trace = error.lineno if _is_of_syntax(error) else None, error.__traceback__  # type: ignore[attr-defined]
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE_NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return (f"{_place(line)}: {text}" if line else text)[: MAX_WORDS // 2]


def _is_of_syntax(error: BaseException) -> bool:
    """Whether the program itself is no Python."""
    return type(error) in (SyntaxError, IndentationError, TabError) and (
        error.filename == FILE_NAME  # type: ignore[attr-defined]
    )


def _place(line: int) -> str:
    return f"line {line - _before[0]}" if line > _before[0] else f"line {line} before its first"


def finish(space: dict[str, Any], streams: tuple[TextIO, TextIO]) -> tuple[int, str]:
    """What an interpreter does when the program's last line is done: wait for threads, call what
    atexit holds, flush, let go of all names. How that ended, as `attempt` says it."""

    def close() -> None:
        _join_threads()
        atexit._run_exitfuncs()
        if not getattr(sys.stdout, "closed", False) and hasattr(sys.stdout, "flush"):
            sys.stdout.flush()

    ended = attempt(close)
    space.clear()
    # What the program's `__del__` printed, or held back in a stdout that it put another in place
    # of. It may have closed or detached that one: an interpreter lets it go without a word.
    attempt(streams[1].flush)
    return ended


def _join_threads() -> None:
    own = threading.current_thread()
    while waiting := [t for t in threading.enumerate() if t is not own and not t.daemon]:
        for thread in waiting:
            thread.join()


def clean() -> bool:
    """Put back what the run may have changed; False where something stays (a thread)."""
    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    threading.setprofile(None)
    _restore_builtins()
    for number in _signals:
        _signal.signal(number, _signal.SIG_DFL)
    gc.enable()
    return threading.active_count() == 1


_VERSION_AT: Final = 24
"""Where a dict of CPython 3.11 and 3.12 has a number that each change of it changes (ma_version_tag
in Include/cpython/dictobject.h)."""


def _version_of(names: dict[str, Any]) -> ctypes.c_uint64 | None:
    """The number that changes with `names`; None where this Python has none."""
    tried: dict[str, object] = {"kept": 1, "changed": 1}
    version = ctypes.c_uint64.from_address(id(tried) + _VERSION_AT)
    seen = [version.value, version.value]
    tried["kept"]
    for change in (lambda: tried.update(changed=2), lambda: tried.update(new=1), tried.popitem):
        seen.append(version.value)
        change()
    seen.append(version.value)
    if seen[0] != seen[2] or len(set(seen)) != 4:
        return None
    return ctypes.c_uint64.from_address(id(names) + _VERSION_AT)


_version: Final = _version_of(vars(builtins))
_seen: Final = [_version.value] if _version is not None else []
"""The builtins' number when they were last as they should be."""


def _restore_builtins() -> None:
    """Only where they changed: to compare them writes to eighty pages of memory (each value is in
    use for a moment), and a child copies each page that it writes to."""
    if _version is not None and _version.value == _seen[0]:
        return
    names = vars(builtins)
    if names != _builtins:
        names.clear()  # from here on there is no vars()
        names.update(_builtins)
    if _version is not None:
        _seen[0] = _version.value


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def set_input(data: bytes) -> None:
    """Make `data` the content of descriptor 0."""
    os.lseek(0, 0, io.SEEK_SET)
    if data:
        write_all(0, data)
        os.lseek(0, 0, io.SEEK_SET)
    os.ftruncate(0, len(data))
