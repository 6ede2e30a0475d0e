"""Runs that grow: samples raised in the same folder, and looks that were declared before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from growing_toys import Grown, always, half, samples
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import EngineDied, StoreLocked, WrongRunFolder
from claimbench.messages import from_data
from claimbench.report.messages import english
from claimbench.store import RunStore

pytestmark = pytest.mark.slow


@pytest.fixture
def toy_run(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Grown:
    return Grown(toy, monkeypatch)


# --- samples raised -------------------------------------------------------------------------


def test_samples_can_be_raised_in_the_same_folder(toy_run: Grown) -> None:
    assert toy_run.cli(half, *samples(4)).exit_code == 0
    first = {s["id"] for s in toy_run.rows("samples")}
    assert toy_run.verdict()["looks"] is None
    done = toy_run.cli(half, *samples(16))
    assert done.exit_code == 0, done.output
    assert len(toy_run.asked) == 5 * 12
    assert {r.sample_index for r in toy_run.asked} == set(range(4, 16))
    rows = toy_run.rows("samples")
    assert len(rows) == 80 and first < {s["id"] for s in rows}
    assert toy_run.settings()["raised"] == {"toy/sums": [4]}
    assert toy_run.verified()


def test_a_raised_run_is_judged_at_a_stricter_level_and_says_so(toy_run: Grown) -> None:
    toy_run.cli(half, *samples(4))
    done = toy_run.cli(half, *samples(8))
    assert "tested at 0.25%, as the run was seen before with 4 samples" in " ".join(
        done.output.split()
    )
    done = toy_run.cli(half, *samples(16))
    found = toy_run.verdict()
    assert found["looks"] == {"samples": 16, "declared": [], "earlier": [4, 8], "level": 0.00125}
    assert found["p_difference_adjusted"] == pytest.approx(min(1, 40 * found["p_difference"]))
    assert found["p_equivalence_adjusted"] == pytest.approx(min(1, 40 * found["p_equivalence"]))
    report = (toy_run.out / "report.md").read_text()
    assert "4, 8 per problem before" in report


def test_the_same_samples_without_a_raise_are_judged_at_5_percent(toy_run: Grown) -> None:
    toy_run.cli(always, *samples(4))
    toy_run.cli(always, *samples(16))
    raised, toy_run.out = toy_run.verdict(), toy_run.root / "at-once"
    toy_run.cli(always, *samples(16))
    once = toy_run.verdict()
    assert once["measured"] == raised["measured"]
    assert once["p_difference"] == raised["p_difference"] == once["p_difference_adjusted"]
    assert raised["p_difference_adjusted"] == pytest.approx(20 * once["p_difference"])


def test_samples_are_not_lowered(toy_run: Grown) -> None:
    toy_run.cli(half, *samples(8))
    before = toy_run.rows("samples")
    done = toy_run.cli(half, *samples(4))
    assert isinstance(done.exception, WrongRunFolder)
    assert "toy/sums" in str(done.exception) and "not lowered" in str(done.exception)
    assert toy_run.rows("samples") == before


@pytest.mark.parametrize("change", ["sampling.temperature=0.7", "margins.sums=5", "seed=8"])
def test_nothing_else_changes_with_a_raise(toy_run: Grown, change: str) -> None:
    toy_run.cli(half, *samples(4))
    written = (toy_run.out / "run.yaml").read_bytes()
    done = toy_run.cli(half, *samples(16), "--set", change)
    assert isinstance(done.exception, WrongRunFolder)
    assert "belongs to another run" in str(done.exception)
    assert (toy_run.out / "run.yaml").read_bytes() == written


def test_the_history_of_raises_is_sealed(toy_run: Grown) -> None:
    toy_run.cli(half, *samples(4))
    toy_run.cli(half, *samples(8))
    path = toy_run.out / "run.yaml"
    content = yaml.safe_load(path.read_text())
    del content["config"]["raised"]
    path.write_text(yaml.safe_dump(content))
    done = CliRunner().invoke(app, ["report", str(toy_run.out)])
    assert isinstance(done.exception, WrongRunFolder)
    assert "raised.toy/sums.0 is gone" in str(done.exception)


def test_a_raise_before_anything_was_seen_is_no_look(toy_run: Grown) -> None:
    with RunStore.open(toy_run.out, **opening(toy_run, 4)):
        pass
    assert toy_run.cli(half, *samples(8)).exit_code == 0
    assert "raised" not in toy_run.settings()
    assert toy_run.verdict()["looks"] is None


def test_samples_are_not_raised_beside_a_shard_at_work(toy_run: Grown) -> None:
    with RunStore.open(toy_run.out, **opening(toy_run, 4), shard="1of2"):
        done = toy_run.cli(half, *samples(8), "--shard", "2/2")
        assert isinstance(done.exception, StoreLocked)
        assert "goes by the former run.yaml" in str(done.exception)
    assert toy_run.cli(half, *samples(8), "--shard", "2/2").exit_code == 0
    assert toy_run.cli(half, *samples(8), "--shard", "1/2").exit_code == 0
    assert len(toy_run.rows("samples")) == 40
    assert toy_run.verified()


def opening(run: Grown, count: int) -> dict[str, Any]:
    """What opens the folder of the toy's run with so many samples."""
    from claimbench import config
    from claimbench.runner import preparing
    from claimbench.store.problems import problem_files

    path = run.root / "configs" / "runs" / "try.yaml"
    experiment = config.load_experiment(path, [f"samples={count}"])
    plan = preparing.plan(experiment, run.root / "data", False, lambda _: None, root=run.out)
    files = problem_files({c.benchmark.name: c.problems for c in plan.cells})
    return {"resolved": plan.resolved, "digest": plan.digest, "files": files}


# --- looks that were declared ------------------------------------------------------------------

LOOKS = ("--set", "looks=[0.25, 0.5, 1]")


def test_a_run_stops_at_the_look_that_decides(toy_run: Grown) -> None:
    done = toy_run.cli(always, *samples(16), *LOOKS)
    assert done.exit_code == 0, done.output
    made = json.loads((toy_run.out / "looks.json").read_text())
    assert [(look["samples"], look["stops"]) for look in made] == [(4, True)]
    assert len(toy_run.asked) == 5 * 4
    found = toy_run.verdict()
    assert found["verdict"] == "higher"
    assert found["looks"] == {
        "samples": 4, "declared": [4, 8, 16], "earlier": [], "level": None,
    }  # fmt: skip
    sentence = english(from_data(found["sentence"]))
    assert sentence.endswith("decided at 4 of 16 samples")
    assert found["p_difference_adjusted"] > found["p_difference"]
    assert toy_run.verified()
    assert toy_run.cli(always, *samples(16), *LOOKS).exit_code == 0
    assert toy_run.asked == []
    assert CliRunner().invoke(app, ["report", str(toy_run.out)]).exit_code == 0
    assert toy_run.verdict() == found


def test_a_run_that_nothing_decides_goes_on_to_its_last_sample(toy_run: Grown) -> None:
    done = toy_run.cli(half, *samples(16), *LOOKS, "--set", "margins.sums=1")
    assert done.exit_code == 0, done.output
    made = json.loads((toy_run.out / "looks.json").read_text())
    assert [look["samples"] for look in made] == [4, 8, 16]
    assert not any(look["stops"] for look in made[:2])
    assert len(toy_run.asked) == 80
    assert toy_run.verdict()["looks"]["samples"] == 16
    assert toy_run.verified()


def test_looks_are_made_in_the_order_of_the_samples(toy_run: Grown) -> None:
    toy_run.cli(half, *samples(16), *LOOKS, "--set", "margins.sums=1")
    order = [r.sample_index for r in toy_run.asked]
    assert sorted(order[:20]) == sorted(5 * list(range(4)))
    assert sorted(order[20:40]) == sorted(5 * list(range(4, 8)))


def test_a_run_that_died_before_its_look_makes_it_later(toy_run: Grown) -> None:
    done = toy_run.cli(always, *samples(16), *LOOKS, dies_after=11)
    assert isinstance(done.exception, EngineDied)
    assert not (toy_run.out / "looks.json").exists()
    assert toy_run.cli(always, *samples(16), *LOOKS).exit_code == 0
    assert len(toy_run.asked) == 9
    assert len(toy_run.rows("samples")) == 20


def test_a_lost_record_of_looks_is_made_again(toy_run: Grown) -> None:
    toy_run.cli(always, *samples(16), *LOOKS)
    before = (toy_run.out / "looks.json").read_text()
    (toy_run.out / "looks.json").unlink()
    assert toy_run.cli(always, *samples(16), *LOOKS).exit_code == 0
    assert toy_run.asked == []
    assert (toy_run.out / "looks.json").read_text() == before


def test_an_edited_record_of_looks_is_found(toy_run: Grown) -> None:
    toy_run.cli(half, *samples(16), *LOOKS, "--set", "margins.sums=1")
    path = toy_run.out / "looks.json"
    path.write_text(path.read_text().replace("inconclusive", "reproduced"))
    done = CliRunner().invoke(app, ["verify", str(toy_run.out)])
    assert done.exit_code == 1
    assert "looks.json" in done.output


def test_looks_are_declared_before_the_run(toy_run: Grown) -> None:
    toy_run.cli(half, *samples(16))
    done = toy_run.cli(half, *samples(16), *LOOKS)
    assert isinstance(done.exception, WrongRunFolder)
    assert "looks" in str(done.exception)


def test_a_run_that_stopped_and_is_raised_was_looked_at(toy_run: Grown) -> None:
    toy_run.cli(always, *samples(16), *LOOKS)
    done = toy_run.cli(always, *samples(32), *LOOKS)
    assert done.exit_code == 0, done.output
    assert toy_run.settings()["raised"] == {"toy/sums": [4]}
    assert toy_run.verdict()["looks"]["earlier"] == [4]
    assert len(toy_run.rows("samples")) == 160
    assert toy_run.verified()


def test_shards_make_the_look_together(toy_run: Grown) -> None:
    words = (*samples(16), *LOOKS, "--set", "margins.sums=1")
    for number in (1, 2):
        done = toy_run.cli(half, *words, "--shard", f"{number}/2")
        assert done.exit_code == 0, done.output
        if number == 1:
            assert "for the look at 4 samples per problem" in " ".join(done.output.split())
            assert {r.sample_index for r in toy_run.asked} == set(range(4))
    made = json.loads((toy_run.out / "looks.json").read_text())
    assert [look["samples"] for look in made] == [4]
    # The last to come made the look and went on; the other still lacks its part of the next.
    assert {r.sample_index for r in toy_run.asked} == set(range(8))
    for number in (1, 2, 1):
        done = toy_run.cli(half, *words, "--shard", f"{number}/2")
    assert "Report:" in done.output
    assert len(toy_run.rows("samples")) == 80
    assert toy_run.verified()


def test_the_last_shard_reports_where_its_look_decides(toy_run: Grown) -> None:
    words = (*samples(16), *LOOKS)
    toy_run.cli(always, *words, "--shard", "2/2")
    done = toy_run.cli(always, *words, "--shard", "1/2")
    assert "Report:" in done.output
    assert toy_run.verdict()["looks"]["samples"] == 4
    assert len(toy_run.rows("samples")) == 20


@pytest.mark.parametrize(
    ("looks", "words"),
    [("[]", "looks"), ("[2]", "looks"), ("{other: [0.5]}", "looks"), ("[0]", "looks")],
)
def test_looks_that_make_no_sense_are_refused(toy_run: Grown, looks: str, words: str) -> None:
    done = toy_run.cli(half, "--set", f"looks={looks}")
    assert done.exit_code == 1 and words in str(done.exception)
    assert not toy_run.out.exists()
