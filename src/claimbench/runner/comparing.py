"""Run folders → comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.analysis.cells import stored_cells
from claimbench.analysis.comparable import Measured
from claimbench.analysis.stored import described, read_measured
from claimbench.errors import InputError
from claimbench.store import RunStore
from claimbench.verdicts.arms import Arm, pair_arms
from claimbench.verdicts.comparisons import Compared, compare_arms, compare_where_possible

if TYPE_CHECKING:
    from claimbench.runner.reporting import Report


def compare_runs(
    roots: Sequence[Path],
    *,
    against: str | None = None,
    margin: float | None = None,
    non_inferior: float | None = None,
    common: bool = False,
) -> list[Compared]:
    """Every run of `roots` against the reference: the first, or the one that `against` names (a
    folder, its name, or a model). Margins are in points."""
    named_once(roots)
    names = unique_names(roots)
    arms = [
        Arm(name, cell, str(root))
        for root, name in zip(roots, names, strict=True)
        for cell in read_measured(root)
    ]
    chosen = None if against is None else _name_of(against, roots, names)
    return compare_arms(pair_arms(arms, chosen), margin, non_inferior, common)


def named_once(roots: Iterable[Path]) -> None:
    """Raises InputError where a run is among `roots` twice, be it by another name."""
    for root, count in Counter(root.resolve() for root in roots).items():
        if count > 1:
            raise InputError(f"{root} is named twice: a run is compared with other runs")


def unique_names(roots: Iterable[Path]) -> list[str]:
    """Each folder's name, or its path where another has the same name."""
    paths = [root.resolve() for root in roots]
    names = [path.name for path in paths]
    return [n if names.count(n) == 1 else str(r) for n, r in zip(names, roots, strict=True)]


def _name_of(against: str, roots: Sequence[Path], names: Sequence[str]) -> str:
    wanted = Path(against).resolve()
    for root, name in zip(roots, names, strict=True):
        if root.resolve() == wanted:
            return name
    return against


def compare_reports(reports: Sequence[Report]) -> list[Compared]:
    """The runs of several reports against the first, wherever they can be compared."""
    if any(one.partial for one in reports):
        return []
    names = unique_names([one.root for one in reports])
    arms = [
        Arm(name, cell)
        for one, name in zip(reports, names, strict=True)
        for cell in one.comparable or _described(one)
    ]
    return compare_where_possible(arms)


def _described(one: Report) -> list[Measured]:
    """The cells of a report that was made for itself alone."""
    with RunStore.existing(one.root) as store:
        spent = [found for run in one.runs for found in run.efficiency]
        return described(store, stored_cells(store), one.measurements, spent)
