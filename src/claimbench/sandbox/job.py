"""What the trusted parent asks of a zygote, and what it hears back."""

from __future__ import annotations

import json
import struct
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["stdin", "functional", "solution", "examine", "weak"]
"""`solution` and `examine` are the two children of an assert-style test: the program, and the tests
that call it. `weak`: one child for both."""

Warmth = Literal["lean", "wide", "numpy"]
LEAN: Final = "lean"
WIDE: Final = "wide"
NUMPY: Final = "numpy"
"""What a zygote has imported: what a usual `stdin` program needs, all that programs import often,
or numpy as well."""
LEAN_MODULES: Final = (
    *("bisect", "collections", "copy", "functools", "heapq", "io", "itertools", "json", "math"),
    *("operator", "os", "re", "string", "sys", "threading", "time", "typing"),
)

TOGETHER, ALONE = b"together", b"alone"
"""What is asked of a zygote: all tests of a job in one child, or each in a child of its own."""

OK, RAISED, NO_MEMORY, EXITED, FAILED = range(5)
"""How a test ended in its child: OK; an exception; MemoryError; a non-zero exit status; an assert
(or anything else in the test program) failed."""


class Limits(NamedTuple):
    """Of one child: CPU seconds, seconds by the clock, bytes of address space, bytes of output."""

    cpu_s: float
    wall_s: float
    memory: int
    output: int


class Job(NamedTuple):
    """One child's work: tests `first` to `last` (not included) of a program.

    `places` are offset and length of each test's input in the file of inputs. `code` is the
    program; for `examine` it is the prelude, `check` the tests, `names` what they call. `compat`:
    as LiveCodeBench's own runner would run it. `keep`: another job with this program may follow.
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
    compat: bool = False
    keep: bool = False

    def to_bytes(self) -> bytes:
        return json.dumps(self).encode("ascii")

    @staticmethod
    def from_bytes(data: bytes) -> Job:
        fields: list[Any] = json.loads(data)
        job = Job(*fields)
        places = tuple((offset, length) for offset, length in job.places)
        return job._replace(places=places, limits=Limits(*job.limits), names=tuple(job.names))


class Ending(NamedTuple):
    """How a child ended: `status` as os.waitstatus_to_exitcode gives it; CPU and wall seconds;
    whether it got as far as running the program; whether it was killed for the clock, and whether
    that was only because the machine was too busy (see `backstop`)."""

    status: int
    cpu_s: float
    wall_s: float
    started: bool
    overdue: bool = False
    starved: bool = False


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


def read_records(data: bytes) -> list[Record]:
    """The records of a report, up to the first that makes no sense."""
    records: list[Record] = []
    at = 0
    while at + _RECORD.size <= len(data):
        test, state, start, end, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if length > MAX_WORDS or at + length > len(data) or state > FAILED or start > end:
            break
        words = data[at : at + length].decode("utf-8", "replace")
        at += length
        records.append(Record(test, state, start, end, words))
    return records
