"""A run folder whose `samples` are raised, or that gets a registration: the changes of a run that
keep its samples.

Samples keep their identity when more of each problem are asked for, so a raised run goes on in its
folder. How many there were before is kept in run.yaml, under its seal: whoever has seen a score
and then asks for more has looked once already, and the verdict says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from claimbench.errors import StoreLocked, WrongRunFolder
from claimbench.records.runs import CellName
from claimbench.store import runfile
from claimbench.store.files import safe_name
from claimbench.store.looks import stops
from claimbench.store.runfile import RunFile, decisive_digest
from claimbench.store.unbegun import begin_anew, is_unbegun

if TYPE_CHECKING:
    from claimbench.store.run import RunStore

_REGISTERED = "registered"
"""The key of run.yaml for what was registered before the run."""
Counts = Mapping[str, int]
"""Samples per problem, by cell."""
ResolvedAt = Callable[[Counts], Mapping[str, object]]
"""The resolved config of the same run, had it asked for other numbers of samples."""


@dataclass(frozen=True)
class Asked:
    """The config that a run folder is opened with; without `at` it cannot grow."""

    resolved: Mapping[str, object]
    digest: str
    files: Mapping[str, str]
    at: ResolvedAt | None

    def begin(self, root: Path) -> None:
        """Create the folder where it is not there, or where nothing was stored in it. Raises
        WrongRunFolder where it belongs to another run than this one with as many samples or
        fewer."""
        stored = runfile.create_run(root, self.resolved, self.digest, self.files)
        try:
            self._check(root, stored)
        except WrongRunFolder:
            if not is_unbegun(root, stored):
                raise
            begin_anew(root, self.resolved, self.digest, self.files)

    def settle(self, store: RunStore, shard: str | None) -> RunFile:
        """What the folder, which `store` has locked, asks for from now on. Closes the store, and
        raises StoreLocked, where others are at work that go by the former number of samples."""
        try:
            return self._settle(store, shard)
        except BaseException:
            store.close()
            raise

    def _settle(self, store: RunStore, shard: str | None) -> RunFile:
        with store.turn("run.yaml"):
            stored = runfile.read_sealed(store.root)
            grows, registers = self._check(store.root, stored), self._registers(store.root, stored)
            if not (grows or registers):
                return stored
            own = None if shard is None else safe_name(shard)
            if others := [name for name in store.shards_held() if name != own]:
                raise StoreLocked(
                    f"{store.root} is being written by shard {others[0]}, which goes by the former "
                    "run.yaml: wait until that ends and run the same command again."
                )
            config = self._grown(store, stored) if grows else stored.config
            if registered := stored.config.get(_REGISTERED) or self._registered:
                config = {**config, _REGISTERED: registered}
            text = runfile.rewritten(config, self.digest, self.files)
            store.write_file("run.yaml", text)
            return runfile.read_sealed(store.root)

    @property
    def _registered(self) -> Any:
        return self.resolved.get(_REGISTERED)

    def _registers(self, root: Path, stored: RunFile) -> bool:
        """Whether a registration is given to a folder that has none. Raises WrongRunFolder where it
        has another one."""
        own = stored.config.get(_REGISTERED)
        if own is None or self._registered is None:
            return self._registered is not None
        if own["digest"] != self._registered["digest"]:
            raise WrongRunFolder(
                f"{root} was begun under the registration of {own['date']} ({own['digest'][:16]}), "
                f"and now one of {self._registered['date']} is given: give that one, or another "
                "--out; nothing was touched."
            )
        return False

    def _check(self, root: Path, stored: RunFile) -> bool:
        """Whether the folder is of the same run with fewer samples. Raises WrongRunFolder where it
        is of another run."""
        if stored.is_of(self.digest, self.files):
            return False
        if stored.files != dict(self.files) or not self._begun_as(root, stored):
            runfile.refuse_another(root, stored, self.resolved, self.files)
        return True

    def _begun_as(self, root: Path, stored: RunFile) -> bool:
        """Whether this run with the stored numbers of samples is the stored one. Raises
        WrongRunFolder where it has fewer now."""
        if self.at is None:
            return False
        before, after = _counts(stored.config), _counts(self.resolved)
        if before.keys() != after.keys():
            return False
        if decisive_digest(self.at(before)) != stored.digest:
            return False
        if fewer := [cell for cell in before if after[cell] < before[cell]]:
            cell = fewer[0]
            raise WrongRunFolder(
                f"{root} has {before[cell]} samples per problem of {cell}, and now "
                f"{after[cell]} are asked for: samples can be raised in a run folder, not lowered; "
                f"set samples to {before[cell]} or more, or give another --out; nothing was "
                "touched."
            )
        return True

    def _grown(self, store: RunStore, stored: RunFile) -> dict[str, object]:
        """The config of the raised run. A raise before any sample of a cell was stored leaves no
        trace: nobody can have looked."""
        before, after = _counts(stored.config), _counts(self.resolved)
        raised: dict[str, list[int]] = {**stored.config.get("raised", {})}
        stopped = stops(store.root)
        for cell, entry in stored.config["cells"].items():
            name = CellName(entry["model"], entry["benchmark"])
            if after[cell] > before[cell] and len(store.present_ids(name)):
                seen = before[cell] if cell in raised else stopped.get(name, before[cell])
                raised[cell] = [*raised.get(cell, []), seen]
        return {**self.resolved, **({"raised": raised} if raised else {})}


class _Asking(TypedDict):
    samples: int


def _counts(config: Mapping[str, object]) -> dict[str, int]:
    cells = cast("Mapping[str, _Asking]", config["cells"])
    return {cell: entry["samples"] for cell, entry in cells.items()}
