"""The first pass over foreign outputs: every row is read and checked before anything is written.

It finds each row's problem, counts the samples of each, and refuses what is damaged, so that the
second pass only writes. Texts are not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from claimbench.errors import DataError
from claimbench.grading.reply import counted_part
from claimbench.interop.alike import fold
from claimbench.interop.answers import stated_answer
from claimbench.interop.lengths import Lengths
from claimbench.interop.match import Matcher, Ways, letter_place
from claimbench.interop.readers.rows import MOST_SAMPLES, Outputs, Row, numbered, refuse
from claimbench.records import Problem, Sample

SHOWN_UNMATCHED = 3
SHOWN_IDS = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with its problem and the number of its sample."""

    row: Row
    problem: Problem
    sample_index: int


@dataclass
class Survey:
    """What the rows are.

    `problems` are in the order found, `taken` has a bit for every sample of each. `labelled` and
    `right` have, for each problem, a bit for every sample that has their label, and that they count
    as right. `unmatched` counts rows without a problem, with the first few of them as `examples`;
    `without_gold` and `without_response` name the first row that lacks one, `no_response` counts
    the latter, and `empty` the replies without a word. `ids` are those of the first rows without a
    problem. `ways` says how rows were matched, `unended` counts those whose
    reasoning never ends, `bare` those whose whole reply is an answer.
    """

    reasoning_end: str | None = None
    grader: str = ""

    problems: dict[str, Problem] = field(default_factory=dict)
    rows: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    labelled: dict[str, int] = field(default_factory=dict)
    without_gold: str = ""
    without_response: str = ""
    no_response: int = 0
    empty: int = 0
    unmatched: int = 0
    examples: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    ways: Ways = field(default_factory=Ways)
    unended: int = 0
    bare: int = 0
    lengths: Lengths = field(default_factory=Lengths)

    def add(self, placed: Placed) -> None:
        """Count one row with a problem."""
        row, problem = placed.row, placed.problem
        self.problems.setdefault(problem.id, problem)
        self.rows += 1
        bit = 1 << placed.sample_index
        self.taken[problem.id] = self.taken.get(problem.id, 0) | bit
        if row.label is not None:
            self.labelled[problem.id] = self.labelled.get(problem.id, 0) | bit
            self.right[problem.id] = self.right.get(problem.id, 0) | (bit if row.label else 0)
        self._look_at_reply(row)
        if not (problem.gold or problem.choices) and not self.without_gold:
            self.without_gold = row.place

    def _look_at_reply(self, row: Row) -> None:
        reply = row.response or ""
        if row.response is None and not row.answer:
            self.without_response = self.without_response or row.place
            self.no_response += 1
        elif not (reply.strip() or row.answer):
            self.empty += 1
        stated = stated_answer(row, self.grader)
        self.bare += stated is not None and row.answer is None
        text = reply if stated is None else stated
        unended = stated is None and counted_part(text, row.reasoning, self.reasoning_end) is None
        self.unended += unended
        size = len((row.reasoning or "").encode("utf-8", "replace")) + len(
            reply.encode("utf-8", "replace")
        )
        self.lengths.add(row, size, unended)

    @property
    def samples(self) -> int:
        """The most samples of any problem."""
        return max((bits.bit_count() for bits in self.taken.values()), default=0)

    def number_of(self, problem: str, index: int) -> int:
        """The number of a sample among those of its problem, from 0 and without gaps: files count
        from 1, or keep the numbers of samples that they left out."""
        return (self.taken[problem] & ((1 << index) - 1)).bit_count()

    @property
    def labels(self) -> int:
        """Samples that have a label of theirs."""
        return sum(bits.bit_count() for bits in self.labelled.values())

    def labels_of(self, problem: str) -> dict[str, bool]:
        """Their labels of a problem's samples, by the sample's number."""
        labelled, right = self.labelled.get(problem, 0), self.right.get(problem, 0)
        places = (i for i in range(labelled.bit_length()) if labelled >> i & 1)
        return {str(self.number_of(problem, i)): bool(right >> i & 1) for i in places}

    def miss(self, row: Row) -> None:
        """Count one row without a problem."""
        self.unmatched += 1
        if row.problem is not None and len(self.ids) < SHOWN_IDS and row.problem not in self.ids:
            self.ids.append(row.problem)
        if len(self.examples) < SHOWN_UNMATCHED:
            name = row.problem or fold(row.question)
            self.examples.append(f"{row.place} ({ascii(name[:60])[1:-1] or 'no id, no question'})")


def survey(
    outputs: Outputs,
    matcher: Matcher,
    watch: Callable[[int], None] = lambda _: None,
    reasoning_end: str | None = None,
    grader: str = "",
    max_tokens: float | None = None,
) -> Survey:
    """Read every row once; `watch` hears each row's number. `reasoning_end`, the `grader` and what
    is stated of `max_tokens` say what to look for in replies. Raises DataError for the first row
    that is wrong."""
    found = Survey(reasoning_end, grader, lengths=Lengths(max_tokens))
    for placed in place(outputs, matcher, found.miss):
        watch(placed.row.number)
        found.add(placed)
    found.ways = matcher.ways
    return found


def place(
    outputs: Outputs, matcher: Matcher, missed: Callable[[Row], None] = lambda _: None
) -> Iterator[Placed]:
    """Every row that has a problem, with its sample's number: the one the file gives, or the next
    of its problem; `missed` hears the others. Raises DataError where a sample comes twice."""
    taken: dict[str, int] = {}
    for row in rows_of(outputs):
        problem = matcher.find(row)
        if problem is None:
            missed(row)
        else:
            yield Placed(row, problem, _index(row, problem.id, taken))


def _index(row: Row, problem: str, taken: dict[str, int]) -> int:
    """`taken` has a bit for every sample seen of a problem."""
    seen = taken.get(problem, 0)
    index = seen.bit_length() if row.sample_index is None else row.sample_index
    if index >= MOST_SAMPLES:
        raise refuse(row.place, f"more than {MOST_SAMPLES:,} samples of problem {problem[:60]!r}")
    if seen >> index & 1:
        raise refuse(row.place, f"sample {index} of problem {problem[:60]!r} was there before")
    taken[problem] = seen | 1 << index
    return index


def rows_of(outputs: Outputs) -> Iterator[Row]:
    """The rows, with whatever a reader did not foresee as one sentence too."""
    try:
        yield from numbered(outputs.rows(), outputs.files[0])
    except (OSError, RecursionError, MemoryError) as error:
        raise DataError(f"{outputs.files[0]}: cannot be read ({error})") from error


def sample_of(placed: Placed, content: str, model: str, grader: str) -> Sample:
    """The sample that is stored. Its identity is the digest of the source files' content, of the
    row, and of the response: a changed file gives other samples. `grader` is the kind that will
    read it."""
    row, problem = placed.row, placed.problem
    text = row.response or ""
    identity = hashlib.sha256(f"{content}|{row.number}|".encode())
    identity.update(text.encode("utf-8", "surrogatepass"))
    return Sample(
        id=identity.hexdigest()[:32],
        model=model,
        benchmark=problem.benchmark,
        problem_id=problem.id,
        sample_index=placed.sample_index,
        text=text,
        finish_reason=row.finish_reason,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        seconds=row.seconds,
        seed=row.seed,
        choice_order=choice_order(row, problem),
        reasoning=row.reasoning,
        stated_answer=stated_answer(row, grader),
    )


def choice_order(row: Row, problem: Problem) -> tuple[int, ...]:
    """Which option was shown where: as the row says, as its choices' texts say, or, where it only
    names the right letter, that one place."""
    if row.choice_order or not problem.choices:
        return row.choice_order
    ours = [fold(choice) for choice in problem.choices]
    theirs = [fold(choice) for choice in row.choices]
    if sorted(ours) == sorted(theirs) and len(set(ours)) == len(ours):
        return tuple(ours.index(choice) for choice in theirs)
    place = letter_place(row.gold)
    if place is None or place >= len(ours):
        return ()
    return tuple(0 if i == place else -1 for i in range(len(ours)))
