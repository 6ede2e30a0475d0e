"""The deterministic mode of the transformers engine: bit for bit the same replies, whatever is
computed beside them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claimbench.errors import ModelError
from claimbench.records import Request, Sampling

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers_toys import (  # noqa: E402
    GREEDY,
    KINDS,
    engine,
    generated,
    make_requests,
    random_prompts,
    run,
    save_model,
    with_eos,
)

from claimbench.engines.transformers import invariance  # noqa: E402
from claimbench.engines.transformers.decoder import Decoder  # noqa: E402

WARM = Sampling(1.0, 0.95, 0, 30)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llama")
    save_model(folder, "llama")
    return folder


@pytest.fixture
def threads() -> Iterator[None]:
    """The number of threads is the process's: put it back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def texts(folder: Path, requests: list[Request], **settings: Any) -> dict[str, tuple[int, ...]]:
    replies = run(folder, requests, deterministic=True, **settings)
    return {key: reply.token_ids for key, reply in replies.items()}


@pytest.mark.slow
@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_replies_depend_on_nothing_beside_them(llama: Path, dtype: str) -> None:
    """Other slots, other threads, another order, only some of the requests, no room."""
    requests = make_requests(random_prompts(12, begin=140), WARM, samples=3)
    shuffled = random.Random(3).sample(requests, len(requests))
    expected = texts(llama, requests, slots=36, dtype=dtype)
    for among, settings in (
        (requests, {"slots": 1}),
        (shuffled, {"slots": 7}),
        (shuffled, {"slots": 100, "threads": 3}),
        (requests[5:16], {"slots": 64, "threads": 2}),
        (shuffled, {"token_budget": 900}),
    ):
        found = texts(llama, among, dtype=dtype, **settings)
        assert found == {r.id: expected[r.id] for r in among}, settings


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_tokens_are_those_of_generate(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prompts longer than a chunk, one of them known in part."""
    monkeypatch.setattr("claimbench.engines.transformers.prefilling.CHUNK", 64)
    monkeypatch.setattr("claimbench.engines.transformers.batch.CHUNK", 64)
    model = save_model(tmp_path, kind)
    requests = make_requests(random_prompts(5, begin=150), GREEDY)
    replies = run(tmp_path, requests, deterministic=True)
    for request in requests:
        assert with_eos(replies[request.id]) == generated(model, request)


def test_chunks_that_are_known_are_not_computed_again(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[int] = []
    inner = Decoder.prefill

    def spy(self: Decoder, ids: Any, last: Any, prefix: Any, sink: Any) -> Any:
        starts.append(len(prefix))
        return inner(self, ids, last, prefix, sink)

    machine = engine(llama, deterministic=True)
    machine.load()
    monkeypatch.setattr(Decoder, "prefill", spy)
    list(machine.generate(make_requests(random_prompts(4, 30, begin=280), GREEDY)))
    assert sorted(starts) == [0, 128, 256, 256, 256, 256]


def test_numbers_of_rows_that_differ_are_not_used(
    llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that computes 8 rows in another way: 12 are computed instead."""
    spoil(monkeypatch, 8)
    machine = engine(llama, deterministic=True, slots=4)
    assert machine.load().decoder.counts[0] == 12
    requests = make_requests(random_prompts(3), WARM)
    one = {r.request_id: r for r in machine.generate(requests)}
    two = {r.request_id: r for r in machine.generate(requests[::-1])}
    assert [one[r.id].token_ids for r in requests] == [two[r.id].token_ids for r in requests]


def test_a_machine_that_cannot_is_refused(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, invariance.CHUNK)
    with pytest.raises(ModelError, match=r"engine\.deterministic cannot be kept here"):
        engine(llama, deterministic=True).load()


def spoil(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The head's products of so many rows are a little off."""
    inner = Decoder._logits

    def off(self: Decoder, x: Any) -> Any:
        logits = inner(self, x)
        return logits * (1 + 1e-5) if len(x) == count else logits

    monkeypatch.setattr(Decoder, "_logits", off)


def test_a_run_names_the_mode_in_the_identity_of_its_samples() -> None:
    from claimbench.engines.transformers.settings import TransformersSettings

    plain = TransformersSettings(kind="transformers")
    named = TransformersSettings(kind="transformers", deterministic=True).identity()
    assert named == {**plain.identity(), "deterministic": "1"}
