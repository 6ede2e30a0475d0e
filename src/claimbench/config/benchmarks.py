"""What a benchmark configuration may say (configs/benchmarks/*.yaml)."""

from __future__ import annotations

import datetime as dt
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from claimbench.config.canonical import plain
from claimbench.config.yamlfile import Misplaced, Strict, nearest, unset
from claimbench.records.plain import JsonDict
from claimbench.records.runs import CHOICE_LETTERS


def _as_dates(value: Any) -> object:
    """Two dates as YAML or text gives them, as ISO text in order."""
    try:
        first, last = (date.fromisoformat(str(day)) for day in value)
    except (TypeError, ValueError) as error:
        raise ValueError("give two dates, [2024-08-01, 2025-01-31]") from error
    if first > last:
        raise ValueError(f"the window ends ({last}) before it begins ({first})")
    return first.isoformat(), last.isoformat()


Window = Annotated[tuple[str, str], BeforeValidator(_as_dates)]
Range = Annotated[tuple[int, int], BeforeValidator(lambda v: tuple(v) if type(v) is list else v)]


class ReleaseConfig(Strict):
    """A release of a dataset that grows: its files in order, and the rows in all of them."""

    parts: tuple[str, ...] = Field(min_length=1)
    rows: int = Field(gt=0)


class Selection(Strict):
    """Which problems of a dataset that grows: a release, and a window of dates, both ends kept."""

    release: str | None = None
    window: Window | None = None


class ShotsFromFile(Strict):
    """Worked examples out of a file of rows with the benchmark's column for the question: `count`
    of them, drawn by `seed`; `answer` is the column with the worked answer."""

    file: str
    answer: str = "answer"
    count: int = Field(gt=0)
    seed: int = 0


class PromptConfig(Strict):
    """How a run asks a benchmark otherwise than the benchmark's file says. `system` stands in place
    of the model's own system text; `fewshot: none` leaves the examples out."""

    prompt: str | None = None
    system: str | None = None
    fewshot: ShotsFromFile | Literal["none"] | None = None


class DatasetConfig(Selection):
    """Where rows come from: the hub at a pinned revision, a file for --data-dir, or the package.

    `keep` takes the rows whose number in a column lies in a range, both ends kept. `parts` are the
    files of `releases` with their SHA-256; `window` is of the column `date`. `rows` counts what is
    left after that; null where it is not known to this project.
    """

    hub: str | None = None
    subset: str | None = None
    revision: str | None = None
    split: str | None = None
    hub_file: str | None = None
    file: str | None = None
    packaged: bool = False
    parts: dict[str, str | None] = Field(default_factory=dict)
    releases: dict[str, ReleaseConfig] = Field(default_factory=dict)
    keep: dict[str, Range] = Field(default_factory=dict)
    date: str | None = None
    rows: Annotated[int, Field(gt=0)] | None = None
    digest: str | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> DatasetConfig:
        if not (self.hub or self.file):
            raise ValueError("names neither hub nor file")
        if self.hub and not self.revision:
            raise ValueError("names a hub dataset without its revision")
        return self

    @model_validator(mode="after")
    def _release_and_window_are_known(self) -> DatasetConfig:
        if (self.release is None) != (not self.releases):
            raise ValueError("key release must name one of the releases")
        if self.release is not None and self.release not in self.releases:
            raise ValueError(
                f"release {self.release!r} is unknown{nearest(self.release, list(self.releases))}"
            )
        parts = [part for release in self.releases.values() for part in release.parts]
        if strange := sorted(set(parts) - set(self.parts)):
            raise ValueError(f"releases name {strange[0]}, which is not among parts")
        if self.window and not self.date:
            raise ValueError("a window needs key date, the column with a problem's date")
        return self

    def selected(self, choice: Selection) -> DatasetConfig:
        """This dataset with another release or window; their row count is then not pinned here."""
        changed = {k: v for k, v in plain(choice).items() if v is not None}
        ours = plain(self)
        if all(ours[key] == value for key, value in changed.items()):
            return self
        return DatasetConfig.model_validate({**ours, **changed, "rows": None, "digest": None})


class TestsConfig(Strict):
    """The tests of a coding problem: the form they are written in (grading/code/unpack.py lists the
    forms), and the dataset's column for each of its parts. `prelude` is source that stands before
    every program and its tests, whatever the row: what a site imports, or the classes it has."""

    __test__ = False  # not a class of tests

    form: str
    columns: dict[str, str]
    prelude: str = ""


class FieldsConfig(Strict):
    """Columns of the dataset: `gold_after` keeps the text behind its last occurrence and
    `gold_boxed` what is in the last box; a gold that is a list is joined by commas. `choices` are
    columns, the right choice first; `choices_in` is one column with the list of them, of which
    `gold` names the right one (letter, number from 0, or text). `slots` are further columns that
    the prompt shows, by the name they have in it; `rating` is a problem's difficulty as contests
    rate it; `group` names what several problems have in common, a passage or the problem that they
    are variants of."""

    id: str | None = None
    question: str
    gold: str | None = None
    gold_after: str | None = None
    gold_boxed: bool = Field(default=False, exclude_if=unset)
    choices: tuple[str, ...] = Field(default=(), max_length=len(CHOICE_LETTERS))
    choices_in: str | None = Field(default=None, exclude_if=unset)
    slots: dict[str, str] = Field(default_factory=dict)
    rating: str | None = None
    group: str | None = Field(default=None, exclude_if=unset)
    tests: TestsConfig | None = None

    @model_validator(mode="after")
    def _choices_are_said_once(self) -> FieldsConfig:
        if self.choices_in and self.choices:
            raise ValueError("choices and choices_in both say where the choices are: leave one out")
        if self.choices_in and not self.gold:
            raise ValueError("choices_in needs gold, the column that names the right choice")
        return self


class FewshotConfig(Strict):
    """Worked examples as chat turns, drawn once by `seed` from a dataset of their own."""

    count: int = Field(gt=0)
    seed: int
    answer: str = Field(description="the column that holds the worked answer")
    dataset: DatasetConfig


class GraderConfig(Strict):
    """Which grader, with its options; `grading` checks both."""

    kind: str
    options: dict[str, object] = Field(default_factory=dict)


class LmEvalTask(Strict):
    """What a benchmark that is a task of lm-eval was made with; `bridge.lm_eval` fills it in.

    `generation` are the task's own generation_kwargs, which the run's sampling replaces; `dropped`
    are its stop strings that are not used; `unsafe_code`: its metric runs what the model wrote.
    """

    task: str
    group: str | None = None
    version: str
    task_version: str
    include: str | None = None
    include_digest: str | None = None
    chat: bool
    multiturn: bool
    num_fewshot: int
    fewshot_seed: int
    generation: JsonDict
    dropped: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    unsafe_code: bool = False


class PublicConfig(Strict):
    """When the first and the last of a benchmark's problems became public, by which source."""

    first: dt.date = Field(strict=False)
    last: dt.date = Field(strict=False)
    source: str

    @model_validator(mode="after")
    def _in_order(self) -> PublicConfig:
        if self.last < self.first:
            raise ValueError(f"last ({self.last}) is before first ({self.first})")
        return self


class BenchmarkConfig(Strict):
    """One benchmark (configs/benchmarks/*.yaml), or one task of lm-eval (key lm_eval)."""

    read_before = ("extends",)

    name: str
    title: str
    source: str = ""
    public: PublicConfig | None = Field(default=None, exclude_if=unset)
    contrast: str | None = Field(
        default=None,
        exclude_if=unset,
        description="benchmarks of one name are alike, and scores before and after a checkpoint's "
        "release are held against each other",
    )
    dataset: DatasetConfig
    fields: FieldsConfig
    prompt: str
    system: str | None = Field(
        default=None, description="a system text in place of the model's own; null: the model's"
    )
    starter_prompt: str | None = Field(
        default=None, description="the prompt of problems whose slot `starter` is not empty"
    )
    prompt_variant: str | None = Field(
        default=None, description="which of the model's prompt_variants; null: its own prompt"
    )
    fewshot: FewshotConfig | None = None
    stop: tuple[str, ...] = ()
    grader: GraderConfig
    samples: int = Field(default=1, gt=0)
    notes: str = ""
    lm_eval: LmEvalTask | None = None
    drafted: bool = Field(
        default=False, exclude_if=unset, description="made of its rows, and read by no person"
    )

    @model_validator(mode="after")
    def _prompt_asks_the_question(self) -> BenchmarkConfig:
        if self.prompt.count("{question}") != 1:
            raise Misplaced(("prompt",), "key prompt must contain {question} exactly once")
        if (self.fields.choices or self.fields.choices_in) and self.prompt.count("{choices}") != 1:
            raise Misplaced(("prompt",), "key prompt must contain {choices} exactly once")
        if self.starter_prompt is not None:
            if "starter" not in self.fields.slots:
                raise ValueError("key starter_prompt needs a column for the slot starter")
            if any(self.starter_prompt.count(slot) != 1 for slot in ("{question}", "{starter}")):
                raise ValueError("key starter_prompt must contain {question} and {starter} once")
        return self
