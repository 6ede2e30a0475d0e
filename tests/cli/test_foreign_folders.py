"""Run folders from elsewhere: put together of parts, half lost, edited, or among others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from bridge_toys import imported, write_rows
from typer.testing import CliRunner, Result

from claimbench.cli import app
from claimbench.errors import ClaimbenchError, DataError, InputError, WrongRunFolder


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def rows_of(problems: int, numbers: Callable[[int], range], model: str = "m") -> list[Any]:
    """Replies, the first of each problem being right."""
    return [
        {
            "problem": f"p{i}",
            "question": f"What is {i} + {i}?",
            "gold": str(2 * i),
            "response": f"reply {model} {i} {j}: \\boxed{{{2 * i if n == 0 else 7777}}}",
            "sample_index": j,
            "model": model,
            "benchmark": "sums",
        }
        for i in range(problems)
        for n, j in enumerate(numbers(i))
    ]


def outputs(folder: Path, problems: int, numbers: Callable[[int], range]) -> Path:
    path = write_rows(folder.with_suffix(".jsonl"), rows_of(problems, numbers, folder.name))
    imported(folder, "jsonl", path, "--grader", "integer")
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return outputs(tmp_path_factory.mktemp("runs") / "whole", 12, lambda _: range(3))


def copied(whole: Path, folder: Path, *without: str) -> Path:
    shutil.copytree(whole, folder)
    for name in without:
        shutil.rmtree(folder / name)
    return folder


ALONE = ("problems", "samples", "grades")


def edit(folder: Path, **values: object) -> None:
    path = folder / "measurements.json"
    rows = json.loads(path.read_text())
    rows[0].update(values)
    path.write_text(json.dumps(rows))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pass_at_1": 0.99}, "pass_at_1 is 0.99, and its problems come to 0.333333"),
        ({"right": [9] * 12}, "more than were counted"),
        ({"right": [-1] * 12}, "fewer than 0 right samples"),
        ({"counted": [3] * 11}, "not of the same problems"),
        ({"problem_ids": ["p0"] * 12}, "each once"),
        ({"graded": 37}, "37 graded of 36 received of 36 asked"),
        ({"counted": [4] * 12}, "48 samples are counted and 36 graded"),
        ({"problem_ids": [], "right": [], "counted": [], "pass_at_1": 1.5}, "pass_at_1 is 1.5"),
    ],
)
def test_results_alone_that_contradict_themselves_are_refused(
    whole: Path, tmp_path: Path, values: dict[str, object], words: str
) -> None:
    alone = copied(whole, tmp_path / "alone", *ALONE)
    edit(alone, **values)
    for command in (["claims", "--results", alone], ["compare", whole, alone]):
        found = run(*command)
        assert isinstance(found.exception, DataError), command
        assert "measurements.json: whole on sums: " in str(found.exception)
        assert words in str(found.exception)


def test_results_of_a_benchmark_that_the_run_does_not_have(whole: Path, tmp_path: Path) -> None:
    alone = copied(whole, tmp_path / "alone", *ALONE)
    edit(alone, benchmark="others")
    found = run("compare", whole, alone)
    assert "run.yaml does not say how others was graded" in str(found.exception)


def test_results_of_an_earlier_version_are_compared(whole: Path, tmp_path: Path) -> None:
    """As the refusal of everything else says; a run.yaml that says nothing is one sentence."""
    old = copied(whole, tmp_path / "old")
    (old / "run.yaml").write_text(without_seal((whole / "run.yaml").read_text()))
    found = run("compare", whole, old)
    assert found.exit_code == 0
    assert "problems are matched by id alone" in found.stdout
    assert "claimbench compare" in str(run("report", old).exception)
    (old / "run.yaml").write_text("config: {}\ndigest: x\n")
    assert "does not say how sums was graded" in str(run("compare", whole, old).exception)


def without_seal(text: str) -> str:
    content = yaml.safe_load(text)
    return yaml.safe_dump({key: content[key] for key in ("config", "digest")})


def test_a_run_that_is_named_twice_is_refused(whole: Path, tmp_path: Path) -> None:
    """Also by another name: its samples stand once in a page."""
    link = tmp_path / "link"
    link.symlink_to(whole)
    for again in (whole, link):
        for command in ("report", "compare"):
            found = run(command, whole, again)
            assert isinstance(found.exception, InputError), command
            assert "is named twice" in str(found.exception)


def test_samples_whose_problems_are_lost_prove_nothing(whole: Path, tmp_path: Path) -> None:
    half = copied(whole, tmp_path / "half", "problems")
    edit(half, pass_at_1=0.99)
    words = "half has samples and grades without problems/, which they are of"
    for command in (
        ["verify", half],
        ["report", half],
        ["compare", whole, half],
        ["claims", "--results", half],
        ["export", "csv", half],
    ):
        found = run(*command)
        assert isinstance(found.exception, WrongRunFolder), command
        assert words in str(found.exception)


def test_a_damaged_folder_among_others_stops_nobody(whole: Path, tmp_path: Path) -> None:
    """It is named, counts for nothing, and the exit code says that something was left out."""
    results = tmp_path / "results"
    copied(whole, results / "good")
    bad = copied(whole, results / "bad")
    edit(bad, pass_at_1=0.99)
    found = run("claims", "--results", results, "--json")
    assert found.exit_code == 1
    data = json.loads(found.stdout)
    assert data["runs"] == ["good", "bad"]
    (left,) = data["left_out"]
    assert left.startswith("bad does not fit together")
    assert f"{bad} is left out, the rest is judged: " in found.stderr
    assert "pass_at_1" in found.stderr
    page = tmp_path / "evidence"
    assert run("claims", "--results", results, "--out", page).exit_code == 1
    assert "bad does not fit together" in (page / "claims.md").read_text()
    # A folder that is asked for by its own name is refused.
    assert "pass_at_1" in str(run("claims", "--results", bad).exception)
    shutil.rmtree(bad)
    assert run("claims", "--results", results, "--json").exit_code == 0


def test_the_digest_of_a_folder_holds_what_lies_behind_links(whole: Path, tmp_path: Path) -> None:
    """Long samples lie on another disk: they are read through the link, so they are proven too."""
    plain, linked = copied(whole, tmp_path / "plain"), copied(whole, tmp_path / "linked")
    shutil.move(linked / "samples" / "whole", tmp_path / "disk")
    (linked / "samples" / "whole").symlink_to(tmp_path / "disk")
    lines = [run("verify", folder).stdout.splitlines()[-1] for folder in (plain, linked)]
    assert lines[0] == lines[1]
    assert lines[0].startswith("digest of the folder: sha256:")


@pytest.mark.parametrize("first", [0, 1, 500])
def test_samples_may_be_counted_from_any_number(tmp_path: Path, first: int) -> None:
    folder = outputs(tmp_path / "m", 12, lambda _: range(first, first + 8, 2))
    (measured,) = json.loads((folder / "measurements.json").read_text())
    assert measured["samples_per_problem"] == 4
    assert list(measured["pass_at_k"]) == ["1", "4"]
    assert "p0" in run("show", folder, "--problem", "p0", "--sample", "3").stdout


def test_numbers_of_samples_that_differ_are_a_range(tmp_path: Path) -> None:
    folder = outputs(tmp_path / "m", 12, lambda i: range(1 + 3 * (i % 2)))
    (header, row) = (folder / "tables" / "measurements.csv").read_text().splitlines()[:2]
    assert dict(zip(header.split(","), row.split(","), strict=True))["samples n"] == "1–4"
    assert run("export", "markdown", folder).exit_code == 0
    (table,) = (folder / "export-markdown").glob("measurements*")
    assert "| 1–4 |" in table.read_text()
    assert run("export", "eee", folder).exit_code == 0
    (entry,) = (folder / "export-eee").rglob("*-*-*.json")
    assert '"samples_per_problem": "1"' in entry.read_text()


def test_one_problem_says_nothing_of_others(tmp_path: Path) -> None:
    folder = outputs(tmp_path / "m", 1, lambda _: range(4))
    found = run("report", folder).stdout
    words = " ".join(found.split())
    assert "one problem says nothing of how far others would move the score" in words
    assert "nan" not in found
    again = outputs(tmp_path / "again", 1, lambda _: range(4))
    assert "at least two are needed to compare" in str(run("compare", folder, again).exception)


@pytest.mark.parametrize(
    "file",
    ["provenance.json", "verdicts.json", "measurements.json", "efficiency.json", "run.yaml",
     "votes.json", "suspects.json", "registration.json", "looks.json"],
)  # fmt: skip
def test_files_of_brackets_alone_are_explained(whole: Path, tmp_path: Path, file: str) -> None:
    """Python reads no JSON that is nested a thousand times, and says so in a way of its own."""
    folder = copied(whole, tmp_path / "folder")
    (folder / file).write_text("[" * 5000)
    for command in (
        ["verify", folder],
        ["claims", "--results", folder],
        ["compare", whole, folder],
    ):
        found = run(*command)
        explained = isinstance(found.exception, (ClaimbenchError, SystemExit, type(None)))
        assert explained, (command[0], found.exception)
