"""The llamacpp engine with a real llama-server (scripts/build-llama-server) and the tiny model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import TOY_NAMES
from llamacpp_toys import find_llama_server, needs_llama_server, write_f32
from waiting import await_that

from claimbench import config
from claimbench.config import ModelConfig
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.engine import EndpointEngine
from claimbench.engines.endpoint.llamacpp import SAMPLERS
from claimbench.engines.llamacpp.process import ServerProcess
from claimbench.engines.llamacpp.settings import LlamacppSettings
from claimbench.engines.tokenizer import decoder
from claimbench.errors import ConfigError, EngineDied, ModelError
from claimbench.models import checkpoints
from claimbench.records import Completion, Request, Sampling
from claimbench.store.tokens import unpack_ids

pytestmark = [pytest.mark.slow, needs_llama_server]
EOS = 2
ASKED = (
    "Say hello.",
    "Count from one to nine.",
    "What is 3 + 4?",
    "Name a colour.",
    "Where is Seoul?",
    "Write one sentence on rain.",
    "What do bees make?",
    "List three animals.",
)
# One thread: two that share two busy cores with other work wait for each other at every step.
# Keys and values in float32, as the transformers engine keeps them; in float16 by default.
EXACT = ("-ctk", "f32", "-ctv", "f32", "-fa", "off")


@pytest.fixture(scope="module", autouse=True)
def on_the_path() -> Iterator[None]:
    program = find_llama_server()
    assert program is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def model() -> ModelConfig:
    return config.load_model("smollm2-135m-instruct")


@pytest.fixture(scope="module")
def q4_1(model: ModelConfig, tiny_checkpoint: Path) -> Path:
    """The tiny model's own GGUF file, as the engine fetches it."""
    assert tiny_checkpoint.is_dir()
    found = checkpoints.wanted_by(settings(), model, online=False)
    assert found.identity.startswith("gguf:Q4_1:")
    kept = checkpoints.wheel_file(model)
    assert kept is not None
    return kept


@pytest.fixture(scope="module")
def f32(q4_1: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("gguf") / "f32.gguf"
    write_f32(q4_1, target)
    return target


@pytest.fixture(scope="module")
def tokenizer(tiny_checkpoint: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_checkpoint)


@pytest.fixture(scope="module")
def prompts(tokenizer: Any) -> list[tuple[int, ...]]:
    text = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
    return [tuple(tokenizer.encode(text.format(a), add_special_tokens=False)) for a in ASKED]


def settings(**keys: Any) -> LlamacppSettings:
    return LlamacppSettings(kind="llamacpp", **keys)


def requests(prompts: Sequence[tuple[int, ...]], samples: int = 1, **keys: Any) -> list[Request]:
    sampling = Sampling(**{"temperature": 0.0, "top_p": 1.0, "top_k": 0, "max_tokens": 48, **keys})
    return [
        Request(f"{i}.{j}", "m", "b", str(i), j, ids, sampling, (1 << 40) + 1000 * i + j)
        for i, ids in enumerate(prompts)
        for j in range(samples)
    ]


def answers(engine: Any, asked: Sequence[Request]) -> dict[str, Completion]:
    found = {answer.request_id: answer for answer in engine.generate(iter(asked))}
    assert all(isinstance(answer, Completion) for answer in found.values())
    return found


def of_transformers(folder: Path, asked: Sequence[Request]) -> dict[str, Completion]:
    from claimbench.engines.transformers.engine import TransformersEngine

    return answers(TransformersEngine(folder, dtype="float32", stop_token_ids=[EOS]), asked)


@pytest.fixture(scope="module")
def engine(model: ModelConfig, tiny_checkpoint: Path, f32: Path) -> Iterator[Any]:
    made = settings(gguf=str(f32), slots=4, context=510, threads=1, args=EXACT).start(
        model, tiny_checkpoint, 512, print
    )
    made.load()
    yield made
    made.close()


def test_greedy_texts_equal_those_of_the_transformers_engine(
    engine: Any, tiny_checkpoint: Path, prompts: list[tuple[int, ...]]
) -> None:
    asked = requests(prompts)
    theirs, ours = answers(engine, asked), of_transformers(tiny_checkpoint, asked)
    assert {k: a.text for k, a in theirs.items()} == {k: a.text for k, a in ours.items()}
    assert {k: a.token_ids for k, a in theirs.items()} == {k: a.token_ids for k, a in ours.items()}
    assert {a.finish_reason for a in ours.values()} == {"stop", "length"}
    for key, answer in theirs.items():
        assert answer.finish_reason == ours[key].finish_reason
        assert answer.completion_tokens == ours[key].completion_tokens
        assert answer.prompt_tokens == ours[key].prompt_tokens
    assert engine.server()["vocabulary_by"] == "tokenize"
    assert engine.describe()["quantization"].endswith("F32")


def test_the_repetition_penalty_is_the_one_of_the_transformers_engine(
    engine: Any, model: ModelConfig, tiny_checkpoint: Path, prompts: list[tuple[int, ...]]
) -> None:
    asked = requests(prompts, repetition_penalty=1.3)
    ours, without = of_transformers(tiny_checkpoint, asked), answers(engine, requests(prompts))
    url = EndpointConfig(base_url=f"{engine._url}/v1", model=model.name)
    joined = EndpointEngine(url, model.name, [EOS], decode=decoder(tiny_checkpoint))
    for theirs in (answers(engine, asked), answers(joined, asked)):
        assert {k: a.token_ids for k, a in theirs.items()} == {
            k: a.token_ids for k, a in ours.items()
        }
    assert sum(ours[key].token_ids != without[key].token_ids for key in ours) >= 4


def test_seeds_count_and_repeat(engine: Any, prompts: list[tuple[int, ...]]) -> None:
    asked = requests(prompts[:2], 4, temperature=0.9, max_tokens=24)
    first, again = answers(engine, asked), answers(engine, asked)
    assert len({answer.text for answer in first.values()}) == len(asked)
    same = sum(first[key].text == again[key].text for key in first)
    assert same >= len(asked) - 1  # rounding follows the batch, as everywhere


def test_stop_strings_cut_the_text_and_keep_the_ids(
    engine: Any, prompts: list[tuple[int, ...]], tokenizer: Any
) -> None:
    (plain,) = answers(engine, requests(prompts[1:2])).values()
    stop = tokenizer.decode(plain.token_ids[6:8])
    (cut,) = answers(engine, requests(prompts[1:2], stop=(stop,))).values()
    assert (cut.finish_reason, cut.text) == ("stop", plain.text.split(stop)[0])
    assert cut.token_ids == plain.token_ids[: len(cut.token_ids)]


def test_a_stop_token_that_the_file_does_not_know_ends_the_reply(
    model: ModelConfig, engine: Any, tiny_checkpoint: Path, prompts: list[tuple[int, ...]]
) -> None:
    """The checkpoint may name more stop tokens than the GGUF file."""
    (plain,) = answers(engine, requests(prompts[1:2])).values()
    ends = plain.token_ids[5]
    first = plain.token_ids.index(ends)
    url = EndpointConfig(base_url=f"{engine._url}/v1", model=model.name)
    other = EndpointEngine(url, model.name, [ends], decode=decoder(tiny_checkpoint))
    (cut,) = answers(other, requests(prompts[1:2])).values()
    assert cut.token_ids == plain.token_ids[:first]
    assert (cut.finish_reason, cut.completion_tokens) == ("stop", first + 1)
    assert plain.text.startswith(cut.text)


def distributions(url: str, ids: Sequence[int], samplers: Sequence[str] | None) -> Any:
    """The server's probabilities of the next token, before and after its samplers."""
    sampling = {"temperature": 0.6, "top_p": 0.95, "top_k": 0, "min_p": 0.0, "seed": 1}
    body: dict[str, Any] = {"prompt": list(ids), "n_predict": 1, "cache_prompt": False}
    body |= sampling | {"n_probs": 49152} | ({"samplers": list(samplers)} if samplers else {})
    found = []
    for after in (False, True):
        sent = json.dumps({**body, "post_sampling_probs": after}).encode()
        ask = urllib.request.Request(
            f"{url}/completion", sent, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(ask, timeout=120) as reply:
            (token,) = json.load(reply)["completion_probabilities"]
        found.append(token["top_probs"] if after else token["top_logprobs"])
    return found


def variation(url: str, ids: Sequence[int], samplers: Sequence[str] | None) -> float:
    """Total variation between the server's distribution and ours, given the same logits."""
    import torch

    from claimbench.engines.transformers import sampling

    before, after = distributions(url, ids, samplers)
    logits = torch.full((1, 49152), -1e9)
    logits[0, [t["id"] for t in before]] = torch.tensor([float(t["logprob"]) for t in before])
    probs = sampling._probabilities(logits, torch.tensor([[0.6]]))
    values, order = sampling._largest(probs, 49152)
    keep = sampling._kept(values, torch.tensor([0.95]), *torch.zeros(2, 1))
    kept = torch.where(keep, values, 0.0)
    ours = torch.zeros(49152, dtype=torch.float64).scatter(0, order[0], (kept / kept.sum())[0])
    theirs = torch.zeros(49152, dtype=torch.float64)
    theirs[[t["id"] for t in after]] = torch.tensor([t["prob"] for t in after]).double()
    return float((ours - theirs).abs().sum() / 2)


def test_its_sampler_draws_from_our_distribution(
    engine: Any, prompts: list[tuple[int, ...]]
) -> None:
    greedy = answers(engine, requests(prompts, max_tokens=6))
    places = [ids + greedy[f"{i}.0"].token_ids[:n] for i, ids in enumerate(prompts) for n in (0, 3)]
    ours = [variation(engine._url, ids, SAMPLERS) for ids in places]
    default = [variation(engine._url, ids, None) for ids in places]
    print(f"total variation {max(ours):.2e} at most; in its own order {sum(default) / 16:.4f}")
    assert max(ours) < 1e-3
    assert sum(default) / len(default) > 3e-3  # top_p before temperature: another distribution


def test_another_models_server_is_refused(
    engine: Any, model: ModelConfig, second_tokenizer: Any
) -> None:
    joined = settings(url=engine._url)
    bigger = model.model_copy(update={"parameters": 1.7})
    with pytest.raises(ModelError, match=r"0\.135 billion parameters, where smollm2-\S+ has 1\.7"):
        joined.weights(bigger)
    own = joined.weights(model)
    assert own.identity.startswith("gguf:")
    assert own.departure.key == "weights-gguf-served"
    url = EndpointConfig(base_url=f"{engine._url}/v1", model=model.name)
    other = EndpointEngine(url, model.name, decode=second_tokenizer.decode)
    ids = tuple(second_tokenizer.encode("What is 3 + 4?"))
    with pytest.raises(EngineDied, match="vocabulary is not that of model m"):
        list(other.generate(requests([ids])))


def test_too_small_a_context_is_said_before_anything_is_asked(
    engine: Any, model: ModelConfig, tiny_checkpoint: Path
) -> None:
    joined = settings(url=engine._url).start(model, tiny_checkpoint, 600, print)
    with pytest.raises(ConfigError, match=r"room for 512 tokens of a request.* needs 602"):
        joined.load()


def test_a_file_that_is_none_is_said_in_one_sentence(model: ModelConfig, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.gguf is not a file"):
        settings(gguf=str(tmp_path / "none.gguf")).weights(model)
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"GGUF" + b"\xff" * 100)
    with pytest.raises(ModelError, match="cannot be read as a GGUF file"):
        settings(gguf=str(wrong)).weights(model)
    with pytest.raises(EngineDied, match="llama-server ended with status 1"):
        ServerProcess(["--model", str(wrong)]).wait()


# --- the whole run: killed, resumed, its server killed ---------------------------------------


RUN = """\
title: A try
models: [smollm2-135m-instruct]
benchmarks: [sums]
sampling: {temperature: 0.8, top_p: 0.9, max_tokens: 40}
samples: 12
seed: 7
published: [vendor]
allow_low_power: true
engine: {kind: llamacpp, slots: 4, threads: 1, restarts: 1}
"""
TABLE = """\
title: A vendor's table
tier: D
source: {file: table.md, commit: abc}
protocol: {temperature: 0.8, dtype: bfloat16}
tables:
  scores:
    title: Scores
    lines: "1"
    columns:
      - {benchmark: sums, samples: 64}
    rows:
      smollm2-135m-instruct: {values: [60.0]}
"""
WANTED = 60


@pytest.fixture
def trial(project: Path, monkeypatch: pytest.MonkeyPatch, q4_1: Path) -> Path:
    assert q4_1.is_file()
    published = project / "seeds" / "published"
    published.mkdir(parents=True)
    (published / "_names.yaml").write_text(TOY_NAMES)
    (published / "vendor.yaml").write_text(TABLE)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(project / "seeds"))
    shipped = Path(__file__).parents[2] / "configs/models/smollm2-135m-instruct.yaml"
    (project / "configs" / "models" / shipped.name).write_text(shipped.read_text())
    (project / "configs" / "runs" / "try.yaml").write_text(RUN)
    return project


def start(project: Path, *more: str) -> subprocess.Popen[str]:
    run = project / "configs" / "runs" / "try.yaml"
    words = ["-m", "claimbench", "run", str(run), "--data-dir", str(project / "data"), "--offline"]
    return subprocess.Popen(
        [sys.executable, *words, "--out", str(project / "out"), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def samples_in(project: Path) -> dict[str, str]:
    """Texts by id; each sample has its token ids."""
    files = (project / "out" / "samples").rglob("*.jsonl")
    rows = [json.loads(ln) for f in files for ln in f.read_bytes().split(b"\n")[:-1]]
    assert len(rows) == len({row["id"] for row in rows})
    for row in rows:
        assert row["completion_tokens"] - len(unpack_ids(row["packed_ids"])) in (0, 1)
    return {row["id"]: row["text"] for row in rows}


def server_of(pid: int) -> psutil.Process:
    (found,) = [
        child
        for child in psutil.Process(pid).children(recursive=True)
        if child.name() == "llama-server"
    ]
    return found


def test_killed_resumed_its_server_killed_and_judged(trial: Path) -> None:
    child = start(trial)
    await_that(lambda: len(samples_in(trial)) >= 6 or child.poll() is not None, "six samples")
    assert child.poll() is None, child.stdout and child.stdout.read()
    server = server_of(child.pid)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    kept = samples_in(trial)
    assert 6 <= len(kept) < WANTED
    await_that(lambda: not server.is_running(), "the killed run's server ends")

    again = start(trial)
    await_that(lambda: len(samples_in(trial)) >= len(kept) + 6, "six more")
    server_of(again.pid).kill()
    output, _ = again.communicate(timeout=600)
    assert again.returncode == 0, output
    assert "starting the engine again (0 restarts left): llama-server ended with signal 9" in output
    now = samples_in(trial)
    assert len(now) == WANTED
    assert kept.items() <= now.items()
    check_judged(trial / "out")


def check_judged(out: Path) -> None:
    """The verdict names the quantization; the report and the provenance say what generated."""
    (verdict,) = json.loads((out / "verdicts.json").read_text())
    assert "Q4_1" in json.dumps(verdict["departures"])
    report = (out / "report.md").read_text()
    assert "GGUF weights, quantization Q4_1" in report
    assert "computed by llama.cpp" in report
    last = json.loads((out / "provenance.json").read_text())[-1]
    assert last["engines"]["smollm2-135m-instruct"]["name"] == "llama.cpp"
    said = last["generating"][0]["server"]
    assert said["vocabulary_by"] == "tokenize"
    assert said["sampler_order"] == ", ".join(SAMPLERS)


def test_a_server_that_dies_for_good_leaves_a_run_that_resumes(trial: Path) -> None:
    child = start(trial, "--set", "engine.restarts=0")
    await_that(lambda: len(samples_in(trial)) >= 4 or child.poll() is not None, "four samples")
    server_of(child.pid).kill()
    output, _ = child.communicate(timeout=600)
    assert child.returncode == 1, output
    assert "llama-server ended with signal 9" in output
    assert "Traceback" not in output
    assert 4 <= len(samples_in(trial)) < WANTED
    done = start(trial, "--set", "engine.restarts=0")
    output, _ = done.communicate(timeout=600)
    assert done.returncode == 0, output
    assert len(samples_in(trial)) == WANTED


@pytest.mark.parametrize("kind", ["llamacpp", "endpoint"])
def test_a_running_server_is_joined_and_its_quantization_is_a_departure(
    engine: Any, trial: Path, kind: str
) -> None:
    joined = {
        "llamacpp": f"engine={{kind: llamacpp, url: '{engine._url}'}}",
        "endpoint": f"engine={{kind: endpoint, endpoint: {{base_url: '{engine._url}/v1', "
        "model: smollm2-135m-instruct}}",
    }
    child = start(trial, "--set", joined[kind], "--set", "samples=2")
    output, _ = child.communicate(timeout=600)
    assert child.returncode == 0, output
    (verdict,) = json.loads((trial / "out" / "verdicts.json").read_text())
    departures = " ".join(verdict["departures"])
    assert "all F32 (GGUF)" in departures
    assert "quantization all F32, on the word of a running llama.cpp server" in departures
    said = json.loads((trial / "out" / "provenance.json").read_text())[-1]["generating"][0][
        "server"
    ]
    assert (said["quantization"], said["vocabulary_by"]) == ("all F32", "tokenize")
