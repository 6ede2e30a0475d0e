"""What a report shows, ready to be drawn: every figure computed, every text still raw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from claimbench.analysis.agreement import Agreement
from claimbench.analysis.efficiency import Efficiency
from claimbench.analysis.lengths import CapCurve, Lengths
from claimbench.analysis.problem_counts import ProblemCounts
from claimbench.messages import Value
from claimbench.records import (
    NOT_REGISTERED,
    Measurement,
    PublishedResult,
    Registration,
    Verdict,
)
from claimbench.verdicts.articles.results import ClaimVerdict
from claimbench.verdicts.comparisons import Compared
from claimbench.verdicts.side_by_side import EvidenceGroup


@dataclass(frozen=True, slots=True)
class CellView:
    """One model on one benchmark: the score at every token cap and the lengths of its replies,
    None where imported outputs do not state their tokens; what became of each problem."""

    model: str
    benchmark: str
    lengths: Lengths | None
    curve: CapCurve | None
    problems: ProblemCounts | None = None


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. `about` are pairs (what, value) that describe it; `name` is its folder's; `titles`
    are those of its models and benchmarks by name."""

    name: str
    title: Value
    measurements: tuple[Measurement, ...]
    verdicts: tuple[Verdict, ...]
    cells: tuple[CellView, ...]
    efficiency: tuple[Efficiency, ...]
    about: tuple[tuple[Value, Value], ...]
    partial: bool
    agreements: tuple[Agreement, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    registration: Registration = NOT_REGISTERED

    def titled(self, name: str) -> str:
        """The title of a model or benchmark, its name where it has none."""
        return self.titles.get(name) or name


@dataclass(frozen=True, slots=True)
class Document:
    """A report over one or many runs. `sources` are the published results by id; `gpu_hour` is the
    price of an hour of one GPU in US dollars, where one was given; `claims` are the articles',
    judged by these runs and what is published; without `texts` it shows nothing that a model or a
    benchmark wrote; `comparisons` are of the later runs with the first."""

    title: Value
    runs: tuple[RunView, ...]
    evidence: tuple[EvidenceGroup, ...]
    sources: Mapping[str, PublishedResult] = field(default_factory=dict)
    gpu_hour: float | None = None
    claims: tuple[ClaimVerdict, ...] = ()
    texts: bool = True
    comparisons: tuple[Compared, ...] = ()

    @property
    def partial(self) -> bool:
        return any(run.partial for run in self.runs)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        return tuple(m for run in self.runs for m in run.measurements)

    @property
    def efficiency(self) -> tuple[Efficiency, ...]:
        return tuple(e for run in self.runs for e in run.efficiency)

    @property
    def registrations(self) -> tuple[tuple[str, Registration], ...]:
        """How each run that was judged stands to what was registered before it."""
        return tuple((run.name, run.registration) for run in self.runs if run.verdicts)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(v for run in self.runs for v in run.verdicts)
