"""What is registered before a run: a dated file, which run.yaml then holds whole.

The digest shows damage and edits, not a forger who makes it again, and the date is what the machine
that wrote it says: who must convince others puts the file, or its digest, where they see when.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import Field

from claimbench.config.canonical import digest as digest_of
from claimbench.config.yamlfile import Strict, load_yaml, parse
from claimbench.errors import ConfigError
from claimbench.store import provenance
from claimbench.store.files import write_once
from claimbench.store.rows import SAMPLES
from claimbench.version import __version__

if TYPE_CHECKING:
    from claimbench.store.run import RunStore

FORMAT = 1
KEY = "claimbench_registration"
SECTIONS = (
    "figures", "margins", "claims", "protocol", "prompts", "graders", "benchmarks", "models",
    "samples", "looks",
)  # fmt: skip
"""What is registered, in the order of the file."""

Facts = Mapping[str, Mapping[str, Any]]
"""By section, what is registered of each thing: a number, a text, a list, or several by name. None
is left open."""


class Code(Strict):
    """The code that registered. `source` is the digest of all of it; `commit` is known where it
    lies in a repository."""

    version: str
    source: str
    commit: str | None = None
    uncommitted_changes: bool | None = None

    def __str__(self) -> str:
        return f"{self.version}, source {self.source}"


class Registered(Strict):
    """A registration: when (UTC), by which code, of which run, what (`values`), the digest of each
    of its sections, and `digest` over all of that."""

    format: int = Field(alias="claimbench_registration")
    date: str
    run: str
    code: Code
    digest: str
    digests: dict[str, str]
    values: dict[str, dict[str, Any]]

    @property
    def at(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.date)

    @property
    def left_open(self) -> list[str]:
        """What could not be known when it was registered."""
        return [
            f"{name} {part}".rstrip()
            for named in self.values.values()
            for name, value in named.items()
            for part, one in (value.items() if isinstance(value, dict) else [("", value)])
            if one is None
        ]

    def as_data(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


def code_now() -> Code:
    """The code that runs."""
    known = {"version": __version__, "source": provenance.source_digest()}
    return Code.model_validate({**known, **provenance.commit()})


def register(run: str, facts: Facts) -> Registered:
    """A registration of `facts`, now."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    values = {name: dict(facts[name]) for name in SECTIONS}
    content = {KEY: FORMAT, "date": now, "run": run, "code": code_now().model_dump(mode="json")}
    digests = {name: digest_of(found) for name, found in values.items()}
    whole = {**content, "digests": digests, "values": values}
    return Registered.model_validate({**whole, "digest": digest_of(whole)})


def write(made: Registered, path: Path) -> None:
    """Write a registration into a file that is not there yet. Raises ConfigError where it is."""
    refuse_existing(path)
    text = yaml.safe_dump(made.as_data(), sort_keys=False, allow_unicode=True)
    if not write_once(path, [text]):
        refuse_existing(path)


def refuse_existing(path: Path) -> None:
    """Raises ConfigError where the file is there: what is registered stays."""
    if path.exists():
        raise ConfigError(
            f"--register {path}: the file is there already, and a registration is not written "
            "over; give another name, or move it away"
        )


def read(path: Path) -> Registered:
    """The registration in a file. Raises ConfigError where it is none, or was edited."""
    data, marks = load_yaml(path)
    if not isinstance(data, Mapping) or KEY not in data:
        raise ConfigError(
            f"--registered {path}: no registration (it has no key {KEY}); give the file that "
            "`claimbench plan RUN --register FILE` wrote"
        )
    if data[KEY] != FORMAT:
        raise ConfigError(
            f"--registered {path}, key {KEY}: {data[KEY]!r} is a form that this version does not "
            f"know (it knows {FORMAT}): use the version of claimbench that wrote it"
        )
    found = parse(Registered, data, path, marks)
    if fault := why_damaged(found):
        raise ConfigError(
            f"--registered {path}: it was edited or damaged after it was written ({fault}); give "
            "the file as `claimbench plan RUN --register FILE` wrote it"
        )
    return found


def why_damaged(found: Registered) -> str:
    """In what a registration does not agree with its own digests; empty where it does."""
    for name, values in found.values.items():
        if found.digests.get(name) != digest_of(values):
            return f"key values.{name} is not that of its digest"
    data = found.as_data()
    if data.pop("digest") != digest_of(data):
        return "key digest is not that of the file"
    try:
        found.at.astimezone(datetime.UTC)
    except ValueError:
        return f"key date: {found.date} is no date"
    return "" if found.at.tzinfo else f"key date: {found.date} has no time zone"


def first_sample(store: RunStore) -> datetime.datetime | None:
    """When the first sample of a run folder was stored, by the names of its files; None where there
    is none, or another program named them."""
    names = [
        path.name.removeprefix("part-").partition("-")[0]
        for entry in store.manifest.cells.values()
        for path in store.parts(SAMPLES, entry.name)
    ]
    return min(filter(None, map(_moment, names)), default=None)


def _moment(name: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.strptime(name, "%Y%m%dT%H%M%S.%fZ")
    except ValueError:
        return None
    return found.replace(tzinfo=datetime.UTC)
