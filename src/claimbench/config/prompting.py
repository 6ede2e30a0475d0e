"""A prompt as a setting of the run: another one than the benchmark's file has."""

from __future__ import annotations

from pydantic import ValidationError

from claimbench.config.benchmarks import BenchmarkConfig, DatasetConfig, FewshotConfig
from claimbench.config.canonical import plain
from claimbench.config.placeholders import check_prompt
from claimbench.config.runs import PromptConfig, RunConfig, ShotsFromFile
from claimbench.errors import ConfigError


def asked_as_the_run_says(
    benchmark: BenchmarkConfig, run: RunConfig, where: str
) -> BenchmarkConfig:
    """The benchmark with the prompt, system text and worked examples that the run gives it; `where`
    is the place of that prompt. Raises ConfigError where it then does not ask the question, or has
    placeholders that no row fills."""
    chosen = run.prompts.get(benchmark.name)
    if chosen is None:
        return benchmark
    key = ("prompts", benchmark.name, "prompt")
    check_prompt(chosen.prompt or "", benchmark.fields, key, where)
    try:
        return BenchmarkConfig.model_validate({**plain(benchmark), **_changes(chosen)})
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ConfigError(f"{where}: key prompts.{benchmark.name}: {reason}") from error


def _changes(chosen: PromptConfig) -> dict[str, object]:
    changed: dict[str, object] = {}
    if chosen.prompt is not None:
        # One prompt for every problem: also for those that bring the beginning of a program.
        changed |= {"prompt": chosen.prompt, "starter_prompt": None}
    if chosen.system is not None:
        changed["system"] = chosen.system
    if chosen.fewshot == "none":
        changed["fewshot"] = None
    elif chosen.fewshot is not None:
        changed["fewshot"] = plain(_shots(chosen.fewshot))
    return changed


def _shots(chosen: ShotsFromFile) -> FewshotConfig:
    return FewshotConfig(
        count=chosen.count,
        seed=chosen.seed,
        answer=chosen.answer,
        dataset=DatasetConfig(file=chosen.file, rows=None),
    )
