"""looks.json: the looks that a run has made at its cells, where it declared them before it began.

Each has the samples per problem that were there, the verdicts on them, and whether the cell stops
there. A look that is lost is made again from the same samples, with the same result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from claimbench.config.yamlfile import Strict
from claimbench.errors import StoreError
from claimbench.records.runs import CellName
from claimbench.store.files import explaining

if TYPE_CHECKING:
    from claimbench.store.run import RunStore

FILE = "looks.json"


class LookMade(Strict):
    """One look. `verdicts` are by published figure; `stops` says whether the cell stops at these
    samples, and is then judged by them."""

    model: str
    benchmark: str
    samples: int
    verdicts: Mapping[str, str]
    stops: bool

    @property
    def cell(self) -> CellName:
        return CellName(self.model, self.benchmark)


_ALL = TypeAdapter(list[LookMade])


def read_looks(root: Path) -> list[LookMade]:
    """The looks made in the run folder `root`, in order. Raises StoreError."""
    path = root / FILE
    if not path.exists():
        return []
    with explaining(path, "read"):
        text = path.read_bytes()
    try:
        return _ALL.validate_json(text)
    except ValidationError as error:
        raise StoreError(
            f"{path} is damaged ({error.errors()[0]['msg'].lower()}): move it away and run the "
            "same command again, which makes the same looks again."
        ) from error


def stops(root: Path) -> dict[CellName, int]:
    """The samples per problem at which cells of the run folder `root` stopped."""
    return {look.cell: look.samples for look in read_looks(root) if look.stops}


def write_look(store: RunStore, look: LookMade) -> None:
    """Add a look, one of a cell at so many samples, beside those that other shards add."""
    with store.turn("looks"):
        rows = read_looks(store.root)
        kept = [row for row in rows if (row.cell, row.samples) != (look.cell, look.samples)]
        data = [row.model_dump(mode="json") for row in [*kept, look]]
        store.write_file(FILE, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
