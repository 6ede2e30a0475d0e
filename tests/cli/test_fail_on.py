"""`--fail-on`: red, green and neither, each with what decided it."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_toys import Reply, write_run
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import ConfigError, InputError

MODEL, BENCHMARK = "r1-distill-qwen-7b", "aime24"


def replies(right: int):  # type: ignore[no-untyped-def]
    """`right` of 16 samples of every problem are right: 50 % is below the published 55.5."""

    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        good = turn < right
        answer = str(2 * i if good else 2 * i + 1)
        return f"</think>\\boxed{{{answer}}}", "correct" if good else "wrong", answer, 50

    return reply


def folder(root: Path, right: int = 4, published: tuple[str, ...] = ("deepseek-r1",)) -> Path:
    return write_run(
        root / "run", [(MODEL, BENCHMARK)], replies(right), samples=16, published=published
    )


def test_a_red_exit_names_the_verdict(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(folder(tmp_path)), "--fail-on", "lower"])
    assert done.exit_code == 1
    assert f"--fail-on lower: {MODEL} on {BENCHMARK}: lower" in done.stderr


def test_a_green_exit_names_what_it_rests_on(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(folder(tmp_path)), "--fail-on", "higher"])
    assert done.exit_code == 0
    assert f"--fail-on higher: passed; {MODEL} on {BENCHMARK}: lower" in done.stderr


@pytest.mark.parametrize("options", [[], ["--partial"]])
def test_nothing_judged_is_neither(tmp_path: Path, options: list[str]) -> None:
    run = folder(tmp_path, published=())
    done = CliRunner().invoke(app, ["report", str(run), "--fail-on", "lower", *options])
    assert isinstance(done.exception, InputError)
    assert "no figure was judged" in str(done.exception)
    assert done.exception.exit_code == 2


def test_not_comparable_is_neither_unless_asked_for(tmp_path: Path) -> None:
    run = folder(tmp_path)
    fewer = write_run(
        tmp_path / "few", [(MODEL, BENCHMARK)], replies(4), samples=64, problems=29,
        published=("deepseek-r1",),
    )  # fmt: skip
    done = CliRunner().invoke(app, ["report", str(fewer), "--fail-on", "lower"])
    assert "every figure is not comparable" in str(done.exception)
    done = CliRunner().invoke(app, ["report", str(fewer), "--fail-on", "not comparable"])
    assert done.exit_code == 1
    assert CliRunner().invoke(app, ["report", str(run), "--fail-on", "reproduced"]).exit_code == 0


def test_a_run_that_nothing_judges_is_refused_before_it_begins(tmp_path: Path) -> None:
    words = ["run", "smoke", "--fail-on", "lower", "--set", "published=[]"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "run")])
    assert isinstance(done.exception, ConfigError)
    assert "so nothing would be judged" in str(done.exception)
    assert not (tmp_path / "run").exists()
