"""The endpoint engine against a real vLLM server on CPU, also behind faults. One server for all.

The server runs in an environment of its own (scripts/setup-vllm; VLLM_VENV names another one).
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TOY_NAMES
from endpoint_toys import PASSING, PASSING_EDITS, faulty_proxy

from claimbench import config
from claimbench.analysis.cells import stored_cells
from claimbench.engines.endpoint import engine as engine_module
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.engine import EndpointEngine
from claimbench.engines.endpoint.faults import Backoff
from claimbench.errors import EngineDied
from claimbench.models import checkpoints
from claimbench.models.prompts import MessageMaker, PromptMaker
from claimbench.records import Completion, Problem, Request, RequestFailure, Sampling
from claimbench.runner import pipeline, preparing, reporting
from claimbench.store import RunStore

VENV = Path(os.environ.get("VLLM_VENV", ROOT / ".venv-vllm"))
PYTHON = VENV / "bin" / "python"
NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
STARTING = 600
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason=f"no vLLM in {VENV.name}: scripts/setup-vllm"),
]


@pytest.fixture(scope="module")
def vllm(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a vLLM server with the tiny model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("vllm") / "log"
    flags = ["--served-model-name", NAME, "--enforce-eager", "--max-model-len", "1024"]
    flags += ["--dtype", "float32"]  # several times as fast where bfloat16 is not in hardware
    command = [str(PYTHON), "-m", "vllm.entrypoints.openai.api_server", "--model"]
    command += [str(tiny_checkpoint), *flags, "--host", "127.0.0.1", "--port", str(port)]
    limits = {"VLLM_CPU_KVCACHE_SPACE": "1", "OMP_NUM_THREADS": "2"}
    # Our own PYTHONPATH would put this environment's packages before the server's.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | limits
    with log.open("w") as file:
        server = subprocess.Popen(
            command, env=env, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_up(server, port, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, 9)
            server.wait()


def _wait_until_up(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")


def settings(base_url: str, **changes: Any) -> EndpointConfig:
    return EndpointConfig(base_url=base_url, model=NAME, **changes)


@pytest.fixture(scope="module")
def maker() -> PromptMaker:
    model = config.load_model("smollm2-135m-instruct")
    tokenizer = checkpoints.load_tokenizer(checkpoints.find(model, online=False))
    return PromptMaker(model, config.load_benchmark("smoke-math"), tokenizer, (), 16)


def request(maker: PromptMaker, number: int, **changes: Any) -> Request:
    problem = Problem("smoke-math", f"q{number}", question=f"What is {number} + {number}?")
    given: dict[str, Any] = {
        "id": f"r{number}",
        "model": "smollm2-135m-instruct",
        "benchmark": "smoke-math",
        "problem_id": problem.id,
        "sample_index": 0,
        "prompt_ids": maker.prompt(problem).ids,
        "sampling": Sampling(0.6, 0.95, 0, 16),
        "seed": 2**62 + number,
    }
    return Request(**(given | changes))


def answers(engine: EndpointEngine, requests: list[Request]) -> dict[str, Completion]:
    found = {}
    for answer in engine.generate(requests):
        assert isinstance(answer, Completion)
        found[answer.request_id] = answer
    assert len(found) == len(requests)
    return found


def test_the_same_seeds_give_the_same_replies_to_the_ids_that_were_sent(
    vllm: str, maker: PromptMaker
) -> None:
    asked = [request(maker, i) for i in range(3)]
    first, again = (
        answers(EndpointEngine(settings(vllm, concurrency=1), NAME), asked) for _ in range(2)
    )
    streamed = answers(EndpointEngine(settings(vllm, concurrency=1, stream=True), NAME), asked)
    for one in asked:
        got = first[one.id]
        # The server gives the prompt's ids back, and the engine has compared them.
        assert got.prompt_tokens == len(one.prompt_ids) and got.token_ids
        for other in (again[one.id], streamed[one.id]):
            assert (other.text, other.token_ids) == (got.text, got.token_ids)
            assert other.finish_reason == got.finish_reason
    assert len({got.text for got in first.values()}) > 1
    # Seeds that differ in their low 32 bits: a CPU generator of torch looks at no others.
    changed = [request(maker, i, seed=2**62 + 1000 + i) for i in range(3)]
    others = answers(EndpointEngine(settings(vllm, concurrency=1), NAME), changed)
    assert [others[a.id].text for a in asked] != [first[a.id].text for a in asked]


def test_the_server_s_own_template_gives_our_ids(vllm: str, maker: PromptMaker) -> None:
    problem = Problem("smoke-math", "q1", question="What is 1 + 1?")
    chat = MessageMaker(maker.model, maker.benchmark, (), counter=maker).prompt(problem)
    asked = request(maker, 1, prompt_ids=chat.ids, messages=chat.messages)
    engine = EndpointEngine(settings(vllm, prompt="counted_chat"), NAME)
    (got,) = answers(engine, [asked]).values()
    assert got.prompt_tokens == len(chat.ids)
    other = request(maker, 1, prompt_ids=(*chat.ids[:-1], 99), messages=chat.messages)
    with pytest.raises(EngineDied, match="its chat template is another one"):
        list(engine.generate([other]))


def test_the_server_refuses_what_does_not_fit(vllm: str, maker: PromptMaker) -> None:
    long = [request(maker, i, sampling=Sampling(0.6, 0.95, 0, 5000)) for i in (1, 3, 4)]
    engine = EndpointEngine(settings(vllm), NAME)
    got = {answer.request_id: answer for answer in engine.generate([request(maker, 2), long[0]])}
    refused = got.pop("r1")
    assert isinstance(refused, RequestFailure) and isinstance(got.pop("r2"), Completion)
    assert re.match(r"the server refused it \(HTTP 400: .*max", refused.reason) and not got
    with pytest.raises(EngineDied, match=r"refused a request .HTTP 400.*sampling\.max_tokens"):
        list(EndpointEngine(settings(vllm), NAME).generate(long))
    with pytest.raises(EngineDied, match="has no model somebody/else"):
        list(EndpointEngine(settings(vllm), "somebody/else").generate([request(maker, 1)]))


def test_closing_ends_what_the_server_generates(vllm: str, maker: PromptMaker) -> None:
    endless = [
        request(maker, i, sampling=Sampling(1.0, 1.0, 0, 900), id=f"e{i}") for i in range(1, 4)
    ]
    engine = EndpointEngine(settings(vllm, concurrency=4), NAME)
    replies = engine.generate([request(maker, 9), *endless])
    assert next(replies)
    replies.close()  # type: ignore[attr-defined]
    metrics = vllm.removesuffix("/v1") + "/metrics"
    until = time.monotonic() + 30
    while _running(metrics) > 0 and time.monotonic() < until:
        time.sleep(0.2)
    assert _running(metrics) == 0


def _running(metrics: str) -> float:
    text = urllib.request.urlopen(metrics, timeout=10).read().decode()
    return sum(float(n) for n in re.findall(r"^vllm:num_requests_running\{.*\} (\S+)", text, re.M))


def run(project: Path, base_url: str, out: str, **keys: Any) -> reporting.Report:
    given = {"base_url": base_url, "model": NAME, "timeout": 20} | keys
    sets = [f"engine.endpoint.{key}={value}" for key, value in given.items()]
    path = project / "configs" / "runs" / "try.yaml"
    experiment = config.load_experiment(path, ["engine.kind=endpoint", *sets])
    plan = preparing.plan(experiment, project / "data", False, lambda _: None)
    return pipeline.run(plan, project / out, reporting.report, lambda _: None, lambda _: None)


def samples(project: Path, out: str) -> dict[str, str]:
    with RunStore.existing(project / out) as store:
        (cell,) = stored_cells(store)
        rows = list(store.samples(cell.name))
    assert len({row.id for row in rows}) == len(rows)
    return {row.id: row.text for row in rows}


def test_a_journey_behind_faults(vllm: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ROOT / "configs" / "models"
    name = "smollm2-135m-instruct.yaml"
    (project / "configs" / "models" / name).write_text((source / name).read_text())
    published = project / "seeds" / "published"
    published.mkdir(parents=True)
    (published / "_names.yaml").write_text(TOY_NAMES)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(project / "seeds"))
    monkeypatch.setattr(engine_module, "Backoff", lambda: Backoff(10, 0.001, 0.002))
    # A reply of max_tokens ended there: without a finish reason it is whole all the same. vLLM says
    # the total as well, from which a count that is none is known.
    harmless = {"null", "huge usage", "NaN usage"}
    kinds: list[str | None] = [*PASSING, *(edit for edit in PASSING_EDITS if edit not in harmless)]
    plain = run(project, vllm, "plain", concurrency=1)
    # Two faults before every answer, each kind in its turn. The hang lasts until the client gives
    # up: long enough for a slow machine to answer in.
    faults = dict(zip((n for n in range(99) if n % 3), kinds, strict=False))
    with faulty_proxy(vllm, lambda n, _: faults.get(n)) as proxy:
        faulty = run(project, proxy, "faulty", concurrency=1)
    (expected,), (got,) = plain.measurements, faulty.measurements
    assert (got.asked, got.received, got.graded) == (10, 10, 10)
    assert got.right == expected.right
    assert samples(project, "faulty") == samples(project, "plain")
    (facts,) = [
        spell["server"]
        for session in json.loads((project / "faulty" / "provenance.json").read_text())
        for spell in session["generating"]
    ]
    assert facts["answers_as"] == NAME and facts["retries"] >= len(kinds)
