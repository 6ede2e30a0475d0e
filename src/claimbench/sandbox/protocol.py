"""What the trusted parent asks of a zygote, and what it hears back."""

from __future__ import annotations

import marshal
import os
import struct
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

Kind = Literal["stdin", "functional", "solution", "examine"]
"""`solution` and `examine` are the two children of an assert-style test: the program, and the tests
that call it."""
Style = Literal["", "call", "unittest"]
"""What is done once a test program has run: nothing, its function `check` is called with the entry
point, or its cases of unittest are run."""

Isolation = Literal["namespaces", "landlock", "seccomp", "rlimits"]
"""What a program is kept in, from the strongest: `isolation` says what each consists of."""

Warmth = Literal["lean", "wide", "numpy", "packages"]
LEAN: Final = "lean"
WIDE: Final = "wide"
NUMPY: Final = "numpy"
PACKAGES: Final = "packages"
"""What a zygote has imported: what a usual `stdin` program needs, all that programs import often,
or numpy as well, or the packages that the benchmark allows."""
LEAN_MODULES: Final = (
    *("bisect", "collections", "copy", "functools", "heapq", "io", "itertools", "json", "math"),
    *("operator", "os", "re", "string", "sys", "threading", "time", "typing"),
)

TOGETHER, ALONE = b"together", b"alone"
"""What is asked of a zygote: all tests of a job in one child, or each in a child of its own."""

OK, RAISED, NO_MEMORY, EXITED, FAILED, DENIED, UNUSED = range(7)
"""How a test ended in its child: OK; an exception; MemoryError; a non-zero exit status; the test
program failed otherwise; an assert of it does not hold; the tests never used the program."""


class Limits(NamedTuple):
    """Of one child: CPU seconds, seconds by the clock, bytes of address space, bytes of output."""

    cpu_s: float
    wall_s: float
    memory: int
    output: int


_PASS: Final = "surrogatepass"
_LENGTHS: Final = struct.Struct("<III")
"""A job's file begins with the bytes of its parts: all but the texts, the program, the tests."""


class Texts(NamedTuple):
    """A job's file, where its texts begin in it, and how many bytes they have."""

    file: int
    place: int
    code: int
    check: int


class Job(NamedTuple):
    """One child's work: tests `first` to `last` (not included) of a program.

    `places` are offset and length of each test's input in the file of inputs. `code` is the
    program; for `examine` it is the prelude, `check` the tests, `names` what they use, `style` how
    they are run. `compat`: as LiveCodeBench's own runner would run it. `keep`: a number of a
    program of which several jobs may follow each other; 0 for none. `before`: lines of `code`
    before the candidate's own first.
    """

    kind: Kind
    code: str
    entry_point: str
    places: tuple[tuple[int, int], ...]
    first: int
    last: int
    limits: Limits
    check: str = ""
    names: tuple[str, ...] = ()
    style: Style = ""
    compat: bool = False
    keep: int = 0
    before: int = 0

    def to_bytes(self) -> bytes:
        # Of Python's own types only, which marshal asks for: a part of the work of JSON.
        head = marshal.dumps((*self[:1], "", *self[2:6], tuple(self.limits), "", *self[8:]))
        code, check = (text.encode("utf-8", _PASS) for text in (self.code, self.check))
        return _LENGTHS.pack(len(head), len(code), len(check)) + head + code + check

    @staticmethod
    def without_texts(file: int) -> tuple[Job, Texts]:
        """The job in a file but for its texts, and where those are: what a zygote may know. What
        it has once read stays in its memory, and so in that of every later child, whose program
        can search it: for another's program, or for the answers of the tests that come with one."""
        head, code, check = _LENGTHS.unpack(os.pread(file, _LENGTHS.size, 0))
        fields = marshal.loads(os.pread(file, head, _LENGTHS.size))
        job = Job._make((*fields[:6], Limits._make(fields[6]), *fields[7:]))
        return job, Texts(file, _LENGTHS.size + head, code, check)

    def with_texts(self, texts: Texts) -> Job:
        """This job, complete: in the child that does it, which has it for itself."""
        file, place, code, check = texts
        program = os.pread(file, code, place).decode("utf-8", _PASS)
        tests = os.pread(file, check, place + code).decode("utf-8", _PASS)
        # Not _replace: it touches the names of all fields, and each page of them is copied.
        return Job._make((self.kind, program, *self[2:7], tests, *self[8:]))


class Ending(NamedTuple):
    """How a child ended: `status` as os.waitstatus_to_exitcode gives it; CPU and wall seconds;
    whether it got as far as running the program; whether it was killed for the clock, and whether
    that was only because the machine was too busy (see `wall_clock`); whether it was killed for its
    many threads."""

    status: int
    cpu_s: float
    wall_s: float
    started: bool
    overdue: bool = False
    starved: bool = False
    crowded: bool = False


End = tuple[int, float, float, bool, bool, bool, bool, int, int]
"""An Ending's fields, and the bytes of output and of report that its child left behind those of the
child before it (0 and 0 where it is alone)."""
_END: Final = struct.Struct("<idd????QQ")


def ends_to_bytes(ends: Iterable[End]) -> bytes:
    return b"".join(_END.pack(*end) for end in ends)


def ends_from_bytes(data: bytes) -> list[End]:
    return [(*end[:7], end[7], end[8]) for end in _END.iter_unpack(data)]


_RECORD: Final = struct.Struct("<IBQQI")
MAX_WORDS: Final = 600


class Record(NamedTuple):
    """What a child says of one test: how it ended, in words where it failed, and where its output
    is. It may be a lie: only the output is judged."""

    test: int
    state: int
    start: int
    end: int
    words: str = ""

    def to_bytes(self) -> bytes:
        words = self.words.encode("utf-8", "replace")[:MAX_WORDS]
        return _RECORD.pack(self.test, self.state, self.start, self.end, len(words)) + words


def read_records(data: bytes, most: int) -> list[Record]:
    """The records of a report, at `most` so many, up to the first that makes no sense."""
    records: list[Record] = []
    at = 0
    while at + _RECORD.size <= len(data) and len(records) < most:
        test, state, start, end, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if length > MAX_WORDS or at + length > len(data) or state > UNUSED or start > end:
            break
        words = data[at : at + length].decode("utf-8", "replace")
        at += length
        records.append(Record(test, state, start, end, words))
    return records
