"""`claimbench compare`: from run folders to the outcome, the files and the exit code."""

from __future__ import annotations

import csv
import json
import math
import random
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import report_toys
from report_toys import Reply, write_run
from typer.testing import CliRunner, Result

from claimbench.cli import app
from claimbench.errors import InputError
from claimbench.verdicts.arms import differences


def chances(spread: dict[str, float], seed: int = 0):  # type: ignore[no-untyped-def]
    """Replies that are right with a chance of each problem, moved by the model's share."""

    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        ease = random.Random(f"{benchmark} {i}").uniform(0.3, 0.9)
        chance = min(1.0, max(0.0, ease + spread[model]))
        right = random.Random(f"{seed} {model} {benchmark} {i} {turn}").random() < chance
        answer = str(2 * i if right else 2 * i + 1)
        text = f"</think>\\boxed{{{answer}}}"
        return text, "correct" if right else "wrong", answer, 100

    return reply


def make(folder: Path, share: float, seed: int, **keys: object) -> Path:
    options: dict[str, object] = {"problems": 60, "samples": 16, **keys}
    cells = [("m", "b")]
    return write_run(folder, cells, chances({"m": share}, seed), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    make(folder / "base", 0.0, 1)
    make(folder / "same", 0.0, 2)
    make(folder / "mine", -0.15, 3)
    make(folder / "fewer", 0.0, 4, problems=50)
    make(folder / "other", 0.0, 5, question=lambda benchmark, i: f"What is twice {i}?")
    make(folder / "once", -0.1, 6, samples=1)
    return folder


def compare(runs: Path, *words: str) -> Result:
    paths = [str(runs / word) if (runs / word).is_dir() else word for word in words]
    return CliRunner().invoke(app, ["compare", *paths])


def test_the_first_line_says_which_is_worse(runs: Path) -> None:
    found = compare(runs, "base", "mine")
    assert found.exit_code == 0
    first = found.stdout.splitlines()[0]
    assert first.startswith("mine against base on b: worse by 1")
    assert "95% interval −" in first
    assert "of 60 problems better" in found.stdout
    assert "on these very problems: −" in found.stdout


def test_equal_runs_are_equivalent_and_not_worse_by_the_margin(runs: Path) -> None:
    assert ": equivalent within ±6 points" in compare(runs, "base", "same", "--margin", "6").stdout
    narrow = compare(runs, "base", "same", "--margin", "0.1", "--non-inferior", "6").stdout
    assert ": not worse by 6 points or more" in narrow
    assert (
        ": inconclusive, neither a difference nor equality is shown; only a difference of"
        in compare(runs, "base", "same", "--margin", "0.1").stdout.splitlines()[0]
    )


def test_fail_on_names_what_decided(runs: Path) -> None:
    red = compare(runs, "base", "mine", "--fail-on", "worse")
    assert red.exit_code == 1
    assert "--fail-on worse: mine against base on b: worse by" in red.stderr
    assert compare(runs, "base", "same", "--fail-on", "worse").exit_code == 0
    assert compare(runs, "base", "same", "--fail-on", "bad").exit_code != 0


def test_against_names_a_run_or_a_model(runs: Path, tmp_path: Path) -> None:
    named = compare(runs, "base", "mine", "--against", "mine").stdout
    assert named.startswith("base against mine on b: better by")
    two = write_run(
        tmp_path / "two", [("m", "b"), ("m2", "b")], chances({"m": 0.0, "m2": -0.2}), samples=16
    )
    found = compare(runs, str(two), "--against", "m2").stdout
    assert found.startswith("m against m2 on b: better by")


def test_other_problems_are_refused_by_name(runs: Path) -> None:
    fewer = compare(runs, "base", "fewer")
    assert fewer.exit_code != 0
    assert (
        "the problems differ (q50 only in base, q51 only in base, q52 only in base, and 7 more)"
        in (str(fewer.exception))
    )
    assert "of 50 problems better" in compare(runs, "base", "fewer", "--common").stdout
    other = compare(runs, "base", "other")
    assert "q0 reads differently" in str(other.exception)
    assert "0 problems have a graded sample in both" in str(
        compare(runs, "base", "other", "--common").exception
    )


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Makes a run like `same` whose benchmark is described otherwise."""

    def make_other(name: str, edit: dict[str, object]) -> str:
        plain = report_toys._benchmark
        monkeypatch.setattr(report_toys, "_benchmark", lambda b, n: plain(b, n) | edit)
        made = make(tmp_path / name, 0.0, 2)
        monkeypatch.setattr(report_toys, "_benchmark", plain)
        return str(made)

    return make_other


def test_other_prompts_and_graders_are_refused_by_name(runs: Path, described) -> None:  # type: ignore[no-untyped-def]
    found = compare(runs, "base", described("asked", {"prompt": "Answer: {question}"}))
    assert found.exit_code != 0
    assert "different prompts (prompt: '{question}' in base, 'Answer: {question}' in asked)" in str(
        found.exception
    )
    graded = described("graded", {"grader": {"kind": "number", "options": {}}})
    assert "different graders (integer in base, number in graded)" in str(
        compare(runs, "base", graded).exception
    )


def test_other_settings_are_listed_whatever_their_values(runs: Path, described) -> None:  # type: ignore[no-untyped-def]
    found = compare(runs, "base", described("stops", {"stop": ["Q:", "END"]}))
    assert found.exit_code == 0
    assert "stop: unknown in the reference, [Q:, END] here" in found.stdout


def test_one_more_language_is_no_other_setting() -> None:
    """As a folder of an earlier version has the words of its weights, and one of today."""

    def arm(note: object) -> Any:
        weights = {"key": "weights-departures", "values": {"parts": [{"note": note}]}}
        measured = SimpleNamespace(protocol={"weights": weights}, samples_per_problem=8)
        return SimpleNamespace(measurement=measured)

    today = {"texts": {"en": "quantized", "ko": "양자화"}}
    assert not list(differences(arm(today), arm("quantized")))
    assert [key for key, *_ in differences(arm(today), arm("rounded"))] == ["weights"]


def test_several_runs_are_one_family(runs: Path) -> None:
    found = compare(runs, "base", "same", "mine", "--json")
    rows = json.loads(found.stdout)
    assert [row["family"] for row in rows] == [2, 2]
    raw = sorted(row["such_problems"]["p_difference"] for row in rows)
    adjusted = sorted(row["p_holm"]["difference"] for row in rows)
    assert adjusted == pytest.approx([min(1, 2 * raw[0]), max(2 * raw[0], raw[1])])


def test_one_sample_is_compared_by_discordance(runs: Path) -> None:
    (row,) = json.loads(compare(runs, "once", "base", "--json").stdout)
    assert row["method"] == "bonett-price"
    assert row["run"]["samples_per_problem"] == 16
    assert {"key": "samples per problem", "reference": 1, "run": 16} in row["differences"]


def test_files_hold_every_problem_that_changed(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert compare(runs, "base", "mine", "--out", str(out)).exit_code == 0
    with (out / "changes.csv").open() as file:
        changes = list(csv.DictReader(file))
    (row,) = json.loads((out / "comparison.json").read_text())
    assert len(changes) == row["better"] + row["worse"]
    assert changes[0]["change"].startswith("−")
    assert "**mine against base on b: worse by" in (out / "comparison.md").read_text()
    with (out / "comparison.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert line["verdict"] == "worse"


def test_results_without_samples_are_compared_by_their_ids(runs: Path, tmp_path: Path) -> None:
    """A committed results folder has measurements.json and run.yaml, no samples."""
    for name in ("base", "mine"):
        assert CliRunner().invoke(app, ["report", str(runs / name)]).exit_code == 0
        bare = tmp_path / name
        bare.mkdir()
        for file in ("run.yaml", "measurements.json"):
            shutil.copy(runs / name / file, bare)
    found = compare(runs, str(tmp_path / "base"), str(tmp_path / "mine"))
    assert "mine against base on b: worse by" in found.stdout
    assert "problems are matched by id alone" in found.stdout


def test_an_unfinished_run_and_a_run_beside_itself_are_refused(runs: Path, tmp_path: Path) -> None:
    unfinished = make(tmp_path / "unfinished", 0.0, 9)
    for part in (unfinished / "grades").rglob("*.jsonl"):
        lines = part.read_text().splitlines(keepends=True)
        part.write_text("".join(lines[:-1]))
    found = compare(runs, "base", str(unfinished))
    assert "960 of 960 samples, 959 graded; before it is compared, grade" in str(found.exception)
    assert str(found.exception).endswith(f": claimbench grade {unfinished}")
    for part in (unfinished / "samples").rglob("*.jsonl"):
        part.write_text("".join(part.read_text().splitlines(keepends=True)[:-1]))
    found = compare(runs, "base", str(unfinished))
    assert "959 of 960 samples" in str(found.exception)
    assert str(found.exception).endswith("finish the run with the command that began it")
    assert "named twice" in str(compare(runs, "base", "base").exception)


def test_a_copy_beside_its_original_is_no_finding(runs: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(runs / "base", copy)
    found = compare(runs, "base", str(copy), "--margin", "20")
    assert found.exit_code == 0
    first, *rest = found.stdout.splitlines()
    assert first.startswith("copy against base on b: no finding, as both hold the very same sample")
    assert "one is a copy of the other, or both were drawn with the same seed)" in first
    assert not [line for line in rest if "of 60 problems" in line or "equivalent" in line]
    korean = compare(runs, "base", str(copy), "--language", "ko").stdout.splitlines()[0]
    assert "표본이 양쪽 모두 똑같아 비교한 것이 없음" in korean
    nothing = compare(runs, "base", str(copy), "--fail-on", "worse").exception
    assert isinstance(nothing, InputError)  # Exit 2: nothing was judged.
    assert "the very same samples, so the check neither passes nor fails" in str(nothing)
    assert compare(runs, "base", str(copy), "--fail-on", "inconclusive").exit_code == 1
    data = json.loads(compare(runs, "base", str(copy), "--json").stdout)
    assert [(one["verdict"], one["same_samples"]) for one in data] == [("inconclusive", True)]
    assert json.loads(compare(runs, "base", "same", "--json").stdout)[0]["same_samples"] is False


def test_a_run_that_holds_all_of_another_is_said(runs: Path, tmp_path: Path) -> None:
    fewer = make(tmp_path / "base", 0.0, 1, problems=50)
    found = compare(runs, "base", str(fewer), "--common").stdout
    words = f"every sample of {fewer} is in {runs / 'base'}, too: the two are no independent draws"
    assert words in found
    assert "no finding" not in found


def test_the_outcome_in_korean(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = compare(runs, "base", "mine", "--language", "ko", "--out", str(out))
    assert "b, mine 대 base:" in found.stdout
    assert "포인트 낮음 (40.1% 대 55.7%, 95% 구간 −" in found.stdout
    assert "| 벤치마크 |" in (out / "comparison.md").read_text()


def test_a_report_over_runs_shows_their_differences(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "both"
    words = ["report", str(runs / "base"), str(runs / "mine"), str(runs / "fewer")]
    done = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert done.exit_code == 0
    assert "mine against base on b: 40.1% against 55.7%." in done.stdout
    assert "worse: by 15.6 points, more than chance explains" in done.stdout
    assert "fewer against" not in done.stdout  # other problems: nothing to compare
    text = (out / "report.md").read_text()
    assert "## Comparison" in text
    assert "**mine against base on b: worse by" in text
    page = (out / "report.html").read_text()
    assert 'id="comparison"' in page
    assert "비교" in page
    assert (out / "figures" / "compared-mine-m-b.svg").read_text().count("<circle") == 60
    with (out / "tables" / "comparison.csv").open() as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["worse"]


def timed(folder: Path, seconds: float) -> None:
    """As if its samples had been generated on two cores in so many seconds."""
    part = {"model": "m", "samples": 960, "tokens": 96_000, "seconds": seconds}
    session = {"session": "1", "engine": {"threads": 2}, "generating": [part]}
    (folder / "provenance.json").write_text(json.dumps([session]))


def test_what_a_right_answer_costs_stands_beside(tmp_path: Path) -> None:
    """96,000 tokens; both sides have the tokens, and the device time where it is known."""
    one, two = make(tmp_path / "one", 0.0, 1), make(tmp_path / "two", 0.0, 2)
    done = CliRunner().invoke(app, ["compare", str(one), str(two)])
    assert "tokens per right sample: " in done.stdout and "device seconds" not in done.stdout
    timed(one, 100.0), timed(two, 50.0)
    words = ["compare", str(one), str(two), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, words)
    assert "(CPU cores) against" in done.stdout
    (row,) = csv.DictReader((tmp_path / "out" / "comparison.csv").read_text().splitlines())
    ours, theirs = row["device seconds per right"], row["reference device seconds per right"]
    assert float(theirs) == pytest.approx(2 * float(ours), rel=0.1)
    (data,) = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert data["run"]["device"] == "CPU cores"


def test_problems_in_groups_are_compared_by_their_groups(tmp_path: Path) -> None:
    def replies(shift: int):  # type: ignore[no-untyped-def]
        def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
            lean = random.Random(f"{shift} {i // 6}").random()  # A passage is understood or not.
            right = random.Random(f"{shift} {i} {turn}").random() < lean
            answer = str(2 * i if right else 2 * i + 1)
            return f"</think>\\boxed{{{answer}}}", "correct" if right else "wrong", answer, 100

        return reply

    for name, shift in (("base", 1), ("mine", 2)):
        write_run(tmp_path / name, [("m", "b")], replies(shift), problems=60, samples=8, group=6)
    found = compare(tmp_path, "base", "mine")
    assert "the 60 problems come in 10 groups" in found.stdout
    (data,) = json.loads(compare(tmp_path, "base", "mine", "--json").stdout)
    assert (data["method"], data["groups"]) == ("groups", 10)
    korean = compare(tmp_path, "base", "mine", "--language", "ko")
    assert "문제 60개가 10개 묶음" in korean.stdout


def test_copies_are_no_reruns_on_these_very_problems(tmp_path: Path) -> None:
    """A run whose every reply is there eight times has seen each problem once: by its 8 samples a
    difference would be shown on these problems, though it may well be chance."""

    def once(model: str, benchmark: str, i: int, turn: int) -> Reply:
        right = i % 5 in (0, 2, 3)
        answer = str(2 * i if right else 2 * i + 1)
        text = f"{'I add them up. ' * 80}</think>\\boxed{{{answer}}}"
        return text, "correct" if right else "wrong", answer, 100

    def drawn(model: str, benchmark: str, i: int, turn: int) -> Reply:
        answer = str(2 * i if (i + turn) % 4 else 2 * i + 1)
        text = f"{turn} {'I add them up. ' * 80}</think>\\boxed{{{answer}}}"
        return text, "correct" if (i + turn) % 4 else "wrong", answer, 100

    for name, reply in (("copies", once), ("draws", drawn)):
        write_run(tmp_path / name, [("m", "b")], reply, problems=25, samples=8)
    done = CliRunner().invoke(
        app, ["compare", str(tmp_path / "copies"), str(tmp_path / "draws"), "--json"]
    )
    (found,) = json.loads(done.stdout)
    assert found["method"] == "bonett-price"
    assert found["these_problems"] == found["such_problems"]
    assert found["these_problems"]["p_difference"] > 0.05
    text = compare(tmp_path, "copies", "draws").stdout
    assert "25 of 200 samples are draws of their own" in text
    assert "on these problems" not in text.splitlines()[0]


def test_no_interval_is_wider_than_scores_can_differ(tmp_path: Path) -> None:
    """All right against all wrong, on two problems and on sixty; nothing is told of 120 points."""
    for problems, samples in ((2, 1), (2, 4), (60, 1), (60, 4)):
        names = [f"{side}{problems}-{samples}" for side in ("right", "wrong")]
        right, wrong = (
            make(tmp_path / name, share, 1, problems=problems, samples=samples)
            for name, share in zip(names, (9.0, -9.0), strict=True)
        )
        (found,) = json.loads(compare(tmp_path, str(right), str(wrong), "--json").stdout)
        for reading in ("such_problems", "these_problems"):
            for ends in ("interval_95", "interval_90"):
                low, high = found[reading][ends]
                assert -100 <= low < high <= 100
        assert found["detectable_difference"] is None or found["detectable_difference"] <= 100
        first, *rest = compare(tmp_path, str(right), str(wrong)).stdout.splitlines()
        assert ("no difference shows reliably" in first) == (problems == 2)
        assert ("no difference would be with a chance of 80%" in "".join(rest)) == (problems == 2)


def test_a_green_exit_names_what_it_rests_on(runs: Path) -> None:
    green = compare(runs, "base", "same", "--fail-on", "worse", "--fail-on", "better")
    assert green.exit_code == 0
    assert "--fail-on worse --fail-on better: passed; same on b: inconclusive" in green.stderr


def test_runs_without_a_benchmark_or_a_problem_in_common_are_refused(
    runs: Path, tmp_path: Path
) -> None:
    def question(benchmark: str, i: int) -> str:
        return f"{benchmark} {i}?"

    cells = [("m", "z")]
    other = write_run(tmp_path / "z", cells, chances({"m": 0.0}), samples=1, question=question)
    found = str(compare(runs, "base", str(other)).exception)
    assert "no benchmark in common: b in the reference, z beside it" in found
    assert "no problem has the same id and text in both" in found


def test_an_open_comparison_says_how_many_problems_would_decide(runs: Path) -> None:
    """Four times as many halve the error, and the smallest difference that shows."""
    (found,) = json.loads(compare(runs, "base", "once", "--json").stdout)
    assert found["verdict"] == "inconclusive"
    seen = abs(found["score"] - found["reference_score"])
    needed = math.ceil(60 * (found["detectable_difference"] / seen) ** 2)
    said = compare(runs, "base", "once").stdout
    number = re.search(r"about (\d+) problems like these would show it .*\(here 60\)", said)
    assert number is not None and abs(int(number[1]) - needed) <= 1
    assert "problems like these would show it" not in compare(runs, "base", "mine").stdout


def test_two_files_of_replies_to_the_same_questions_are_compared(tmp_path: Path) -> None:
    """Each import is a benchmark that is named after its file."""
    for name, right in (("base", 3), ("mine", 9)):
        rows = [
            {"problem_id": f"p{i}", "question": f"{i} + 1?", "gold": str(i + 1),
             "response": f"It is {i + 1 if i < right else 0}."}
            for i in range(12)
        ]  # fmt: skip
        file = tmp_path / f"{name}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        words = ["import", "jsonl", file, "--model", name, "--grader", "number"]
        done = CliRunner().invoke(app, [*map(str, words), "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    (found,) = json.loads(compare(tmp_path, "base", "mine", "--json").stdout)
    assert (found["problems"], found["reference_score"], found["score"]) == (12, 25.0, 75.0)


def test_a_folder_that_cannot_be_written_is_one_sentence(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = compare(runs, "base", "same", "--out", str(tmp_path / "file" / "in"))
    assert str(found.exception).endswith("cannot be written (Not a directory)")


def test_an_interval_without_0_that_shows_nothing_says_why(tmp_path: Path) -> None:
    """Five of 20 problems lost, none won: Bonett and Price's interval ends at −1.2, McNemar's exact
    p is 2/2⁵."""

    def first(lost: int):  # type: ignore[no-untyped-def]
        def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
            right = i >= lost
            answer = str(2 * i if right else 2 * i + 1)
            text = f"</think>{lost} \\boxed{{{answer}}}"
            return text, "correct" if right else "wrong", answer, 100

        return reply

    paths = [
        write_run(tmp_path / f"lost{n}", [("m", "b")], first(n), problems=20, samples=1)
        for n in (0, 5)
    ]
    found = compare(tmp_path, *map(str, paths)).stdout
    assert ": inconclusive, neither a difference" in found
    assert "95% interval −44.3 to −1.2" in found
    assert "the exact test, which decides, does not show a difference (McNemar, p 0.0625)" in found
