"""Addresses: what may be secret in them is shown and kept nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from claimbench.benchmarks import hub
from claimbench.cli import app
from claimbench.config import addresses
from claimbench.errors import ConfigError
from claimbench.interop import imports

CANARY = "ein-geheimes-wort"


@pytest.mark.parametrize(
    "address", [f"https://u:{CANARY}@mirror.test/hub", f"https://mirror.test/hub?key={CANARY}"]
)
def test_the_hubs_address_is_shown_without_secrets(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert hub.shown_endpoint() == "https://mirror.test/hub"
    done = CliRunner().invoke(app, ["doctor"])
    assert "https://mirror.test/hub" in done.output and CANARY not in done.output


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"http://u:{CANARY}@host/v1", True),
        (f"see https://{CANARY}@host", True),
        (f"http://host/v1?api_key={CANARY}", True),
        ("http://host:8000/v1", False),
        ("a lab (mail@lab.test)", False),
        ("Is 2 > 1?", False),
    ],
)
def test_what_an_importer_states(tmp_path: Path, text: str, secret: bool) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"problem": "p", "response": "1", "label": 1}) + "\n")
    for more in ({"protocol": {"server": text}}, {"whose": text}):
        wanted = imports.Wanted("jsonl", path, model="m", **more)  # type: ignore[arg-type]
        if secret:
            with pytest.raises(ConfigError, match="give it without them") as caught:
                imports.prepare(wanted, None, lambda _: None)
            assert CANARY not in str(caught.value)
        else:
            imports.prepare(wanted, None, lambda _: None)


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://hub.example/a", "https://hub.example/a"),
        ("https://me:pw@hub.example/a", "https://hub.example/a"),
        ("https://me:p/w@hub.example/a?key=1#b", "https://hub.example/a"),
        ("https://hub.example?key=1", "https://hub.example"),
        ("https://hub.example/#token=1", "https://hub.example/"),
    ],
)
def test_what_may_be_secret_in_an_address(address: str, bare: str) -> None:
    assert addresses.bare(address) == bare
    assert addresses.holds_secret(f"read at {address} today") == (address != bare)


def test_texts_without_an_address_hold_no_secret() -> None:
    assert not addresses.holds_secret("me@example.org asked: why? #3")
