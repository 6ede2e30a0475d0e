"""What a locked child does: the tests of one program, one after the other, and a record of each.

After the first line of the program nothing here can be trusted: the program shares this process.
It could only lie about outputs, and those are compared in the parent.
"""

from __future__ import annotations

import io
import marshal
import os
import time
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Final

from claimbench.sandbox.interpreter import (
    attempt,
    begin,
    clean,
    compiled,
    count_lines_from,
    finish,
    write_all,
)
from claimbench.sandbox.protocol import OK, RAISED, Job, Record

if TYPE_CHECKING:
    import ast

Run = Callable[[Job, CodeType, bytes], tuple[int, str]]
"""One test: the job, its program, the test's input; how it ended, and words where it failed."""

NOWHERE: Final = 2
REPORT: Final = 3
INPUTS: Final = 4
"""Descriptors of a child, beside stdin and stdout: /dev/null; its report; all tests' inputs,
sealed."""
NO_SHELF: Final = -1

SLICE_S: Final = 0.1
"""CPU seconds after which a child starts no further test, so that a program that is wrong is not
run through all its tests before the parent, which alone can tell, has looked. A new child costs a
few hundredths of that."""
COMPAT_SLICE_S: Final = 1.0
"""The same where a test is to find what the one before it left."""


def run(job: Job, shelf: int) -> None:
    """All of a child's work on a `stdin` job, once it is locked; `shelf` as in `program_of`."""
    code = program_of(job, shelf)
    if isinstance(code, Record):
        write_all(REPORT, code.to_bytes())
    else:
        run_tests(job, code, run_stdin)


def program_of(
    job: Job, shelf: int, rewrite: Callable[[str], str | ast.Module] = str
) -> CodeType | Record:
    """The program, rewritten and compiled; or the record of why it is none.

    `shelf` is a file for the code of a program that several children run, or NO_SHELF: the first of
    them leaves it there. It is closed here, before the program's first line, so that no program
    can change it.
    """
    count_lines_from(job.before)
    made: list[CodeType] = []
    if kept := b"" if shelf < 0 else os.pread(shelf, os.fstat(shelf).st_size, 0):
        made.append(marshal.loads(kept))
    state, words = OK, ""
    if not made:
        state, words = attempt(lambda: made.append(compiled(rewrite(job.code))))
        if made and shelf >= 0 and attempt(lambda: write_all(shelf, marshal.dumps(made[0])))[0]:
            os.ftruncate(shelf, 0)  # it is too large, and is compiled each time
    if shelf >= 0:
        os.close(shelf)
    return made[0] if made else Record(job.first, state or RAISED, 0, 0, words)


def run_tests(job: Job, code: CodeType, run_one: Run) -> None:
    """The job's tests, up to its last or the first that fails, takes long, or leaves something
    behind: the parent then goes on with a new child."""
    start, most_s = 0, COMPAT_SLICE_S if job.compat else SLICE_S
    for test in range(job.first, job.last):
        offset, length = job.places[test]
        given = os.pread(INPUTS, length, offset)
        state, words = run_one(job, code, given)
        try:
            end = os.lseek(1, 0, io.SEEK_END)
            write_all(REPORT, Record(test, state, start, end, words).to_bytes())
        except OSError:  # `with open(1, "w")` closes it: a good end, of which nothing can be said
            os._exit(state)
        start = end
        if state != OK or test + 1 == job.last or not clean() or time.process_time() > most_s:
            return


def run_stdin(job: Job, code: CodeType, given: bytes) -> tuple[int, str]:
    """A whole program, with `given` as its standard input."""
    space, streams = begin(given)
    state, words = attempt(lambda: exec(code, space))
    after, more = finish(space, streams)
    return (after, more) if state == OK else (state, words)
