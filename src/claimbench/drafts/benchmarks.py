"""A data file → the configuration of its benchmark: which columns hold the question and the gold,
and which grader calls every gold right, found by grading the golds against themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claimbench.benchmarks.loading import content_digest, load_problems
from claimbench.benchmarks.rows import read_file
from claimbench.benchmarks.twins import contradictions
from claimbench.config.benchmarks import BenchmarkConfig, DatasetConfig, FieldsConfig, GraderConfig
from claimbench.config.canonical import plain
from claimbench.config.inline import DATA_FILES, name_of
from claimbench.drafts.columns import Columns, Row, guess_fields
from claimbench.drafts.models import as_yaml, path_from
from claimbench.errors import ConfigError, DataError
from claimbench.grading import make_grader, make_pool
from claimbench.grading.numerals import to_fraction
from claimbench.grading.outcomes import CORRECT
from claimbench.records import Grade, Problem, Sample

BOXED = "{question}\nPlease reason step by step, and put your final answer within \\boxed{}."
LETTER = "{question}\n\nThe last line of your reply is `Answer: X`, X being the letter."
CHOICES = LETTER.replace("{question}", "{question}\n\n{choices}")
SHOWN = 5
"""Golds that no grader calls right: so many are shown."""


@dataclass(frozen=True, slots=True)
class BenchmarkDraft:
    """A benchmark's configuration, what a person must decide by key, the first problem, and the
    golds that its grader does not call right against themselves."""

    config: BenchmarkConfig
    file: Path
    decide: dict[str, str]
    first: Problem
    golds: int
    failing: tuple[Grade, ...]


def draft_benchmark(
    place: str, name: str | None = None, given: Columns = Columns()
) -> BenchmarkDraft:
    """The benchmark of a data file. Raises ConfigError or DataError where there is none, or where
    no column is a question or a gold."""
    file = Path(place).expanduser()
    rows = _read(file)
    decide: dict[str, str] = {}
    fields = guess_fields(rows, given, file, decide)
    has_choices = bool(fields.choices or fields.choices_in)
    kinds = [given.grader] if given.grader else _kinds(rows, fields)
    config = BenchmarkConfig(
        name=name or name_of(place),
        title=name or name_of(place),
        dataset=DatasetConfig(file=str(file.resolve()), rows=len(rows)),
        fields=fields,
        prompt="{question}{choices}" if has_choices else "{question}",
        grader=GraderConfig(kind=kinds[0]),
        drafted=True,
    )
    problems = load_problems(config)
    kind, failing = _fitting(kinds, problems)
    dataset = plain(config.dataset) | {"digest": content_digest(problems)}
    update = {
        "grader": GraderConfig(kind=kind),
        "prompt": _prompt(kind, problems),
        "dataset": DatasetConfig.model_validate(dataset),
    }
    final = config.model_copy(update=update)
    if failing:
        decide["grader"] = f"it calls {len(failing)} of {len(problems)} golds wrong"
    if doubts := contradictions(problems):
        decide["golds"] = "; ".join(doubts)
    return BenchmarkDraft(final, file, decide, problems[0], len(problems), tuple(failing))


def _read(file: Path) -> list[Row]:
    if file.is_dir():
        raise ConfigError(f"{file}: this is a folder; name a file in it")
    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file")
    if not file.name.endswith(DATA_FILES):
        kinds = ", ".join(DATA_FILES[:4])
        raise ConfigError(f"{file}: rows are read from {kinds}; save it as one of these")
    rows = list(read_file(file))
    if not rows:
        raise DataError(f"{file}: there are no rows in it")
    return rows


# --- the grader -----------------------------------------------------------------------------


def _kinds(rows: Sequence[Row], fields: FieldsConfig) -> list[str]:
    """The graders to try, best first."""
    if fields.choices or fields.choices_in:
        return ["choice"]
    golds = [_gold(row, fields) for row in rows]
    if all(to_fraction(gold) is not None for gold in golds):
        return ["number", "latex"]
    if all(re.fullmatch(r"\(?[A-Ja-j]\)?", gold) for gold in golds):
        return ["choice", "latex"]
    return ["latex", "number"]


def _gold(row: Row, fields: FieldsConfig) -> str:
    text = str(row.get(fields.gold or ""))
    return (text.rpartition(fields.gold_after)[2] if fields.gold_after else text).strip()


def _fitting(kinds: Sequence[str], problems: Sequence[Problem]) -> tuple[str, list[Grade]]:
    """The first grader that calls all golds right, else the one that calls most so; with the golds
    that it does not."""
    tried = [(kind, _failing(kind, problems)) for kind in kinds[:1]]
    if tried[0][1]:
        tried += [(kind, _failing(kind, problems)) for kind in kinds[1:]]
    return min(tried, key=lambda one: len(one[1]))


def _failing(kind: str, problems: Sequence[Problem]) -> list[Grade]:
    grader = make_grader(kind, {}, None)
    replies = [_reply(kind, problem) for problem in problems]
    if kind != "latex":
        grades = [grader.grade(p, r) for p, r in zip(problems, replies, strict=True)]
        return [grade for grade in grades if grade.outcome != CORRECT]
    with make_pool(1, [(grader, problems[0])]) as pool:
        for problem, reply in zip(problems, replies, strict=True):
            pool.submit(grader, problem, reply)
        return [grade for grade in pool.drain() if grade.outcome != CORRECT]


def _reply(kind: str, problem: Problem) -> Sample:
    """What a model would write that knows the gold."""
    letter = "A" if problem.choices else problem.gold.strip("()").upper()
    text = f"Answer: {letter}" if kind == "choice" else f"It is $\\boxed{{{problem.gold}}}$."
    order = tuple(range(len(problem.choices)))
    return Sample(
        problem.id, "", problem.benchmark, problem.id, 0, text, "stop", 0, 0, 0.0, 0, order
    )


def _prompt(kind: str, problems: Sequence[Problem]) -> str:
    if kind == "choice":
        return CHOICES if problems[0].choices else LETTER
    # Questions that ask for a box themselves are sent as they are.
    return "{question}" if all("boxed" in p.question for p in problems) else BOXED


# --- the file -------------------------------------------------------------------------------


def benchmark_yaml(draft: BenchmarkDraft, folder: Path) -> str:
    """The text of a benchmark file that is to lie in `folder`."""
    config, decide = draft.config, draft.decide
    note = {key: f"  # decide: {words}" for key, words in decide.items()}
    fields = {k: v for k, v in plain(config.fields).items() if v not in (None, [], {})}
    lines = [
        f"# Made by `claimbench new benchmark` of {draft.file.name}; what it guessed is below.",
        "dataset:",
        f"  file: {as_yaml(path_from(folder, draft.file))}",
        f"  rows: {config.dataset.rows}",
        f"  digest: {config.dataset.digest}",
        "fields:",
        *(f"  {key}: {as_yaml(value)}{note.get(key, '')}" for key, value in fields.items()),
        f"prompt: {as_yaml(config.prompt)}  # decide: how the question is put",
        "grader:",
        f"  kind: {config.grader.kind}{note.get('grader', '')}",
        "samples: 1  # decide: samples per problem; more of them make the sampling error smaller",
    ]
    return "\n".join(lines) + "\n"
