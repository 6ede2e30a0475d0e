"""A look that was declared before the run: is everything about a cell decided?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from claimbench.records import CellName, Measurement
from claimbench.store.manifest import Judging
from claimbench.verdicts import looks, published
from claimbench.verdicts.cases import Case, Trial
from claimbench.verdicts.noise import is_vote
from claimbench.verdicts.pairing import cases, judged_by
from claimbench.verdicts.untestable import why_barred

DECIDED = ("reproduced", "lower", "higher")


@dataclass(frozen=True, slots=True)
class Look:
    """What a look shows: the verdict on each figure of pass@1, and whether the cell stops there."""

    verdicts: Mapping[str, str]
    stops: bool


def look_at(measured: Measurement, judging: Judging, cells: Iterable[CellName]) -> Look:
    """A look at what was measured of one of the run's `cells`.

    The cell stops where each figure that can be tested is decided, at 5 % divided by the figures of
    its family, or can be decided by no number of samples. Votes are judged by what is there then.
    """
    families = family_sizes(judging, measured.model, cells)
    ends = dict[str, tuple[str, bool]]()
    for case in cases([measured], judging.model_dump()):
        if not is_vote(case.result.metric):
            ends[case.result.id] = _end(case, families[case.result.table])
    tested = [over for word, over in ends.values() if word != "not comparable"]
    return Look({k: word for k, (word, _) in ends.items()}, bool(tested) and all(tested))


def family_sizes(judging: Judging, model: str, cells: Iterable[CellName]) -> Counter[str]:
    """How many figures of each table are judged together for a model of a run: of the published
    ones, and of those that the run's own file claims."""
    rules = judging.model_dump()
    own = [cell for cell in cells if cell.model == model]
    return Counter(
        result.table for cell in own for result in judged_by(rules, model, cell.benchmark)
    )


def _end(case: Case, family: int) -> tuple[str, bool]:
    """The verdict on a figure by itself at 5 %/`family`, and whether more samples are no use."""
    if barred := why_barred(case):
        return barred[0], False
    trials = [published.trial_of(case, *greedy) for greedy in published.readings_of([case])]
    words = {_alone(trial, family).word for trial in trials}
    word = words.pop() if len(words) == 1 else "inconclusive"
    return word, word in DECIDED or all(map(looks.is_spent, trials))


def _alone(trial: Trial, family: int) -> Trial:
    """A trial that stands whatever the other figures of its family come to."""
    apart, equal = (None if p is None else min(1.0, family * p) for p in looks.p_values(trial))
    return replace(trial, p_difference_adjusted=apart, p_equivalence_adjusted=equal)
