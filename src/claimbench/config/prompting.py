"""How a benchmark is asked: by which of the model's prompt rules, otherwise than its file says
where the run does, and with what in the braces of its prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from claimbench.config.benchmarks import (
    BenchmarkConfig,
    DatasetConfig,
    FewshotConfig,
    FieldsConfig,
    PromptConfig,
    ShotsFromFile,
)
from claimbench.config.canonical import plain
from claimbench.config.models import ModelConfig, PromptRules
from claimbench.config.yamlfile import Key, Marks, place_of
from claimbench.errors import ConfigError

_WORD = r"\{[A-Za-z_]\w*\}"
_OTHER_BRACES = re.compile(
    r"\{\{\w+\}\}|\\[A-Za-z]{2,}\*?(?:\[[^\]]*\])?(?:\{[^{}]*\})+|[\^_]" + _WORD
)
"""Braces that are meant as they stand: doubled ones, and LaTeX's (`\\boxed{answer}`, `x_{i}`)."""


def prompt_rules(model: ModelConfig, benchmark: BenchmarkConfig) -> PromptRules:
    """The model's prompt rules, or the variant of them that the benchmark asks for. Raises
    ConfigError where the model has no such variant: nothing may be guessed of a prompt."""
    variant = benchmark.prompt_variant
    if variant is None:
        return model.prompt
    if variant not in model.prompt_variants:
        raise ConfigError(
            f"benchmark {benchmark.name} asks for the prompt variant {variant}, which model "
            f"{model.name} does not have; add it under prompt_variants in configs/models/"
            f"{model.name}.yaml, or run another variant of the benchmark"
        )
    return model.prompt_variants[variant]


# --- what a run says ------------------------------------------------------------------------


def asked_as_the_run_says(
    benchmark: BenchmarkConfig, chosen: PromptConfig | None, where: str
) -> BenchmarkConfig:
    """The benchmark with the prompt, system text and worked examples that the run gives it; `where`
    is the place of that prompt. Raises ConfigError where it then does not ask the question, or has
    placeholders that no row fills."""
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


# --- what stands in braces ------------------------------------------------------------------


def check_placeholders(benchmark: BenchmarkConfig, marks: Marks, path: Path) -> None:
    """Raises ConfigError where a prompt of this file has a placeholder that no row fills: a model
    would be sent the braces."""
    prompts = {"prompt": benchmark.prompt, "starter_prompt": benchmark.starter_prompt or ""}
    for key, prompt in prompts.items():
        check_prompt(prompt, benchmark.fields, (key,), place_of((key,), marks, path))


def check_prompt(prompt: str, fields: FieldsConfig, key: Key, where: str) -> None:
    """The same of one prompt, which stands at `where` under `key`."""
    known = _known(fields)
    for found in re.findall(_WORD, _OTHER_BRACES.sub("", prompt)):
        if found in known:
            continue
        raise ConfigError(
            f"{where}: key {'.'.join(map(str, key))}: {found} is no placeholder of this benchmark "
            f"(it has {', '.join(known)}); {_what_to_do(found)}"
        )


def _known(fields: FieldsConfig) -> list[str]:
    choices = ["choices"] if fields.choices or fields.choices_in else []
    return [f"{{{name}}}" for name in ("question", *choices, *fields.slots)]


def _what_to_do(found: str) -> str:
    name = found[1:-1]
    if name == "choices":
        return "name the columns of the choices in fields.choices, or leave it out"
    return f"name its column in fields.slots ({name}: COLUMN), or write {{{found}}} to show {found}"


def fill(
    template: str, question: str, choices: str = "", slots: Mapping[str, str] | None = None
) -> str:
    """The benchmark's prompt with question, choices and slots in it. Only the template's own braces
    are filled: those inside a question stay as they are (str.format would trip over LaTeX). Doubled
    braces around any other word show that word in single ones."""
    values = {**(slots or {}), "question": question, "choices": choices}

    def shown(found: re.Match[str]) -> str:
        doubled, name = found.groups()
        if doubled is None:
            return values[name]
        return f"{{{values.get(doubled, doubled)}}}"

    names = "|".join(map(re.escape, values))
    return re.sub(r"\{\{(\w+)\}\}|\{(" + names + r")\}", shown, template)
