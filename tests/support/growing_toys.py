"""The toy project by the command line, in runs that grow in their folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from pipeline_toys import Toy
from scripted import ScriptedEngine
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.records import Request


class Grown(Toy):
    """The toy project by the command line; `asked` are the requests since the last call."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(root, monkeypatch)
        self.asked: list[Request] = []

    def cli(self, share: Callable[[int], bool], *words: str, **engine: Any) -> Result:
        """`claimbench run try`, where the i-th sample of a problem is right if `share(i)`."""
        self.asked = []

        def reply(request: Request) -> str:
            self.asked.append(request)
            right = share(request.sample_index)
            number = int(request.problem_id.removeprefix("q"))
            # Starts that differ, as those of a sampled model do.
            thought = f"{request.sample_index} {request.problem_id}"
            return f"{thought}</think>The answer is {2 * number if right else 2 * number + 1}"

        self.engine = ScriptedEngine(reply, shuffle=1, **engine)
        return CliRunner().invoke(app, ["run", *self.asking(), "--out", str(self.out), *words])

    def plan(self, *words: str) -> Result:
        """`claimbench plan` of the same run."""
        return CliRunner().invoke(app, ["plan", *self.asking(), *words])

    def asking(self) -> list[str]:
        """The arguments that name the run."""
        run = str(self.root / "configs" / "runs" / "try.yaml")
        place = ["--data-dir", str(self.root / "data"), "--offline"]
        return [run, *place, "--set", "allow_low_power=true"]

    def verdict(self) -> dict[str, Any]:
        (found,) = json.loads((self.out / "verdicts.json").read_text())
        return dict(found)

    def verified(self) -> bool:
        return CliRunner().invoke(app, ["verify", str(self.out)]).exit_code == 0

    def settings(self) -> dict[str, Any]:
        return dict(yaml.safe_load((self.out / "run.yaml").read_text())["config"])


def half(index: int) -> bool:
    return index % 2 == 0


def always(index: int) -> bool:
    return True


def samples(n: int) -> tuple[str, str]:
    return "--set", f"samples={n}"
