"""Results that were edited by hand: every field of what a report wrote, and what users then see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from bridge_toys import imported, write_rows
from pipeline_toys import Toy
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import StoreError, WrongRunFolder
from claimbench.runner.verify import verify
from claimbench.runner.verify_results import WORDS

pytestmark = pytest.mark.slow


@pytest.fixture
def ran(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    journey = Toy(toy, monkeypatch)
    journey.run()
    return journey.out


def edits(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, dict):
        return {**value, **{key: edits(inner) for key, inner in [*value.items()][:1]}}
    if isinstance(value, bool) or value is None:
        return 1 if value is None else not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}x" if isinstance(value, str) else [*value, 1]


def edited(path: Path, change: Callable[[Any], object]) -> str:
    """Change the JSON of a file; its former text."""
    text = path.read_text()
    rows = json.loads(text)
    change(rows)
    path.write_text(json.dumps(rows))
    return text


def refused(out: Path) -> str:
    """What `verify` prints of a folder that `claims` and `export` refuse."""
    for words in (["claims", "--results", str(out)], ["export", "csv", str(out)]):
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, StoreError), words
    done = CliRunner().invoke(app, ["verify", str(out)])
    assert done.exit_code == 1
    return done.output


@pytest.mark.parametrize("file", ["measurements.json", "efficiency.json", "verdicts.json"])
def test_every_field_of_a_result_edited_is_named(ran: Path, file: str) -> None:
    path = ran / file
    (row,) = json.loads(path.read_text())
    for key, value in row.items():
        new = edits(value)
        text = edited(path, lambda rows, key=key, new=new: rows[0].update({key: new}))
        found = verify(ran)
        if key in WORDS:
            assert "its sentences are not those of this version" in " ".join(found.missing), key
        else:
            assert any(fault.startswith(str(path)) or file in fault for fault in found.wrong), key
        path.write_text(text)
    assert verify(ran).good


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("verdicts.json", lambda rows: rows[0].update(verdict="reproduced"), "verdict is reprod"),
        ("verdicts.json", lambda rows: rows.clear(), "is missing"),
        ("verdicts.json", lambda rows: rows.append({**rows[0], "claim": "x"}), "none that the run"),
        ("measurements.json", lambda rows: rows.insert(0, {**rows[0]}), "a row is there twice"),
        (
            "measurements.json",
            lambda rows: rows[0]["protocol"].update(temperature=0.0),
            "protocol: temperature is 0.0",
        ),
        ("efficiency.json", lambda rows: rows[0].update(right=1000.0), "right is 1000.0"),
    ],
)
def test_edited_results_are_refused(
    ran: Path, file: str, change: Callable[[Any], object], words: str
) -> None:
    edited(ran / file, change)
    assert words in refused(ran)


def test_a_registration_made_up_afterwards_is_refused(ran: Path) -> None:
    row = {"state": "as registered", "date": "2026-01-01T00:00:00+00:00", "digest": "ab"}
    (ran / "registration.json").write_text(json.dumps([row]))
    assert "nothing was registered in run.yaml" in refused(ran)


def test_verdicts_that_are_not_there_or_no_json(ran: Path) -> None:
    (ran / "verdicts.json").write_text("{")
    assert "verdicts.json: cannot be read" in refused(ran)
    (ran / "verdicts.json").unlink()
    assert "verdicts.json is not there" in " ".join(verify(ran).missing)


@pytest.mark.parametrize("file", ["votes.json", "suspects.json", "repetitions.json"])
def test_an_edited_cache_is_not_believed(ran: Path, file: str) -> None:
    """Votes, suspects and repetitions are kept beside the grades; a report reads them again."""
    before = (ran / "measurements.json").read_text()
    good = (ran / file).read_text()

    def spoil(content: Any) -> None:
        (cell,) = content.values()
        (key,) = set(cell) - {"stamp", "check"}
        cell[key] = {"votes.json": [[8, [], 0]] * 5, "suspects.json": 7}.get(file, [])

    edited(ran / file, spoil)
    done = CliRunner().invoke(app, ["report", str(ran)])
    assert done.exit_code == 0, done.output
    assert (ran / "measurements.json").read_text() == before
    assert json.loads((ran / file).read_text()) == json.loads(good)
    assert verify(ran).good


def test_grades_that_are_no_grade(ran: Path) -> None:
    (part,) = (ran / "grades" / "toy" / "sums").glob("part-*.jsonl")
    text = part.read_text()
    for value, words in (("0.5", "is not 0, 1 or null"), ("50.0", "is not 0, 1 or null")):
        part.write_text(text.replace('"value":1.0', f'"value":{value}', 1))
        assert words in refused(ran)
    part.write_text(text.replace('"value":0.0', '"value":null', 1))
    assert "grades whose value is not that of their outcome" in refused(ran)


def test_a_key_that_run_yaml_does_not_have_is_named(ran: Path) -> None:
    path = ran / "run.yaml"
    content = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**content, "margin": {"sums": 9}}, sort_keys=False))
    with pytest.raises(WrongRunFolder, match=r"margin\.sums: 9 is new"):
        verify(ran)


def test_ids_with_lone_surrogates_prove_themselves(tmp_path: Path) -> None:
    """No file of results takes them: a question mark stands there for each."""
    row = {"problem": "a\ud800", "gold": "1", "response": "It is 1.", "model": "m\ud801"}
    run = tmp_path / "run"
    imported(run, "jsonl", write_rows(tmp_path / "x.jsonl", [row]), "--grader", "number")
    assert verify(run).wrong == ()
