"""Tasks of lm-eval on rows written for these tests, replies to them, and an LM for lm-eval itself
that gives the same replies."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.model import LM
from scripted import ScriptedEngine, scripted_kind

from claimbench import config
from claimbench.engines import ENGINES
from claimbench.planning.plan import Plan
from claimbench.records import Measurement, Problem, Request
from claimbench.runner import pipeline, preparing, reporting
from claimbench.runner.reporting import Report

BUILT_IN = ("gsm8k", "minerva_math500", "hendrycks_math500", "aime24", "aime25")
"""Tasks of lm-eval's own, each asked on rows of ours."""
OURS = ("ours_votes", "ours_words")
"""The tasks of the group `ours`, of our own folder."""

VOTES = """\
task: ours_votes
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}/sums.jsonl, train: {data}/shots.jsonl}}}}
output_type: generate_until
test_split: test
fewshot_split: train
num_fewshot: 2
doc_to_text: "Q: {{{{ask}}}}\\nA:"
doc_to_target: "{{{{total}}}}"
description: "Add the two numbers.\\n\\n"
generation_kwargs: {{until: ["Q:"], do_sample: true, temperature: 0.6, max_gen_toks: 16}}
repeats: 8
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
filter_list:
  - name: first
    filter:
      - {{function: regex, regex_pattern: "(\\\\d+)\\\\D*$"}}
      - {{function: take_first}}
  - name: maj@8
    filter:
      - {{function: regex, regex_pattern: "(\\\\d+)\\\\D*$"}}
      - {{function: majority_vote}}
      - {{function: take_first}}
  - name: maj@4
    filter:
      - {{function: take_first_k, k: 4}}
      - {{function: regex, regex_pattern: "(\\\\d+)\\\\D*$"}}
      - {{function: majority_vote}}
      - {{function: take_first}}
metadata: {{version: 1.0}}
"""

WORDS = """\
task: ours_words
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}/words.jsonl}}}}
output_type: generate_until
test_split: test
num_fewshot: 0
doc_to_text: ask
doc_to_target: total
gen_prefix: "The word is"
process_results: !function judge.process_results
generation_kwargs: {{until: ["\\n"], do_sample: false, temperature: 0.0}}
metric_list:
  - {{metric: same, aggregation: mean, higher_is_better: true}}
  - {{metric: letters, aggregation: mean, higher_is_better: true}}
metadata: {{version: 1.0}}
"""

JUDGE = """\
def process_results(doc, results):
    said = results[0].strip().strip(".")
    if said == "hang":
        while True:
            pass
    if said == "die":
        import os
        os.abort()
    alike = sum(a == b for a, b in zip(said, doc["total"]))
    return {"same": said == doc["total"], "letters": alike / max(len(doc["total"]), len(said), 1)}
"""

GROUP = """\
group: ours
task: [ours_votes, ours_words]
aggregate_metric_list:
  - {metric: exact_match, aggregation: mean, weight_by_size: true}
"""

LISTED = """\
include: {built_in}
dataset_path: json
dataset_name: null
dataset_kwargs: {{data_files: {files}}}
"""
"""A built-in task on local rows, as a user of lm-eval itself would write it."""


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_data(folder: Path, problems: int = 6) -> Path:
    """Rows in the fields that the built-in tasks read, and those of our own tasks."""
    folder.mkdir()
    grade_school = [
        {
            "question": f"Mina has {i} pears and buys {i + 3} more. How many are there?",
            "answer": f"{i} + {i + 3} = <<{i}+{i + 3}={2 * i + 3}>>{2 * i + 3}\n#### {2 * i + 3}",
        }
        for i in range(40)
    ]
    _lines(folder / "gsm8k.jsonl", grade_school[:problems])
    _lines(folder / "gsm8k_train.jsonl", grade_school[20:])
    answers = ["\\frac{3}{4}", "12", "x^2+1", "(1,2)", "\\sqrt{5}", "-7", "0.5", "90^\\circ"]
    maths = [
        {
            "problem": f"What is the number of riddle {i}, that is ${a}$?",
            "solution": f"It was told: $\\boxed{{{a}}}$.",
            "answer": a,
        }
        for i, a in enumerate((answers * 20)[:problems])
    ]
    _lines(folder / "math500.jsonl", maths)
    contest = [
        {"id": i, "problem": f"Find ${i}^2$ modulo 1000.", "answer": f"{i * i % 1000:03d}"}
        for i in range(20, 20 + problems)
    ]
    _lines(folder / "aime24.jsonl", contest)
    cubes = [
        {"id": i, "problem": f"Find ${i}^3$ modulo 1000.", "answer": f"{i**3 % 1000}"}
        for i in range(30, 30 + problems)
    ]
    _lines(folder / "aime25.jsonl", cubes)
    sums = [{"ask": f"{i} + {i + 1}?", "total": str(2 * i + 1)} for i in range(30)]
    _lines(folder / "sums.jsonl", sums[:problems])
    _lines(folder / "shots.jsonl", sums[20:])
    words = ["apple", "stone", "river", "cloud", "tiger", "bread", "chair", "paper"]
    _lines(
        folder / "words.jsonl",
        [{"ask": f"Say {w!r}.", "total": w} for w in (words * 20)[:problems]],
    )
    return folder


def write_tasks(folder: Path, data: Path) -> Path:
    """Our own tasks and their group."""
    folder.mkdir()
    (folder / "votes.yaml").write_text(VOTES.format(data=data))
    (folder / "words.yaml").write_text(WORDS.format(data=data))
    (folder / "judge.py").write_text(JUDGE)
    (folder / "group.yaml").write_text(GROUP)
    return folder


def _train(data: Path) -> str:
    return next(path.name for path in data.glob("gsm8k_train.jsonl*"))


def write_listed(folder: Path, data: Path) -> Path:
    """The built-in tasks on local rows, for lm-eval itself."""
    from lm_eval import tasks

    folder.mkdir()
    built_in = Path(tasks.__file__).parent
    files = {
        "gsm8k": ("gsm8k", {"test": "gsm8k.jsonl", "train": _train(data)}),
        "minerva_math500": ("minerva_math", {"test": "math500.jsonl"}),
        "hendrycks_math500": ("hendrycks_math", {"test": "math500.jsonl"}),
        "aime24": ("aime", {"train": "aime24_hub.jsonl"}),
        "aime25": ("aime", {"test": "aime25.jsonl"}),
    }
    # lm-eval itself wants the hub's names of columns.
    rows = [json.loads(line) for line in (data / "aime24.jsonl").read_text().splitlines()]
    hubs = [{"ID": r["id"], "Problem": r["problem"], "Answer": r["answer"]} for r in rows]
    _lines(folder / "aime24_hub.jsonl", hubs)
    for task, (place, splits) in files.items():
        paths = {
            split: str((folder if "hub" in name else data) / name) for split, name in splits.items()
        }
        text = LISTED.format(built_in=built_in / place / f"{task}.yaml", files=json.dumps(paths))
        (folder / f"{task}.yaml").write_text(text)
    return folder


def reply_to(benchmark: str, gold: str, problem_id: str, index: int) -> str:
    """A reply that is right, wrong or hostile by a fixed chance, in the words of the task."""
    key = f"{benchmark}|{problem_id}|{index}"
    draw = hashlib.sha256(key.encode()).digest()[0] % 6
    answer = gold.rpartition("#### ")[2] if "####" in gold else gold
    if "\\boxed{" in gold:
        answer = gold.partition("\\boxed{")[2].rpartition("}")[0]
    said = answer if draw < 3 else f"{answer}1"
    if draw == 5:
        return f"\x1b[2J {{}} %s \\boxed{{ $ {draw} no answer"
    if "gsm8k" in benchmark:
        return f" So it is {said}.\n#### {said}" if draw % 2 else f" It is {said} pears."
    if "minerva" in benchmark:
        return f" Final Answer: The final answer is ${said}$. I hope it is correct."
    if "ours" in benchmark:
        return f" {said}"
    return f" The answer is $\\boxed{{{said}}}$." if draw % 2 else f" ${said}$"


class TableLM(LM):
    """Replies from a table: the n-th time a context comes, with its n-th reply."""

    def __init__(self, table: dict[str, list[str]], tokenizer: Any = None) -> None:
        super().__init__()
        self.table, self.contexts = table, Counter[str]()
        self._tokenizer = tokenizer

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        replies = []
        for request in requests:
            context = request.args[0]
            replies.append(self.table[context][self.contexts[context]])
            self.contexts[context] += 1
        return replies

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        raise NotImplementedError

    @property
    def tokenizer_name(self) -> str:
        return "toy"

    def apply_chat_template(self, turns: Any, add_generation_prompt: bool = True) -> str:
        text = self._tokenizer.apply_chat_template(
            turns,
            tokenize=False,
            add_generation_prompt=add_generation_prompt,
            continue_final_message=not add_generation_prompt,
        )
        assert isinstance(text, str)
        return text


MODEL = """\
title: Plain
hub: nobody/plain
revision: "0000000000000000000000000000000000000000"
license: Apache-2.0
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
        kind = scripted_kind(lambda: self.engine)
        monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})

    def plan(self, benchmarks: list[str], limit: int | None = None, **options: Any) -> Plan:
        path = self.root / "configs" / "runs" / "try.yaml"
        text = RUN.format(benchmarks=json.dumps(benchmarks), options=json.dumps(options))
        text += f"limit: {limit}\n" if limit else ""
        path.write_text(text)
        return self.plan_of(path)

    def plan_of(self, path: Path) -> Plan:
        experiment = config.load_experiment(path)
        plan = preparing.plan(experiment, self.data, False, lambda _: None)
        self.golds = {(c.benchmark.name, p.id): p.gold for c in plan.cells for p in c.problems}
        return plan

    def reply(self, request: Request) -> str:
        gold = self.golds[request.benchmark, request.problem_id]
        return reply_to(request.benchmark, gold, request.problem_id, request.sample_index)

    def run(self, plan: Plan, out: str = "out", reply: Callable[..., Any] | None = None) -> Report:
        self.engine = ScriptedEngine(reply or self.reply, shuffle=3)
        return pipeline.run(plan, self.root / out, reporting.report, lambda _: None, lambda _: None)

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
