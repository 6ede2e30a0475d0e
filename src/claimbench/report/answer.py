"""One answer: what a reader sees first of a verdict, its sentences, and the words for how sure it
is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from claimbench.messages import Message, Value, term
from claimbench.report.caveats import Chip
from claimbench.report.messages import Words
from claimbench.report.strips import LETTERS, Strip, legend

CARDS = 6
"""So many answers are told one by one; where there are more, a picture of all comes first."""

_SYMBOLS = {"reproduced": "=", "lower": "↓", "higher": "↑", "inconclusive": "?", "better": "↑",
            "worse": "↓", "equivalent": "=", "not worse": "≥"}  # fmt: skip
"""Each verdict has a sign of its own beside its colour."""

_LEVELS = (("very-sure", 0.001), ("sure", 0.01), ("fairly-sure", 0.05))
"""How sure a shown result is, by the probability of what it rules out."""
CERTAINTIES = (*(name for name, _ in _LEVELS), "unsure")
"""Every word for how sure it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader sees first. `run` is the run's name, empty where `scores` names it; `state` is
    the verdict's name, `measured` where there is none; `basis` says how much was measured and
    who published, `certainty` how sure it is and `why` what the picture shows."""

    run: str
    state: str
    scores: Message
    certainty: Message
    word: Message | None = None
    finding: Value = None
    basis: Message | None = None
    why: Message | None = None
    strip: Strip | None = None
    chips: tuple[Chip, ...] = ()

    @property
    def symbol(self) -> str:
        return symbol_of(self.state)

    @property
    def sentences(self) -> tuple[Message, ...]:
        """Scores and verdict, what they rest on, how sure it is."""
        values: dict[str, Value] = {"word": self.word, "finding": self.finding}
        verdict = Message("answer-verdict", values) if self.word is not None else None
        found = (self.scores, verdict, self.basis, self.certainty)
        return tuple(one for one in found if one is not None)


def symbol_of(state: str) -> str:
    """The sign of a verdict or outcome."""
    return _SYMBOLS.get(state, "×")


def level(p: float) -> Message:
    """The words for how sure it is: what is ruled out has the probability `p`."""
    name = next((name for name, most in _LEVELS if p <= most), CERTAINTIES[-1])
    return term("certainty", name)


def why_open(inside: bool, apart: bool) -> str:
    """What the picture shows where nothing is decided."""
    return "why-open-apart" if apart else "why-open-inside" if inside else "why-open"


# --- in text ----------------------------------------------------------------------------------


def what_could_change(
    one: Answer, words: Words, shown: Callable[[str], str] = str
) -> Iterator[str]:
    """Its caveats in one line, the gravest first, each `shown` as its reader needs it; nothing
    where it has none."""
    labels = [words.render(chip.label) for chip in one.chips if not chip.beside]
    if labels:
        yield f"{words.say('answer-change')}: {'; '.join(map(shown, labels))}."


def legend_in_letters(found: Sequence[Answer], words: Words) -> list[str]:
    """What each of the letters of these strips stands for; nothing where none is drawn."""
    kinds = dict(kind for one in found if one.strip for kind in legend(one.strip))
    return [f"{LETTERS[k]} {words.render(kinds[k])}" for k in LETTERS if k in kinds]
