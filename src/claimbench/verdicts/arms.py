"""Runs that are to be compared: which with which, on what problems, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from claimbench.analysis.comparable import Measured, to_complete
from claimbench.errors import IncompleteRun, InputError
from claimbench.records import Measurement

PROMPT_KEYS = ("prompt", "shots", "shots_as", "chat_template")
"""What of a protocol is the benchmark's way of asking. A system text or a forced prefix belongs to
a model, as its chat template does, and is listed where it differs."""

SHOWN_NAMES = 3
SHOWN_CHARACTERS = 120


@dataclass(frozen=True)
class Arm:
    """One model on one benchmark in the run folder named `run`, which lies at `folder`."""

    run: str
    cell: Measured
    folder: str = ""

    @property
    def measurement(self) -> Measurement:
        return self.cell.measurement

    @property
    def contents(self) -> Mapping[str, str]:
        return self.cell.contents

    @property
    def groups(self) -> Mapping[str, str]:
        return self.cell.groups

    @property
    def grader(self) -> str:
        return self.cell.grader

    @property
    def model(self) -> str:
        return self.measurement.model

    @property
    def benchmark(self) -> str:
        return self.measurement.benchmark


# --- what may be compared -------------------------------------------------------------------


def check_comparable(variant: Arm, reference: Arm) -> None:
    """Refuse what is asked otherwise, graded otherwise or unfinished."""
    if variant.grader != reference.grader:
        raise InputError(
            f"{named(variant, reference)}: graded by different graders ({reference.grader} in "
            f"{reference.run}, {variant.grader} in {variant.run})"
        )
    theirs, ours = reference.measurement.protocol, variant.measurement.protocol
    for key in PROMPT_KEYS:
        if key in theirs and key in ours and theirs[key] != ours[key]:
            raise InputError(
                f"{named(variant, reference)}: asked by different prompts ({key}: "
                f"{_brief(theirs[key])} in {reference.run}, {_brief(ours[key])} in {variant.run})"
            )
    for arm in (reference, variant):
        m = arm.measurement
        if not m.complete:
            raise IncompleteRun(
                f"{arm.run}: {m.model} on {m.benchmark} has {m.received} of {m.asked} samples, "
                f"{m.graded} graded; before it is compared, {to_complete(m, arm.folder or arm.run)}"
            )


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def common_problems(variant: Arm, reference: Arm, common: bool) -> list[str]:
    """The problems of both, in the reference's order."""
    apart = [
        *(f"{name} only in {reference.run}" for name in _missing(reference, variant)),
        *(f"{name} only in {variant.run}" for name in _missing(variant, reference)),
        *(f"{name} reads differently" for name in _changed(variant, reference)),
    ]
    if apart and not common:
        more = f", and {len(apart) - SHOWN_NAMES} more" if len(apart) > SHOWN_NAMES else ""
        raise InputError(
            f"{named(variant, reference)}: the problems differ ({', '.join(apart[:SHOWN_NAMES])}"
            f"{more}); --common compares those that are the same in both"
        )
    changed = set(_changed(variant, reference))
    return [name for name in reference.contents if name in variant.contents and name not in changed]


def _missing(one: Arm, other: Arm) -> list[str]:
    return [name for name in one.contents if name not in other.contents]


def _changed(variant: Arm, reference: Arm) -> list[str]:
    """Problems of one id and two texts. A text that a folder does not hold is no difference."""
    return [
        name
        for name, digest in reference.contents.items()
        if digest and variant.contents.get(name) and variant.contents[name] != digest
    ]


def named(variant: Arm, reference: Arm) -> str:
    return f"{variant.benchmark}: {variant.run} cannot be compared with {reference.run}"


def one_holds_the_other(variant: Arm, reference: Arm) -> bool:
    """Whether every sample of one run, id and text, is a sample of the other: a copy, or both were
    drawn with one seed."""
    ours, theirs = variant.cell.samples, reference.cell.samples
    shared = len(np.intersect1d(ours, theirs))
    return shared > 0 and shared == min(len(ours), len(theirs))


def differences(variant: Arm, reference: Arm) -> Iterable[tuple[str, object, object]]:
    """What else differs in the two protocols, known on both sides or on one; and n."""
    theirs, ours = reference.measurement, variant.measurement
    yield from (
        (key, theirs.protocol.get(key), ours.protocol.get(key))
        for key in sorted(set(theirs.protocol) | set(ours.protocol))
        if _in_english(theirs.protocol.get(key)) != _in_english(ours.protocol.get(key))
    )
    if theirs.samples_per_problem != ours.samples_per_problem:
        yield "samples per problem", theirs.samples_per_problem, ours.samples_per_problem


def _in_english(value: object) -> object:
    """A setting with English alone where it has words by language: folders of earlier versions do,
    and the same words in one more language are no other setting."""
    if isinstance(value, dict):
        texts = value.get("texts")
        if isinstance(texts, dict):
            return texts.get("en")
        return {key: _in_english(part) for key, part in value.items()}
    return [_in_english(part) for part in value] if isinstance(value, list) else value


# --- who is compared with whom --------------------------------------------------------------


def pair_arms(arms: Sequence[Arm], against: str | None = None) -> list[tuple[Arm, Arm]]:
    """(variant, reference) for every variant and benchmark.

    The reference is the run, or the model of the only run, that `against` names, else the first.
    Within two runs a model is paired with the same model, or with the only one there. Raises
    InputError where nothing, or more than one, is left to pair with.
    """
    chosen = _references(arms, against)
    ours = [arm for arm in arms if arm not in chosen]
    if not ours:
        raise InputError("compare needs a run beside the reference: name two run folders or more")
    pairs = [(arm, found) for arm in ours if (found := _partner(arm, chosen)) is not None]
    if not pairs:
        names = sorted({arm.benchmark for arm in chosen}), sorted({arm.benchmark for arm in ours})
        raise InputError(
            f"there is no benchmark in common: {', '.join(names[0])} in the reference, "
            f"{', '.join(names[1])} beside it, and no problem has the same id and text in both"
        )
    return pairs


def _references(arms: Sequence[Arm], against: str | None) -> list[Arm]:
    runs = list(dict.fromkeys(arm.run for arm in arms))
    models = list(dict.fromkeys(arm.model for arm in arms))
    if against is None:
        first = arms[0]
        if len(runs) > 1:
            return [arm for arm in arms if arm.run == first.run]
        return [arm for arm in arms if arm.model == first.model]
    found = [arm for arm in arms if arm.run == against] or [
        arm for arm in arms if arm.model == against
    ]
    if not found:
        known = ", ".join([*runs, *models])
        raise InputError(f"--against {against}: the runs and models here are {known}")
    return found


def _shares_problems(one: Arm, other: Arm) -> bool:
    """Whether a problem has one id and text in both: outputs that were graded by golds of their own
    are benchmarks named after their files, though they answer the same questions."""
    return any(text and other.contents.get(name) == text for name, text in one.contents.items())


def _partner(arm: Arm, references: Sequence[Arm]) -> Arm | None:
    same = [other for other in references if other.benchmark == arm.benchmark] or [
        other for other in references if _shares_problems(other, arm)
    ]
    alike = [other for other in same if other.model == arm.model] or same
    if len(alike) > 1:
        models = ", ".join(other.model for other in alike)
        raise InputError(
            f"{arm.benchmark}: {arm.model} of {arm.run} could be compared with {models}; name one "
            "with --against"
        )
    return alike[0] if alike else None
