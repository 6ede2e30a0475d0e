"""Where something is written down: sources, texts by language, and records that settle a fact."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from claimbench.config.texts import Written
from claimbench.config.yamlfile import Strict
from claimbench.records.plain import Tier


class SourceSpec(Strict):
    """Where a figure can be looked up, and on which day it was true."""

    file: str
    line: str = ""
    commit: str = ""
    url: str = ""
    date: dt.date | None = None

    @field_validator("date", mode="before")
    @classmethod
    def _dates_return_from_json(cls, value: object) -> object:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value


class Noted(Strict):
    """What a reader should know beside a claim or a test of it."""

    note: Written = Field(default_factory=dict)


def can_be_looked_up(source: SourceSpec) -> bool:
    """Whether a source names a line at a commit, or an address on a day."""
    return bool(source.commit and source.line) or bool(source.url and source.date)


def _is_a_record(source: SourceSpec) -> SourceSpec:
    """What somebody remembers is no record."""
    if not can_be_looked_up(source):
        raise ValueError("a record needs commit and line, or url and date")
    return source


RecordSource = Annotated[SourceSpec, AfterValidator(_is_a_record)]


class ArtifactCheck(Noted):
    """One question to a checkpoint's repository. `expected` is what the claim says, `recorded`
    what was found; in English the two are compared."""

    repository: str
    field: Literal["license", "weights_public", "base_model", "parameters", "release_date"]
    expected: str
    recorded: Written
    source: RecordSource


class RecordCheck(Noted):
    """One fact of a claim beside a public record of it: what is `claimed`, what is `recorded`, and
    whether they agree, as a person reads them. `tier` is D where the record is of the party that
    the fact is about, else C."""

    claimed: Written = Field(min_length=1)
    recorded: Written = Field(min_length=1)
    agrees: bool
    source: RecordSource
    tier: Tier = "C"


Lacks = Literal["run", "record", "both"]
"""What a claim that cannot be tested lacks: a run that could be made, a record that could be found,
or either, because neither could settle it."""
