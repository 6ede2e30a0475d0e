"""A run with fewer models or benchmarks than the file it comes from: what that file says of the
others no longer applies."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from claimbench.config.yamlfile import Marks
from claimbench.records.plain import JsonDict

Data = JsonDict

_BY_NAME: Mapping[str, tuple[str, ...]] = {
    "benchmarks": ("samples", "margins", "select", "looks", "prompts"),
    "models": ("claimed",),
}
"""The keys of a run whose own keys are names of its benchmarks, or of its models."""


def gone(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, set[str]]:
    """The models and benchmarks that `before` names and `after` does not, where it names some."""
    lost = {}
    for key in _BY_NAME:
        given = after.get(key, before.get(key))
        lost[key] = _texts(before.get(key)) - _texts(given)
    return lost


def without(data: Data, lost: Mapping[str, Collection[str]], marks: Marks) -> Data:
    """`data` without what it says of the `lost` names, unless the command line says it."""
    kept = dict(data)
    for key, names in lost.items():
        for by_name in _BY_NAME[key]:
            below = kept.get(by_name)
            if isinstance(below, dict) and not _from_option(marks, by_name):
                kept[by_name] = {
                    name: value
                    for name, value in below.items()
                    if name not in names or _from_option(marks, by_name, name)
                }
    if isinstance(claimed := kept.get("claimed"), dict):
        kept["claimed"] = {
            model: {b: v for b, v in figures.items() if b not in lost["benchmarks"]}
            if isinstance(figures, dict)
            else figures
            for model, figures in claimed.items()
        }
    return kept


def _from_option(marks: Marks, *key: str) -> bool:
    return marks.get(key, "").startswith("--set ")


def _texts(names: object) -> set[str]:
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()
