"""Runs against a reference run on the same problems: better, worse, equivalent, or neither shown.

Never by overlapping intervals: both runs are paired problem by problem (docs/statistics.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from claimbench import statistics
from claimbench.analysis.stored import Measured
from claimbench.errors import IncompleteRun, InputError
from claimbench.records import Measurement
from claimbench.verdicts.cases import LEVEL, default_margin

Word = Literal["better", "worse", "equivalent", "not worse", "inconclusive"]
WORDS: tuple[Word, ...] = ("better", "worse", "equivalent", "not worse", "inconclusive")

PROMPT_KEYS = ("prompt", "shots", "shots_as", "chat_template")
"""What of a protocol is the benchmark's way of asking. A system text or a forced prefix belongs to
a model, as its chat template does, and is listed where it differs."""

SHOWN_NAMES = 3
SHOWN_CHARACTERS = 120


@dataclass(frozen=True)
class Arm:
    """One model on one benchmark in the run folder named `run`."""

    run: str
    cell: Measured

    @property
    def measurement(self) -> Measurement:
        return self.cell.measurement

    @property
    def contents(self) -> Mapping[str, str]:
        return self.cell.contents

    @property
    def grader(self) -> str:
        return self.cell.grader

    @property
    def model(self) -> str:
        return self.measurement.model

    @property
    def benchmark(self) -> str:
        return self.measurement.benchmark


@dataclass(frozen=True, slots=True)
class Change:
    """A problem whose share differs: `right` of `counted` samples in the variant, and the same of
    the reference."""

    problem: str
    right: int
    counted: int
    reference_right: int
    reference_counted: int

    @property
    def gain(self) -> float:
        return self.right / self.counted - self.reference_right / self.reference_counted


@dataclass(frozen=True, slots=True)
class Compared:
    """A variant against its reference on one benchmark; differences and margins in points, variant
    minus reference.

    `such` reads "on other problems like these", `these` "on these very problems"; the word rests
    on `such`, under Holm's correction over the `family` of all comparisons made together.
    `detectable` is the difference that the test would have found with a power of 80 %, `power` its
    power at the margin. `common` counts the problems compared of `problems` in either run;
    `differences` lists (key, reference, variant) of the two protocols.
    """

    variant: Arm
    reference: Arm
    common: int
    problems: int
    score: float
    reference_score: float
    method: statistics.Method
    such: statistics.Comparison
    these: statistics.Comparison
    margin: float
    non_inferior: float | None
    detectable: float
    power: float
    better: int
    worse: int
    changes: tuple[Change, ...]
    differences: tuple[tuple[str, Any, Any], ...]
    ids_only: bool
    family: int = 1
    p_not_worse: float | None = None
    adjusted: Mapping[str, float] = field(default_factory=dict)

    @property
    def word(self) -> Word:
        """Equivalence goes first, as for published figures: a difference that is shown and smaller
        than what matters is no *worse*."""
        if self.adjusted["equivalence"] <= LEVEL:
            return "equivalent"
        shown = self.adjusted["difference"] <= LEVEL
        if shown and self.such.difference > 0:
            return "better"
        if self.adjusted.get("not worse", 1.0) <= LEVEL:
            return "not worse"
        return "worse" if shown else "inconclusive"

    @property
    def shown_alone(self) -> bool:
        """Whether the difference would be shown without the other comparisons of its family."""
        return self.such.p_difference <= LEVEL < self.adjusted["difference"]

    @property
    def shown_here(self) -> bool:
        """Whether a difference is shown on these very problems."""
        return self.adjusted["these problems"] <= LEVEL


def compare_arms(
    pairs: Sequence[tuple[Arm, Arm]],
    margin: float | None = None,
    non_inferior: float | None = None,
    common: bool = False,
) -> list[Compared]:
    """Each (variant, reference) compared, judged together. `margin` and `non_inferior` are in
    points; without a margin it is that of the benchmark and the reference's score.

    Raises InputError where problems, prompts or graders differ, naming them; with `common` the
    problems that both have, the same in both, are compared. Raises IncompleteRun where samples
    are missing.
    """
    found = [_compare(*pair, margin, non_inferior, common) for pair in pairs]
    adjusted = {
        "difference": statistics.holm([one.such.p_difference for one in found]),
        "these problems": statistics.holm([one.these.p_difference for one in found]),
        "equivalence": statistics.holm([one.such.p_equivalence or 0.0 for one in found]),
    }
    if non_inferior is not None:
        adjusted["not worse"] = statistics.holm([one.p_not_worse or 0.0 for one in found])
    return [
        replace(
            one, family=len(found), adjusted={name: float(p[i]) for name, p in adjusted.items()}
        )
        for i, one in enumerate(found)
    ]


def _compare(
    variant: Arm,
    reference: Arm,
    margin: float | None,
    non_inferior: float | None,
    common: bool,
) -> Compared:
    _check(variant, reference)
    names = _common_problems(variant, reference, common)
    rows = [_change(name, variant, reference) for name in names]
    rows = [row for row in rows if row.counted and row.reference_counted]
    if len(rows) < 2:
        raise InputError(
            f"{_named(variant, reference)}: {len(rows)} problems have a graded sample in both, and "
            "at least two are needed to compare"
        )
    reference_score = _mean(row.reference_right / row.reference_counted for row in rows)
    margin = margin or default_margin(variant.benchmark, reference_score)
    first = [row.right for row in rows], [row.counted for row in rows]
    second = [row.reference_right for row in rows], [row.reference_counted for row in rows]
    found = statistics.compare_runs(first, second, margin / 100)
    such = found.such
    return Compared(
        variant=variant,
        reference=reference,
        common=len(rows),
        problems=len(set(variant.contents) | set(reference.contents)),
        score=_mean(row.right / row.counted for row in rows),
        reference_score=reference_score,
        method=found.method,
        such=_in_points(such),
        these=_in_points(found.these),
        margin=margin,
        non_inferior=non_inferior,
        detectable=100 * statistics.detectable_difference(such.se, df=such.df),
        power=float(statistics.power_of_difference(margin / 100, such.se, such.df)),
        better=found.better,
        worse=found.worse,
        changes=tuple(sorted((row for row in rows if row.gain), key=lambda row: row.gain)),
        differences=tuple(_differences(variant, reference)),
        ids_only=not all(variant.contents.values()) or not all(reference.contents.values()),
        p_not_worse=(
            None if non_inferior is None else statistics.p_not_worse(such, non_inferior / 100)
        ),
    )


def _mean(shares: Iterable[float]) -> float:
    return 100 * float(np.mean(list(shares)))


def _in_points(found: statistics.Comparison) -> statistics.Comparison:
    low, high = found.interval_95
    inner_low, inner_high = found.interval_90
    return replace(
        found,
        difference=100 * found.difference,
        se=100 * found.se,
        interval_95=(100 * low, 100 * high),
        interval_90=(100 * inner_low, 100 * inner_high),
        needed_margin=100 * found.needed_margin,
    )


def _change(name: str, variant: Arm, reference: Arm) -> Change:
    return Change(name, *_counts(variant)[name], *_counts(reference)[name])


def _counts(arm: Arm) -> dict[str, tuple[int, int]]:
    m = arm.measurement
    return {
        name: (right, counted)
        for name, right, counted in zip(m.problem_ids, m.right, m.counted, strict=True)
    }


# --- what may be compared -------------------------------------------------------------------


def _check(variant: Arm, reference: Arm) -> None:
    """Refuse what is asked otherwise, graded otherwise or unfinished."""
    if variant.grader != reference.grader:
        raise InputError(
            f"{_named(variant, reference)}: graded by different graders ({reference.grader} in "
            f"{reference.run}, {variant.grader} in {variant.run})"
        )
    theirs, ours = reference.measurement.protocol, variant.measurement.protocol
    for key in PROMPT_KEYS:
        if key in theirs and key in ours and theirs[key] != ours[key]:
            raise InputError(
                f"{_named(variant, reference)}: asked by different prompts ({key}: "
                f"{_brief(theirs[key])} in {reference.run}, {_brief(ours[key])} in {variant.run})"
            )
    for arm in (reference, variant):
        m = arm.measurement
        if not m.complete:
            raise IncompleteRun(
                f"{arm.run}: {m.model} on {m.benchmark} has {m.received} of {m.asked} samples, "
                f"{m.graded} graded; finish the run before it is compared"
            )


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _common_problems(variant: Arm, reference: Arm, common: bool) -> list[str]:
    """The problems of both, in the reference's order."""
    apart = [
        *(f"{name} only in {reference.run}" for name in _missing(reference, variant)),
        *(f"{name} only in {variant.run}" for name in _missing(variant, reference)),
        *(f"{name} reads differently" for name in _changed(variant, reference)),
    ]
    if apart and not common:
        more = f", and {len(apart) - SHOWN_NAMES} more" if len(apart) > SHOWN_NAMES else ""
        raise InputError(
            f"{_named(variant, reference)}: the problems differ ({', '.join(apart[:SHOWN_NAMES])}"
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


def _named(variant: Arm, reference: Arm) -> str:
    return f"{variant.benchmark}: {variant.run} cannot be compared with {reference.run}"


def _differences(variant: Arm, reference: Arm) -> Iterable[tuple[str, Any, Any]]:
    """What else differs in the two protocols, known on both sides or on one; and n."""
    theirs, ours = reference.measurement, variant.measurement
    yield from (
        (key, theirs.protocol.get(key), ours.protocol.get(key))
        for key in sorted(set(theirs.protocol) | set(ours.protocol))
        if theirs.protocol.get(key) != ours.protocol.get(key)
    )
    if theirs.samples_per_problem != ours.samples_per_problem:
        yield "samples per problem", theirs.samples_per_problem, ours.samples_per_problem


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
            f"{', '.join(names[1])} beside it"
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


def _partner(arm: Arm, references: Sequence[Arm]) -> Arm | None:
    same = [other for other in references if other.benchmark == arm.benchmark]
    alike = [other for other in same if other.model == arm.model] or same
    if len(alike) > 1:
        models = ", ".join(other.model for other in alike)
        raise InputError(
            f"{arm.benchmark}: {arm.model} of {arm.run} could be compared with {models}; name one "
            "with --against"
        )
    return alike[0] if alike else None
