"""What a verdict that rests on a learned bound says of the plain one (noise.py)."""

from __future__ import annotations

from claimbench.messages import Message, Value, term
from claimbench.records import LearnedBound
from claimbench.verdicts.cases import Trial
from claimbench.verdicts.noise import LEARNED, MODELS


def beside(shown: Trial, plain: Trial, word: str) -> LearnedBound | None:
    """What the plain bound gives, and its verdict `word`, beside one by a learned bound; None where
    none was used."""
    if not shown.noise.learned or plain.comparison is None:
        return None
    found = plain.comparison
    share = min(one.share for one in LEARNED)
    return LearnedBound(share, se=found.se, interval_95=found.interval_95, verdict=word)


def in_sentence(made: Message, found: LearnedBound | None, word: str) -> Message:
    """The sentence of a verdict, with the plain bound's where that is another one."""
    if found is None or found.verdict == word:
        return made
    values: dict[str, Value] = {"verdict": made, "plain": term("verdict", found.verdict)}
    return Message("verdict-learned", values)


def notes(found: LearnedBound | None) -> tuple[Message, ...]:
    """That an error is a learned bound, with the plain one."""
    if found is None:
        return ()
    low, high = found.interval_95
    share = round(100 * found.share)
    values: dict[str, Value] = {"share": share, "models": MODELS, "low": low, "high": high}
    return (Message("note-learned", {**values, "plain": term("verdict", found.verdict)}),)
