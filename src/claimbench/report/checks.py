"""Verdicts and comparisons as the tests of a CI job: passed, failed or skipped."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from claimbench.records import Verdict
from claimbench.report.comparisons import headline
from claimbench.report.messages import english
from claimbench.report.tables import clean, figure_of
from claimbench.verdicts.comparisons import Compared

Result = Literal["passed", "failed", "skipped", "error"]
UNDECIDED = ("inconclusive", "not comparable")
"""Outcomes that neither pass nor fail, unless --fail-on names them."""
LONGEST = 2000
"""Characters of a name or sentence that are kept."""


@dataclass(frozen=True, slots=True)
class Check:
    """One outcome as a test: whose (`group`), of what (`name`), its `word`, and why (`sentence`, in
    English, without control characters). An `error` is a stage that failed."""

    group: str
    name: str
    word: str
    sentence: str
    result: Result


def verdict_checks(verdicts: Iterable[Verdict], fail_on: Collection[str]) -> list[Check]:
    """A test per verdict; one that `fail_on` names fails, as the exit code does."""
    return [
        _check(v.subject, f"{figure_of(v)} ({v.claim})", v.verdict, english(v.sentence), fail_on)
        for v in verdicts
    ]


def comparison_checks(found: Iterable[Compared], fail_on: Collection[str]) -> list[Check]:
    """A test per comparison, by the same rule."""
    return [
        _check(one.variant.run, _compared(one), one.word, english(headline(one)), fail_on)
        for one in found
    ]


def failed_stage(command: str, sentence: str) -> Check:
    """The failure that ended a command before its verdicts."""
    return Check("claimbench", clean(command), "error", clean(sentence, LONGEST), "error")


def _compared(one: Compared) -> str:
    return f"{one.variant.model} on {one.variant.benchmark} against {one.reference.run}"


def _check(group: str, name: str, word: str, sentence: str, fail_on: Collection[str]) -> Check:
    undecided: Result = "skipped" if word in UNDECIDED else "passed"
    result: Result = "failed" if word in fail_on else undecided
    return Check(clean(group), clean(name), word, clean(sentence, LONGEST), result)
