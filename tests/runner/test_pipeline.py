"""The whole journey on a scripted engine: run, die, resume, grade again, report, refuse."""

from __future__ import annotations

import csv
import gc
import json
import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pipeline_toys import Toy, answer
from scripted import ScriptedEngine, scripted_kind

from claimbench import config
from claimbench.engines import ENGINES
from claimbench.errors import (
    ConfigError,
    EngineDied,
    IncompleteRun,
    InputError,
    StoreError,
    StoreLocked,
)
from claimbench.records import Request, RequestFailure
from claimbench.runner import pipeline, preparing, reporting
from claimbench.store import RunStore


@pytest.fixture
def journey(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    return Toy(toy, monkeypatch)  # type: ignore[return-value]


class Heavy(ScriptedEngine):
    """An engine of which a GPU holds one; `here` are those that were not closed or are not gone."""

    here: ClassVar[list[weakref.ref[Heavy]]] = []

    def __init__(self) -> None:
        held = [heavy for ref in Heavy.here if (heavy := ref())]
        assert not held, "the engine of the model before is still in memory"
        super().__init__(answer)
        self.shut = False
        Heavy.here.append(weakref.ref(self))
        weakref.finalize(self, Heavy.endings.append, self.__dict__)

    endings: ClassVar[list[dict[str, Any]]] = []

    def close(self) -> None:
        self.shut = True


@pytest.mark.slow
@pytest.mark.parametrize("restarts", [0, 2])
def test_each_model_s_engine_is_gone_before_the_next_is_loaded(
    journey: Toy, monkeypatch: pytest.MonkeyPatch, restarts: int
) -> None:
    models = journey.root / "configs" / "models"
    (models / "toy2.yaml").write_text((models / "toy.yaml").read_text() + "dtype: float16\n")
    kind = scripted_kind(Heavy)
    monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})
    monkeypatch.setattr(Heavy, "here", [])
    monkeypatch.setattr(Heavy, "endings", [])
    report = journey.run("models=[toy, toy2]", f"engine.restarts={restarts}")
    assert [m.received for m in report.measurements] == [40, 40]
    gc.collect()
    assert [ending["shut"] for ending in Heavy.endings] == [True, True]


def test_from_claim_to_verdict(journey: Toy) -> None:
    report = journey.run()
    (measured,) = report.measurements
    assert (measured.asked, measured.received, measured.graded) == (40, 40, 40)
    # Of 8 samples of each of 5 problems one has no answer and one is wrong.
    assert measured.pass_at_1 == pytest.approx(30 / 40)
    assert measured.no_answer_share == pytest.approx(5 / 40)
    assert measured.truncated_share == pytest.approx(5 / 40)
    assert measured.right == (6, 6, 6, 6, 6)
    (verdict,) = report.verdicts
    assert verdict.published == 60.0
    assert verdict.measured == pytest.approx(75.0)
    assert verdict.margin == 20
    assert verdict.tier == "A"
    assert not report.partial


def test_the_run_folder_is_as_designed(journey: Toy) -> None:
    journey.run()
    out = journey.out
    for name in ("run.yaml", "provenance.json", "measurements.json", "verdicts.json", "report.md"):
        assert (out / name).is_file(), name
    with (out / "tables" / "measurements.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["pass@1"] == "75.00"
    samples = journey.rows("samples")
    assert len({s["id"] for s in samples}) == 40
    assert len({s["seed"] for s in samples}) == 40
    # The score is the count of right samples on disk.
    grades = journey.rows("grades")
    assert sum(g["value"] for g in grades) == 30
    report = (out / "report.md").read_text()
    assert "I think" not in report  # no sample text in what may be committed
    for private in (str(journey.root), "hostname"):
        assert private not in (out / "provenance.json").read_text()
        assert private not in report


def test_a_run_that_died_is_resumed_without_asking_twice(journey: Toy) -> None:
    with pytest.raises(EngineDied):
        journey.run(engine=ScriptedEngine(answer, dies_after=11))
    first = {s["id"] for s in journey.rows("samples")}
    assert len(first) == 11
    report = journey.run()
    assert journey.engine.delivered == 29
    ids = [s["id"] for s in journey.rows("samples")]
    assert len(ids) == len(set(ids)) == 40
    assert report.measurements[0].pass_at_1 == pytest.approx(30 / 40)
    again = journey.run(engine=ScriptedEngine({}))
    assert journey.engine.pulled == 0
    assert again.measurements == report.measurements
    assert len(json.loads((journey.out / "provenance.json").read_text())) == 3


def test_order_of_replies_changes_nothing(journey: Toy) -> None:
    first = journey.run(engine=ScriptedEngine(answer, shuffle=1, window=40))
    journey.out = journey.root / "other"
    assert journey.run(engine=ScriptedEngine(answer)).measurements == first.measurements


def test_failed_requests_are_missing_and_never_wrong(journey: Toy) -> None:
    def flaky(request: Request) -> str | RequestFailure:
        if request.sample_index == 5:
            return RequestFailure(request.id, "the server said 500")
        return answer(request)

    with pytest.raises(IncompleteRun, match=r"5 of 40 samples.*the server said 500.*again"):
        journey.run(engine=ScriptedEngine(flaky))
    assert len(journey.rows("samples")) == 35
    with RunStore.existing(journey.out, writer=True) as store:
        with pytest.raises(IncompleteRun, match="35 of 40 samples"):
            reporting.report(store)
        partial = reporting.report(store, partial=True)
    assert partial.partial
    assert partial.verdicts == ()
    assert "Partial" in (journey.out / "report.md").read_text()
    assert journey.run().measurements[0].right == (6, 6, 6, 6, 6)


def test_grades_of_an_earlier_grader_are_not_called_missing_samples(journey: Toy) -> None:
    journey.run()
    for part in (journey.out / "grades").rglob("*.jsonl"):
        part.unlink()
    with (
        RunStore.existing(journey.out, writer=True) as store,
        pytest.raises(IncompleteRun, match=r"grades are missing, or are of an earlier.* grade "),
    ):
        reporting.report(store)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("sampling.temperature=0.7", "run.sampling.temperature"),
        ("samples=7", "lowered"),
        ("margins.sums=5", "margins"),
    ],
)
def test_a_changed_config_never_mixes(journey: Toy, change: str, key: str) -> None:
    journey.run()
    before = journey.rows("samples")
    with pytest.raises(StoreError, match=re.escape(key)):
        journey.run(change)
    assert journey.rows("samples") == before


def test_a_changed_engine_never_mixes(journey: Toy) -> None:
    journey.run()
    journey.version = "2"
    with pytest.raises(StoreError, match=r"engine\.version"):
        journey.run()


@pytest.mark.slow
def test_a_machine_s_own_precision_is_a_departure_and_stays_the_run_s(journey: Toy) -> None:
    journey.fallback = "float32"
    begun = journey.run()
    assert "; computed in float32, not in the checkpoint's bfloat16" in journey.departure()
    assert all("float32" in str(verdict.departures) for verdict in begun.verdicts)
    journey.fallback = None  # resumed where the CPU has bfloat16
    journey.run(engine=ScriptedEngine({}))
    assert journey.engine.pulled == 0


def test_a_run_begun_in_bfloat16_stays_in_it(journey: Toy) -> None:
    journey.run()
    journey.fallback = "float32"
    journey.run(engine=ScriptedEngine({}))
    assert journey.engine.pulled == 0
    assert "computed" not in journey.departure()


def test_a_run_s_own_dtype_is_left_alone(journey: Toy) -> None:
    journey.fallback = "float32"
    journey.run("engine.dtype=bfloat16")
    assert "computed" not in journey.departure()


def test_two_names_of_one_checkpoint_are_refused(journey: Toy) -> None:
    models = journey.root / "configs" / "models"
    (models / "twin.yaml").write_text((models / "toy.yaml").read_text())
    with pytest.raises(ConfigError, match=r"models toy and twin are one checkpoint.*on sums"):
        journey.run("models=[toy, twin]")
    assert not journey.out.exists()


@pytest.mark.slow
def test_slots_and_workers_are_provenance_only(journey: Toy) -> None:
    journey.run()
    journey.run("engine.slots=2", "grading.workers=2", engine=ScriptedEngine({}))
    assert journey.engine.pulled == 0


def test_another_process_is_refused(journey: Toy) -> None:
    journey.run()
    with RunStore.existing(journey.out, writer=True), pytest.raises(StoreLocked):
        journey.run()


def test_grade_again_after_grades_were_lost(journey: Toy) -> None:
    before = journey.run().measurements
    for path in (journey.out / "grades").glob("toy/sums/*"):
        path.unlink()
    with RunStore.existing(journey.out, writer=True) as store:
        pipeline.grade(store, 2, lambda _: None, lambda _: None)
        report = reporting.report(store, partial=True)
    assert report.measurements == before
    assert report.verdicts


@pytest.mark.slow
def test_a_damaged_line_is_named_and_the_sample_is_asked_again(journey: Toy) -> None:
    journey.run()
    (path,) = (journey.out / "samples").glob("toy/sums/*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b'{"broken\n', *lines[4:]]))
    for grades in (journey.out / "grades").glob("toy/sums/*"):
        grades.unlink()
    with pytest.raises(StoreError, match=rf"{path.name}:4 "):
        journey.run()
    path.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    assert journey.run().measurements[0].right == (6, 6, 6, 6, 6)
    assert journey.engine.delivered == 1


def test_low_power_is_refused_unless_told(journey: Toy) -> None:
    from claimbench.cli.display_plan import render
    from claimbench.planning.estimate import check_power, describe

    path = journey.root / "configs" / "runs" / "try.yaml"
    for sets, refused in (
        (["margins.sums=1", "samples=1"], True),
        (["margins.sums=1", "samples=1", "allow_low_power=true"], False),
        (["margins.sums=1", "samples=1", "limit=3"], False),
        (["margins.sums=30", "samples=64"], False),
    ):
        experiment = config.load_experiment(path, sets)
        plan = preparing.plan(experiment, journey.root / "data", False, lambda _: None)
        facts = describe(plan, {})
        assert facts["published"][0]["published"] == 60.0
        assert ("refused" in facts) is refused
        assert ("`claimbench run` refuses this: its best chance" in render(facts)) is refused
        if refused:
            with pytest.raises(InputError, match="under 50%"):
                check_power(plan)
        else:
            check_power(plan)
