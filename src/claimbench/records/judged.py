"""The records of what is published and claimed, and of the verdicts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from claimbench.messages import NO_TEXT, Departure, Disagreement, Message, Texts
from claimbench.records.plain import JsonObject, Tier


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure can be looked up: a file (or page) at a commit (or date), and the line."""

    file: str
    line: str = ""
    commit: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """A published figure of `subject` on `benchmark`.

    `value` is in points (0 to 100) for shares, in the metric's own unit otherwise. `samples` is m,
    the samples per problem behind it, None where unknown (`samples_min` is then the smallest number
    the source allows). `sd` over `runs` runs where the source reports seeds, in points. `decimals`
    says how the figure was rounded. `greedy` None: unknown. `protocol` has the keys the source
    states; a missing key is unknown, not default. `untestable`: why nobody can measure it again.
    Where the source gives the score of every problem, `right[i]` of `counted[i]` samples of problem
    `problem_ids[i]` are right; the three are empty otherwise.
    """

    id: str
    table: str
    subject: str
    benchmark: str
    metric: str
    value: float
    tier: Tier
    source: Source
    samples: int | None = None
    samples_min: int = 1
    sd: float | None = None
    runs: int | None = None
    decimals: int = 1
    greedy: bool | None = None
    problems: int | None = None
    protocol: JsonObject = field(default_factory=dict)
    note: str = ""
    untestable: str = ""
    problem_ids: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    counted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of an article, in our own words. `test` says how it is made testable (its keys
    depend on `kind`); `reason` says why it is not, where it is not, and `lacks` whether a run or a
    record is lacking (or "both": neither could settle it). `disagreements` says, by the id of a
    related claim, in what the two disagree; `speaker` whom the article quotes."""

    id: str
    article: str
    lines: str
    kind: str
    text: Texts
    test: JsonObject | None = None
    reason: Texts = NO_TEXT
    lacks: str = ""
    related: tuple[str, ...] = ()
    note: Texts = NO_TEXT
    disagreements: Mapping[str, Disagreement] = field(default_factory=dict)
    speaker: Texts = NO_TEXT


@dataclass(frozen=True, slots=True)
class Laboratories:
    """Third parties' figures of the model on the benchmark, or `pooled` over models: their standard
    deviation `sd` in points, the difference between two that 95 % stay below (`half_width`), and
    whether the verdict's difference is `unusual` among them."""

    sd: float
    df: int
    pooled: bool
    half_width: float
    unusual: bool


@dataclass(frozen=True, slots=True)
class Fragility:
    """How many grades would have to be wrong to change a verdict (`tipping_point`), and how many of
    the wrong ones would have to be right (`upwards`, None where no number would): a grader that
    misses the share `miss_rate` of right answers. `fragile` where there are as many `suspects`."""

    tipping_point: int
    upwards: int | None
    miss_rate: float | None
    suspects: int | None
    fragile: bool | None


@dataclass(frozen=True, slots=True)
class LearnedBound:
    """A verdict rests on `share` of the bound on a bare score's variance, as runs of other models
    bear out; by the plain bound it is `verdict`, with this standard error and interval (points)."""

    share: float
    se: float
    interval_95: tuple[float, float]
    verdict: str


@dataclass(frozen=True, slots=True)
class LooksTaken:
    """At how many looks a verdict was, or may have been, sought: `declared` and `earlier` as in
    `Looks`, at `samples` of each problem now. `level` is the two-sided level at which a difference
    was tested where the looks were not declared; None where they were."""

    samples: int
    declared: tuple[int, ...] = ()
    earlier: tuple[int, ...] = ()
    level: float | None = None


RegistrationState = Literal["as registered", "not as registered", "not registered"]


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that is not as it was registered, such as the `samples` of a model on a benchmark:
    its value `then` and `now`, None where it was not, or is not, there."""

    thing: str
    of: str
    then: int | float | str | None
    now: int | float | str | None


@dataclass(frozen=True, slots=True)
class Registration:
    """How a run stands to what was registered before it: `date` in UTC and `digest` are the
    registration's, `changes` what differs from it; `late` is when the first sample was made, where
    that was before the registration."""

    state: RegistrationState = "not registered"
    date: str = ""
    digest: str = ""
    late: str = ""
    changes: tuple[Change, ...] = ()


NOT_REGISTERED = Registration()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement of one claim or published figure. `difference`, intervals, `se`, `margin` and
    `needed_margin` are in points; `departures` lists where the measured protocol differs from the
    published one; `sentence` is what a reader needs; `deciding_samples` how many samples per
    problem a new run needs to decide with a probability of 80 %, where this one did not."""

    claim: str
    subject: str
    benchmark: str
    metric: str
    verdict: str
    tier: Tier | None
    sentence: Message
    measured: float | None = None
    published: float | None = None
    difference: float | None = None
    se: float | None = None
    interval_95: tuple[float, float] | None = None
    interval_90: tuple[float, float] | None = None
    margin: float | None = None
    needed_margin: float | None = None
    p_difference: float | None = None
    p_equivalence: float | None = None
    p_difference_adjusted: float | None = None
    p_equivalence_adjusted: float | None = None
    departures: tuple[Departure, ...] = ()
    notes: tuple[Message, ...] = ()
    deciding_samples: int | None = None
    laboratories: Laboratories | None = None
    fragility: Fragility | None = None
    looks: LooksTaken | None = None
    learned: LearnedBound | None = None
    registration: Registration = NOT_REGISTERED
