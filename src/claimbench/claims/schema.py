"""What an article file holds, and how a claim of each kind is made testable (docs/claims.md)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from claimbench.claims import formula
from claimbench.claims.sources import (
    ArtifactCheck,
    Lacks,
    Noted,
    RecordCheck,
    SourceSpec,
)
from claimbench.config.texts import ByLanguage, Written, said
from claimbench.config.yamlfile import Strict
from claimbench.messages import Value
from claimbench.records.plain import Tier

Kind = Literal[
    "benchmark",
    "efficiency",
    "arithmetic",
    "artifact",
    "leaderboard",
    "hardware",
    "market",
    "opinion",
]
TEST_KEYS: dict[str, str] = {
    "benchmark": "tests",
    "efficiency": "measures",
    "arithmetic": "arithmetic",
    "artifact": "checks",
    "leaderboard": "records",
    "hardware": "records",
    "market": "records",
}
"""The key that holds the test of each kind that can have one."""

LACKS: dict[str, Lacks] = {
    "benchmark": "run",
    "efficiency": "run",
    "arithmetic": "record",
    "artifact": "record",
    "leaderboard": "record",
    "hardware": "record",
    "market": "record",
    "opinion": "both",
}
"""What a claim of each kind lacks where it has no test and does not say."""

Relation = Literal["ahead", "on par", "at least"]
Quantifier = Literal["some", "all", "listed"]


class BenchmarkTest(Noted):
    """A comparison of two models over benchmarks.

    `ahead`: subject above reference. `on par`: within the margin either way. `at least`: not below
    by more than the margin. Quantifier `some`: on at least one of the benchmarks; `all`: on every
    one, so that one counterexample contradicts the claim; `listed`: the list stands for as many
    statements, of which some may hold and others fail. `benchmarks` are `benchmark` or
    `benchmark/metric`; margins are in the metric's unit, one for all or one by entry.
    """

    subject: str
    reference: str
    relation: Relation
    quantifier: Quantifier
    benchmarks: tuple[str, ...] = Field(min_length=1)
    margin: float | dict[str, float] | None = None

    @model_validator(mode="after")
    def _margins_fit(self) -> BenchmarkTest:
        if self.relation != "ahead" and self.margin is None:
            raise ValueError(f"key margin is missing: {self.relation} needs one")
        if isinstance(self.margin, dict) and set(self.margin) != set(self.benchmarks):
            odd = sorted(set(self.margin) ^ set(self.benchmarks))[0]
            raise ValueError(f"key margin must name the benchmarks of the test, each once ({odd})")
        values = self.margin.values() if isinstance(self.margin, dict) else [self.margin]
        if any(value is not None and value <= 0 for value in values):
            raise ValueError("key margin must be positive")
        if len(set(self.benchmarks)) < len(self.benchmarks):
            raise ValueError("key benchmarks names one benchmark twice")
        return self

    def margin_of(self, named: str) -> float | None:
        """The margin for an entry of `benchmarks`, in the unit of its metric."""
        return self.margin[named] if isinstance(self.margin, dict) else self.margin


class Figure(Strict):
    """A dated price, cost or count with its source. A range says that the source is not exact;
    `bound` says that the source names only a floor or a ceiling. `confirmed` is false where the
    number could not be read in its source: whatever rests on it says so. `tier` and `table` are
    those of the file that holds the figure."""

    value: float | tuple[float, float]
    unit: str
    source: SourceSpec
    subject: str = ""
    bound: Literal["exact", "at_least", "at_most", "about"] = "exact"
    confirmed: bool = True
    note: str = ""
    tier: Tier = "D"
    table: str = ""

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return self.value if isinstance(self.value, tuple) else (self.value, self.value)

    @field_validator("value")
    @classmethod
    def _range_is_ordered(cls, value: float | tuple[float, float]) -> float | tuple[float, float]:
        if isinstance(value, tuple) and value[0] >= value[1]:
            raise ValueError("a range has its lower end first")
        return value


class ArithmeticInput(Strict):
    """An input of a formula: a figure of seeds/published by its id, or a number with its source."""

    figure: str | None = None
    value: float | tuple[float, float] | None = None
    unit: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> ArithmeticInput:
        if (self.figure is None) == (self.value is None):
            raise ValueError("needs either figure, or value with unit and source")
        if self.value is not None and not (self.unit and self.source):
            raise ValueError("a value needs its unit and its source")
        return self


class SecondReading(Noted):
    """Another value that the claim's words could mean, from the same inputs: shown beside the
    first, on which the verdict rests."""

    formula: str


class ArithmeticTest(Noted):
    """What follows from cited figures. The claim agrees where the computed value lies in
    [`low`, `high`], or within `tolerance` of `claimed` (both in `unit`)."""

    inputs: dict[str, ArithmeticInput] = Field(min_length=1)
    formula: str
    unit: Written
    claimed: float | None = None
    tolerance: float | None = Field(default=None, ge=0)
    low: float | None = None
    high: float | None = None
    second: SecondReading | None = None

    @model_validator(mode="after")
    def _formula_fits_inputs(self) -> ArithmeticTest:
        if self.second and (new := formula.names_in(self.second.formula) - set(self.inputs)):
            raise ValueError(f"key second uses {min(new)}, which is no input")
        used = formula.names_in(self.formula)
        if used != set(self.inputs):
            odd = sorted(used ^ set(self.inputs))[0]
            raise ValueError(f"formula and inputs must name the same quantities ({odd})")
        return self

    @model_validator(mode="after")
    def _claims_something(self) -> ArithmeticTest:
        ranged = self.low is not None or self.high is not None
        if (self.claimed is None) == (not ranged):
            raise ValueError("needs either claimed with tolerance, or low or high or both")
        if self.claimed is not None and self.tolerance is None:
            raise ValueError("key tolerance is missing")
        return self


def _one_or_more(value: object) -> object:
    """A single mapping stands for a list of one; nothing for an empty list."""
    if value is None:
        return ()
    return (value,) if isinstance(value, dict) else value


class EfficiencyTest(Noted):
    """A measurable quantity of a run, compared with a reference or with dated figures.
    `from_figures` is what published figures say before any run: one sum, or one for each source,
    so that sources that disagree are both shown."""

    quantity: Literal[
        "tokens_per_second",
        "tokens_per_solved",
        "gpu_seconds_per_solved",
        "cost_per_solved",
        "active_parameters",
        "training_gpu_hours",
        "price_per_token",
        "seconds_per_case",
    ]
    subject: str
    reference: str
    relation: Literal["lower", "higher"]
    figures: tuple[str, ...] = ()
    from_figures: Annotated[tuple[ArithmeticTest, ...], BeforeValidator(_one_or_more)] = ()


class DisagreementSpec(Strict):
    """What this article says, and what the other one says."""

    here: Written
    there: Written


class Link(Strict):
    """A claim about the same thing, and in what the two disagree (absent: they agree)."""

    claim: str
    disagreement: DisagreementSpec | None = None


LINES = re.compile(r"\d+(-\d+)?(, \d+(-\d+)?)*")


class ClaimSpec(Noted):
    """A claim in our own words. It has either the test of its kind or the reason why none is, and
    then what it `lacks` (that of its kind in LACKS where it does not say)."""

    id: str
    lines: str
    kind: Kind
    text: Written = Field(min_length=1)
    speaker: Written = Field(default_factory=dict)
    tests: tuple[BenchmarkTest, ...] = ()
    measures: tuple[EfficiencyTest, ...] = ()
    arithmetic: ArithmeticTest | None = None
    checks: tuple[ArtifactCheck, ...] = ()
    records: tuple[RecordCheck, ...] = ()
    reason: Written = Field(default_factory=dict)
    lacks: Lacks | None = None
    related: tuple[Link, ...] = ()

    @field_validator("lines")
    @classmethod
    def _names_lines(cls, lines: str) -> str:
        if not LINES.fullmatch(lines):
            raise ValueError('write line numbers as "7", "16-17" or "4, 14-15"')
        for span in lines.split(", "):
            first, _, last = span.partition("-")
            if last and int(first) >= int(last):
                raise ValueError(f"{span} ends before it begins")
        return lines

    @model_validator(mode="after")
    def _has_a_test_or_a_reason(self) -> ClaimSpec:
        own = TEST_KEYS.get(self.kind)
        for key in dict.fromkeys(TEST_KEYS.values()):
            if getattr(self, key) and key != own:
                raise ValueError(f"key {key} does not belong to a claim of kind {self.kind}")
        tested = bool(own and getattr(self, own))
        if tested and self.lacks:
            raise ValueError(f"claim {self.id} has {own}, so key lacks has no place")
        if tested and self.reason:
            raise ValueError(f"claim {self.id} has both {own} and reason: keep one")
        if not tested and not self.reason:
            wanted = f"{own}, or reason" if own else f"reason, as no run tests {self.kind} claims"
            raise ValueError(f"claim {self.id} needs the key {wanted}")
        return self

    @property
    def line_numbers(self) -> tuple[int, ...]:
        """First and last line of each span."""
        return tuple(int(n) for n in re.findall(r"\d+", self.lines))


class Article(Strict):
    """One article (seeds/articles/<id>.yaml): never its text, only its digest."""

    id: str
    outlet: ByLanguage
    date: dt.date
    date_stated: bool = Field(description="false: inferred from the days that the text names")
    language: str
    url: str = ""
    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    lines: int = Field(gt=0)
    claims: tuple[ClaimSpec, ...] = Field(min_length=1)

    @property
    def named(self) -> Value:
        """The outlet, in each language it is named in."""
        return said(self.outlet)
