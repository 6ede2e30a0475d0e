"""Runs generated again, as messages and as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from statistics import median

from claimbench.analysis.repeats import Repeat, Twice
from claimbench.messages import Message

Changed = tuple[str, str, str]
"""A setting of the engine that differs: key, then, now."""


def headline(one: Repeat) -> Message:
    """What was generated again."""
    return Message(
        "repeat-headline",
        {
            "model": one.cell.model,
            "benchmark": one.cell.benchmark,
            "repeated": one.repeated,
            "samples": one.samples,
        },
    )


def details(one: Repeat) -> Iterator[Message]:
    """What came out, and what that means for the score."""
    yield Message("repeat-equal", _share(one.equal, one.repeated, one.equal_interval))
    if one.first:
        first = {"least": min(one.first) + 1, "median": median(one.first) + 1}
        yield Message("repeat-first", first)
    if one.scores is None:
        yield Message("repeat-ungraded")
        return
    of = len(one.graded)
    if one.flips:
        found = _share(one.flips, of, one.flips_interval)
        yield Message("repeat-flips", {**found, "up": one.up, "down": one.down})
    else:
        yield Message("repeat-no-flips", {"of": of, "bound": 100 * one.flips_interval[1]})
    yield _score(one, one.scores)


def _score(one: Repeat, scores: tuple[float, float]) -> Message:
    low, high = one.move_interval
    before, after = scores
    values = {
        "before": 100 * before,
        "after": 100 * after,
        "gap": 100 * (after - before),
        "low": 100 * low,
        "high": 100 * high,
    }
    return Message("repeat-score" if one.flips else "repeat-score-bound", values)


def settings(changed: Sequence[Changed]) -> Iterator[Message]:
    """What was set otherwise."""
    for key, then, now in changed:
        yield Message("repeat-setting", {"setting": key, "before": then, "after": now})


def _share(count: int, of: int, interval: tuple[float, float]) -> dict[str, float]:
    low, high = interval
    share = 100 * count / of if of else 0.0
    return {"count": count, "of": of, "share": share, "low": 100 * low, "high": 100 * high}


def to_json(found: Sequence[Repeat], changed: Sequence[Changed]) -> str:
    """Shares and scores as fractions; `samples` holds what became of each, without its text."""
    data = {
        "engine": [{"key": key, "before": then, "after": now} for key, then, now in changed],
        "cells": [_data(one) for one in found],
    }
    return json.dumps(data, indent=1) + "\n"


def _data(one: Repeat) -> dict[str, object]:
    return {
        "model": one.cell.model,
        "benchmark": one.cell.benchmark,
        "samples_of_run": one.samples,
        "repeated": one.repeated,
        "equal_texts": one.equal,
        "equal_texts_95": one.equal_interval,
        "first_differing_tokens": None if one.first is None else [n + 1 for n in one.first],
        "graded": len(one.graded),
        "to_right": one.up,
        "to_wrong": one.down,
        "flips_95": one.flips_interval,
        "scores": one.scores,
        "score_moves_95": one.move_interval,
        "p_direction": one.p_direction,
        "samples": [_sample(twice) for twice in one.twice],
    }


def _sample(twice: Twice) -> dict[str, object]:
    return {
        "problem": twice.problem,
        "sample_index": twice.sample_index,
        "equal": twice.equal,
        "right_before": twice.right_before,
        "right_after": twice.right_after,
    }
