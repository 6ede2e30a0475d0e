"""What a run does with servers that misbehave: a table of quirks, each tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from endpoint_more_quirks import EMPTY_OF_0, MORE
from endpoint_quirks import (
    PROBLEMS,
    QUIRKS,
    SAMPLES,
    Exchange,
    Quirk,
    answer_of,
    serving_all,
)

from claimbench.engines.endpoint.engine import EndpointEngine
from claimbench.engines.endpoint.faults import Backoff
from claimbench.engines.endpoint.settings import EndpointConfig
from claimbench.engines.endpoint.texts import Whole
from claimbench.errors import EngineDied
from claimbench.grading.reply import counted_text
from claimbench.records import Completion, Request, RequestFailure, Sampling, Turn
from claimbench.runner.generate import sample_of

ROOT = Path(__file__).resolve().parents[2]
ALL = [*QUIRKS, *MORE]
QUICK = Backoff(attempts=6, first=0.001, longest=0.002, start=0.01)

Serve = tuple[Callable[[Quirk], str], list[list[Exchange]]]


@pytest.fixture(scope="module")
def servers() -> Iterator[Serve]:
    with serving_all([*ALL, EMPTY_OF_0]) as found:
        yield found


@dataclass
class Outcome:
    """What an engine made of the requests."""

    completions: dict[str, Completion] = field(default_factory=dict)
    failures: dict[str, RequestFailure] = field(default_factory=dict)
    stopped: str = ""
    log: list[str] = field(default_factory=list)


def requests(by_ids: bool) -> list[Request]:
    return [
        Request(
            id=f"{problem}/{sample}",
            model="toy",
            benchmark="sums",
            problem_id=f"q{problem}",
            sample_index=sample,
            prompt_ids=(1, 2, problem) if by_ids else (),
            sampling=Sampling(0.6, 0.95, 0, 100),
            seed=problem * SAMPLES + sample + 1,
            messages=() if by_ids else (Turn("user", f"problem {problem}"),),
        )
        for problem in range(PROBLEMS)
        for sample in range(SAMPLES)
    ]


def run(quirk: Quirk, base_url: str) -> Outcome:
    given = {"prompt": "chat", "concurrency": 1, "timeout": 0.5, **quirk.settings}
    chosen = EndpointConfig(base_url=base_url, model="nobody/toy", **given)
    found = Outcome()
    engine = EndpointEngine(
        chosen, "nobody/toy", [], QUICK, 1, found.log.append, reasoning_end=quirk.end
    )
    try:
        for answer in engine.generate(requests(chosen.prompt == "token_ids")):
            kept: Any = found.completions if isinstance(answer, Completion) else found.failures
            assert answer.request_id not in kept
            kept[answer.request_id] = answer
    except EngineDied as death:
        found.stopped = str(death)
    return found


# Most take half a second, to set up a client; the fast tests try every fourth.
ROWS = [
    pytest.param(quirk, id=quirk.title, marks=[pytest.mark.slow] if number % 4 else [])
    for number, quirk in enumerate(ALL)
]


@pytest.mark.parametrize("quirk", ROWS)
def test_no_quirk_loses_a_usable_reply_or_ends_in_a_silent_zero(
    quirk: Quirk, servers: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in quirk.environment.items():
        monkeypatch.setenv(name, value)
    url, asked = servers
    found = run(quirk, url(quirk))
    everything = {request.id: request for request in requests(False)}
    gone = {key for key in everything if key.startswith("0/")} if quirk.does == "missing" else set()
    if quirk.does == "stops":
        assert re.search(quirk.words, found.stopped), found.stopped
        assert "\n" not in found.stopped
        paid = [exchange for exchange in asked[ALL.index(quirk)] if not exchange.is_probe]
        assert len(paid) - len(found.completions) <= quirk.lost
        return
    assert found.stopped == ""
    assert (set(found.failures), set(found.completions)) == (gone, set(everything) - gone)
    for key, completion in found.completions.items():
        counted = counted_text(sample_of(everything[key], completion), quirk.end)
        assert counted == answer_of(int(key[0])), completion
        assert completion.finish_reason == quirk.finish
    assert re.search(quirk.words, "\n".join(found.log))


def test_the_table_is_long_and_documented() -> None:
    titles = [quirk.title for quirk in ALL]
    assert len(titles) == len(set(titles)) >= 90
    page = (ROOT / "docs" / "endpoint.md").read_text()
    does = {"used": "every reply is used", "missing": "others go on", "stops": "the run stops"}
    rows = dict(re.findall(r"^\| (.+?) \| (.+) \|$", page, re.M))
    for quirk in ALL[1:]:
        assert does[quirk.does] in rows[quirk.title], quirk.title


def test_some_empty_replies_are_remarked_upon(servers: Serve) -> None:
    url, _ = servers
    found = run(EMPTY_OF_0, url(EMPTY_OF_0))
    assert len(found.completions) == PROBLEMS * SAMPLES
    assert f"{SAMPLES} of {PROBLEMS * SAMPLES} replies are empty" in found.log[-1]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a", "a b", "a b c", "a b c d", "a b c d e"], "a b c d e"),
        (["a", "b", "a b", "a b c", "a b c d", "a b c d e"], "aba ba b ca b c da b c d e"),
        (["ha"] * 9, "ha" * 9),
        (["1", "11", "111"], "111111"),
    ],
)
def test_pieces_that_repeat_all_before_are_not_joined(pieces: list[str], text: str) -> None:
    whole = Whole()
    for piece in pieces:
        whole.add({"choices": [{"delta": {"content": piece}}]})
    assert whole.answer()["choices"][0]["message"]["content"] == text  # type: ignore[index]
