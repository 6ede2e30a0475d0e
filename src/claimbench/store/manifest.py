"""What run.yaml says, read back through the models that wrote it.

A run's manifest is its resolved configuration. That of imported outputs has the same keys, with
less in them: what is known of a model or a benchmark that has no configuration here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from claimbench.config.benchmarks import BenchmarkConfig, GraderConfig
from claimbench.config.models import ModelConfig
from claimbench.config.runs import RunConfig
from claimbench.config.texts import said
from claimbench.config.yamlfile import FromList, Strict, parse
from claimbench.errors import ConfigError, WrongRunFolder
from claimbench.messages import Texts
from claimbench.records.plain import JsonDict, JsonObject, Tier
from claimbench.records.runs import CellName, Looks
from claimbench.store.registration import Registered
from claimbench.store.runfile import read_run


class LookEntry(Strict):
    """A look that is declared: at so many samples of each problem, with the digest of their ids."""

    samples: int
    samples_digest: str


class CellEntry(Strict):
    """One model on one benchmark. `asked` is given for imported outputs, which may have more
    samples of one problem than of another; `samples` is then the most of any. `looks` are those
    before the one at all samples."""

    model: str
    benchmark: str
    problems: int
    samples: int
    problems_digest: str
    samples_digest: str | None = None
    asked: int | None = None
    tier: Tier = "A"
    looks: tuple[LookEntry, ...] = ()

    @property
    def name(self) -> CellName:
        return CellName(self.model, self.benchmark)

    def digest_of(self, samples: int) -> str | None:
        """The digest of the ids of the first `samples` of each problem, where it is known."""
        known = {self.samples: self.samples_digest}
        return {**{look.samples: look.samples_digest for look in self.looks}, **known}.get(samples)


class Judging(Strict):
    """The published tables that a run is compared with, the figures that its own file claims,
    margins in points by benchmark, and how many problems each benchmark has; fixed before the
    run."""

    published: tuple[str, ...]
    margins: dict[str, float]
    problems: dict[str, int | None]
    claimed: dict[str, dict[str, float]] = Field(default_factory=dict)


class ImportedRun(Strict):
    """What stands for a run's configuration where others ran it."""

    name: str
    title: str


class ImportedPrompt(Strict):
    """What is known of a foreign model's prompt: nothing."""

    reasoning_end: str | None = None
    system: str | None = None
    forced_prefix: str = ""


class ImportedModel(Strict):
    """A model that has no configuration here."""

    name: str
    title: str
    prompt: ImportedPrompt = ImportedPrompt()


class ImportedDataset(Strict):
    """The problems that imported outputs brought with them."""

    rows: int
    revision: None = None
    hub: None = None


class ImportedBenchmark(Strict):
    """A benchmark that has no configuration here."""

    name: str
    title: str
    source: str
    dataset: ImportedDataset
    grader: GraderConfig


class ImportedFile(Strict):
    """A file that outputs were read from."""

    name: str
    bytes: int
    sha256: str


class Unmatched(Strict):
    """Rows of an import that fit no problem, and the first of them."""

    rows: int
    examples: tuple[str, ...]


class ImportEntry(Strict):
    """Whose outputs were imported, what is stated of their protocol, and what was left out.
    `content` is the digest of all files; `notes` are messages as data, and `whose` is absent where
    only the tool is known."""

    source: str
    tool: str
    whose: str | None
    tier: Tier
    files: tuple[ImportedFile, ...]
    content: str
    protocol: JsonDict
    stated_by_importer: dict[str, object]
    notes: tuple[str | dict[str, object], ...]
    unmatched: Unmatched


class RunManifest(Strict):
    """The resolved configuration of a run folder. `departures` are in what each model's weights
    depart from the pinned ones, as data of messages; `reasoning_end` is by model, and by
    model/benchmark where a benchmark has a prompt of its own; `exposure` says by model/benchmark
    whether the problems were public before the checkpoint; `raised` has the former numbers of
    samples of cells that were raised when some of their samples were there; `registered` is what
    was registered before the run."""

    run: RunConfig | ImportedRun
    imported: ImportEntry | None = Field(default=None, alias="import")
    models: dict[str, ModelConfig | ImportedModel]
    benchmarks: dict[str, BenchmarkConfig | ImportedBenchmark]
    engine: dict[str, str]
    checkpoints: dict[str, str]
    departures: dict[str, str | dict[str, object]]
    graders: dict[str, GraderConfig]
    reasoning_end: dict[str, str | None]
    judging: Judging
    cells: dict[str, CellEntry]
    raised: dict[str, Annotated[tuple[int, ...], FromList]] = Field(default_factory=dict)
    exposure: dict[str, str] = Field(default_factory=dict)
    registered: Registered | None = None

    @property
    def title(self) -> str | Texts:
        """The run file's own words, in each language they are given in."""
        return said(self.run.title)

    def looks_of(self, cell: CellName) -> Looks | None:
        """At how many samples a cell is, and may have been, judged; None where only once. A raise
        of its samples ends what was declared."""
        entry, earlier = self.cells[str(cell)], self.raised.get(str(cell), ())
        if earlier:
            return Looks(earlier=earlier)
        declared = (*(look.samples for look in entry.looks), entry.samples)
        return Looks(declared=declared) if entry.looks else None

    def contrast_of(self, benchmark: str) -> str | None:
        """The name under which like benchmarks are held against each other, if it has one."""
        config = self.benchmarks[benchmark]
        return config.contrast if isinstance(config, BenchmarkConfig) else None

    def reasoning_end_of(self, cell: CellName) -> str | None:
        """The tag at which the model's reasoning ends in a cell; None for a model without any."""
        if str(cell) in self.reasoning_end:
            return self.reasoning_end[str(cell)]
        return self.models[cell.model].prompt.reasoning_end


def read_manifest(root: Path) -> RunManifest:
    """The manifest of the run folder `root`. Raises WrongRunFolder where it is none."""
    return manifest_of(root, read_run(root).config)


def manifest_of(root: Path, config: JsonObject) -> RunManifest:
    """The manifest of the run folder `root` from its plain `config`. Raises WrongRunFolder."""
    try:
        return parse(RunManifest, config, root / "run.yaml")
    except ConfigError as error:
        raise WrongRunFolder(
            f"{error}; another version of claimbench, or another program, made this folder: read "
            "its report.md, or give another --out and run again"
        ) from error
