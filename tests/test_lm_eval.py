"""lm-eval's tasks as benchmarks: the same contexts, the same scores as under lm-eval itself."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lm_eval")

from conftest import TOY_NAMES
from lm_eval_toys import (
    BUILT_IN,
    JUDGE,
    OURS,
    TableLM,
    reply_to,
    write_data,
    write_listed,
    write_tasks,
)

from claimbench import config, pipeline
from claimbench.bridge.lm_eval import problems
from claimbench.engines import ENGINES, EngineKind
from claimbench.engines.scripted import ScriptedEngine
from claimbench.errors import ConfigError, DataError, GradingError, InputError
from claimbench.judge import judge
from claimbench.pipeline import Report
from claimbench.plan import Plan
from claimbench.records import Measurement, Problem, Request
from claimbench.store import RunStore

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


Said = Callable[[str, Problem, int], str]


def scripted(benchmark: str, problem: Problem, index: int) -> str:
    return reply_to(benchmark, problem.gold, problem.id, index)


class Lab:
    """A project with a model, data, a folder of tasks, and an engine that replies from a script."""

    def __init__(self, root: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.tokenizer, self.monkeypatch = root, tokenizer, monkeypatch
        self.data = write_data(root / "rows")
        self.tasks = write_tasks(root / "tasks", self.data)
        self.engine = ScriptedEngine({})
        self.golds: dict[tuple[str, str], str] = {}
        kind = EngineKind(lambda _: {"name": "scripted", "version": "1"}, lambda *_: self.engine)
        monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})

    def plan(self, benchmarks: list[str], limit: int | None = None, **options: Any) -> Plan:
        path = self.root / "configs" / "runs" / "try.yaml"
        text = RUN.format(benchmarks=json.dumps(benchmarks), options=json.dumps(options))
        text += f"limit: {limit}\n" if limit else ""
        path.write_text(text)
        return self.plan_of(path)

    def plan_of(self, path: Path) -> Plan:
        experiment = config.load_experiment(path)
        plan = pipeline.plan(experiment, self.data, False, lambda _: None)
        self.golds = {(c.benchmark.name, p.id): p.gold for c in plan.cells for p in c.problems}
        return plan

    def reply(self, request: Request) -> str:
        gold = self.golds[request.benchmark, request.problem_id]
        return reply_to(request.benchmark, gold, request.problem_id, request.sample_index)

    def run(self, plan: Plan, out: str = "out", reply: Callable[..., Any] | None = None) -> Report:
        self.engine = ScriptedEngine(reply or self.reply, shuffle=3)
        return pipeline.run(plan, self.root / out, lambda _: None, lambda _: None)

    def lm_eval(
        self,
        plan: Plan,
        folder: Path,
        names: list[str],
        chat: bool,
        said: Said | None = None,
        **more: Any,
    ) -> Any:
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
                    (said or scripted)(cell.benchmark.name, problem, i) for i in range(cell.samples)
                ]
        model = TableLM(table, self.tokenizer)
        found = lm_eval.simple_evaluate(
            model=model,
            tasks=names,
            apply_chat_template=chat,
            task_manager=TaskManager(include_defaults=False, include_path=str(folder)),
            bootstrap_iters=1,  # 0 would leave out the formulas, too.
            limit=plan.experiment.run.limit,
            **more,
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
    """Assert that all of lm-eval's figures of a task, and its standard errors, are ours to 1e-12;
    how many figures there were."""
    numbers = {
        key: value
        for key, value in theirs.items()
        if "," in key and isinstance(value, (int, float))
    }
    for key, value in numbers.items():
        assert abs(measured.metrics[f"lm-eval {key}"] - value) < 1e-12, key
    return sum("_stderr" not in key for key in numbers)


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


@pytest.mark.parametrize("chat", [True, pytest.param(False, marks=pytest.mark.slow)])
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
    departures = "\n".join(found.departures)
    assert "harness: lighteval published, claimbench, task and metrics by lm-eval" in departures
    assert "lm-eval's task gsm8k" in departures and "shots: 5 published, 0 measured" in departures
    # The whole benchmark has more problems than this run's file.
    (seeds / "_names.yaml").write_text((seeds / "_names.yaml").read_text().replace("6}", "1319}"))
    (found,) = judge(report.measurements, {"published": ["vendor"], "margins": {}})
    assert found.verdict == "not comparable"
    assert "1319 published, 6 measured" in found.sentence


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("gsm8kk", r"has no such task; did you mean gsm8k\?"),
        ("hellaswag", "kind multiple_choice compares log-likelihoods"),
        ("humaneval", "outside of claimbench's sandbox"),
        ("mbpp_plus_instruct", "outside of claimbench's sandbox"),
        ("polemo2_in", r"its metric f1 is a program on the hub.*cache.*evaluate\.load\('f1'\)"),
        ("meqsum", r"its metric bleu is a program on the hub.*evaluate\.load\('bleu'\)"),
        ("squadv2", "is a Python class"),
        (
            "triviaqa",
            r"dataset mandarjoshi/trivia_qa cannot be loaded.*trivia_qa_rc_nocontext.jsonl",
        ),
    ],
)
def test_other_tasks_are_refused_in_one_sentence(lab: Lab, task: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        lab.plan([f"lm-eval:{task}"])
    assert "\n" not in str(refused.value)


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
        assert "runs programs outside of the sandbox" in m.protocol["grader"]
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


def test_a_missing_column_or_split_is_named(lab: Lab) -> None:
    (lab.data / "gsm8k_train.jsonl").unlink()
    with pytest.raises(DataError, match=r"5 few-shot examples.*gsm8k_train\.jsonl"):
        lab.plan(["lm-eval:gsm8k"])
    (lab.data / "aime25.jsonl").write_text('{"question": "?", "answer": "1"}\n')
    with pytest.raises(InputError, match=r"'problem' is undefined.*columns"):
        lab.plan(["lm-eval:aime25"])


def test_a_reasoning_model_is_not_stopped_inside_its_reasoning(lab: Lab) -> None:
    path = lab.root / "configs" / "models" / "plain.yaml"
    rules = '  forced_prefix: "<think>\\n"\n  reasoning_end: "</think>"\n'
    text = path.read_text().replace('tail: "<｜Assistant｜>"', 'tail: "<｜Assistant｜><think>\\n"')
    path.write_text(text.replace("stop_tokens", rules + "stop_tokens"))
    with pytest.raises(ConfigError, match=r"'Question:'.*inside the reasoning.*until: drop"):
        lab.plan(["lm-eval:aime24"])
    with pytest.raises(ConfigError, match="chat: false"):
        lab.plan(["lm-eval:aime24"], until="drop", chat=False)
    plan = lab.plan(["lm-eval:aime24"], until="drop")
    assert plan.cells[0].sampling.stop == ()

    def reply(request: Request) -> str:
        gold = lab.golds[request.benchmark, request.problem_id]
        return (
            f"It is ${gold}$." if request.problem_id == "00000" else f"Hm $1$.</think>\n\n${gold}$"
        )

    (measured,) = lab.run(plan, reply=reply).measurements
    assert measured.right == (0, 1, 1, 1, 1, 1)  # the first never ended its reasoning
    assert measured.no_answer_share == pytest.approx(1 / 6)
    said = measured.protocol["departures_from_task"]
    assert "no stop at 'Question:'" in said
    assert "column Problem read from problem" in said
    assert "temperature 0.6 (task: 0.0)" in said


def test_no_context_reads_its_own_gold(lab: Lab) -> None:
    plan = lab.plan(["lm-eval:gsm8k", "lm-eval:ours_votes"], include=str(lab.tasks))
    for cell in plan.cells:
        for problem in cell.problems:
            assert problem.messages is not None
            *shots, asked = [turn for turn in problem.messages if turn.role != "system"]
            assert len(shots) == 2 * (5 if "gsm8k" in cell.benchmark.name else 2)
            assert asked.role == "user"
            assert asked.content.strip().endswith(("Answer:", "A:"))  # and no answer behind it


# --- the run folder -------------------------------------------------------------------------


def test_a_run_is_graded_again_from_its_folder_alone(lab: Lab) -> None:
    plan = lab.plan(["lm-eval:gsm8k", "lm-eval:ours_words"], include=str(lab.tasks))
    before = lab.run(plan).measurements
    shutil.rmtree(lab.data)
    shutil.rmtree(lab.root / "out" / "grades")
    shutil.rmtree(lab.root / "out" / "lm-eval")
    with RunStore.existing(lab.root / "out", writer=True) as store:
        again = pipeline.grade(store, 1, lambda _: None, lambda _: None)
    assert again.measurements == before
    (lab.tasks / "judge.py").write_text("def process_results(doc, results): return {'same': 1}")
    with (
        RunStore.existing(lab.root / "out", writer=True) as store,
        pytest.raises(GradingError, match=r"lm_eval\.include.*gone or changed"),
    ):
        pipeline.grade(store, 1, lambda _: None, lambda _: None)


def test_changed_documents_or_settings_never_mix(lab: Lab) -> None:
    """A run folder takes only runs of its own digest (test_pipeline.py)."""
    tasks = {"benchmarks": ["lm-eval:aime25", "lm-eval:ours_words"], "include": str(lab.tasks)}
    first = lab.plan(**tasks)
    assert lab.plan(**tasks).digest == first.digest
    others = [lab.plan(**tasks, chat=False), lab.plan(**tasks, until="drop")]
    (lab.tasks / "judge.py").write_text(JUDGE + "\n# another rule\n")
    others.append(lab.plan(**tasks))
    rows = (lab.data / "aime25.jsonl").read_text()
    (lab.data / "aime25.jsonl").write_text(rows.replace('"answer": "', '"note": "9", "answer": "'))
    problems._load_once.cache_clear()  # a process reads its data once
    others.append(lab.plan(**tasks))
    assert len({first.digest, *(plan.digest for plan in others)}) == 5


@pytest.mark.slow
def test_hostile_replies_end_no_run(lab: Lab) -> None:
    lab.monkeypatch.setattr("claimbench.grading.CPU_LIMIT_S", 1.0)
    plan = lab.plan(["lm-eval:ours_words"], include=str(lab.tasks))
    hostile = {"00001": "hang", "00002": "die"}

    def reply(request: Request) -> str:
        gold = lab.golds[request.benchmark, request.problem_id]
        return hostile.get(request.problem_id, gold)

    (measured,) = lab.run(plan, reply=reply).measurements
    assert measured.grader_error_share == pytest.approx(2 / 6)
    assert measured.right == (1, 0, 0, 1, 1, 1)
    assert measured.counted == (1, 0, 0, 1, 1, 1)
    assert not [key for key in measured.metrics if key.startswith("lm-eval ")]


@pytest.mark.slow
def test_kills_in_the_middle_of_repeats_lose_nothing(lab: Lab) -> None:
    shutil.rmtree(lab.data)
    write_data(lab.data, problems=12)
    plan = lab.plan(["lm-eval:ours_votes"], include=str(lab.tasks))
    out, rng = lab.root / "killed", random.Random(8)
    run = lab.root / "configs" / "runs" / "try.yaml"
    seen: dict[str, str] = {}
    for _ in range(3):
        child = start(run, lab.data, out, pause=0.02)
        assert child.stdout is not None
        assert child.stdout.readline() == "started\n", child.stderr and child.stderr.read()
        wanted = len(seen) + rng.randint(5, 15)
        while lines(out) < wanted and child.poll() is None:
            time.sleep(0.01)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        now = stored(out)
        assert seen.items() <= now.items()
        seen = now
    assert 0 < len(seen) < 96
    child = start(run, lab.data, out, pause=0)
    output, errors = child.communicate(timeout=200)
    assert child.returncode == 0, errors
    assert f"delivered {96 - len(seen)}" in output
    assert len(stored(out)) == 96  # of 12 problems, 8 each, none twice
    (killed,) = json.loads((out / "measurements.json").read_text())
    (whole,) = lab.run(plan).measurements
    assert killed["pass_at_1"] == whole.pass_at_1
    assert killed["metrics"] == dict(whole.metrics)


def start(run: Path, data: Path, out: Path, pause: float) -> subprocess.Popen[str]:
    child = str(Path(__file__).parent / "lm_eval_child.py")
    words = [sys.executable, child, str(run), str(data), str(out), str(pause)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(out: Path) -> int:
    """How many lines of samples are on disk."""
    return sum(p.read_bytes().count(b"\n") for p in (out / "samples").glob("plain/*/*.jsonl"))


def stored(out: Path) -> dict[str, str]:
    """Every whole line of a sample on disk; fails where one is there twice."""
    rows = [
        json.loads(line)
        for part in (out / "samples").glob("plain/*/*.jsonl")
        for line in part.read_bytes().split(b"\n")[:-1]
    ]
    found = {row["id"]: row["text"] for row in rows}
    assert len(found) == len(rows)
    return found


# --- real rows, a real model ----------------------------------------------------------------


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
            for sample in store.samples(cell.model.name, cell.benchmark.name):
                texts[cell.benchmark.name, sample.problem_id] = sample.text
    listed = write_listed(lab.root / "listed", lab.data)
    names = ["hendrycks_math500", "aime25"]
    found = lab.lm_eval(plan, listed, names, chat=True, said=lambda b, p, _: texts[b, p.id])
    for measured in report.measurements:
        assert measured.received == 3
        task = measured.benchmark.removeprefix("lm-eval:")
        assert same_figures(measured, found["results"][task]) >= 1
