"""Replicas on a real Ray cluster of two raylets on this machine: one is killed in the middle."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline_toys import Toy

from claimbench import config
from claimbench.engines.ray.cluster import Needs, check_room, needs_of, places
from claimbench.engines.ray.engine import RayEngine, on_ray
from claimbench.engines.replicas.replica import Replica
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.engines.vllm.settings import VllmSettings
from claimbench.errors import ConfigError, EngineDied, ModelError
from claimbench.records import Completion, Request, RequestFailure, Sampling

ROOT = Path(__file__).resolve().parents[2]


def requests(count: int) -> list[Request]:
    sampling = Sampling(0.6, 0.95, 0, 16)
    return [
        Request(f"{i:032x}", "toy", "sums", f"q{i // 4}", i % 4, (1, 2, 3), sampling, i)
        for i in range(count)
    ]


def replying(reply: Callable[[Any], str], dies_after: int | None = None) -> Callable[[], Any]:
    """Makes a scripted engine. Nested, as `reply` is to be, so that both travel to other processes
    by value; those do not know the folder of the toys."""
    toys = str(ROOT / "tests" / "support")

    def make() -> Any:
        import sys

        if toys not in sys.path:
            sys.path.append(toys)
        from scripted import ScriptedEngine

        return ScriptedEngine(reply, shuffle=1, dies_after=dies_after)

    return make


def scripted(
    pause: float = 0.0, dies_after: int | None = None, signs: Path | None = None
) -> Callable[[], Any]:
    """Says the request's seed. Each process that replies leaves a file of its number in `signs`."""

    def reply(request: Any) -> str:
        import os
        import time

        if signs is not None:
            (signs / str(os.getpid())).touch()
        time.sleep(pause)
        return f"It is {request.seed}"

    return replying(reply, dies_after)


def transformers(**keys: Any) -> TransformersSettings:
    return TransformersSettings(kind="transformers", **keys)


def texts(answers: Iterable[Completion | RequestFailure]) -> dict[str, str]:
    """The text of each answer, each of which came once."""
    found: dict[str, str] = {}
    for answer in answers:
        assert isinstance(answer, Completion)
        assert answer.request_id not in found
        found[answer.request_id] = answer.text
    return found


# --- one replica, without a cluster -----------------------------------------------------------


def test_a_replica_asks_before_its_engine_waits_and_rests_when_told_that_no_more_comes() -> None:
    replica = Replica(scripted())
    news = replica.exchange([], True)
    assert (news.resting, news.answers) == (True, ())
    assert news.wants > 0
    asked, found, over = requests(40), list[Any](), False
    while len(found) < 40:
        share, asked = asked[: news.wants], asked[news.wants :]
        over = over or len(share) < news.wants
        news = replica.exchange(share, over)
        found += news.answers
    assert texts(found) == {r.id: f"It is {r.seed}" for r in requests(40)}
    again = requests(43)[40:]
    while not news.resting:
        news = replica.exchange([], True)
    found = list(replica.exchange(again, True).answers)
    while len(found) < 3:
        found += replica.exchange([], True).answers
    assert set(texts(found)) == {r.id for r in again}


def test_a_replica_says_how_its_engine_failed() -> None:
    def make() -> Any:
        raise ModelError("there is no such folder")

    replica = Replica(make)
    assert replica.exchange([], True).failure == (ModelError, "there is no such folder")


# --- room ------------------------------------------------------------------------------------


def node(cpus: float, gpus: float = 0, alive: bool = True) -> dict[str, Any]:
    return {"Alive": alive, "Resources": {"CPU": cpus, **({"GPU": gpus} if gpus else {})}}


def test_replicas_are_placed_by_their_gpus() -> None:
    nodes = [node(64, 8), node(64, 4), node(64, 8, alive=False), node(4)]
    needs = needs_of(VllmSettings(kind="vllm", tensor_parallel=2, pipeline_parallel=2), nodes)
    assert needs == Needs(cpus=1, gpus=4)
    assert places(nodes, needs) == 3
    assert needs_of(transformers(device="cpu", threads=3), nodes) == Needs(cpus=3, gpus=0)
    assert places([node(8), node(2)], Needs(3, 0)) == 2
    assert needs_of(transformers(), [node(4)]) == Needs(1, 0)
    check_room(nodes, needs, 3)
    with pytest.raises(ConfigError, match="has room for 3 that need 4 GPUs and 1 CPUs each"):
        check_room(nodes, needs, 4)


# --- a cluster of two raylets -------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head without CPUs, so that every replica is on a node that can be lost."""
    pytest.importorskip("ray")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    made = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "include_dashboard": False, "object_store_memory": 2**27},
    )
    try:
        yield made
    finally:
        made.shutdown()


@pytest.fixture
def nodes(cluster: Any) -> Iterator[list[Any]]:
    """Two raylets of one CPU each."""
    added = [cluster.add_node(num_cpus=1, object_store_memory=2**27) for _ in range(2)]
    cluster.wait_for_nodes()
    yield added
    for one in list(cluster.worker_nodes):
        cluster.remove_node(one, allow_graceful=True)


def engine(cluster: Any, make: Callable[[], Any], **settings: Any) -> tuple[RayEngine, list[str]]:
    told: list[str] = []
    chosen = transformers(replicas=2, ray_address=cluster.address, slots=8, **settings)
    return RayEngine(make, chosen, told.append), told


@pytest.mark.slow
def test_a_raylet_killed_in_the_middle_loses_nothing(
    cluster: Any, nodes: list[Any], tmp_path: Path
) -> None:
    replicas, told = engine(cluster, scripted(pause=0.01, signs=tmp_path))
    asked, found = list[Request](), list[Any]()

    def until_told() -> Iterator[Request]:
        """More than enough for one replica while the other still starts, and then for its loss."""
        for request in requests(20_000):
            if told and len(asked) % 100 == 0:
                return
            asked.append(request)
            yield request

    for answer in replicas.generate(until_told()):
        found.append(answer)
        if nodes and len(list(tmp_path.iterdir())) == 2:
            cluster.remove_node(nodes.pop(), allow_graceful=False)
            nodes.clear()
    assert texts(found) == texts(scripted()().generate(asked))
    (sentence,) = told
    assert "was lost" in sentence
    assert "1 of 2 replicas go on" in sentence


@pytest.mark.slow
@pytest.mark.usefixtures("nodes")
def test_a_killed_replica_is_started_again_and_then_the_engine_is_dead(cluster: Any) -> None:
    replicas, told = engine(cluster, scripted(dies_after=30), restarts=1)
    found: list[Any] = []
    # Each replica dies after 30 replies, and again after another 30.
    with pytest.raises(EngineDied, match=r"No replica of the engine is left.*died after 30"):
        found.extend(answer for answer in _kept(replicas.generate(requests(400)), found))
    assert len(told) == 3
    assert 60 <= len(texts(found)) <= 120


def _kept(answers: Iterable[Any], found: list[Any]) -> Iterator[Any]:
    for answer in answers:
        found.append(answer)
        yield from ()


@pytest.mark.slow
@pytest.mark.usefixtures("nodes")
def test_the_transformers_engine_writes_the_same_with_a_replica_killed(
    cluster: Any, tmp_path: Path
) -> None:
    """A random model: each of four processes loads it in no time."""
    pytest.importorskip("torch")
    from transformers_toys import DEFAULTS, save_model

    save_model(tmp_path, "llama")
    model = _tiny_model().model_copy(update={"stop_tokens": ["</s>"]})
    given = {"replicas": 2, "ray_address": cluster.address, "slots": 4}
    settings = transformers(**DEFAULTS | given)
    asked, told, found = list[Request](), list[str](), list[Any]()

    def until_told() -> Iterator[Request]:
        for request in requests(20_000):
            if told and len(asked) % 20 == 0:
                return
            asked.append(request)
            yield request

    for answer in on_ray(model, tmp_path, settings, told.append).generate(until_told()):
        found.append(answer)
        if len(found) == 3:
            os.kill(_a_replica(cluster.address), signal.SIGKILL)
    assert texts(found) == texts(settings.make(model, tmp_path, print).generate(asked))
    assert "was lost" in told[0]
    assert "1 of 2 replicas go on" in told[0]


def _tiny_model() -> config.ModelConfig:
    from claimbench.config.yamlfile import load_yaml, parse

    path = ROOT / "configs" / "models" / "smollm2-135m-instruct.yaml"
    data, marks = load_yaml(path)
    return parse(config.ModelConfig, {**data, "name": "smollm2-135m-instruct"}, path, marks)


def _a_replica(address: str) -> int:
    """The process of a replica of this cluster, not of another on the machine: Ray names it after
    what it does, and the raylet that started it names the cluster."""
    for _ in range(100):
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # a process may end while it is looked at
                if not (folder / "cmdline").read_bytes().startswith(b"ray::Replica"):
                    continue
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                if address.encode() in Path(f"/proc/{parent}/cmdline").read_bytes():
                    return int(folder.name)
        time.sleep(0.05)
    raise AssertionError("no replica is running")


@pytest.mark.slow
@pytest.mark.usefixtures("nodes")
def test_what_is_wrong_with_a_cluster_is_one_sentence(cluster: Any, tmp_path: Path) -> None:
    for settings, error, sentence in (
        ({"replicas": 3}, ConfigError, "has room for 2 that need 1 CPUs"),
        ({"ray_address": "127.0.0.1:1"}, ConfigError, "no Ray cluster answers there"),
        ({}, ModelError, "cannot read the checkpoint"),
    ):
        chosen = {"replicas": 2, "ray_address": cluster.address, "device": "cpu", **settings}
        checkpoint = tmp_path / "checkpoint"
        checkpoint.mkdir()
        made = on_ray(_tiny_model(), checkpoint, transformers(**chosen), print)
        checkpoint.rmdir()
        with pytest.raises(error, match=sentence):
            list(made.generate(requests(4)))


@pytest.mark.slow
@pytest.mark.usefixtures("nodes")
def test_a_declared_look_stops_a_run_on_a_cluster(
    cluster: Any, toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks at 2, 4 and 8 of 16 samples; both replicas are always right, far above the figure."""

    def right(request: Any) -> str:
        number = int(request.problem_id.removeprefix("q"))
        return f"{request.sample_index} {number}</think>The answer is {2 * number}"

    run = Toy(toy, monkeypatch)
    replicas, told = engine(cluster, replying(right))
    made = run.run(
        "samples=16", "looks=[0.125, 0.25, 0.5]", "allow_low_power=true", engine=replicas
    )
    looks = json.loads((run.out / "looks.json").read_text())
    assert [look["stops"] for look in looks] == [False] * (len(looks) - 1) + [True]
    assert looks[-1]["samples"] < 16
    (verdict,) = made.verdicts
    assert verdict.verdict == "higher" and verdict.looks is not None
    assert verdict.looks.samples == looks[-1]["samples"]
    samples = run.rows("samples")
    assert len(samples) == len({s["id"] for s in samples}) == 5 * looks[-1]["samples"]
    assert told == []
