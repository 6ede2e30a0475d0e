"""Looks at a run while it grows: what is due for the next one, and what it shows.

A cell with declared looks asks for the samples up to its next look, is judged there, and goes on
only where that decides nothing. All of a cell's samples so far are needed, whoever made them: of
shards the last one makes the look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.stored import measure_cell
from claimbench.planning.plan import Plan
from claimbench.records import CellName
from claimbench.store import RunStore
from claimbench.store.looks import FILE, LookMade, read_looks, stops, write_look
from claimbench.verdicts.stopping import Look, look_at

Log = Callable[[str], None]


def due(plan: Plan, store: RunStore) -> Plan:
    """The plan with the samples that are due now: up to each cell's next look."""
    wanted = due_samples(store)
    return replace(plan, cells=tuple(cell.first(wanted[cell.name]) for cell in plan.cells))


def needed(plan: Plan, store: RunStore) -> Plan:
    """The plan with the samples that it needs at most from here: cells that stopped need no
    more."""
    declared = {name: n for name, n in stops(store.root).items() if _declared(store, name)}
    cells = (cell.first(declared.get(cell.name, cell.samples)) for cell in plan.cells)
    return replace(plan, cells=tuple(cells))


def due_samples(store: RunStore) -> dict[CellName, int]:
    """Samples per problem up to each cell's next look; all that it has where none is left."""
    every = {entry.name: entry.samples for entry in store.manifest.cells.values()}
    declared = {name: n for name, n in stops(store.root).items() if _declared(store, name)}
    return {**every, **declared, **dict(_upcoming(store))}


def due_cells(store: RunStore, cells: Sequence[StoredCell]) -> list[StoredCell]:
    """Stored cells with the samples that are due now."""
    wanted = due_samples(store)
    return [c if c.samples == wanted[c.name] else c.first(wanted[c.name]) for c in cells]


def take(store: RunStore, log: Log) -> bool:
    """Make the next look at every cell whose samples for it are all there and graded; whether any
    was made."""
    upcoming = dict(_upcoming(store))
    cells = {cell.name: cell for cell in stored_cells(store)} if upcoming else {}
    made = [_look(store, cells[name].first(n), log) for name, n in upcoming.items()]
    return any(made)


def waiting(store: RunStore) -> int | None:
    """The samples per problem of the next look of some cell; None where none is to come."""
    return min((n for _, n in _upcoming(store)), default=None)


def differing(store: RunStore) -> Iterator[str]:
    """In what looks.json does not say what the looks at the stored samples show."""
    looks = read_looks(store.root)
    cells = {cell.name: cell for cell in stored_cells(store)} if looks else {}
    for made in looks:
        if made.samples not in _declared(store, made.cell):
            if made.cell not in cells or not store.manifest.raised.get(str(made.cell)):
                yield f"{FILE}: run.yaml declares no look at {made.cell} at {made.samples} samples"
            continue
        if (seen := _seen(store, cells[made.cell].first(made.samples))) is None:
            yield f"{FILE}: {made.cell} has not the {made.samples} samples of its look"
        elif (dict(made.verdicts), made.stops) != (dict(seen.verdicts), seen.stops):
            yield f"{FILE}: {made.cell} at {made.samples} samples does not show what is stated"


def _declared(store: RunStore, cell: CellName) -> tuple[int, ...]:
    looks = store.manifest.looks_of(cell)
    return looks.declared if looks else ()


def _upcoming(store: RunStore) -> Iterator[tuple[CellName, int]]:
    """Every cell that goes on, with the samples of its next look."""
    made = read_looks(store.root)
    for entry in store.manifest.cells.values():
        own = [look for look in made if look.cell == entry.name]
        left = [n for n in _declared(store, entry.name) if n not in {x.samples for x in own}]
        if left and not any(look.stops for look in own):
            yield entry.name, left[0]


def _look(store: RunStore, cell: StoredCell, log: Log) -> bool:
    seen = _seen(store, cell)
    if seen is None:
        return False
    made = LookMade(
        model=cell.model,
        benchmark=cell.benchmark,
        samples=cell.samples,
        verdicts=seen.verdicts,
        stops=seen.stops,
    )
    write_look(store, made)
    log(_in_words(made, store.manifest.cells[str(cell.name)].samples))
    return True


def _seen(store: RunStore, cell: StoredCell) -> Look | None:
    """What a look at so many samples of a cell shows; None where some are missing."""
    measured = measure_cell(store, cell)[1]
    if not measured.complete:
        return None
    names = [entry.name for entry in store.manifest.cells.values()]
    return look_at(measured, store.manifest.judging, names)


def _in_words(look: LookMade, planned: int) -> str:
    found = ", ".join(f"{figure} {word}" for figure, word in look.verdicts.items())
    end = "stops there" if look.stops else "goes on"
    place = f"{look.model} on {look.benchmark}"
    if look.samples == planned:
        return f"last look at {place}, at all {planned} samples: {found or 'no figure'}"
    return f"look at {place}, at {look.samples} of {planned} samples: {found or 'no figure'}; {end}"
