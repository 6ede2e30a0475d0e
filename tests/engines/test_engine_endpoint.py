"""The endpoint engine against a scripted server, and behind a proxy that injects faults."""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoint_toys import (
    FAULTS,
    PASSING,
    PASSING_EDITS,
    STREAMS,
    UNBOUNDED,
    Server,
    adding,
    faulty_proxy,
    openai_server,
)

from claimbench import config, engines
from claimbench.analysis.cells import stored_cells
from claimbench.engines.endpoint import engine as engine_module
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.engine import EndpointEngine
from claimbench.engines.endpoint.exchange import deadline_of
from claimbench.engines.endpoint.faults import Backoff, Fault, Unreachable, retry_after
from claimbench.engines.endpoint.patience import Patience
from claimbench.errors import ConfigError, EngineDied, IncompleteRun, StageError
from claimbench.grading.reply import counted_text
from claimbench.records import Completion, Request, RequestFailure, Sampling, Turn
from claimbench.runner import pipeline, preparing, reporting
from claimbench.store import RunStore

CANARY = "sk-canary-5b1f0c"
QUICK = Backoff(attempts=6, first=0.001, longest=0.002)


def request(number: int, **changes: Any) -> Request:
    given: dict[str, Any] = {
        "id": f"r{number}",
        "model": "toy",
        "benchmark": "sums",
        "problem_id": f"q{number}",
        "sample_index": 0,
        "prompt_ids": (1, number),
        "sampling": Sampling(0.6, 0.95, 0, 50),
        "seed": number,
    }
    return Request(**(given | changes))


def settings(base_url: str, **changes: Any) -> EndpointConfig:
    return EndpointConfig(base_url=base_url, model="nobody/toy", **changes)


def engine(base_url: str, **changes: Any) -> EndpointEngine:
    return EndpointEngine(settings(base_url, **changes), "nobody/toy", [7], QUICK, seed=1)


def words(prompt: str, seed: int) -> str:
    return f"word {seed} of {prompt}"


@pytest.fixture
def server() -> Server:
    return Server(reply=words)


@pytest.fixture
def base_url(server: Server) -> Iterator[str]:
    with openai_server(server) as url:
        yield url


def by_id(answers: Any) -> dict[str, Any]:
    found = {}
    for answer in answers:
        assert answer.request_id not in found
        found[answer.request_id] = answer
    return found


def test_every_request_is_answered_once(server: Server, base_url: str) -> None:
    answers = by_id(engine(base_url).generate(request(i) for i in range(20)))
    assert answers["r3"] == Completion(
        request_id="r3",
        text="word 3 of 1 3",
        token_ids=(0, 1, 2, 3, 4),
        finish_reason="stop",
        prompt_tokens=2,
        completion_tokens=6,
        seconds=answers["r3"].seconds,
    )
    assert len(answers) == 20 and len(server.asked) == 20


def test_every_sampling_parameter_is_sent(server: Server, base_url: str) -> None:
    asked = request(5, sampling=Sampling(0.6, 0.95, 0, 50, ("END",)))
    list(engine(base_url).generate([asked]))
    (body,) = server.asked
    assert body == {
        "model": "nobody/toy",
        "prompt": [1, 5],
        "temperature": 0.6,
        "top_p": 0.95,
        "top_k": -1,
        "min_p": 0.0,
        "seed": 5,
        "repetition_penalty": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "max_tokens": 50,
        "n": 1,
        "stop": ["END"],
        "stop_token_ids": [7],
        "skip_special_tokens": False,
        "spaces_between_special_tokens": False,
        "return_token_ids": True,
    }


def test_what_a_server_does_not_take_is_left_out_by_name_only(
    server: Server, base_url: str
) -> None:
    chosen = engine(base_url, unsupported=("top_k", "seed"))
    list(chosen.generate([request(1)]))
    (body,) = server.asked
    assert not {"top_k", "seed"} & set(body)
    assert body["min_p"] == 0.0


def test_at_most_the_window_is_open_and_requests_are_pulled_lazily(
    server: Server, base_url: str
) -> None:
    server.delay = 0.01
    pulled = []

    def source() -> Iterator[Request]:
        for i in range(30):
            pulled.append(i)
            yield request(i)

    answers = engine(base_url, concurrency=4).generate(source())
    next(answers)
    assert len(pulled) <= 5
    assert len(list(answers)) == 29
    assert 2 <= server.most_open <= 4


def test_closing_cancels_what_is_open(server: Server, base_url: str) -> None:
    server.delay = 0.02
    answers = engine(base_url, concurrency=2).generate(request(i) for i in range(50))
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    asked = len(server.asked)
    assert asked <= 4
    time.sleep(0.1)
    assert len(server.asked) == asked
    assert "endpoint" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("fault", [*PASSING, *PASSING_EDITS, *UNBOUNDED])
def test_a_fault_that_passes_costs_no_sample(base_url: str, fault: str) -> None:
    def faults(n: int, _: bytes) -> str | None:
        return fault if n % 3 == 1 else None

    with faulty_proxy(base_url, faults) as proxy:
        behind = engine(proxy, timeout=1 if fault == "hang" else 5)
        answers = by_id(behind.generate(request(i) for i in range(8)))
    assert {a.request_id: a.text for a in answers.values()} == {
        f"r{i}": f"word {i} of 1 {i}" for i in range(8)
    }
    assert behind.server()["retries"] >= 3


@pytest.mark.parametrize("fault", ["429", "500", "hang", "refused", "cut", *STREAMS])
def test_a_stream_with_faults(base_url: str, fault: str) -> None:
    with faulty_proxy(base_url, lambda n, _: fault if n % 3 == 1 else None) as proxy:
        behind = engine(proxy, timeout=1 if fault == "hang" else 5, stream=True)
        answers = by_id(behind.generate(request(i) for i in range(8)))
    assert {a.text for a in answers.values()} == {f"word {i} of 1 {i}" for i in range(8)}
    assert all(a.completion_tokens == 6 and a.token_ids for a in answers.values())
    assert behind.server()["retries"] >= 3


def test_a_request_that_never_succeeds_is_owed(base_url: str, server: Server) -> None:
    server.change = lambda answer, body: (
        answer | {"choices": []} if body["prompt"] == [1, 2] and body["max_tokens"] > 1 else answer
    )
    answers = by_id(engine(base_url).generate(request(i) for i in range(6)))
    assert isinstance(answers["r2"], RequestFailure)
    assert "one choice, 6 times" in answers["r2"].reason
    assert sum(isinstance(a, Completion) for a in answers.values()) == 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("endless", "is longer than 1253408 bytes, more than so few tokens need"),
        ("stream: endless", "is longer than 1253408 bytes, more than so few tokens need"),
        ("packed", "is longer than 1253408 bytes, more than so few tokens need"),
        ("trickle", "was not complete after 1 seconds"),
        ("stream: trickle", "was not complete after 1 seconds"),
    ],
)
def test_an_answer_without_end_is_owed_and_lets_its_place_go(
    base_url: str, fault: str, words: str
) -> None:
    def faults(_: int, body: bytes) -> str | None:
        return fault if json.loads(body)["seed"] == 2 else None

    with faulty_proxy(base_url, faults) as proxy:
        stream, deadline = fault.startswith("stream"), 1 if "trickle" in fault else 60
        behind = engine(proxy, concurrency=1, stream=stream, timeout=5, deadline=deadline)
        answers = by_id(behind.generate(request(i) for i in range(4)))
    assert isinstance(answers["r2"], RequestFailure)
    assert re.fullmatch(f"the server's answer {words}.*, 6 times", answers["r2"].reason)
    assert sum(isinstance(a, Completion) for a in answers.values()) == 3


def test_the_deadline_leaves_time_for_every_token() -> None:
    assert deadline_of(request(1), settings("http://h/v1")) == 3600 + 50
    assert deadline_of(request(1), settings("http://h/v1", timeout=60, deadline=90)) == 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_is_not_there_at_the_start_is_soon_given_up(journey: Journey) -> None:
    # On a busy machine the first attempt alone may take a second of the start's.
    backoff = Backoff(attempts=12, first=0.1, start=4.0)
    journey.monkeypatch.setattr(engine_module, "Backoff", lambda: backoff)
    port, began = free_port(), time.monotonic()
    sentence = rf"server 127.0.0.1:{port} \(engine.endpoint.base_url\) cannot be reached: .* Check"
    with pytest.raises(EngineDied, match=sentence):
        journey.run(f"http://127.0.0.1:{port}/v1")
    assert time.monotonic() - began < 120 < backoff.most_waited
    (line,) = [line for line in journey.told if "127.0.0.1" in line]
    assert line.startswith(f"127.0.0.1:{port}: the connection failed (")
    assert line.endswith("; trying again for up to 4 seconds")


def test_a_server_that_comes_up_late_is_waited_for(server: Server) -> None:
    told: list[str] = []
    port = free_port()
    up = threading.Event()

    def tell(line: str) -> None:
        told.append(line)
        up.set()  # the server starts once the engine waits for it

    backoff = Backoff(first=0.1, start=60)
    late = EndpointEngine(
        settings(f"http://127.0.0.1:{port}/v1"), "nobody/toy", [7], backoff, log=tell
    )
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.extend(late.generate([request(1)])))
    asking.start()
    assert up.wait(60)
    with openai_server(server, port):
        asking.join(60)
    assert [type(answer) for answer in answers] == [Completion]
    assert len(told) == 2
    assert told[0].endswith("trying again for up to 13 seconds")
    assert told[1] == f"127.0.0.1:{port} answers"


def test_an_outage_is_told_once_and_other_faults_are_not() -> None:
    told: list[str] = []
    patience = Patience(Backoff(attempts=3, first=0.001, start=0.001), "h:1", told.append)
    scripted: list[Any] = [1, Fault("busy"), 2]
    scripted += [Unreachable("refused"), Unreachable("refused"), 3, Unreachable("refused"), 4]

    async def once() -> int:
        said = scripted.pop(0)
        if isinstance(said, Fault):
            raise said
        return int(said)

    assert [asyncio.run(patience.ask(once)) for _ in range(4)] == [1, 2, 3, 4]
    assert told == ["h:1: refused; trying again for up to 0 seconds", "h:1 answers"]
    assert patience.retries == 4


def test_a_filtered_reply_is_owed_and_not_asked_again(base_url: str, server: Server) -> None:
    with faulty_proxy(base_url, lambda n, _: "filter" if n == 2 else None) as proxy:
        answers = list(engine(proxy, concurrency=1).generate(request(i) for i in range(3)))
    assert [type(a) for a in answers] == [Completion, RequestFailure, Completion]
    assert "content_filter" in answers[1].reason  # type: ignore[union-attr]
    assert len(server.asked) == 3


def test_a_server_that_is_gone_stops_the_run(base_url: str) -> None:
    with faulty_proxy(base_url, lambda n, _: "503" if n > 2 else None) as proxy:
        answers = engine(proxy, concurrency=2).generate(request(i) for i in range(20))
        with pytest.raises(EngineDied, match=r"does not serve requests any more .*503.*6 attempts"):
            list(answers)
    with pytest.raises(EngineDied, match="the connection failed"):
        list(engine(proxy).generate([request(1)]))


@pytest.mark.parametrize(
    ("status", "words", "most"),
    [
        (400, "refused a request .HTTP 400: the prompt is .31m too long.*sampling.max_tokens", 2),
        (403, "check the key", 2),
        (401, "check the key", 1),
        (404, "base_url", 1),
    ],
)
def test_a_refusal_stops_at_once(
    base_url: str, status: int, words: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that may be of the first prompt only once another problem's is refused, too."""
    asked = []

    def refuse(proxy: Any) -> None:
        asked.append(1)
        proxy.send(status, b'{"error": {"message": "the prompt is\\u001b[31m too long"}}')

    monkeypatch.setitem(FAULTS, "refusal", refuse)
    with (
        faulty_proxy(base_url, lambda *_: "refusal") as proxy,
        pytest.raises(EngineDied, match=words) as caught,
    ):
        list(engine(proxy).generate(request(i) for i in range(5)))
    assert len(asked) == most
    assert "\x1b" not in str(caught.value)


def test_a_wrong_model_stops_the_run(base_url: str) -> None:
    with faulty_proxy(base_url, lambda n, _: "wrong model" if n == 4 else None) as proxy:
        answers = engine(proxy, concurrency=1).generate(request(i) for i in range(9))
        got = []
        with pytest.raises(EngineDied, match="answers with model 'somebody/else'"):
            got.extend(iter_into(answers, got))
    assert [a.request_id for a in got] == ["r0", "r1", "r2"]


def iter_into(answers: Any, got: list[Any]) -> list[Any]:
    for answer in answers:
        got.append(answer)
    return []


def test_an_alias_is_taken_at_its_word_but_may_not_move(server: Server, base_url: str) -> None:
    server.change = lambda answer, body: answer | {"model": "toy-2026-01"}
    with pytest.raises(EngineDied, match=r"engine\.endpoint\.alias"):
        list(engine(base_url).generate([request(1)]))
    aliased = engine(base_url, alias=True)
    assert len(list(aliased.generate([request(1)]))) == 1
    facts = aliased.server()
    assert (facts["answers_as"], facts["alias"]) == ("toy-2026-01", True)
    assert facts["fingerprints"] == ["fp_1"]
    server.change = lambda answer, body: answer | {"model": "toy-2026-02"}
    with pytest.raises(EngineDied, match="toy-2026-02"):
        list(aliased.generate([request(2)]))
    later = engine(base_url, alias=True)
    later.expect(facts)
    with pytest.raises(EngineDied, match="toy-2026-02"):
        list(later.generate([request(2)]))


def test_a_model_that_the_server_does_not_list(base_url: str) -> None:
    other = EndpointEngine(settings(base_url), "nobody/tay", [], QUICK)
    with pytest.raises(EngineDied, match=r"no model nobody/tay.*did you mean nobody/toy"):
        list(other.generate([request(1)]))


def test_a_prompt_that_the_server_changed_stops_the_run(server: Server, base_url: str) -> None:
    def longer(answer: Any, body: Any) -> Any:
        return answer | {"usage": {**answer["usage"], "prompt_tokens": 3}}

    def other(answer: Any, body: Any) -> Any:
        choice = answer["choices"][0] | {"prompt_token_ids": [1, 99]}
        return answer | {"choices": [choice]}

    for change in (longer, other):
        server.change = change
        with pytest.raises(EngineDied, match="did not use the prompt of 2 token ids"):
            list(engine(base_url).generate([request(1)]))


def test_a_reply_cut_by_the_server_s_own_limit_is_no_sample(server: Server, base_url: str) -> None:
    def cut(answer: Any, body: Any) -> Any:
        return answer | {"choices": [answer["choices"][0] | {"finish_reason": "length"}]}

    server.change = cut
    with pytest.raises(EngineDied, match="larger context"):
        list(engine(base_url).generate([request(1)]))


def test_a_server_that_ignores_max_tokens_is_found_out(server: Server, base_url: str) -> None:
    def long(answer: Any, body: Any) -> Any:
        return answer | {"usage": {**answer["usage"], "completion_tokens": 70_000}}

    server.change = long
    with pytest.raises(EngineDied, match="generated 70000 tokens where max_tokens is"):
        list(engine(base_url).generate([request(1)]))


def test_a_key_that_the_server_gives_back_is_not_kept(
    server: Server, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_KEY", CANARY)
    server.key = CANARY
    server.change = lambda answer, body: answer | {"system_fingerprint": f"for {CANARY}"}
    asked = engine(base_url, key_env="TOY_KEY")
    list(asked.generate([request(1)]))
    assert asked.server()["fingerprints"] == ["for [key]"]


@pytest.mark.parametrize(
    "answer", [{"detail": f"no, {CANARY}"}, {"choices": [{"text": "a", "finish_reason": CANARY}]}]
)
def test_a_key_in_an_answer_of_no_use_is_in_no_sentence(
    server: Server, base_url: str, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setenv("TOY_KEY", CANARY)
    server.key = CANARY
    server.change = lambda good, body: {"usage": good["usage"]} | answer
    with pytest.raises(EngineDied, match="key") as caught:
        list(engine(base_url, key_env="TOY_KEY").generate(request(i) for i in range(5)))
    assert CANARY not in str(caught.value)


def chat(number: int, **changes: Any) -> Request:
    turns = (Turn("user", f"number {number} please"),)
    return request(number, prompt_ids=(), messages=turns, **changes)


def test_chat_and_reasoning_in_a_field_of_its_own(server: Server, base_url: str) -> None:
    for field in ("reasoning_content", "reasoning"):

        def apart(answer: Any, body: Any, field: str = field) -> Any:
            message = answer["choices"][0]["message"] | {field: "I think so."}
            return answer | {"choices": [answer["choices"][0] | {"message": message}]}

        server.change = apart
        for stream in (False, True):
            (got,) = engine(base_url, prompt="chat", stream=stream).generate([chat(4)])
            assert isinstance(got, Completion)
            assert (got.reasoning, got.text) == ("I think so.", "word 4 of number 4 please")
            assert counted_text(_sample(got), "</think>") == got.text
    body = server.asked[-1]
    assert body["messages"] == [{"role": "user", "content": "number 4 please"}]
    assert "prompt" not in body and "stop_token_ids" not in body


def test_arguments_of_the_template_go_along_with_chat_turns(base_url: str, server: Server) -> None:
    given = (("enable_thinking", False), ("reasoning_effort", "low"))
    for prompt in ("chat", "counted_chat"):
        asked = request(4, messages=chat(4).messages, prompt_ids=(1, 2, 3), template_args=given)
        assert len(list(engine(base_url, prompt=prompt).generate([asked]))) == 1
        assert server.asked[-1]["chat_template_kwargs"] == dict(given)
    list(engine(base_url, prompt="chat").generate([chat(4)]))
    assert "chat_template_kwargs" not in server.asked[-1]


def test_reasoning_that_never_ended_counts_alike_in_both_forms() -> None:
    apart = Completion("r", "", (), "length", 1, 5, 0.0, reasoning="on and on")
    inline = Completion("r", "<think>on and on", (), "length", 1, 5, 0.0)
    ended = Completion("r", "<think>so</think>\n\n42", (), "stop", 1, 5, 0.0)
    split = Completion("r", "\n\n42", (), "stop", 1, 5, 0.0, reasoning="so")
    assert counted_text(_sample(apart), "</think>") is None
    assert counted_text(_sample(inline), "</think>") is None
    assert counted_text(_sample(ended), "</think>") == counted_text(_sample(split), "</think>")


def _sample(completion: Completion) -> Any:
    from claimbench.runner.generate import sample_of

    return sample_of(request(1), completion)


def test_a_template_with_other_counts_is_found_out(base_url: str) -> None:
    same = chat(
        4,
    )
    counted = request(4, prompt_ids=(1, 2, 3), messages=same.messages)
    assert len(list(engine(base_url, prompt="counted_chat").generate([counted]))) == 1
    fewer = request(4, prompt_ids=(1, 2), messages=same.messages)
    with pytest.raises(EngineDied, match="counts 3 prompt tokens where model toy has 2"):
        list(engine(base_url, prompt="counted_chat").generate([fewer]))


def test_retry_after_is_honoured_and_bounded() -> None:
    rng = random.Random(1)
    backoff = Backoff(first=1.0, longest=8.0, most=100.0)
    assert 0.5 <= backoff.wait(1, Fault("x"), rng) <= 1.0
    assert 4.0 <= backoff.wait(9, Fault("x"), rng) <= 8.0
    assert 30.0 <= backoff.wait(1, Fault("x", 30.0), rng) <= 31.0
    assert backoff.wait(1, Fault("x", 1e9), rng) <= 101.0
    assert retry_after({"retry-after": "12"}) == 12.0
    assert retry_after({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}) == 0.0
    assert retry_after({"retry-after": "soon"}) is None


# --- keys -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"base_url": f"http://u:{CANARY}@host/v1"}, "without user, password"),
        ({"base_url": f"http://host/v1?key={CANARY}"}, "without user, password"),
        ({"base_url": "http://host:99999/v1"}, "its port from 1 to 65535"),
        ({"base_url": "http://host:port/v1"}, "its port from 1 to 65535"),
        ({"base_url": "http://:8000/v1"}, "HOST:PORT"),
        ({"key_env": CANARY}, "not a key"),
    ],
)
def test_a_key_in_a_run_file_is_refused_and_not_repeated(
    project: Path, keys: dict[str, str], words: str
) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    lines = "".join(f"    {k}: {v}\n" for k, v in ({"base_url": "http://h/v1"} | keys).items())
    path.write_text(path.read_text() + f"engine:\n  kind: endpoint\n  endpoint:\n{lines}")
    with pytest.raises(ConfigError, match=words) as caught:
        engines.settings(config.load_experiment(path).run.engine)
    assert CANARY not in str(caught.value)


def test_the_ambient_key_of_another_service_is_never_sent(
    server: Server, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, CANARY)
    list(engine(base_url).generate([request(1)]))
    assert CANARY not in str(server.headers)


def test_a_missing_key_is_said_before_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOY_KEY", raising=False)
    with pytest.raises(ConfigError, match="TOY_KEY is not set"):
        engine("http://127.0.0.1:9/v1", key_env="TOY_KEY")


# --- the whole journey ----------------------------------------------------------------------


class Journey:
    """The toy project through an endpoint."""

    def __init__(self, root: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.server, self.out = root, server, root / "out"
        self.monkeypatch, self.told = monkeypatch, list[str]()

    def run(self, base_url: str, out: str = "out", **keys: Any) -> reporting.Report:
        given = {"base_url": base_url, "timeout": 5, "concurrency": 6} | keys
        sets = [f"engine.endpoint.{key}={value}" for key, value in given.items()]
        path = self.root / "configs" / "runs" / "try.yaml"
        experiment = config.load_experiment(path, ["engine.kind=endpoint", *sets])
        plan = preparing.plan(experiment, self.root / "data", False, lambda _: None)
        return pipeline.run(
            plan, self.root / out, reporting.report, lambda _: None, self.told.append
        )

    def samples(self, out: str = "out") -> dict[str, str]:
        with RunStore.existing(self.root / out) as store:
            (cell,) = stored_cells(store)
            rows = list(store.samples(cell.name))
        assert len({row.id for row in rows}) == len(rows)
        return {row.id: row.text for row in rows}


@pytest.fixture
def journey(toy: Path, first_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> Journey:
    monkeypatch.setattr(engine_module, "Backoff", lambda: QUICK)
    return Journey(toy, Server(first_tokenizer.decode, adding), monkeypatch)


@pytest.mark.slow
def test_a_journey_behind_faults_equals_one_without(journey: Journey) -> None:
    kinds: list[str | None] = [*PASSING, *PASSING_EDITS]
    tries: Counter[bytes] = Counter()
    met: list[str | None] = []

    def faults(_: int, body: bytes) -> str | None:
        # By body and attempt alone, whichever thread comes first; the last attempt is let through.
        tries[body] += 1
        rng = random.Random(f"{tries[body]} {body!r}")
        if rng.random() >= 0.3 or tries[body] >= QUICK.attempts:
            return None
        met.append(rng.choice(kinds))
        return met[-1]

    with openai_server(journey.server) as url:
        plain = journey.run(url, "plain")
        with faulty_proxy(url, faults) as proxy:
            faulty = journey.run(proxy)
    assert len(met) >= 10 and max(tries.values()) <= QUICK.attempts
    (expected,), (got,) = plain.measurements, faulty.measurements
    assert (got.asked, got.received, got.graded) == (40, 40, 40)
    assert got.right == expected.right and 0 < sum(got.right) < 40
    assert journey.samples() == journey.samples("plain")


@pytest.mark.slow
def test_what_is_owed_after_a_stop_comes_with_the_next_run(journey: Journey) -> None:
    with openai_server(journey.server) as url:
        plain = journey.run(url, "plain")
        wrong = faulty_proxy(url, lambda n, _: "wrong model" if n == 20 else None)
        with wrong as proxy, pytest.raises(EngineDied):
            journey.run(proxy)
        kept = len(journey.samples())
        filtering = faulty_proxy(url, lambda n, _: "filter" if n == 3 else None)
        one = pytest.raises(IncompleteRun, match=r"1 of 40 samples .*content_filter")
        with filtering as proxy, one:
            journey.run(proxy)
        assert 0 < kept < len(journey.samples()) == 39
        report = journey.run(url)
    assert report.measurements[0].right == plain.measurements[0].right
    assert journey.samples() == journey.samples("plain")


def test_a_model_that_changed_between_two_sessions_stops_the_second(journey: Journey) -> None:
    server = journey.server
    server.change = lambda answer, body: answer | {"model": "v1"}
    with openai_server(server) as url:
        filtering = faulty_proxy(url, lambda n, _: "filter" if n == 3 else None)
        with filtering as proxy, pytest.raises(IncompleteRun):
            journey.run(proxy, alias="true")
        server.change = lambda answer, body: answer | {"model": "v2"}
        with pytest.raises(EngineDied, match="'v2', not with 'v1'"):
            journey.run(url, alias="true")


def test_the_key_is_written_nowhere(
    journey: Journey, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setenv("TOY_KEY", CANARY)
    journey.server.key = CANARY
    with openai_server(journey.server) as url:
        journey.run(url, key_env="TOY_KEY")
        journey.server.key = "another"
        with pytest.raises(StageError, match="bad key") as caught:
            journey.run(url, "other", key_env="TOY_KEY")
    assert any(CANARY in str(headers) for headers in journey.server.headers)
    assert CANARY not in str(caught.value)
    chain = [caught.value.__cause__, caught.value.__context__]
    assert all(CANARY not in repr(error) for error in chain)
    files = [path for path in journey.root.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
    assert CANARY not in "".join(capfd.readouterr())


def test_a_chat_run_needs_no_checkpoint_and_says_what_is_not_asserted(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = journey.root / "configs" / "models" / "toy.yaml"
    lines = [line for line in model.read_text().splitlines() if not line.startswith("path:")]
    model.write_text("\n".join(lines) + "\n")
    with openai_server(journey.server) as url:
        report = journey.run(url, prompt="chat", unsupported="[top_k]")
    measured, (verdict,) = report.measurements[0], report.verdicts
    assert measured.received == 40
    assert measured.protocol["top_k"] == "server's own"
    assert measured.protocol["prompt_assertion"] == "chat"
    assert "prompt_assertion" in {found.setting for found in verdict.departures}
    assert any("weights-served" in str(found.measured) for found in verdict.departures)
    page = report.path.read_text()
    assert "template is the server's" in page and "on its word" in page


def test_arguments_of_the_template_are_sent_and_recorded(journey: Journey) -> None:
    model = journey.root / "configs" / "models" / "toy.yaml"
    text = model.read_text()
    assert "prompt:\n" in text
    with openai_server(journey.server) as url:
        journey.run(url, "plain", prompt="chat")
        model.write_text(
            text.replace("prompt:\n", "prompt:\n  template_args: {enable_thinking: false}\n", 1)
        )
        report = journey.run(url, prompt="chat")
    assert journey.server.asked[-1]["chat_template_kwargs"] == {"enable_thinking": False}
    assert report.measurements[0].protocol["template_args"] == ["enable_thinking=false"]
    assert journey.samples().keys().isdisjoint(journey.samples("plain"))


def test_r1_s_own_run_file_needs_neither_hub_nor_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "cache"))
    server = Server(
        reply=lambda prompt, seed: "<think>So.</think> It is \\boxed{7}",
        model="deepseek-ai/DeepSeek-R1",
    )
    with openai_server(server) as url:
        sets = ["benchmarks=[smoke-math]", "samples=2", "limit=4", "published=[]"]
        sets.append(f"engine.endpoint.base_url={url}")
        experiment = config.load_experiment(Path("r1-endpoint"), sets)
        plan = preparing.plan(experiment, None, False, lambda _: None)
        report = pipeline.run(
            plan, tmp_path / "out", reporting.report, lambda _: None, lambda _: None
        )
    (measured,) = report.measurements
    assert (measured.model, measured.graded, measured.no_answer_share) == ("deepseek-r1", 8, 0.0)
    assert {body["model"] for body in server.asked} == {"deepseek-ai/DeepSeek-R1"}
    served = {"key": "weights-served", "values": {"name": "deepseek-ai/DeepSeek-R1"}}
    assert measured.protocol["weights"]["values"]["parts"] == [served]


def test_the_identity_holds_name_and_mode_and_not_the_address(journey: Journey) -> None:
    def ids(**keys: str) -> list[str]:
        given = {"base_url": "http://a/v1"} | keys
        sets = [f"engine.endpoint.{key}={value}" for key, value in given.items()]
        path = journey.root / "configs" / "runs" / "try.yaml"
        experiment = config.load_experiment(path, ["engine.kind=endpoint", *sets])
        plan = preparing.plan(experiment, journey.root / "data", False, lambda _: None)
        return plan.cells[0].ids

    same: Callable[[dict[str, str]], bool] = lambda keys: ids(**keys) == ids()  # noqa: E731
    assert same({"base_url": "http://b/v1"})
    assert same({"concurrency": "3", "timeout": "5", "stream": "true"})
    for keys in ({"model": "other"}, {"prompt": "chat"}, {"unsupported": "[seed]"}):
        assert not same(keys)
    assert ids(prompt="chat") == ids(prompt="counted_chat")


def test_a_server_that_hides_the_reasoning_is_named_in_the_report(journey: Journey) -> None:
    def shown(answer: Any, body: Any) -> Any:
        """Only the answer; the tokens of the reasoning are counted."""
        choice = answer["choices"][0]
        used = answer["usage"] | {"completion_tokens_details": {"reasoning_tokens": 1}}
        text = choice["message"]["content"].rpartition("</think>")[2]
        message = {"role": "assistant", "content": text}
        return answer | {"choices": [choice | {"message": message}], "usage": used}

    journey.server.change = shown
    with openai_server(journey.server) as url:
        report = journey.run(url, prompt="chat")
    (measured,) = report.measurements
    assert 0 < measured.pass_at_1 < 1
    assert [line for line in journey.told if "keeps the reasoning of its replies" in line]
    page = report.path.read_text()
    assert "Server of toy" in page
    assert "it kept the reasoning of 40 replies to itself" in page


def test_replies_without_an_answer_are_no_silent_zero(journey: Journey) -> None:
    def empty(answer: Any, body: Any) -> Any:
        choice = answer["choices"][0] | {"message": {"role": "assistant", "content": " "}}
        return answer | {"choices": [choice]}

    journey.server.change = empty
    with openai_server(journey.server) as url:
        with pytest.raises(EngineDied, match="16 of 16 replies are empty"):
            journey.run(url, prompt="chat")
        assert not [line for line in journey.told if "replies are empty" in line]  # Said once.
        report = journey.run(url, prompt="chat", examine="false")
    assert report.measurements[0].pass_at_1 == 0
    page = report.path.read_text()
    assert "16 of the first 16 replies are empty; the server seems to drop" in page


@pytest.mark.slow
def test_a_problem_that_the_server_never_answers_holds_nothing_up(journey: Journey) -> None:

    with openai_server(journey.server) as url:
        plain = journey.run(url, "plain")
        poison = journey.server.seen[5]["prompt"]

        def faults(_: int, body: bytes) -> str | None:
            asked = json.loads(body)
            return "500" if asked["prompt"] == poison and asked["max_tokens"] > 1 else None

        for _ in range(2):
            one_problem = pytest.raises(IncompleteRun, match="8 of 40 samples could not")
            with faulty_proxy(url, faults) as proxy, one_problem:
                journey.run(proxy)
            assert len(journey.samples()) == 32
        report = journey.run(url)
    assert report.measurements[0].right == plain.measurements[0].right
    assert journey.samples() == journey.samples("plain")
