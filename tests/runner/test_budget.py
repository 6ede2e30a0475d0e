"""A cap on what a run folder spends holds over all its sessions, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoint_toys import Server, adding, openai_server
from scripted import ScriptedEngine, scripted_kind
from typer.testing import CliRunner

from claimbench import config
from claimbench.analysis.cells import stored_cells
from claimbench.cli import app
from claimbench.config.engines import Price
from claimbench.engines import ENGINES
from claimbench.errors import CapReached, ConfigError
from claimbench.records import Request
from claimbench.runner import pipeline, preparing, reporting
from claimbench.runner.budget import Budget, Cap, Tokens, spent_in
from claimbench.store import RunStore
from claimbench.store.sessions import read_sessions

PRICE = "{input: 1, output: 10, date: 2026-11-01}"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedEngine]:
    """The default engine replies from a script; gives those that were made."""
    made: list[ScriptedEngine] = []

    def make() -> ScriptedEngine:
        made.append(ScriptedEngine(lambda r: f"</think>The answer is {r.seed % 9}", shuffle=1))
        return made[-1]

    kinds = {**ENGINES, "transformers": scripted_kind(make)}
    monkeypatch.setattr("claimbench.engines.ENGINES", kinds)
    return made


def run(toy: Path, cap: Cap = Cap(), *sets: str) -> tuple[reporting.Report, list[str]]:
    path = toy / "configs" / "runs" / "try.yaml"
    plan = preparing.plan(config.load_experiment(path, sets), toy / "data", False, lambda _: None)
    log: list[str] = []
    made = pipeline.run(plan, toy / "out", reporting.report, lambda _: None, log.append, cap=cap)
    return made, log


def spent(toy: Path) -> tuple[int, int]:
    """Samples in the folder, and tokens that it spent in all."""
    with RunStore.existing(toy / "out") as store:
        cells = [cell.name for cell in stored_cells(store)]
        return sum(len(store.sample_index(cell)) for cell in cells), spent_in(store, cells).total


def test_a_cap_is_never_passed_and_the_next_session_goes_on(
    toy: Path, scripted: list[ScriptedEngine]
) -> None:
    with pytest.raises(CapReached, match=r"800 tokens \(--max-tokens-total\).*tokens spent"):
        run(toy, Cap(tokens=800))
    first, tokens = spent(toy)
    assert 0 < first < 40
    assert 700 < tokens <= 800
    # Without a cap of its own the next session keeps to that of the last one.
    with pytest.raises(CapReached, match="800 tokens"):
        run(toy)
    assert spent(toy) == (first, tokens)
    with pytest.raises(CapReached, match=r"1,200 tokens"):
        run(toy, Cap(tokens=1200))
    second, more = spent(toy)
    assert first < second < 40 and more <= 1200
    report, log = run(toy, Cap(tokens=100_000))
    assert report.measurements[0].received == 40
    assert log[-1] == f"{spent(toy)[1]:,} tokens spent so far"
    assert sum(engine.delivered for engine in scripted) == 40


def test_without_a_cap_nothing_is_counted(toy: Path, scripted: list[ScriptedEngine]) -> None:
    report, log = run(toy)
    assert report.measurements[0].received == 40
    assert not [line for line in log if "spent" in line]
    with RunStore.existing(toy / "out") as store:
        assert "cap" not in read_sessions(store)[0]


def test_money_needs_prices() -> None:
    with pytest.raises(ConfigError, match=r"engine\.endpoint\.price"):
        Budget(Cap(cost=1.0), None, Tokens())
    assert Price.model_validate({"input": 1, "output": 2, "date": "2026-11-01"}).currency == "USD"


@pytest.fixture
def base_url(first_tokenizer: Any) -> Iterator[tuple[str, Server]]:
    server = Server(first_tokenizer.decode, adding)
    with openai_server(server) as url:
        yield url, server


def endpoint(url: str, price: str = PRICE) -> list[str]:
    return [
        "engine.kind=endpoint",
        f"engine.endpoint.base_url={url}",
        "engine.endpoint.concurrency=8",
        f"engine.endpoint.price={price}",
    ]


def test_money_is_capped_by_the_price_list_of_its_day(
    toy: Path, base_url: tuple[str, Server]
) -> None:
    url, server = base_url
    wanted = r"cap of 0\.002 USD \(--max-cost\).*USD \(prices of 2026-11-01; [\d,]+ tokens\) spent"
    with pytest.raises(CapReached, match=wanted):
        run(toy, Cap(cost=0.002), *endpoint(url))
    answers = [server.answer(body)["usage"] for body in server.seen]
    paid = sum(used["prompt_tokens"] + 10 * used["completion_tokens"] for used in answers)
    assert 0.0015 < paid / 1e6 <= 0.002
    total = sum(used["prompt_tokens"] + used["completion_tokens"] for used in answers)
    assert spent(toy)[1] == total  # the probes, too
    report, log = run(toy, Cap(cost=1.0), *endpoint(url))
    assert report.measurements[0].received == 40
    assert "USD (prices of 2026-11-01" in log[-1]


def test_the_command_line_says_what_was_spent(toy: Path, base_url: tuple[str, Server]) -> None:
    words = [
        "run",
        str(toy / "configs/runs/try.yaml"),
        "--data-dir",
        str(toy / "data"),
        "--offline",
    ]
    words += ["--offline", "--out", str(toy / "out"), "--quiet"]
    words += [word for option in endpoint(base_url[0]) for word in ("--set", option)]
    done = CliRunner().invoke(app, [*words, "--max-cost", "0.002"])
    assert isinstance(done.exception, CapReached)
    assert "higher cap" in str(done.exception)
    done = CliRunner().invoke(app, [*words, "--max-tokens-total", "500", "--shard", "1/2"])
    assert isinstance(done.exception, ConfigError)
    assert "without --shard" in str(done.exception)
    done = CliRunner().invoke(app, ["run", "--help"])
    assert "--max-cost" in done.output and "--max-tokens-total" in done.output


def test_an_open_request_counts_at_its_worst() -> None:
    from claimbench.records import Sampling

    asked = [
        Request(str(i), "m", "b", f"q{i}", 0, (1, 2), Sampling(1.0, 1.0, 0, 10), i)
        for i in range(9)
    ]
    engine = ScriptedEngine(lambda _: "one two", window=9)
    budget = Budget(Cap(tokens=40), None, Tokens())
    rounds: list[list[str]] = []

    def ask(metered: Any, requests: Any) -> None:
        rounds.append([answer.request_id for answer in metered.generate(requests)])

    with pytest.raises(CapReached, match="30 tokens spent"):
        budget.spend(engine, asked, ask)
    # Three of 12 fit into 40; they take 5 each, so two more into the 25 that are left, and so on.
    assert rounds == [["0", "1", "2"], ["3", "4"], ["5"]]
