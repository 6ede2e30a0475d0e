"""Rows → problems: those of one of our benchmarks, or the file's own.

Our problems are found by their question, with white space folded, by their id, or as the one whose
question stands in what was sent. An id whose question is another problem's is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from claimbench.interop.readers.rows import Row, refuse
from claimbench.records import Problem

SHORTEST_INSIDE = 12
"""Characters of a question that is looked for inside a prompt."""
MOST_PROBLEM_CHARACTERS = 400_000_000
"""Text of a file's own problems, which are in memory while it is read."""


class Matcher(Protocol):
    """Finds the problem of each row. `by_id` counts the rows found by their id though their
    question is none of ours, word by word."""

    by_id: int

    def find(self, row: Row) -> Problem | None:
        """The row's problem, None where it has none."""


class OurProblems:
    """The problems of one of our benchmarks."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._by_id = {problem.id: problem for problem in problems}
        self._by_question = {fold(problem.question): problem for problem in problems}
        self._inside: dict[str, Problem | None] = {}
        self.by_id = 0

    def find(self, row: Row) -> Problem | None:
        """By question, else by id, else inside the prompt."""
        asked = next((p for t in row.texts if (p := self._by_question.get(fold(t)))), None)
        named = self._named(row.problem) if row.problem is not None else None
        if asked is not None and named is not None and asked is not named:
            words = f"its id is that of {named.id}, its question that of {asked.id}"
            raise refuse(row.place, f"two problems of {asked.benchmark} fit: {words}")
        if asked is not None:
            return asked
        inside = self._found_inside(row.prompt or row.question)
        if inside is not None:
            return inside
        if named is not None and row.texts:
            self.by_id += 1
        return named

    def _named(self, name: str) -> Problem | None:
        """By its id; EvalPlus writes `Mbpp/2` where MBPP has the number alone."""
        if name in self._by_id:
            return self._by_id[name]
        benchmark, slash, number = name.rpartition("/")
        found = self._by_id.get(number)
        fits = slash and found and found.benchmark.lower().startswith(benchmark.lower())
        return found if fits and benchmark else None

    def _found_inside(self, prompt: str) -> Problem | None:
        """The one problem whose question stands in `prompt`; of two, one inside the other, the
        longer."""
        key = hashlib.blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if prompt and key not in self._inside:
            self._inside[key] = self._look_inside(fold(prompt))
        return self._inside.get(key)

    def _look_inside(self, prompt: str) -> Problem | None:
        found = [q for q in self._by_question if len(q) >= SHORTEST_INSIDE and q in prompt]
        longest = max(found, key=len, default="")
        alone = longest and all(question in longest for question in found)
        return self._by_question[longest] if alone else None


class FileProblems:
    """The problems as the file itself has them, with its golds."""

    def __init__(self, benchmark: str) -> None:
        self.by_id = 0
        self._benchmark = benchmark
        self._known: dict[str, Problem] = {}
        self._characters = 0

    def find(self, row: Row) -> Problem:
        """The row's problem; one it does not name is known by its question, else by its row."""
        made = self._made(row)
        known = self._known.setdefault(made.id, made)
        if (known.question, known.gold, known.choices) != (made.question, made.gold, made.choices):
            other = "gold" if known.gold != made.gold else "question"
            raise refuse(row.place, f"problem {made.id[:60]!r} had another {other} before")
        if known is made:
            self._count(row, made)
        return known

    def _made(self, row: Row) -> Problem:
        return Problem(
            benchmark=self._benchmark,
            id=row.problem or _name(row),
            question=row.question,
            gold=row.gold or "",
            choices=row.choices if row.choice_order else _right_first(row),
        )

    def _count(self, row: Row, problem: Problem) -> None:
        self._characters += len(problem.question) + len(problem.gold)
        if self._characters > MOST_PROBLEM_CHARACTERS:
            most = MOST_PROBLEM_CHARACTERS // 1_000_000
            raise refuse(row.place, f"the questions take more than {most} million characters")


def _right_first(row: Row) -> tuple[str, ...]:
    """The choices of a row, which are in the order shown, with the right one in front; none where
    the gold is not the letter of one of them."""
    place = letter_place(row.gold)
    if place is None or place >= len(row.choices):
        return ()
    right = row.choices[place]
    return (right, *(choice for i, choice in enumerate(row.choices) if i != place))


def letter_place(gold: str | None) -> int | None:
    """0 for A, 1 for B; None for what is no letter."""
    letter = (gold or "").strip().strip("()").upper()
    return ord(letter) - ord("A") if len(letter) == 1 and "A" <= letter <= "Z" else None


def fold(text: str) -> str:
    """`text` with runs of white space as one space."""
    return " ".join(text.split())


def _name(row: Row) -> str:
    if not row.question:
        return f"row-{row.number + 1:07d}"
    text = fold(row.question).encode("utf-8", "surrogatepass")
    return "question-" + hashlib.sha256(text).hexdigest()[:12]
