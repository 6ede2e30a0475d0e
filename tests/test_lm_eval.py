"""lm-eval's tasks as benchmarks: the same contexts, the same scores as under lm-eval itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lm_eval")

from conftest import TOY_NAMES
from lm_eval_toys import (
    BUILT_IN,
    OURS,
    TableLM,
    reply_to,
    write_data,
    write_listed,
    write_tasks,
)

from claimbench import config, pipeline
from claimbench.engines import ENGINES, EngineKind
from claimbench.engines.scripted import ScriptedEngine
from claimbench.pipeline import Report
from claimbench.plan import Plan
from claimbench.records import Measurement, Request

MODEL = """\
title: Plain
hub: nobody/plain
revision: "0000000000000000000000000000000000000000"
licence: Apache-2.0
parameters: 0.001
context: 100000
path: {path}
prompt:
  bos: "<｜begin▁of▁sentence｜>"
  head: "<｜begin▁of▁sentence｜><｜User｜>"
  tail: "<｜Assistant｜>"
stop_tokens: ["<｜end▁of▁sentence｜>"]
"""

RUN = """\
title: A try
models: [plain]
benchmarks: {benchmarks}
sampling: {{temperature: 0.6, top_p: 0.95, max_tokens: 64}}
lm_eval: {options}
"""

BOS = "<｜begin▁of▁sentence｜>"


class Lab:
    """A project with a model, data, a folder of tasks, and an engine that replies from a script."""

    def __init__(self, root: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.tokenizer, self.monkeypatch = root, tokenizer, monkeypatch
        self.data = write_data(root / "rows")
        self.tasks = write_tasks(root / "tasks", self.data)
        self.engine = ScriptedEngine({})
        self.golds: dict[tuple[str, str], str] = {}
        kind = EngineKind(lambda: {"name": "scripted", "version": "1"}, lambda *_: self.engine)
        monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})

    def plan(self, benchmarks: list[str], data_dir: bool = True, **options: Any) -> Plan:
        path = self.root / "configs" / "runs" / "try.yaml"
        text = RUN.format(benchmarks=json.dumps(benchmarks), options=json.dumps(options))
        path.write_text(text)
        return self.plan_of(path, data_dir)

    def plan_of(self, path: Path, data_dir: bool = True) -> Plan:
        experiment = config.load_experiment(path)
        data = self.data if data_dir else None
        plan = pipeline.plan(experiment, data, False, lambda _: None)
        self.golds = {(c.benchmark.name, p.id): p.gold for c in plan.cells for p in c.problems}
        return plan

    def reply(self, request: Request) -> str:
        gold = self.golds[request.benchmark, request.problem_id]
        return reply_to(request.benchmark, gold, request.problem_id, request.sample_index)

    def run(self, plan: Plan, out: str = "out", reply: Callable[..., Any] | None = None) -> Report:
        self.engine = ScriptedEngine(reply or self.reply, shuffle=3)
        return pipeline.run(plan, self.root / out, lambda _: None, lambda _: None)

    def lm_eval(self, plan: Plan, folder: Path, names: list[str], chat: bool) -> Any:
        """What lm-eval itself says of the same replies; fails where its contexts are others."""
        import lm_eval
        from lm_eval import evaluator
        from lm_eval.tasks import TaskManager

        # It would ask git and pip about this machine, for seconds, and put it into its results.
        self.monkeypatch.setattr(evaluator, "add_env_info", lambda _: None)
        self.monkeypatch.setattr(evaluator, "get_git_commit_hash", lambda: "")
        table = {}
        for cell in plan.cells:
            for problem in cell.problems:
                context = cell.prompt_of(problem).text
                table[context if chat else context.removeprefix(BOS)] = [
                    reply_to(cell.benchmark.name, problem.gold, problem.id, i)
                    for i in range(cell.samples)
                ]
        model = TableLM(table, self.tokenizer)
        found = lm_eval.simple_evaluate(
            model=model,
            tasks=names,
            apply_chat_template=chat,
            task_manager=TaskManager(include_defaults=False, include_path=str(folder)),
            bootstrap_iters=0,
            limit=plan.experiment.run.limit,
        )
        assert set(model.contexts) == set(table)
        return found


@pytest.fixture
def lab(project: Path, first_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> Lab:
    checkpoint = project / "checkpoint"
    first_tokenizer.save_pretrained(checkpoint)
    (checkpoint / "config.json").write_text("{}")
    (project / "configs" / "models" / "plain.yaml").write_text(MODEL.format(path=checkpoint))
    published = project / "seeds" / "published"
    published.mkdir(parents=True)
    (published / "_names.yaml").write_text(TOY_NAMES)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(project / "seeds"))
    return Lab(project, first_tokenizer, monkeypatch)


def same_figures(measured: Measurement, theirs: dict[str, Any]) -> int:
    """Assert that all of lm-eval's figures of a task are ours to 1e-12; how many there were."""
    numbers = {
        key: value
        for key, value in theirs.items()
        if "," in key and "_stderr" not in key and isinstance(value, (int, float))
    }
    for key, value in numbers.items():
        assert abs(measured.metrics[f"lm-eval {key}"] - value) < 1e-12, key
    return len(numbers)


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
