"""What children do, done a few times by the zygote before it forks the first of them.

CPython rewrites a function for the types it meets once it has run eight times, and remembers where
types keep their methods. What is rewritten and remembered here is so in every child; otherwise each
would do it again, and copy the pages of memory that hold it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from claimbench.sandbox.child import INPUTS, NO_SHELF, REPORT
from claimbench.sandbox.interpreter import clean, prepare
from claimbench.sandbox.protocol import Job, Limits

_ASKED: Final = 5
"""A job's file."""
_ABOVE: Final = 32
"""From here on no descriptor is in use."""
_TIMES: Final = 24
_GIVEN: Final = b"3\n1 2 3\n"
_ARGUMENTS: Final = b'[1, 2, 3]\n"word"'
_PROGRAM: Final = """
import sys
n = int(input())
values = list(map(int, sys.stdin.readline().split()))
print(sum(values))
print(*values)
"""
_SOLUTION: Final = """
class Solution:
    def solve(self, values, word):
        return [value + len(word) for value in values]
"""
_UNUSED: Final = Limits(1, 1, 1, 1)
"""A job names limits; only a child has them."""


def warm_up(run: Callable[[Job, int], None], *, functional: bool) -> None:
    """Run one or two programs of our own in this process, and leave it as it was."""
    inputs = _GIVEN + _ARGUMENTS
    places = ((0, len(_GIVEN)), (len(_GIVEN), len(_ARGUMENTS)))
    recursion, digits = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    job = Job("stdin", _PROGRAM, "", places, 0, 1, _UNUSED)
    with _replaced((0, 1, REPORT, INPUTS, _ASKED)):
        os.write(INPUTS, inputs)
        os.write(_ASKED, job.to_bytes())
        for _ in range(_TIMES):
            asked, texts = Job.without_texts(_ASKED)
            run(asked.with_texts(texts), NO_SHELF)
            if functional:
                run(Job("functional", _SOLUTION, "solve", places, 1, 2, _UNUSED), NO_SHELF)
            clean()
    sys.setrecursionlimit(recursion)
    sys.set_int_max_str_digits(digits)
    prepare()


@contextmanager
def _replaced(descriptors: tuple[int, ...]) -> Iterator[None]:
    """Memory files in the place of these descriptors, for a while."""
    saved = {}
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # it is not open
            saved[descriptor] = os.dup2(descriptor, _ABOVE + descriptor, inheritable=False)
    for descriptor in descriptors:
        file = os.memfd_create("warmup")
        if file != descriptor:
            os.dup2(file, descriptor)
            os.close(file)
    try:
        yield
    finally:
        for descriptor in descriptors:
            if descriptor in saved:
                os.dup2(saved[descriptor], descriptor, inheritable=descriptor < 3)
                os.close(saved[descriptor])
            else:
                os.close(descriptor)
