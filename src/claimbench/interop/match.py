"""Rows → problems: those of one of our benchmarks, or the file's own.

Our problems are found by their question with white space folded, as the one whose question stands
in what was sent, by their question without any white space or by one much like it where the gold
agrees, and by their id. An id whose question is another problem's is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from claimbench.interop.alike import Likeness, fold, squeeze
from claimbench.interop.golds import answer_in, same_gold
from claimbench.interop.readers.rows import Row, refuse
from claimbench.records import Problem

SHORTEST_INSIDE = 12
"""Characters of a question that is looked for inside a prompt."""
MOST_PROBLEM_CHARACTERS = 400_000_000
"""Text of a file's own problems, which are in memory while it is read."""
REMEMBERED = 100_000
"""Texts whose problem is remembered, as the rows of one problem share them."""


@dataclass
class Ways:
    """How rows came to their problems. `by_id`: by nothing but their id, though their question is
    none of ours; `by_spacing`: by their question without any white space; `by_likeness`: by a
    question much like ours and the same gold. `other_gold`: by their very question, though their
    gold is another; `denied`: to none, because it is. `worked`: their gold is a whole solution."""

    by_id: int = 0
    by_spacing: int = 0
    by_likeness: int = 0
    other_gold: int = 0
    denied: int = 0
    worked: int = 0


class Matcher(Protocol):
    """Finds the problem of each row; `ways` counts how, `ids` are those of its own problems."""

    ways: Ways

    ids: Sequence[str]

    def find(self, row: Row) -> Problem | None:
        """The row's problem, None where it has none."""


class OurProblems:
    """The problems of one of our benchmarks."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.ids: Sequence[str] = [problem.id for problem in problems]
        self.ways = Ways()
        self._by_id = {problem.id: problem for problem in problems}
        self._by_question = {fold(problem.question): problem for problem in problems}
        self._by_squeezed: dict[str, list[Problem]] = {}
        for problem in self._by_question.values():
            self._by_squeezed.setdefault(squeeze(problem.question), []).append(problem)
        self._likeness = Likeness(problems)
        self._looked: dict[str, Problem | None] = {}

    def find(self, row: Row) -> Problem | None:
        """By question, else inside the prompt, else where the gold does not deny it."""
        asked = next((p for t in row.texts if (p := self._by_question.get(fold(t)))), None)
        named = self._named(row.problem) if row.problem is not None else None
        if asked is not None and named is not None and asked is not named:
            words = f"its id is that of {named.id}, its question that of {asked.id}"
            raise refuse(row.place, f"two problems of {asked.benchmark} fit: {words}")
        prompt = row.prompt or row.question
        asked = asked or self._once("inside", prompt, self._look_inside)
        if asked is not None:
            self.ways.other_gold += same_gold(asked.gold, row.gold) is False
            return asked
        return self._by_more(row, named)

    def _by_more(self, row: Row, named: Problem | None) -> Problem | None:
        """The problem of a row whose question is none of ours to the letter."""
        spaced = self._spaced_otherwise(row)
        alike = None if spaced else self._much_alike(row)
        found = spaced or alike or named
        if found is not None and same_gold(found.gold, row.gold) is False:
            self.ways.denied += 1
            return None
        self.ways.by_spacing += spaced is not None
        self.ways.by_likeness += alike is not None
        self.ways.by_id += found is named is not None and bool(row.texts)
        return found

    def _spaced_otherwise(self, row: Row) -> Problem | None:
        """By its question, or the prompt around it, without any white space; of several that are
        then the same, the one with the row's gold."""
        fits = next((f for t in row.texts if (f := self._by_squeezed.get(squeeze(t)))), [])
        if len(fits) > 1:
            fits = [problem for problem in fits if same_gold(problem.gold, row.gold)]
        if fits:
            return fits[0] if len(fits) == 1 else None
        return self._once("squeezed", row.prompt or row.question, self._look_inside_squeezed)

    def _much_alike(self, row: Row) -> Problem | None:
        gold = row.gold
        if not gold or not row.texts:
            return None
        return self._once(f"alike {gold}", row.texts[0], lambda t: self._likeness.find(t, gold))

    def _named(self, name: str) -> Problem | None:
        """By its id; EvalPlus writes `Mbpp/2` where MBPP has the number alone."""
        if name in self._by_id:
            return self._by_id[name]
        benchmark, slash, number = name.rpartition("/")
        found = self._by_id.get(number)
        fits = slash and found and found.benchmark.lower().startswith(benchmark.lower())
        return found if fits and benchmark else None

    def _once(self, how: str, text: str, look: Callable[[str], Problem | None]) -> Problem | None:
        """What `look` finds for `text`, which many rows may share."""
        words = f"{how}\0{text}".encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(words, digest_size=16).hexdigest()
        if not text or key in self._looked:
            return self._looked.get(key)
        found = look(text)
        if len(self._looked) < REMEMBERED:
            self._looked[key] = found
        return found

    def _look_inside(self, prompt: str) -> Problem | None:
        """The one problem whose question stands in `prompt`; of two, one inside the other, the
        longer."""
        return _longest_inside(fold(prompt), self._by_question)

    def _look_inside_squeezed(self, prompt: str) -> Problem | None:
        alone = {text: fits[0] for text, fits in self._by_squeezed.items() if len(fits) == 1}
        return _longest_inside(squeeze(prompt), alone)


def _longest_inside(prompt: str, by_question: Mapping[str, Problem]) -> Problem | None:
    found = [q for q in by_question if len(q) >= SHORTEST_INSIDE and q in prompt]
    longest = max(found, key=len, default="")
    alone = longest and all(question in longest for question in found)
    return by_question[longest] if alone else None


class FileProblems:
    """The problems as the file itself has them, with its golds."""

    def __init__(self, benchmark: str) -> None:
        self.ids: Sequence[str] = ()
        self.ways = Ways()
        self._benchmark = benchmark
        self._known: dict[str, Problem] = {}
        self._characters = 0

    def find(self, row: Row) -> Problem:
        """The row's problem; one it does not name is known by its question, else by its row."""
        made = self._made(row)
        known = self._known.setdefault(made.id, made)
        if (known.question, known.gold, known.choices) != (made.question, made.gold, made.choices):
            if row.gold is None:
                raise refuse(row.place, f"problem {made.id[:60]!r} has a gold in other rows alone")
            other = "gold" if known.gold != made.gold else "question"
            raise refuse(row.place, f"problem {made.id[:60]!r} had another {other} before")
        if known is made:
            self._count(row, made)
        return known

    def _made(self, row: Row) -> Problem:
        gold = answer_in(row.gold or "")
        self.ways.worked += gold != (row.gold or "").strip()
        return Problem(
            benchmark=self._benchmark,
            id=row.problem or _name(row),
            question=row.question,
            gold=gold,
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


def _name(row: Row) -> str:
    if not row.question:
        return f"row-{row.number + 1:07d}"
    text = fold(row.question).encode("utf-8", "surrogatepass")
    return "question-" + hashlib.sha256(text).hexdigest()[:12]
