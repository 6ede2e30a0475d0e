"""The toy project of conftest, run on a scripted engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedEngine, scripted_kind

from claimbench import config
from claimbench.config import DType
from claimbench.engines import ENGINES
from claimbench.messages import from_data
from claimbench.records import Request
from claimbench.report.messages import english
from claimbench.runner import pipeline, preparing, reporting
from claimbench.runner.reporting import Report
from claimbench.store import RunStore


def answer(request: Request) -> str:
    """Right but for one sample in four of every problem; one in eight never ends its reasoning."""
    number = int(request.problem_id.removeprefix("q"))
    if request.sample_index == 0:
        return "I think " * 40
    wrong = request.sample_index == 1
    return f"Adding.</think>The answer is {2 * number + wrong}"


class Toy:
    """Runs the toy project; every call may bring an engine of its own."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.out = root / "out"
        self.engine = ScriptedEngine(answer)
        self.version = "1"
        self.fallback: DType | None = None
        toy = self

        class Kind(scripted_kind(lambda: toy.engine)):  # type: ignore[misc]
            def identity(self) -> dict[str, str]:
                return {"name": "scripted", "version": toy.version}

            def fallback(self, models: object) -> DType | None:
                return toy.fallback

        kind = Kind
        monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})

    def run(self, *sets: str, engine: ScriptedEngine | None = None) -> Report:
        self.engine = engine or ScriptedEngine(answer, shuffle=3)
        path = self.root / "configs" / "runs" / "try.yaml"
        experiment = config.load_experiment(path, sets)
        plan = preparing.plan(experiment, self.root / "data", False, lambda _: None, root=self.out)
        return pipeline.run(plan, self.out, reporting.report, lambda _: None, lambda _: None)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        files = (self.out / kind).glob("toy/sums/*.jsonl")
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def departure(self) -> str:
        return english(from_data(RunStore.existing(self.out).config["departures"]["toy"]))
