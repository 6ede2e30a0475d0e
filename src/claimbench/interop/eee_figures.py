"""Scores of every_eval_ever's files as published figures of tier C.

A file of scores alone has no replies, so nothing of it can be graded: its figures become a table as
`seeds/published` holds them, with which runs are judged once it lies there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from claimbench.claims.catalogue import load_catalogue
from claimbench.claims.published_schema import PublishedFile
from claimbench.config.folders import names
from claimbench.config.load import load_model
from claimbench.config.paths import seeds_dir
from claimbench.config.yamlfile import parse
from claimbench.errors import ConfigError
from claimbench.interop.readers.eee import generation_of, samples_of
from claimbench.interop.readers.lines import small_json
from claimbench.interop.readers.rows import list_of, mapping_of, refuse, text_of
from claimbench.report.tables import clean
from claimbench.store.files import write_whole

MOST_DECIMALS = 6
Json = Mapping[str, object]


@dataclass(frozen=True)
class Figure:
    """One score, in percent; `protocol` is what is stated of how it was measured."""

    subject: str
    benchmark: str
    metric: str
    value: float
    samples: int | None
    problems: int | None
    protocol: Mapping[str, object]


@dataclass(frozen=True)
class Figures:
    """The scores of a file, where they were written, and names that the catalogue lacks."""

    figures: tuple[Figure, ...]
    path: Path
    unknown: tuple[str, ...]


def are_figures(source: str, path: Path) -> bool:
    """Whether `import SOURCE PATH` is of scores without samples."""
    return source == "eee" and path.is_file() and samples_of(path) is None


def import_figures(path: Path, out: Path, model: str | None, benchmark: str | None) -> Figures:
    """Write the scores of the file `path` as a published table into `out`; `model` and `benchmark`
    are our names where they are not the file's. Raises DataError."""
    stated = small_json(path)
    figures = tuple(_figures(stated, path.name, model, benchmark))
    if not figures:
        raise refuse(path.name, "there is no score in it (key evaluation_results)")
    table = out / f"{_slug(path.stem)}.yaml"
    content = _table(stated, figures, path)
    parse(PublishedFile, content, table)  # What is written can be read.
    write_whole(table, [yaml.safe_dump(content, sort_keys=False, allow_unicode=True)])
    return Figures(figures, table, _unknown(figures))


def _figures(
    stated: Json, place: str, model: str | None, benchmark: str | None
) -> Iterator[Figure]:
    info = mapping_of(stated.get("model_info"), place, "model_info")
    named = text_of(info.get("id"), place, "model_info.id")
    subject = model or (our_name(named) if named else None)
    if not subject:
        raise ConfigError(f"{place} does not say whose scores it holds: add --model")
    for one in list_of(stated.get("evaluation_results"), place, "evaluation_results"):
        result = mapping_of(one, place, "evaluation_results")
        task = text_of(result.get("evaluation_name"), place, "evaluation_name") or ""
        details = mapping_of(result.get("score_details"), place, "score_details")
        told = mapping_of(details.get("details"), place, "details")
        metric = mapping_of(result.get("metric_config"), place, "metric_config")
        yield Figure(
            subject=subject,
            benchmark=benchmark or _slug(task),
            metric=clean(_metric(metric)),
            value=_percent(details.get("score"), metric, place),
            samples=_count(told.get("samples_per_problem")),
            problems=_count(told.get("problems")),
            protocol=generation_of(result),
        )


def our_name(model_id: str) -> str:
    """Our name of a checkpoint on the hub; the id's last part where there is none."""
    for name in names("models"):
        if load_model(name).hub == model_id:
            return name
    return _slug(model_id.rpartition("/")[2])


def _metric(metric: Json) -> str:
    """Our name of a metric: pass@1, pass@8, cons@64, else theirs."""
    name = str(metric.get("metric_name") or metric.get("metric_id") or "accuracy")
    parameters = metric.get("metric_parameters")
    k = parameters.get("k") if isinstance(parameters, dict) else None
    by_k = metric.get("metric_id") == "pass_at_k" and isinstance(k, int | float)
    return f"pass@{int(k or 1)}" if by_k else name.lower()


def _percent(score: object, metric: Json, place: str) -> float:
    """The score in percent: proportions, which is what a maximum of 1 says too, times 100."""
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise refuse(place, "score_details.score is no number")
    unit, most = metric.get("metric_unit"), metric.get("max_score")
    share = unit == "proportion" or (unit is None and most == 1)
    return round(100 * score, 10) if share else float(score)


def _table(stated: Json, figures: tuple[Figure, ...], path: Path) -> dict[str, object]:
    source = mapping_of(stated.get("source_metadata"), path.name, "source_metadata")
    who = clean(str(source.get("source_organization_name") or "not stated"))
    library = mapping_of(stated.get("eval_library"), path.name, "eval_library")
    protocol = {"harness": clean(str(library.get("name") or "unknown"))}
    url = source.get("source_organization_url")
    return {
        "title": f"{clean(str(source.get('source_name') or path.stem))}, of {who}",
        "tier": "C",
        "source": {"file": path.name, **({"url": clean(str(url))} if url else {})},
        "protocol": protocol,
        "tables": {
            "scores": {
                "title": "scores in every_eval_ever's schema",
                "lines": "key evaluation_results",
                "columns": [_column(one) for one in figures],
                "rows": {figures[0].subject: {"values": [one.value for one in figures]}},
            }
        },
    }


def _column(one: Figure) -> dict[str, object]:
    decimals = len(repr(one.value).partition(".")[2])
    counted = {"samples": one.samples, "problems": one.problems}
    greedy = {"greedy": one.protocol["temperature"] == 0} if "temperature" in one.protocol else {}
    return {
        "benchmark": one.benchmark,
        "metric": one.metric,
        **{name: count for name, count in counted.items() if count},
        "decimals": min(decimals, MOST_DECIMALS),
        **greedy,
        **({"protocol": dict(one.protocol)} if one.protocol else {}),
    }


def _unknown(figures: tuple[Figure, ...]) -> tuple[str, ...]:
    """Names that published tables may not use yet."""
    known = load_catalogue(seeds_dir() / "published")
    found = {
        *(one.subject for one in figures if one.subject not in known.models),
        *(one.benchmark for one in figures if one.benchmark not in known.benchmarks),
        *(one.metric for one in figures if one.metric not in known.metrics),
    }
    return tuple(sorted(found))


def _count(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._@~-]+", "-", name).strip("-") or "unnamed"
