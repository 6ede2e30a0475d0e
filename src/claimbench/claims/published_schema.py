"""What a file of seeds/published holds: tables of results, and dated figures."""

from __future__ import annotations

from pydantic import Field, model_validator

from claimbench.claims.schema import Figure
from claimbench.config.yamlfile import Strict
from claimbench.errors import counted
from claimbench.records.plain import Tier

Protocol = dict[str, object]
"""How a figure was measured, as its source states it."""


class TableSource(Strict):
    """The document a table was read in."""

    file: str
    commit: str = ""
    url: str = ""


class Column(Strict):
    """A benchmark and metric, and what the source states about how it was measured."""

    benchmark: str
    metric: str | None = None
    line: str = ""
    samples: int | None = Field(default=None, gt=0)
    samples_min: int = Field(default=1, gt=0)
    runs: int | None = Field(default=None, gt=1)
    problems: int | None = Field(default=None, gt=0)
    decimals: int = Field(default=1, ge=0)
    greedy: bool | None = None
    protocol: Protocol = Field(default_factory=dict)
    note: str = ""
    untestable: str = ""


class Other(Strict):
    """A second figure that the source gives for a cell, and why both are kept."""

    value: float
    reason: str = Field(min_length=1)
    source: TableSource | None = None
    line: str = ""


class Cell(Strict):
    """A figure that needs more than its value; `problems` where it is of another set than the
    column's."""

    value: float
    problems: int | None = Field(default=None, gt=0)
    sd: float | None = Field(default=None, ge=0)
    conflict: str = ""
    also: tuple[Other, ...] = ()


class Row(Strict):
    """The figures of one model, in the order of the columns; null where the source has none.

    `own: false` says that the stated protocol is not this row's (a table that quotes others);
    `samples` stands for the columns' where the rows of a table differ in it.
    """

    line: str = ""
    own: bool = True
    samples: int | None = Field(default=None, gt=0)
    note: str = ""
    values: tuple[float | Cell | None, ...]


class Table(Strict):
    """One table: columns × rows. `per_problem` names a CSV file beside this one that holds the
    score of every problem (`model`, `problem`, `samples`, `right`), for a table of one column."""

    title: str
    lines: str
    note: str = ""
    per_problem: str = ""
    source: TableSource | None = None
    protocol: Protocol = Field(default_factory=dict)
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: dict[str, Row] = Field(min_length=1)

    @model_validator(mode="after")
    def _rows_fill_columns(self) -> Table:
        for name, row in self.rows.items():
            if len(row.values) != len(self.columns):
                raise ValueError(
                    f"row {name} has {counted(len(row.values), 'value')} for "
                    f"{counted(len(self.columns), 'column')}"
                )
        if self.per_problem and len(self.columns) != 1:
            raise ValueError("scores per problem are of one benchmark: give the table one column")
        return self


class PublishedFile(Strict):
    """One file of seeds/published."""

    title: str
    tier: Tier
    source: TableSource | None = None
    protocol: Protocol = Field(default_factory=dict)
    tables: dict[str, Table] = Field(default_factory=dict)
    figures: dict[str, Figure] = Field(default_factory=dict)
