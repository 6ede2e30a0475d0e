"""What the llamacpp engine refuses, and what it sends and reads, without a server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command import claimbench, here

from claimbench import config
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.faults import Malformed
from claimbench.engines.endpoint.llamacpp import (
    as_openai,
    native_body,
    own_seed,
    refuse_penalties,
    root_of,
    with_own,
)
from claimbench.engines.endpoint.server import Server
from claimbench.engines.endpoint.wire import body_of
from claimbench.engines.llamacpp.settings import LlamacppSettings
from claimbench.errors import EngineDied
from claimbench.records import Request, Sampling, Turn

SETTINGS = EndpointConfig(base_url="http://h:1/v1", model="m")


def request(**keys: Any) -> Request:
    sampling = Sampling(**{"temperature": 0.6, "top_p": 0.95, "top_k": 0, "max_tokens": 8, **keys})
    return Request("r", "m", "b", "p", 0, (5, 6, 7), sampling, (1 << 50) + 3)


def sent(asked: Request) -> dict[str, object]:
    return native_body(body_of(asked, SETTINGS, "m", {2}), asked)


def answer(asked: Request, **keys: Any) -> dict[str, Any]:
    own = ("temperature", "top_p", "top_k", "seed", "repeat_penalty")
    used = {key: sent(asked)[key] for key in own}
    used["samplers"] = list(sent(asked)["samplers"])  # type: ignore[call-overload]
    found = {"content": "x", "tokens": [9, 10, 2], "stop_type": "eos", "tokens_predicted": 3}
    return {**found, "tokens_evaluated": 3, "model": "m", "generation_settings": used, **keys}


def read(asked: Request, said: Any, stop_ids: Any = (2,)) -> Any:
    (choice,) = as_openai(said, sent(asked), asked, stop_ids, lambda ids: f"{ids}")["choices"]  # type: ignore[misc]
    return choice


def test_the_body_samples_as_other_engines_do() -> None:
    body = sent(request(stop=("END",)))
    assert body["prompt"] == [5, 6, 7]
    assert list(body["samplers"]) == ["temperature", "min_p", "top_k", "top_p"]  # type: ignore[call-overload]
    assert (body["n_predict"], body["top_k"], body["seed"]) == (8, 0, 3)
    assert (body["repeat_penalty"], body["min_p"], body["stop"]) == (1.0, 0.0, ["END"])
    assert "repetition_penalty" not in body
    assert own_seed(2**63 - 1) == 2**32 - 2  # 2**32 − 1 is llama.cpp's word for a random one
    assert root_of("http://h:1/v1/") == "http://h:1"
    assert root_of("https://gate/llama/v1") == "https://gate/llama"


def test_the_repetition_penalty_goes_by_its_own_name_and_over_everything() -> None:
    asked = request(repetition_penalty=1.1)
    body = sent(asked)
    assert (body["repeat_penalty"], body["repeat_last_n"]) == (1.1, 3 + 8)  # prompt and reply
    order = ["penalties", "temperature", "min_p", "top_k", "top_p"]  # it divides logits
    assert list(body["samplers"]) == order  # type: ignore[call-overload]
    assert "repetition_penalty" not in body
    assert read(asked, answer(asked))["token_ids"] == [9, 10]
    said = answer(asked)
    said["generation_settings"]["samplers"] = order[1:]
    with pytest.raises(EngineDied, match="not penalties, temperature"):
        read(asked, said)
    said = answer(asked)
    said["generation_settings"]["repeat_penalty"] = 1.0
    with pytest.raises(EngineDied, match=r"repeat_penalty 1\.0 where 1\.1 was asked"):
        read(asked, said)


def test_a_chat_gets_it_too_and_presence_is_refused() -> None:
    turns = (Turn("user", "Hello"),)
    asked = replace(request(repetition_penalty=1.1), messages=turns, prompt_ids=())
    chat = EndpointConfig(base_url="http://h:1/v1", model="m", prompt="chat")
    body = with_own(body_of(asked, chat, "m", ()), asked)
    assert body["repeat_penalty"] == 1.1
    assert isinstance(body["repeat_last_n"], int)
    assert body["repeat_last_n"] > 100_000  # the server alone knows how long the prompt is
    assert "repetition_penalty" not in body
    refuse_penalties(asked)
    with pytest.raises(EngineDied, match="does not count presence_penalty as other engines do"):
        refuse_penalties(request(presence_penalty=0.5))


def test_ids_are_kept_without_the_end_and_text_is_made_of_them() -> None:
    asked = request()
    assert read(asked, answer(asked))["token_ids"] == [9, 10]
    cut = read(asked, answer(asked, stop_type="limit", tokens=[9, 10, 11]))
    assert (cut["token_ids"], cut["finish_reason"], cut["text"]) == (
        [9, 10, 11],
        "length",
        "[9, 10, 11]",
    )
    early = read(asked, answer(asked, stop_type="limit", tokens=[9, 4, 11]), {4})
    assert (early["token_ids"], early["finish_reason"]) == ([9], "stop")


@pytest.mark.parametrize(
    ("used", "words"),
    [
        ({"temperature": 0.8}, "samples with temperature 0.8 where 0.6 was asked"),
        ({"seed": 77}, "samples with seed 77 where 3 was asked"),
        ({"samplers": ["top_p", "temperature"]}, "samples in the order"),
    ],
)
def test_other_sampling_than_was_asked_stops_the_run(used: dict[str, Any], words: str) -> None:
    asked = request()
    said = answer(asked)
    said["generation_settings"] |= used
    with pytest.raises(EngineDied, match=words):
        read(asked, said)


def test_an_answer_without_ids_is_malformed() -> None:
    asked = request()
    with pytest.raises(Malformed, match="no token ids"):
        read(asked, answer(asked, tokens=None))


def test_samples_of_its_own_order_are_not_mixed_with_ours() -> None:
    server = Server(SETTINGS, "m")
    with pytest.raises(EngineDied, match="own order of samplers"):
        server.expect({"answers_as": "m", "listed": {"owned_by": "llamacpp"}})
    server.expect({"answers_as": "m", "listed": {"owned_by": "llamacpp"}, "sampler_order": "x"})
    server.expect({"answers_as": "m", "listed": {"owned_by": "vllm"}})


def test_a_missing_program_is_one_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = claimbench("run", "smoke", "--set", "engine={kind: llamacpp}", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "there is no llama-server on the PATH; install llama.cpp" in done.stderr
    assert "Traceback" not in done.stderr
    doctor = claimbench("doctor").stdout
    assert "llamacpp    missing llama-server: install llama.cpp (docs/laptop.md" in doctor


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("engine.args=['--temp','1']", "args: --temp is set by the engine; use sampling"),
        ("engine.args=['--port=1']", "args: --port is set by the engine"),
        ("engine.url=http://h:1 --set engine.slots=4", "remove slots, or url"),
        ("engine.url=http://user:pw@h:1", "without user, password or query"),
        ("engine.dtype=float16", "the GGUF file has its precision"),
        ("sampling.presence_penalty=1.1", "presence_penalty"),
        ("engine.replicas=2", "one server uses all that the machine has"),
    ],
)
def test_keys_that_make_no_sense_are_refused(given: str, words: str) -> None:
    sets = [word for part in given.split(" --set ") for word in ("--set", part)]
    done = here("plan", "smoke", "--set", "engine={kind: llamacpp}", *sets)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())


def test_a_server_that_is_not_there_leaves_the_plan_and_stops_the_run(tmp_path: Path) -> None:
    words = ["smoke", "--set", "engine={kind: llamacpp, url: 'http://127.0.0.1:9'}"]
    done = claimbench("run", *words, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "http://127.0.0.1:9 (engine.url) cannot be reached" in " ".join(done.stderr.split())


def test_the_settings_of_a_joined_server_drop_v1() -> None:
    joined = LlamacppSettings(kind="llamacpp", url="http://h:1/v1/")
    assert joined.server_url == "http://h:1"
    assert config.load_model("smollm2-135m-instruct").wheel is not None
