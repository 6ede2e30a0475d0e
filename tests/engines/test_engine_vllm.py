"""The vLLM engine for real, on vLLM's CPU build: four engine loads in all (scripts/test-vllm).

One raw `vllm.LLM`, in this process, which the engine's own tests share; one run that is killed, and
its resumption, whose engine core is killed and started again.
"""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import TOY_NAMES

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
# One thread, as vLLM gives a worker on two cores: on a busy machine two wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest.importorskip("vllm", reason="needs vLLM: run scripts/test-vllm")

from claimbench import config, engines
from claimbench.config import ModelConfig
from claimbench.engines.vllm import engine as engine_module
from claimbench.engines.vllm.arguments import (
    NEUTRAL,
    OURS,
    check,
    engine_arguments,
    known_arguments,
)
from claimbench.engines.vllm.engine import VllmEngine
from claimbench.engines.vllm.replies import sampling_params
from claimbench.engines.vllm.settings import VllmSettings
from claimbench.records import Completion, Request, RequestFailure, Sampling
from claimbench.runner import preparing

pytestmark = pytest.mark.slow
# float32: a CPU without bfloat16 in hardware is several times as fast in it.
SETTINGS = VllmSettings(
    kind="vllm", dtype="float32", slots=8, context=256, args={"enforce_eager": True}
)
EOS = 2
TRAP = {"eos_token_id": EOS, "temperature": 0.1, "top_k": 1, "repetition_penalty": 1.9}
"""A generation_config.json that would change every sample, if anything but its EOS counted."""


def requests(texts: list[tuple[int, ...]], samples: int, **keys: Any) -> list[Request]:
    sampling = Sampling(**{"temperature": 0.8, "top_p": 0.9, "top_k": 0, "max_tokens": 40, **keys})
    return [
        Request(f"{i}.{j}", "m", "b", str(i), j, ids, sampling, 1000 * i + j)
        for i, ids in enumerate(texts)
        for j in range(samples)
    ]


@pytest.fixture(scope="module")
def model() -> ModelConfig:
    return config.load_model("smollm2-135m-instruct")


@pytest.fixture(scope="module")
def tokenizer(tiny_checkpoint: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_checkpoint)


@pytest.fixture(scope="module")
def prompts(tokenizer: Any) -> list[tuple[int, ...]]:
    asked = ("Say hello.", "Count from one to nine.", "What is 3 + 4?")
    text = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
    return [tuple(tokenizer.encode(text.format(a), add_special_tokens=False)) for a in asked]


@pytest.fixture(scope="module")
def trapped(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny checkpoint with that generation_config.json."""
    folder = tmp_path_factory.mktemp("checkpoint")
    for file in tiny_checkpoint.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "generation_config.json").unlink()
    (folder / "generation_config.json").write_text(json.dumps({**TRAP, "do_sample": True}))
    return folder


@pytest.fixture(scope="module")
def raw(model: ModelConfig, tiny_checkpoint: Path) -> Iterator[Any]:
    """vLLM's own interface, its engine core in this process: the quickest to load."""
    from vllm import LLM

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        llm = LLM(**engine_arguments(model, tiny_checkpoint, SETTINGS))
    yield llm
    llm.llm_engine.engine_core.shutdown()


@pytest.fixture(scope="module")
def engine(model: ModelConfig, trapped: Path, raw: Any) -> Iterator[VllmEngine]:
    """Made as in a run, but for the loading: it drives what `raw` has loaded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "_load", lambda _: raw.llm_engine)
        made = SETTINGS.make(model, trapped, print)
    assert isinstance(made, VllmEngine)
    yield made


def test_completions_equal_raw_vllms(
    engine: VllmEngine, raw: Any, prompts: list[tuple[int, ...]], tokenizer: Any
) -> None:
    from vllm import SamplingParams

    asked = requests(prompts, 8)
    got = {a.request_id: a for a in engine.generate(iter(asked))}
    params = [
        SamplingParams(temperature=0.8, top_p=0.9, max_tokens=40, seed=r.seed, stop_token_ids=[EOS])
        for r in asked
    ]
    outputs = raw.generate([{"prompt_token_ids": list(r.prompt_ids)} for r in asked], params)
    ended = set()
    for r, output in zip(asked, outputs, strict=True):
        mine, (theirs,) = got[r.id], output.outputs
        assert isinstance(mine, Completion)
        ids = list(theirs.token_ids)
        assert mine.completion_tokens == len(ids)
        assert list(mine.token_ids) == (ids[:-1] if ids[-1] == EOS else ids)
        assert mine.finish_reason == theirs.finish_reason
        assert output.prompt_token_ids == list(r.prompt_ids)
        assert mine.prompt_tokens == len(r.prompt_ids)
        assert mine.text == tokenizer.decode(
            mine.token_ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        assert mine.seconds > 0
        ended.add(mine.finish_reason)
    assert ended == {"stop", "length"}
    assert len({a.text for a in got.values()}) > 12  # seeds differ, samples differ


def test_stop_strings_cut_as_the_transformers_engine_does(
    engine: VllmEngine, prompts: list[tuple[int, ...]], tokenizer: Any
) -> None:
    (plain,) = engine.generate(requests(prompts[1:2], 1))
    assert isinstance(plain, Completion)
    stop = tokenizer.decode(plain.token_ids[6:8])
    (cut,) = engine.generate(requests(prompts[1:2], 1, stop=(stop,)))
    assert isinstance(cut, Completion)
    assert cut.finish_reason == "stop"
    assert cut.text == plain.text.split(stop)[0]
    assert cut.token_ids == plain.token_ids[: cut.completion_tokens]
    assert stop in tokenizer.decode(cut.token_ids)
    assert stop not in tokenizer.decode(cut.token_ids[:-1])


def test_requests_are_pulled_lazily_and_closing_aborts(
    engine: VllmEngine, prompts: list[tuple[int, ...]]
) -> None:
    pulled = []

    def source() -> Iterator[Request]:
        for r in requests(prompts, 40):
            pulled.append(r.id)
            yield r

    answers: Any = engine.generate(source())
    first = next(answers)
    assert len(pulled) <= 8 + 16
    answers.close()
    assert engine._engine.get_num_unfinished_requests() == 0
    again = list(engine.generate(requests(prompts[:1], 2)))  # the engine goes on
    assert {a.request_id for a in again} == {"0.0", "0.1"}
    assert isinstance(first, Completion)


def test_what_does_not_fit_is_a_failure_and_nothing_is_cut(
    engine: VllmEngine, prompts: list[tuple[int, ...]]
) -> None:
    long, strange = (5,) * 250, (10**9,)
    answers = {a.request_id: a for a in engine.generate(requests([long, prompts[0], strange], 1))}
    assert isinstance(answers["0.0"], RequestFailure)
    assert "context" in answers["0.0"].reason
    assert isinstance(answers["1.0"], Completion)
    assert isinstance(answers["2.0"], RequestFailure)


def test_it_says_what_it_is(engine: VllmEngine) -> None:
    facts = engine.describe()
    assert facts["dtype"] == "float32"
    assert facts["context"] == "256"
    assert facts["batch_invariant"] == "false"
    assert "vllm" in facts["version"]


def test_calls_and_arguments_are_vllms_own(model: ModelConfig, tiny_checkpoint: Path) -> None:
    """Every name that the engine sends under GPU settings is in vLLM's signatures."""
    from vllm import EngineArgs, LLMEngine
    from vllm.inputs import tokens_input
    from vllm.sampling_params import SamplingParams

    gpu = VllmSettings(
        kind="vllm",
        dtype="float16",
        slots=256,
        context=33000,
        tensor_parallel=8,
        pipeline_parallel=2,
    )
    quantized = model.model_copy(update={"quantization": "fp8", "kv_dtype": "fp8"})
    EngineArgs(**engine_arguments(quantized, tiny_checkpoint, gpu))
    known = set(known_arguments())
    assert set(OURS) <= known, set(OURS) - known
    assert set(NEUTRAL) <= known, set(NEUTRAL) - known
    inspect.signature(LLMEngine.add_request).bind(None, "id", tokens_input([1]), SamplingParams())
    inspect.signature(LLMEngine.abort_request).bind(None, ["id"])
    inspect.signature(LLMEngine.step).bind(None)
    params = sampling_params(requests([(1,)], 1, stop=("x",))[0], {2, 3})
    assert (params.stop_token_ids, params.ignore_eos, params.seed) == ([2, 3], True, 0)


def test_every_key_in_configs_is_accepted() -> None:
    seen = 0
    for name in config.names("runs"):
        run = config.load_experiment(Path(name)).run
        if run.engine.kind == "vllm":
            check(engines.settings(run.engine).args, known_arguments())  # type: ignore[attr-defined]
            seen += 1
    assert seen >= 10
    for key in ("enforce_eager", "gpu_memory_utilization", "attention_backend"):
        check({key: None}, known_arguments())


# vLLM's types, msgspec's, which make its constructors, and pydantic's, which make our settings; the
# rest would take minutes.
MYPY = """\
[mypy]
strict = True
follow_imports = skip
ignore_missing_imports = True
mypy_path = {src}
cache_dir = {cache}
[mypy-claimbench.*,vllm.*,msgspec.*,pydantic.*]
follow_imports = silent
"""
WRONG = """\
from vllm import EngineArgs, LLMEngine, SamplingParams

def wrong(engine: LLMEngine) -> None:
    SamplingParams(temprature=1.0)
    EngineArgs(modl="x")
    engine.add_request("id")
"""


def type_checked(target: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    src = Path(__file__).parents[2] / "src"
    (folder / "mypy.ini").write_text(MYPY.format(src=src, cache=folder / "cache"))
    words = [sys.executable, "-m", "mypy", "--config-file", str(folder / "mypy.ini"), str(target)]
    return subprocess.run(words, capture_output=True, text=True, timeout=500, check=False)


def test_mypy_accepts_the_engine_against_vllms_types(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    done = type_checked(Path(engine_module.__file__).parent, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "wrong.py").write_text(WRONG)
    done = type_checked(tmp_path / "wrong.py", tmp_path)
    assert "Found 3 errors" in done.stdout, done.stdout + done.stderr


# --- the whole journey: killed, resumed, its engine core killed, and like raw vLLM -------------


RUN = """\
title: A try
models: [smollm2-135m-instruct]
benchmarks: [sums]
sampling: {temperature: 0.8, top_p: 0.9, max_tokens: 40}
samples: 12
seed: 7
engine: {kind: vllm, dtype: float32, slots: 8, restarts: 1, args: {enforce_eager: true}}
"""
ASKED = 60


def start(project: Path, out: Path) -> subprocess.Popen[str]:
    run = project / "configs" / "runs" / "try.yaml"
    words = ["-m", "claimbench", "run", str(run), "--data-dir", str(project / "data"), "--offline"]
    return subprocess.Popen(
        [sys.executable, *words, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def rows(out: Path, kind: str) -> list[dict[str, Any]]:
    files = (out / kind).rglob("*.jsonl")
    return [json.loads(ln) for f in files for ln in f.read_bytes().split(b"\n")[:-1]]


def wait_for(child: subprocess.Popen[str], out: Path, samples: int) -> None:
    while child.poll() is None and len(rows(out, "samples")) < samples:
        time.sleep(0.1)
    assert child.poll() is None, child.stdout and child.stdout.read()


def children(pid: int) -> list[Any]:
    import psutil

    return list(psutil.Process(pid).children(recursive=True))


def core_of(pid: int) -> Any:
    (core,) = [p for p in children(pid) if "EngineCore" in " ".join(p.cmdline())]
    return core


def test_killed_resumed_restarted_and_like_raw_vllm(
    project: Path, trapped: Path, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "seeds" / "published").mkdir(parents=True)
    (project / "seeds" / "published" / "_names.yaml").write_text(TOY_NAMES)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(project / "seeds"))
    shipped = Path(__file__).parents[2] / "configs/models/smollm2-135m-instruct.yaml"
    model = project / "configs" / "models" / shipped.name
    model.write_text(f"{shipped.read_text()}path: {trapped}\n")
    run = project / "configs" / "runs" / "try.yaml"
    run.write_text(RUN)
    out = project / "out"

    child = start(project, out)
    wait_for(child, out, 10)
    started = children(child.pid)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    kept = {row["id"]: row["text"] for row in rows(out, "samples")}
    assert 10 <= len(kept) < ASKED  # it was in the middle
    assert rows(out, "grades")  # graded while the engine went on
    gone_by = time.monotonic() + 60
    while any(p.is_running() for p in started) and time.monotonic() < gone_by:
        time.sleep(0.2)
    assert [p for p in started if p.is_running()] == []  # no engine core holds memory

    again = start(project, out)
    wait_for(again, out, len(kept) + 5)
    core_of(again.pid).kill()
    output, _ = again.communicate(timeout=600)
    assert again.returncode == 0, output
    assert "starting the engine again (0 restarts left): vLLM died while generating" in output
    samples = rows(out, "samples")
    assert len(samples) == len({s["id"] for s in samples}) == ASKED
    now = {s["id"]: s["text"] for s in samples}
    assert kept.items() <= now.items()
    (measured,) = json.loads((out / "measurements.json").read_text())
    assert measured["received"] == measured["graded"] == ASKED
    provenance = json.loads((out / "provenance.json").read_text())
    assert provenance[-1]["engines"]["smollm2-135m-instruct"]["name"] == "vllm"
    assert_like_raw(run, project, now, raw)


def assert_like_raw(run: Path, project: Path, texts: dict[str, str], raw: Any) -> None:
    """Every stored sample is what raw vLLM says to the same ids, parameters and seed."""
    from vllm import SamplingParams

    plan = preparing.plan(config.load_experiment(run), project / "data", False, lambda _: None)
    asked = list(plan.cells[0].missing(()))
    params = [
        SamplingParams(
            temperature=0.8,
            top_p=0.9,
            max_tokens=40,
            seed=r.seed,
            stop_token_ids=[EOS],
            skip_special_tokens=False,
            spaces_between_special_tokens=False,
        )
        for r in asked
    ]
    outputs = raw.generate([{"prompt_token_ids": list(r.prompt_ids)} for r in asked], params)
    assert {r.id: o.outputs[0].text for r, o in zip(asked, outputs, strict=True)} == texts


def test_without_slots_as_many_go_together_as_in_vllm_llm(
    model: ModelConfig, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last: a second vLLM in this process takes the first one's groups away when it ends."""
    from vllm import LLM, EngineArgs
    from vllm.usage.usage_lib import UsageContext

    monkeypatch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    free = SETTINGS.model_copy(update={"slots": None})
    arguments = engine_arguments(model, tiny_checkpoint, free)
    llm = LLM(**arguments)
    theirs = llm.llm_engine.vllm_config.scheduler_config
    llm.llm_engine.engine_core.shutdown()
    ours = VllmEngine(tiny_checkpoint, arguments)
    found = ours._engine.vllm_config.scheduler_config
    assert_prompts_that_fill_a_step_are_answered(ours, found.max_num_batched_tokens)
    ours.close()
    other = EngineArgs(**arguments).create_engine_config(UsageContext.ENGINE_CONTEXT)
    together = (found.max_num_seqs, found.max_num_batched_tokens)
    assert together == (theirs.max_num_seqs, theirs.max_num_batched_tokens)
    assert together > (
        other.scheduler_config.max_num_seqs,
        other.scheduler_config.max_num_batched_tokens,
    )


def assert_prompts_that_fill_a_step_are_answered(engine: VllmEngine, tokens: int) -> None:
    """Read in parts, a seeded prompt ends vLLM's engine on a CPU."""
    count = tokens // 240 + 4
    asked = requests([(i + 10,) * 240 for i in range(count)], 1, max_tokens=2)
    answers = list(engine.generate(iter(asked)))
    assert [type(a) for a in answers] == [Completion] * count
