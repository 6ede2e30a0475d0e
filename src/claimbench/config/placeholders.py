"""What stands in braces in a prompt: filled from the row, or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from claimbench.config.benchmarks import BenchmarkConfig, FieldsConfig
from claimbench.config.yamlfile import Key, Marks, place_of
from claimbench.errors import ConfigError

_WORD = r"\{[A-Za-z_]\w*\}"
_OTHER_BRACES = re.compile(
    r"\{\{\w+\}\}|\\[A-Za-z]{2,}\*?(?:\[[^\]]*\])?(?:\{[^{}]*\})+|[\^_]" + _WORD
)
"""Braces that are meant as they stand: doubled ones, and LaTeX's (`\\boxed{answer}`, `x_{i}`)."""


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


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with the values in it. Only the template's own braces are filled: those inside a
    question stay as they are (str.format would trip over LaTeX). Doubled braces around any other
    word show that word in single ones."""

    def shown(found: re.Match[str]) -> str:
        doubled, name = found.groups()
        if doubled is None:
            return values[name]
        return f"{{{values.get(doubled, doubled)}}}"

    names = "|".join(map(re.escape, values))
    return re.sub(r"\{\{(\w+)\}\}|\{(" + names + r")\}", shown, template)
