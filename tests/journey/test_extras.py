"""What each extra promises, run by the installed command in an environment with that extra and
nothing else. `scripts/test-extras` makes the environments from a built wheel and calls this."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import slurm_cluster
from conftest import SECOND_TEMPLATE, make_r1_like_tokenizer
from endpoint_toys import Json, Server, openai_server

FILES = Path(__file__).parent.parent / "data" / "imports"
ENVIRONMENTS = os.environ.get("CLAIMBENCH_EXTRAS")
pytestmark = [
    pytest.mark.skipif(ENVIRONMENTS is None, reason="scripts/test-extras makes its environments"),
    pytest.mark.slow,
]


class Installed:
    """The command of one environment, called from an empty folder with an empty cache."""

    def __init__(self, extra: str, folder: Path) -> None:
        self.folder = folder
        self._bin = Path(ENVIRONMENTS or "") / extra / "bin"
        if not self._bin.is_dir():
            pytest.skip(f"no environment with {extra}: scripts/test-extras {extra}")
        hidden = ("PYTHONPATH", "VIRTUAL_ENV", "CLAIMBENCH_CACHE", "HF_HOME", "TQDM_DISABLE")
        self.environment = {k: v for k, v in os.environ.items() if k not in hidden}
        self.environment["PATH"] = f"{self._bin}:{os.environ['PATH']}"
        self.environment["XDG_CACHE_HOME"] = str(folder / "cache")

    def __call__(self, *words: str | Path, code: int = 0) -> str:
        """What the command prints, stderr in between; it must end with `code`."""
        done = subprocess.run(
            [self._bin / "claimbench", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == code, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    def score(self, out: str) -> float:
        """The pass@1 of a run folder with one measurement."""
        (measured,) = json.loads((self.folder / out / "measurements.json").read_text())
        return float(measured["pass_at_1"])

    def lacks(self, what: str) -> list[str]:
        """The packages that doctor misses for an engine, or for datasets from the hub."""
        facts = json.loads(self("doctor", "--json"))
        missing: list[str] = (facts["engines"] | {"datasets": facts["datasets"]})[what]
        return missing


def sums(folder: Path) -> Path:
    path = folder / "sums.jsonl"
    rows = [
        {"problem": f"p{i}", "question": f"{i} + {i}?", "gold": str(2 * i), "response": f"{2 * i}"}
        for i in range(4)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_core_plans_judges_imports_and_exports(tmp_path: Path) -> None:
    claimbench = Installed("core", tmp_path)
    assert "pip install 'claimbench[cpu]'" in claimbench("doctor")
    assert "not testable" in claimbench("claims")
    assert "H100" in claimbench("plan", "r1-distills")
    claimbench("import", "jsonl", sums(tmp_path), "--model", "m", "--grader", "number")
    claimbench("grade", "results/sums")
    assert "Report:" in claimbench("report", "results/sums")
    assert claimbench.score("results/sums") == 1
    for form in ("lm-eval", "csv"):
        claimbench("export", form, "results/sums")
    lm_eval = next((FILES / "lm-eval").glob("samples_*once*.jsonl"))
    claimbench("import", "lm-eval", lm_eval, "--out", "theirs")
    assert "claimbench[cpu]" in claimbench("run", "smoke", code=1)


def test_core_runs_programs_in_its_sandbox(tmp_path: Path) -> None:
    claimbench = Installed("core", tmp_path)
    outputs = tmp_path / "programs.jsonl"
    rows = [
        {"problem": "sc-001", "sample_index": i, "response": f"def add(a, b):\n    return {text}"}
        for i, text in enumerate(["a + b", "a - b"])
    ]
    outputs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("--model", "m", "--benchmark", "smoke-code", "--out", "code")
    claimbench("import", "jsonl", outputs, *words)
    assert claimbench.score("code") == 0.5


SMALL = ("--set", "limit=2", "--set", "samples=2", "--set", "sampling.max_tokens=32")


def test_cpu_goes_from_an_empty_cache_to_a_verdict(tmp_path: Path) -> None:
    """The checkpoint is fetched and converted on the way, and its bar leaves no trace in a log."""
    claimbench = Installed("cpu", tmp_path)
    printed = claimbench("run", "smoke", *SMALL)
    assert "Verdicts" in printed and "Report: results/smoke/report.md" in printed
    assert "\r" not in printed and "it/s" not in printed
    assert "generating" not in claimbench("run", "smoke", *SMALL)
    claimbench("grade", "results/smoke")
    claimbench("export", "csv", "results/smoke")
    claimbench("fetch", "smoke")
    assert "<|im_start|>" in claimbench("plan", "smoke")
    assert claimbench.lacks("transformers") == claimbench.lacks("datasets") == []


@pytest.mark.parametrize("prompt", ["token_ids", "counted_chat", "chat"])
def test_endpoint_asks_a_server(prompt: str, toy: Path, first_tokenizer: Any) -> None:
    claimbench = Installed("endpoint", toy)
    server = Server(first_tokenizer.decode)
    if prompt == "counted_chat":
        server.change = partial(counted_by, make_r1_like_tokenizer(SECOND_TEMPLATE))
    with openai_server(server) as url:
        words = (toy / "configs" / "runs" / "try.yaml", *asking(url, prompt), "--out", "out")
        assert "Verdicts" in claimbench("run", *words)
    assert 0.5 < claimbench.score("out") < 1
    assert len(server.asked) == 40
    assert claimbench.lacks("endpoint") == []


def test_llamacpp_lacks_only_a_program(tmp_path: Path) -> None:
    claimbench = Installed("llamacpp", tmp_path)
    assert set(claimbench.lacks("llamacpp")) <= {"llama-server"}
    refused = "engine={kind: llamacpp, url: 'http://127.0.0.1:9'}"
    assert "cannot be reached" in claimbench("run", "smoke", "--set", refused, code=1)


def asking(url: str, prompt: str) -> list[str]:
    """Options with which the toy project's run asks a server."""
    given = {"base_url": url, "model": "nobody/toy", "prompt": prompt}
    sets = ["engine.kind=endpoint", *(f"engine.endpoint.{k}={v}" for k, v in given.items())]
    return ["--data-dir", "data", *(word for key in sets for word in ("--set", key))]


def counted_by(tokenizer: Any, answer: Json, body: Json) -> Json:
    """The answer with as many prompt tokens as the tokenizer's chat template makes."""
    text = tokenizer.apply_chat_template(
        body["messages"], add_generation_prompt=True, tokenize=False
    )
    count = len(tokenizer.encode(text, add_special_tokens=False))
    return answer | {"usage": {**answer["usage"], "prompt_tokens": count}}


@pytest.mark.parametrize(
    ("source", "file", "score"),
    [
        ("lm-eval", "samples_smoke_once*.jsonl", 0.25),
        ("lighteval", "details_smoke_once*.parquet", 0.75),
        ("inspect", "*.eval", 0.25),
        ("evalplus", "samples_eval_results.json", 1 / 3),
        ("livecodebench", "*_eval_all.json", 5 / 12),
    ],
)
def test_import_reads_what_every_tool_writes(
    source: str, file: str, score: float, tmp_path: Path
) -> None:
    claimbench = Installed("import", tmp_path)
    (path,) = (FILES / source).glob(file)
    claimbench("import", source, path, "--model", "m", "--out", "theirs")
    assert claimbench.score("theirs") == pytest.approx(score)


def test_import_reads_and_writes_tables(tmp_path: Path) -> None:
    claimbench = Installed("import", tmp_path)
    claimbench("import", "jsonl", sums(tmp_path), "--model", "m", "--grader", "number")
    for form in ("parquet", "csv", "lm-eval"):
        *_, path = claimbench("export", form, "results/sums").split()
        claimbench("import", form, path, "--grader", "number", "--out", form)
        assert claimbench.score(form) == 1
    assert claimbench.lacks("datasets") == []


def test_lm_eval_runs_a_task_of_its_own(tmp_path: Path) -> None:
    """The run file of docs/lm-eval.md on rows written for this test."""
    claimbench = Installed("lm-eval", tmp_path)
    run = {"title": "t", "models": ["smollm2-135m-instruct"], "benchmarks": ["lm-eval:gsm8k"]}
    run["sampling"] = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 16}
    (tmp_path / "gsm8k.yaml").write_text(json.dumps(run))
    data = tmp_path / "data"
    data.mkdir()
    rows = [{"question": f"What is {i} + 1?", "answer": f"#### {i + 1}"} for i in range(8)]
    for name in ("gsm8k.jsonl", "gsm8k_train.jsonl"):
        (data / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("gsm8k.yaml", "--data-dir", data, "--set", "limit=2", "--out", "out")
    printed = claimbench("run", *words)
    assert "lm-eval:gsm8k" in printed and "\r" not in printed
    assert (tmp_path / "out" / "tables" / "lm-eval.csv").is_file()


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("ray", ["--set", "engine.replicas=2"]),
        ("slurm", ["--slurm", "2", "--sbatch", "time=10"]),
    ],
)
def test_without_an_engine_its_extra_is_named(extra: str, words: list[str], tmp_path: Path) -> None:
    printed = Installed(extra, tmp_path)("run", "smoke", *words, code=1)
    assert printed.strip().splitlines()[-1].endswith("run pip install 'claimbench[cpu]'")


def test_ray_beside_an_engine_makes_replicas(tmp_path: Path) -> None:
    claimbench = Installed("ray,cpu", tmp_path)
    sets = ["engine.replicas=2", "engine.ray_address=local"]
    claimbench("run", "smoke", *SMALL, *(word for one in sets for word in ("--set", one)))
    (session,) = json.loads((tmp_path / "results" / "smoke" / "provenance.json").read_text())
    assert session["engines"]["smollm2-135m-instruct"]["replicas"] == "2"


@pytest.mark.skipif(bool(slurm_cluster.missing()), reason=slurm_cluster.missing())
def test_slurm_beside_an_engine_runs_an_array(toy: Path, first_tokenizer: Any) -> None:
    claimbench = Installed("slurm,endpoint", toy)
    server = Server(first_tokenizer.decode)
    # A socket's path has at most 107 letters.
    with (
        tempfile.TemporaryDirectory() as home,
        slurm_cluster.slurm(Path(home) / "slurm") as cluster,
        openai_server(server) as url,
    ):
        claimbench.environment |= {key: cluster[key] for key in ("SLURM_CONF",)}
        claimbench.environment["PATH"] += ":/usr/sbin:/sbin"
        words = (toy / "configs" / "runs" / "try.yaml", *asking(url, "token_ids"), "--out", "out")
        claimbench("run", *words, "--slurm", "2", "--sbatch", "time=10")
    assert 0.5 < claimbench.score("out") < 1
    assert len(server.asked) == 40
