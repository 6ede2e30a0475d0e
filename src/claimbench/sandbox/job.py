"""What the trusted parent asks of a zygote, and what it hears back."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["stdin", "functional", "solution", "examine", "weak"]
"""`solution` and `examine` are the two children of an assert-style test: the program, and the tests
that call it. `weak`: one child for both."""

OK, RAISED, NO_MEMORY, EXITED, FAILED = range(5)
"""How a test ended in its child: OK; an exception; MemoryError; a non-zero exit status; an assert
(or anything else in the test program) failed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one child: CPU seconds, seconds by the clock, bytes of address space, bytes of output."""

    cpu_s: float
    wall_s: float
    memory: int
    output: int

    def listed(self) -> list[float]:
        """The fields in order; `dataclasses.asdict` takes longer than all the rest of a request."""
        return [self.cpu_s, self.wall_s, self.memory, self.output]


_TEXTS: Final = ("code", "check")
_PASS: Final = "surrogatepass"
_LENGTHS: Final = struct.Struct("<III")
"""A job's file begins with the bytes of its parts: all but the texts, the program, the tests."""


class Texts(NamedTuple):
    """A job's file, where its texts begin in it, and how many bytes they have."""

    file: int
    place: int
    code: int
    check: int


@dataclass(frozen=True, slots=True)
class Job:
    """One child's work: tests `first` to `last` (not included) of a program.

    `places` are offset and length of each test's input in the file of inputs. `code` is the
    program; for `examine` it is the prelude, `check` the tests, `names` what they call. `compat`:
    as LiveCodeBench's own runner would run it.
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

    def to_bytes(self) -> bytes:
        fields = {name: getattr(self, name) for name in self.__slots__ if name not in _TEXTS}
        head = json.dumps({**fields, "limits": self.limits.listed()}).encode("ascii")
        code, check = (text.encode("utf-8", _PASS) for text in (self.code, self.check))
        return _LENGTHS.pack(len(head), len(code), len(check)) + head + code + check

    @staticmethod
    def without_texts(file: int) -> tuple[Job, Texts]:
        """The job in a file but for its texts, and where those are: what a zygote may know. What
        it has once read stays in its memory, and so in that of every later child, whose program
        can search it: for another's program, or for the answers of the tests that come with one."""
        head, code, check = _LENGTHS.unpack(os.pread(file, _LENGTHS.size, 0))
        fields: dict[str, Any] = json.loads(os.pread(file, head, _LENGTHS.size))
        fields["places"] = tuple((offset, length) for offset, length in fields["places"])
        fields["names"] = tuple(fields["names"])
        job = Job(code="", **{**fields, "limits": Limits(*fields["limits"])})
        return job, Texts(file, _LENGTHS.size + head, code, check)

    def read_texts(self, texts: Texts) -> None:
        """Complete this job: in the child that does it, which has it for itself."""
        # Not by a new one: that takes as long as all the rest of a child's start.
        file, place, code, check = texts
        object.__setattr__(self, "code", os.pread(file, code, place).decode("utf-8", _PASS))
        if check:
            text = os.pread(file, check, place + code).decode("utf-8", _PASS)
            object.__setattr__(self, "check", text)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: `status` as os.waitstatus_to_exitcode gives it; CPU and wall seconds;
    whether it got as far as running the program; whether it was killed for the clock, and whether
    that was only because the machine was too busy (see `backstop`); whether it was killed for its
    many threads."""

    status: int
    cpu_s: float
    wall_s: float
    started: bool
    overdue: bool = False
    starved: bool = False
    crowded: bool = False


_RECORD: Final = struct.Struct("<IBQQI")
MAX_WORDS: Final = 600


@dataclass(frozen=True, slots=True)
class Record:
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
