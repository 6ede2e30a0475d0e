"""Replicas on one machine: a process for each, the same answers as one, nothing lost with one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from scripted import ScriptedEngine

from claimbench.engines.base import Answer, Engine
from claimbench.engines.replicas import processes
from claimbench.engines.replicas.engine import ReplicasEngine, in_processes
from claimbench.engines.replicas.processes import Place, places
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.engines.vllm.settings import VllmSettings
from claimbench.errors import ConfigError, EngineDied, ModelError
from claimbench.records import Completion, Request, RequestFailure, Sampling

CORES = sorted(os.sched_getaffinity(0))
two_cores = pytest.mark.skipif(len(CORES) < 2, reason="two replicas need two cores")


def asked(count: int) -> list[Request]:
    sampling = Sampling(0.6, 0.95, 0, 8)
    return [
        Request(f"{i:032x}", "m", "b", f"q{i}", 0, (1, 2 + i), sampling, i) for i in range(count)
    ]


class Slow(Engine):
    """Says its seed and where it runs, a moment after it was asked."""

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        def script(request: Request) -> str:
            time.sleep(0.02)
            return f"{request.seed} on {sorted(os.sched_getaffinity(0))} by {os.getpid()}"

        yield from ScriptedEngine(script, window=4).generate(requests)


class Broken(Engine):
    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        raise ModelError("its config.json is missing")


def settings(**given: object) -> TransformersSettings:
    return TransformersSettings.model_validate({"kind": "transformers", "device": "cpu", **given})


def texts(answers: Iterable[Completion | RequestFailure]) -> dict[str, str]:
    found: dict[str, str] = {}
    for answer in answers:
        assert isinstance(answer, Completion)
        assert answer.request_id not in found
        found[answer.request_id] = answer.text
    return found


@two_cores
def test_each_replica_works_on_cores_of_its_own() -> None:
    made = ReplicasEngine(Slow, settings(replicas=2, slots=4), print)
    found = texts(made.generate(asked(60)))
    assert {text.split(" on ")[0] for text in found.values()} == {str(i) for i in range(60)}
    where = {text.split(" on ")[1].split(" by ")[0] for text in found.values()}
    half = len(CORES) // 2
    assert where == {str(CORES[:half]), str(CORES[half : 2 * half])}
    assert not multiprocessing.active_children()


@two_cores
def test_the_requests_of_a_killed_replica_go_to_the_other() -> None:
    told: list[str] = []
    made = ReplicasEngine(Slow, settings(replicas=2, slots=4), told.append)
    found: list[Answer] = []
    for answer in made.generate(asked(80)):
        found.append(answer)
        if len(found) == 10:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    assert len(texts(found)) == 80
    (line,) = told
    assert "was lost (its process was killed by SIGKILL)" in line
    assert "1 of 2 replicas go on" in line


@two_cores
def test_a_replica_is_started_again_and_then_the_engine_is_dead() -> None:
    told: list[str] = []
    made = ReplicasEngine(Slow, settings(replicas=2, slots=4, restarts=1), told.append)
    found: list[Answer] = []
    with pytest.raises(EngineDied, match="No replica of the engine is left"):
        for answer in made.generate(asked(3000)):
            found.append(answer)
            if len(found) % 12 == 0:
                for child in multiprocessing.active_children():
                    os.kill(child.pid or 0, signal.SIGKILL)
    assert sum("2 of 2 replicas go on" in line for line in told) == 2
    assert not multiprocessing.active_children()


@two_cores
def test_what_would_fail_anywhere_ends_the_run() -> None:
    with pytest.raises(ModelError, match=r"its config\.json is missing"):
        list(ReplicasEngine(Broken, settings(replicas=2), print).generate(asked(3)))


@two_cores
def test_closing_the_answers_ends_the_processes() -> None:
    answers = ReplicasEngine(Slow, settings(replicas=2), print).generate(asked(50))
    next(iter(answers))
    assert len(multiprocessing.active_children()) == 2
    answers.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_gpus_are_dealt_out_as_the_environment_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5,6,7")
    chosen = VllmSettings(kind="vllm", tensor_parallel=2, replicas=2)
    assert places(chosen) == [Place(gpus=("4", "5")), Place(gpus=("6", "7"))]
    with pytest.raises(ConfigError, match=r"replicas is 3, and this machine has room for 2 \(4 GP"):
        places(chosen.model_copy(update={"replicas": 3}))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr(processes.provenance, "gpus", lambda: [{}] * 8)
    assert places(chosen.model_copy(update={"replicas": 4}))[3] == Place(gpus=("6", "7"))
    # A run on the CPU takes cores, whatever GPUs there are.
    assert places(settings(replicas=1)) == [Place(cores=tuple(CORES))]
    with pytest.raises(ConfigError, match=f"has room for {len(CORES)} "):
        places(settings(replicas=len(CORES) + 1))


def test_ray_is_for_an_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without one, replicas are processes, and Ray need not be installed."""
    from claimbench import config

    model = config.load_model("smollm2-135m-instruct")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    chosen = TransformersSettings(kind="transformers", replicas=2)
    assert isinstance(chosen.start(model, tmp_path, 100, print), ReplicasEngine)


@two_cores
@pytest.mark.slow
def test_the_real_model_writes_the_same_with_a_replica_killed(tiny_checkpoint: Path) -> None:
    """And the same as one engine with other slots: `deterministic`."""
    from claimbench import config

    tiny = config.load_model("smollm2-135m-instruct")
    chosen = settings(replicas=2, slots=4, deterministic=True)
    one = chosen.model_copy(update={"replicas": 1, "threads": 1, "slots": 16})
    expected = texts(one.make(tiny, tiny_checkpoint, print).generate(asked(32)))
    told: list[str] = []
    found: list[Answer] = []
    for answer in in_processes(tiny, tiny_checkpoint, chosen, told.append).generate(asked(32)):
        found.append(answer)
        # At the first of many answers: one that rests at the end is not missed by anybody.
        if len(found) == 1:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    assert texts(found) == expected
    assert "1 of 2 replicas go on" in told[0]
