"""lm-eval's tasks as benchmarks: the same contexts, the same scores as under lm-eval itself."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

pytest.importorskip("lm_eval")

from conftest import TOY_NAMES
from lm_eval_toys import BUILT_IN, OURS, RUN, Lab, same_figures, write_listed

from claimbench import config
from claimbench.engines import ENGINES
from claimbench.report.messages import english
from claimbench.store import RunStore
from claimbench.verdicts.pairing import judge


@pytest.mark.slow
@pytest.mark.parametrize("chat", [True, False])
def test_built_in_tasks_score_as_under_lm_eval(lab: Lab, chat: bool) -> None:
    plan = lab.plan([f"lm-eval:{task}" for task in BUILT_IN], chat=chat)
    report = lab.run(plan)
    folder = write_listed(lab.root / "listed", lab.data)
    found = lab.lm_eval(plan, folder, list(BUILT_IN), chat)
    for measured in report.measurements:
        task = measured.benchmark.removeprefix("lm-eval:")
        theirs = found["results"][task]
        assert same_figures(measured, theirs) >= 1
        main = f"exact_match,{'strict-match' if task == 'gsm8k' else 'none'}"
        assert abs(measured.pass_at_1 - theirs[main]) < 1e-12
        assert 0 < measured.pass_at_1 < 1, task
        assert measured.grader_error_share == 0


@pytest.mark.slow
@pytest.mark.parametrize("chat", [True, False])
def test_a_group_of_ours_with_repeats_and_votes(lab: Lab, chat: bool) -> None:
    plan = lab.plan(["lm-eval:ours"], include=str(lab.tasks), chat=chat)
    assert [b.name for b in plan.experiment.benchmarks] == [f"lm-eval:{task}" for task in OURS]
    report = lab.run(plan)
    found = lab.lm_eval(plan, lab.tasks, ["ours"], chat)
    votes, words = report.measurements
    assert same_figures(votes, found["results"]["ours_votes"]) == 3
    assert same_figures(words, found["results"]["ours_words"]) == 2
    # lm-eval keeps one of 8 replies, or their vote; pass@1 is of all of them.
    logged = {s["doc_id"]: s for s in found["samples"]["ours_votes"] if s["filter"] == "first"}
    assert all(len(s["resps"][0]) == 8 for s in logged.values())
    assert votes.samples_per_problem == 8
    assert votes.received == 48
    assert votes.pass_at_1 == pytest.approx(votes.metrics["mean exact_match,first"])
    assert votes.metrics["lm-eval exact_match,maj@8"] != votes.pass_at_1
    shown = list(csv.DictReader((lab.root / "out" / "tables" / "lm-eval.csv").open()))
    assert len(shown) == 5
    value, stderr = (
        found["results"]["ours_votes"][f"exact_match{kind},maj@8"] for kind in ("", "_stderr")
    )
    (row,) = [r for r in shown if r["lm-eval's filter"] == "maj@8"]
    assert row["lm-eval's value"] == f"{value:.4f}" and row["lm-eval's stderr"] == f"{stderr:.4f}"
    assert row["our pass@1"] == f"{100 * votes.pass_at_1:.2f}" and stderr > 0
    for name in ("report.md", "report.html"):
        text = (lab.root / "out" / name).read_text()
        assert "lm-eval's own figures" in text.replace("&#39;", "'") and f"{value:.4f}" in text


PUBLISHED = """\
title: A vendor's table
tier: D
source: {file: table.md, commit: abc}
protocol: {harness: lighteval}
tables:
  scores:
    title: Scores
    lines: "1"
    columns:
      - {benchmark: gsm8k, samples: 1, protocol: {shots: 5}}
    rows:
      plain: {values: [5.0]}
"""


@pytest.mark.slow
def test_a_published_figure_on_the_same_problems(lab: Lab) -> None:
    seeds = lab.root / "seeds" / "published"
    known = (
        "benchmarks:\n  gsm8k: {title: GSM8K, metrics: [pass@1], "
        'tasks: ["lm-eval:gsm8k"], problems: 6}\n'
    )
    (seeds / "_names.yaml").write_text(TOY_NAMES.replace("benchmarks: {}\n", known))
    (seeds / "vendor.yaml").write_text(PUBLISHED)
    path = lab.root / "configs" / "runs" / "try.yaml"
    text = RUN.format(benchmarks='["lm-eval:gsm8k"]', options="{num_fewshot: 0}")
    path.write_text(text + "published: [vendor]\nsamples: 8\n")
    plan = lab.plan_of(path)
    report = lab.run(plan, reply=lambda r: f" So {lab.golds[r.benchmark, r.problem_id]}")
    (found,) = report.verdicts
    assert (found.benchmark, found.verdict) == ("lm-eval:gsm8k", "higher"), found.sentence
    departures = "\n".join(english(d.message) for d in found.departures)
    assert "harness: lighteval published, claimbench, lm-eval " in departures
    assert "lm-eval gsm8k, version" in departures and "shots: 5 published, 0 measured" in departures
    # The whole benchmark has more problems than this run's file.
    (seeds / "_names.yaml").write_text((seeds / "_names.yaml").read_text().replace("6}", "1319}"))
    (found,) = judge(report.measurements, {"published": ["vendor"], "margins": {}})
    assert found.verdict == "not comparable"
    assert "1319 published, 6 measured" in english(found.sentence)


def test_no_context_reads_its_own_gold(lab: Lab) -> None:
    plan = lab.plan(["lm-eval:gsm8k", "lm-eval:ours_votes"], include=str(lab.tasks))
    for cell in plan.cells:
        for problem in cell.problems:
            assert problem.messages is not None
            *shots, asked = [turn for turn in problem.messages if turn.role != "system"]
            assert len(shots) == 2 * (5 if "gsm8k" in cell.benchmark.name else 2)
            assert asked.role == "user"
            assert asked.content.strip().endswith(("Answer:", "A:"))  # and no answer behind it


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("chat", [True, False])
def test_real_rows_score_as_under_lm_eval(lab: Lab, shared: Path, chat: bool) -> None:
    lab.data = shared / "data"
    plan = lab.plan([f"lm-eval:{task}" for task in BUILT_IN], limit=60, chat=chat)
    report = lab.run(plan)
    listed = write_listed(lab.root / "listed", lab.data)
    found = lab.lm_eval(plan, listed, list(BUILT_IN), chat)
    for measured in report.measurements:
        task = measured.benchmark.removeprefix("lm-eval:")
        assert measured.received == {"gsm8k": 60, "aime24": 30, "aime25": 30}.get(task, 60)
        assert same_figures(measured, found["results"][task]) >= 1
        assert 0 < measured.pass_at_1 < 1


@pytest.mark.slow
def test_the_tiny_model_scores_as_under_lm_eval(
    lab: Lab, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoTokenizer

    source = Path(config.__file__).parents[3] / "configs" / "models" / "smollm2-135m-instruct.yaml"
    shutil.copy(source, lab.root / "configs" / "models")
    monkeypatch.setattr("claimbench.engines.ENGINES", ENGINES)
    run = lab.root / "configs" / "runs" / "tiny.yaml"
    text = RUN.format(benchmarks='["lm-eval:hendrycks_math500", "lm-eval:aime25"]', options="{}")
    text = text.replace("[plain]", "[smollm2-135m-instruct]").replace("64", "32")
    run.write_text(text + "limit: 3\n")
    plan = lab.plan_of(run)
    report = lab.run(plan)
    lab.tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint)
    texts = {}
    with RunStore.existing(lab.root / "out") as store:
        for cell in plan.cells:
            for sample in store.samples(cell.name):
                texts[cell.benchmark.name, sample.problem_id] = sample.text
    listed = write_listed(lab.root / "listed", lab.data)
    names = ["hendrycks_math500", "aime25"]
    found = lab.lm_eval(plan, listed, names, chat=True, said=lambda b, p, _: texts[b, p.id])
    for measured in report.measurements:
        assert measured.received == 3
        task = measured.benchmark.removeprefix("lm-eval:")
        assert same_figures(measured, found["results"][task]) >= 1
