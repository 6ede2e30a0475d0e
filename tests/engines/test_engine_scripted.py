"""The double behaves as an engine: lazy, in finishing order, failing as data or by dying."""

from __future__ import annotations

import pytest
from scripted import ScriptedEngine

from claimbench.errors import EngineDied
from claimbench.records import Completion, Request, RequestFailure, Sampling


def _requests(count: int) -> list[Request]:
    sampling = Sampling(0.6, 0.95, 0, 5)
    return [Request(f"r{i}", "m", "b", f"p{i}", 0, (1, 2, 3), sampling, i) for i in range(count)]


def test_replies_from_a_function_of_the_request() -> None:
    engine = ScriptedEngine(lambda request: f"answer to {request.problem_id}")
    replies = list(engine.generate(_requests(3)))
    assert [r.text for r in replies if isinstance(r, Completion)] == [
        "answer to p0",
        "answer to p1",
        "answer to p2",
    ]


def test_a_mapping_is_asked_for_the_request_then_for_the_problem() -> None:
    engine = ScriptedEngine({"r0": "by request", "p0": "by problem", "p1": "by problem"})
    texts = [r.text for r in engine.generate(_requests(2)) if isinstance(r, Completion)]
    assert texts == ["by request", "by problem"]


def test_a_long_reply_is_cut_at_max_tokens() -> None:
    long, short = ScriptedEngine({"r0": "a b c d e f g", "r1": "a"}).generate(_requests(2))
    assert isinstance(long, Completion) and isinstance(short, Completion)
    assert (long.text, long.finish_reason, long.completion_tokens) == ("a b c d e", "length", 5)
    assert (short.finish_reason, short.completion_tokens) == ("stop", 2)


def test_shuffled_replies_are_all_there_and_reproducible() -> None:
    def order(seed: int) -> list[str]:
        engine = ScriptedEngine(lambda _: "x", shuffle=seed)
        return [reply.request_id for reply in engine.generate(_requests(20))]

    in_order = [f"r{i}" for i in range(20)]
    assert order(1) != in_order
    assert sorted(order(1)) == sorted(in_order)
    assert order(1) == order(1)


def test_requests_are_pulled_lazily() -> None:
    engine = ScriptedEngine(lambda _: "x", window=4)
    replies = engine.generate(iter(_requests(50)))
    for _ in range(3):
        next(replies)
    assert engine.pulled == 4 + 2
    replies.close()
    assert engine.closed


def test_failures_are_data() -> None:
    failure = RequestFailure("r1", "too long")
    engine = ScriptedEngine({"r0": "x", "r1": failure, "r2": "x"})
    assert list(engine.generate(_requests(3)))[1] == failure


def test_it_dies_after_k_replies() -> None:
    engine = ScriptedEngine(lambda _: "x", dies_after=2)
    replies = engine.generate(_requests(5))
    assert [next(replies).request_id, next(replies).request_id] == ["r0", "r1"]
    with pytest.raises(EngineDied, match="after 2 replies"):
        next(replies)
