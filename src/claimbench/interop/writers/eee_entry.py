"""What names a model on a benchmark in EvalEval's datastore: ids, folder, time."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from claimbench.interop.results import Results
from claimbench.records import Measurement

NOT_STATED = "not stated"
_BAD = re.compile(r'[<>:"\\|?*\x00-\x1f/]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)|^(data|unknown)$")


@dataclass(frozen=True)
class Entry:
    """One model on one benchmark, as the schema has it."""

    results: Results
    measured: Measurement

    @cached_property
    def model(self) -> Mapping[str, object]:
        return mapping(mapping(self.results.config["models"])[self.measured.model])

    @cached_property
    def benchmark(self) -> Mapping[str, object]:
        return mapping(mapping(self.results.config["benchmarks"])[self.measured.benchmark])

    @cached_property
    def imported(self) -> Mapping[str, object]:
        """What an import says of itself; {} for a run of our own."""
        return mapping(self.results.config.get("import"))

    @cached_property
    def model_id(self) -> str:
        """The id on the hub, or the name. A local folder has a name alone."""
        return str(self.model.get("hub") or self.measured.model)

    @cached_property
    def developer(self) -> str:
        prefix, slash, _ = self.model_id.partition("/")
        return prefix if slash else NOT_STATED.replace(" ", "-")

    @cached_property
    def folder(self) -> str:
        _, slash, rest = self.model_id.partition("/")
        parts = (self.measured.benchmark, self.developer, rest if slash else self.model_id)
        return "/".join(["data", *map(portable, parts)])

    @cached_property
    def uuid(self) -> str:
        """A version 4 id that the same results always have."""
        m = self.measured
        told = [self.model_id, m.benchmark, self.stamp, m.pass_at_1, m.right, m.counted]
        digest = sha256(json.dumps(told).encode("utf-8", "surrogatepass")).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    @cached_property
    def started(self) -> datetime | None:
        """When the last session began."""
        found = [str(s["started"]) for s in self.results.sessions if "started" in s]
        return datetime.fromisoformat(found[-1]) if found else None

    @cached_property
    def stamp(self) -> str:
        return str(int(self.started.timestamp())) if self.started else "0"

    @cached_property
    def evaluation_id(self) -> str:
        return f"{self.measured.benchmark}/{self.model_id}/{self.stamp}"

    @property
    def date(self) -> str:
        return self.started.isoformat() if self.started else ""

    def result_id(self, metric: str) -> str:
        return f"{self.measured.benchmark}/{metric}"


def portable(name: str) -> str:
    """A folder's name on every system, as the datastore has it."""
    clean = "".join(c if c.isprintable() else "_" for c in _BAD.sub("_", name)).rstrip(". ")
    return f"_{clean}" if not clean or _RESERVED.match(clean) else clean


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def texts(values: Mapping[str, object]) -> dict[str, str]:
    """Values as text, which is what the schema takes; unknown ones are left out."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }
