"""Metrics of lm-eval that are programs, and those that are no right or wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("lm_eval")

from lm_eval_toys import Lab, same_figures

from claimbench.errors import ConfigError, InputError
from claimbench.records import Problem, Request
from claimbench.runner import pipeline
from claimbench.store import RunStore

HUB_METRIC = """\
import datasets
import evaluate


class Alike(evaluate.Metric):
    def _info(self):
        kinds = {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
        return evaluate.MetricInfo(
            description="", citation="", features=datasets.Features(kinds), inputs_description=""
        )

    def _compute(self, predictions, references):
        pairs = list(zip(predictions, references))
        return {"alike": sum(p.strip(" .") == r for p, r in pairs) / len(pairs)}
"""


CODE_METRIC = """\
import subprocess
import sys

import datasets
import evaluate


class CodeEval(evaluate.Metric):
    def _info(self):
        kinds = {
            "predictions": datasets.Sequence(datasets.Value("string")),
            "references": datasets.Value("string"),
        }
        return evaluate.MetricInfo(
            description="", citation="", features=datasets.Features(kinds), inputs_description=""
        )

    def _compute(self, predictions, references, k):
        shares = []
        for programs, test in zip(predictions, references):
            ran = [subprocess.run([sys.executable, "-c", p + "\\n" + test]) for p in programs]
            shares.append(sum(not one.returncode for one in ran) / len(ran))
        return {"pass@1": sum(shares) / len(shares)}, {}
"""
"""What `evaluate.load("code_eval")` gives, as far as the tasks need it."""


CODE_REPLIES = {
    "humaneval": ("    return 2 * x", "    return x * x", "    return ("),
    "mbpp": ("def double(x):\n    return x + x\n", "def double(x):\n    return x\n", "No."),
}


def write_code_rows(lab: Lab, folder: Path) -> None:
    """Two problems in the columns of HumanEval and of MBPP, for both sides."""
    import lm_eval.tasks

    prompt = 'def double(x):\n    """Twice x, as NAME has it."""\n'
    tests = ["assert double(1) == 2", "assert double(-4) == -8", "assert double(0) == 0"]
    check = "def check(candidate):\n    assert candidate(3) == 6\n"
    rows = {
        "humaneval": {"prompt": prompt, "test": check, "entry_point": "double"},
        "mbpp": {
            "text": "Write a function double, as NAME has it.",
            "code": "",
            "test_list": tests,
        },
    }
    folder.mkdir()
    for name, row in rows.items():
        path = lab.data / f"{name}.jsonl"
        lines = [json.dumps(row).replace("NAME", f"problem {i}") for i in range(2)]
        path.write_text("\n".join(lines) + "\n")
        built_in = Path(lm_eval.tasks.__file__).parent / name / f"{name}.yaml"
        files = f"dataset_kwargs: {{data_files: {{test: {path}}}}}"
        listed = f"include: {built_in}\ndataset_path: json\ndataset_name: null\n{files}\n"
        (folder / f"{name}.yaml").write_text(listed)


@pytest.mark.slow
def test_code_tasks_where_their_metric_is_there(lab: Lab) -> None:
    """Refused at each step in one sentence, until all that lm-eval wants is there; then its scores
    are ours."""
    names = list(CODE_REPLIES)
    asked = [f"lm-eval:{name}" for name in names]
    write_code_rows(lab, lab.root / "code-tasks")
    lab.monkeypatch.delenv("HF_ALLOW_CODE_EVAL", raising=False)
    allowed = {"confirm_run_unsafe_code": True}
    with pytest.raises(ConfigError, match="HF_ALLOW_CODE_EVAL is 1"):
        lab.plan(asked, **allowed)
    lab.monkeypatch.setenv("HF_ALLOW_CODE_EVAL", "1")
    with pytest.raises(ConfigError, match="its metric code_eval is a program on the hub"):
        lab.plan(asked, **allowed)
    (lab.root / "code_eval").mkdir()
    (lab.root / "code_eval" / "code_eval.py").write_text(CODE_METRIC)
    lab.monkeypatch.chdir(lab.root)
    plan = lab.plan(asked, **allowed)

    def said(benchmark: str, problem: Problem, index: int) -> str:
        replies = CODE_REPLIES[benchmark.removeprefix("lm-eval:")]
        return replies[int(problem.id) % len(replies)]

    def reply(request: Request) -> str:
        problem = Problem(request.benchmark, request.problem_id, "")
        return said(request.benchmark, problem, request.sample_index)

    measured = {m.benchmark: m for m in lab.run(plan, reply=reply).measurements}
    more = {"confirm_run_unsafe_code": True}
    found = lab.lm_eval(plan, lab.root / "code-tasks", names, True, said, **more)
    for name in names:
        m = measured[f"lm-eval:{name}"]
        assert (m.right, m.counted) == ((1, 0), (1, 1))
        assert same_figures(m, found["results"][name]) == 1
        assert "(outside of the sandbox)" in m.protocol["grader"]
    lab.monkeypatch.delenv("HF_ALLOW_CODE_EVAL")
    with (
        RunStore.existing(lab.root / "out", writer=True) as store,
        pytest.raises(InputError, match="HF_ALLOW_CODE_EVAL"),
    ):
        pipeline.grade(store, 1, lambda _: None, lambda _: None)


@pytest.mark.slow
def test_a_hub_metric_that_is_there(lab: Lab) -> None:
    """`evaluate` takes a folder of the metric's name before it asks the hub or its cache."""
    words = (lab.tasks / "words.yaml").read_text().replace("ours_words", "ours_alike")
    head, _, _ = words.partition("metric_list")
    metrics = "metric_list: [{metric: alike, aggregation: mean, higher_is_better: true}]\n"
    text = head.replace("process_results: !function judge.process_results\n", "") + metrics
    (lab.tasks / "alike.yaml").write_text(text)
    with pytest.raises(ConfigError, match="its metric alike is a program on the hub"):
        lab.plan(["lm-eval:ours_alike"], include=str(lab.tasks))
    (lab.root / "alike").mkdir()
    (lab.root / "alike" / "alike.py").write_text(HUB_METRIC)
    lab.monkeypatch.chdir(lab.root)
    plan = lab.plan(["lm-eval:ours_alike"], include=str(lab.tasks))
    (measured,) = lab.run(plan).measurements
    found = lab.lm_eval(plan, lab.tasks, ["ours_alike"], True)
    assert same_figures(measured, found["results"]["ours_alike"]) == 1
    assert 0 < measured.pass_at_1 < 1


def test_a_metric_that_is_no_right_or_wrong_is_refused(lab: Lab) -> None:
    chosen = {"lm-eval:ours_words": "letters,none"}
    with pytest.raises(ConfigError, match=r"letters,none does not say right.*\"same,none\""):
        lab.plan(["lm-eval:ours_words"], include=str(lab.tasks), metrics=chosen)
    with pytest.raises(ConfigError, match="has no other,none; it has same,none, letters,none"):
        chosen = {"lm-eval:ours_words": "other,none"}
        lab.plan(["lm-eval:ours_words"], include=str(lab.tasks), metrics=chosen)
