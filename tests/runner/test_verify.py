"""What is stored proves itself: lines lost, mixed, edited; what each command then does."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pipeline_toys import Toy, answer
from report_toys import lifelike, write_run
from scripted import ScriptedEngine
from scripted import completion_of as scripted_reply
from typer.testing import CliRunner

from claimbench import config
from claimbench.cli import app
from claimbench.errors import IncompleteRun, StoreError, WrongRunFolder
from claimbench.grading import maths
from claimbench.records import Completion, Request
from claimbench.runner import pipeline, preparing, reporting
from claimbench.runner.verify import folder_digest, verify
from claimbench.store import RunStore
from claimbench.store.seal import leaves, sealed
from claimbench.store.tokens import pack_ids

pytestmark = pytest.mark.slow


@pytest.fixture
def journey(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    return Toy(toy, monkeypatch)


def part_of(out: Path, folder: str) -> Path:
    (part,) = (out / folder / "toy" / "sums").glob("part-*.jsonl")
    return part


def right(request: Request) -> str:
    return f"Adding.</think>The answer is {2 * int(request.problem_id.removeprefix('q'))}"


def wrong(request: Request) -> str:
    return f"Adding.</think>The answer is {2 * int(request.problem_id.removeprefix('q')) + 1}"


def counted(journey: Toy) -> float:
    """The share of the stored texts that are right."""
    rows = journey.rows("samples")
    texts = {row["id"]: (row["text"], int(row["problem_id"].removeprefix("q"))) for row in rows}
    found = [text.endswith(f"answer is {2 * number}") for text, number in texts.values()]
    return sum(found) / len(found)


def test_a_power_cut_that_takes_samples_and_leaves_their_grades(journey: Toy) -> None:
    """The last 20 of 40 samples are lost; they are asked again, wrong this time, and some stay
    without a grade when the process is killed. No old grade counts for a new reply."""
    journey.run(engine=ScriptedEngine(right))
    part = part_of(journey.out, "samples")
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[:20]))
    (journey.out / "measurements.json").unlink()
    known = {row["id"] for row in journey.rows("samples")}
    grades = set((journey.out / "grades" / "toy" / "sums").glob("*"))
    journey.run(engine=ScriptedEngine(wrong))
    for path in set((journey.out / "grades" / "toy" / "sums").glob("*")) - grades:
        path.unlink()  # As if it had been killed before the first of them was written.
    assert {row["id"] for row in journey.rows("samples")} > known
    with RunStore.existing(journey.out, writer=True) as store:
        made = reporting.report(store, partial=True)
    assert (made.measurements[0].graded, made.measurements[0].received) == (20, 40)
    report = journey.run(engine=ScriptedEngine(wrong))
    assert report.measurements[0].pass_at_1 == pytest.approx(counted(journey)) == 0.5
    assert verify(journey.out).good


def test_samples_of_one_run_with_the_grades_of_another(journey: Toy, tmp_path: Path) -> None:
    journey.run(engine=ScriptedEngine(wrong))
    shutil.move(journey.out, tmp_path / "wrong")
    journey.run(engine=ScriptedEngine(right))
    shutil.rmtree(journey.out / "grades")
    shutil.copytree(tmp_path / "wrong" / "grades", journey.out / "grades")
    refused = CliRunner().invoke(app, ["report", str(journey.out)])
    assert isinstance(refused.exception, IncompleteRun)
    assert "40 of 40 samples, 0 graded" in str(refused.exception)
    found = verify(journey.out)
    assert any("40 samples have no grade of their present text" in lack for lack in found.missing)
    report = journey.run(engine=ScriptedEngine({}))
    assert report.measurements[0].pass_at_1 == counted(journey) == 1.0


def test_parts_of_two_runs_in_one_folder_are_refused(journey: Toy, tmp_path: Path) -> None:
    journey.run(engine=ScriptedEngine(wrong))
    shutil.move(journey.out, tmp_path / "wrong")
    journey.run(engine=ScriptedEngine(right))
    for folder in ("samples", "grades"):
        there = tmp_path / "wrong" / folder / "toy" / "sums"
        shutil.copytree(there, journey.out / folder / "toy" / "sums", dirs_exist_ok=True)
    first, second = sorted((journey.out / "samples" / "toy" / "sums").glob("*.jsonl"))
    for command in ("report", "grade"):
        done = CliRunner().invoke(app, [command, str(journey.out)])
        assert done.exit_code == 1
    with pytest.raises(StoreError, match="two replies to the same request") as caught:
        journey.run(engine=ScriptedEngine({}))
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)
    assert "two replies to the same request" in verify(journey.out).wrong[0]


def test_an_edited_reply_is_graded_again(journey: Toy) -> None:
    journey.run(engine=ScriptedEngine(right))
    part = part_of(journey.out, "samples")
    part.write_bytes(part.read_bytes().replace(b"answer is 2", b"answer is 3", 1))
    found = verify(journey.out)
    assert any("1 sample has no grade" in lack for lack in found.missing)
    # The cause stands before the figures that follow from it.
    said = CliRunner().invoke(app, ["verify", str(journey.out)]).stdout.splitlines()
    cause = next(i for i, line in enumerate(said) if "1 sample has no grade" in line)
    wrong = [i for i, line in enumerate(said) if line.startswith("wrong")]
    assert wrong and cause < min(wrong)
    done = CliRunner().invoke(app, ["grade", str(journey.out)])
    assert done.exit_code == 0, done.output
    (measured,) = json.loads((journey.out / "measurements.json").read_text())
    assert measured["pass_at_1"] == pytest.approx(counted(journey)) != 1.0


def edits(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}x" if isinstance(value, str) else ["x"]


def put(data: Any, key: str, value: Any) -> None:
    """Set the leaf with this dotted key."""
    for name, inner in data.items() if isinstance(data, dict) else enumerate(data):
        if str(name) == key:
            data[name] = value
            return
        if key.startswith(f"{name}."):
            put(inner, key[len(f"{name}.") :], value)
            return


def commands(journey: Toy) -> Iterator[Callable[[], object]]:
    """What each command does with the folder, before anything else."""
    path = journey.root / "configs" / "runs" / "try.yaml"
    experiment = config.load_experiment(path)
    plan = preparing.plan(experiment, journey.root / "data", False, lambda _: None)
    yield lambda: pipeline.run(plan, journey.out, reporting.report, lambda _: None, lambda _: None)
    for writer in (True, False):  # grade and report; export and claims
        yield lambda writer=writer: RunStore.existing(journey.out, writer=writer)
    yield lambda: verify(journey.out)


def test_every_key_of_run_yaml_edited_is_refused(journey: Toy) -> None:
    journey.run()
    path = journey.out / "run.yaml"
    text = path.read_text()
    content = yaml.safe_load(text)
    opened = list(commands(journey))
    keys = [key for key, _ in leaves(content) if not key.startswith("leaves.")]
    assert len(keys) > 100
    for key in keys:
        changed = yaml.safe_load(text)
        put(changed, key, edits(dict(leaves(content))[key]))
        path.write_text(yaml.safe_dump(changed, sort_keys=False))
        for command in opened:
            with pytest.raises(StoreError) as caught:
                command()
            assert isinstance(caught.value, WrongRunFolder), key
            named = key.removeprefix("config.")
            assert named in str(caught.value) or key in {"seal", "format"}, key
    path.write_text("# a note of mine\n" + text)
    assert verify(journey.out).good


def test_an_edit_says_how_to_run_with_the_value(journey: Toy) -> None:
    journey.run()
    path = journey.out / "run.yaml"
    tokens = yaml.safe_load(path.read_text())["config"]["run"]["sampling"]["max_tokens"]
    path.write_text(path.read_text().replace(f"max_tokens: {tokens}", "max_tokens: 32768"))
    for words in (["report"], ["grade"], ["export", "csv"], ["verify"]):
        done = CliRunner().invoke(app, [*words, str(journey.out)])
        assert done.exit_code != 0
        assert isinstance(done.exception, WrongRunFolder)
        message = str(done.exception)
        assert "run.sampling.max_tokens is now 32768" in message
        assert "--set sampling.max_tokens=32768 and another --out" in message


def test_every_field_of_a_problem_edited_is_refused(journey: Toy) -> None:
    journey.run()
    path = journey.out / "problems" / "sums.jsonl"
    text = path.read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    opened = list(commands(journey))
    for key in rows[0]:
        changed = [{**rows[0], key: edits(rows[0][key])}, *rows[1:]]
        path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in changed))
        for command in opened:
            with pytest.raises(WrongRunFolder, match=r"problems/sums\.jsonl was edited") as caught:
                command()
            assert f": {key} is now " in str(caught.value)
    path.write_text(text)
    assert verify(journey.out).good


def test_other_edits_of_a_file_of_problems_are_named(journey: Toy) -> None:
    journey.run()
    path = journey.out / "problems" / "sums.jsonl"
    text = path.read_text()
    first, *rest = (json.loads(line) for line in text.splitlines())
    without = {key: value for key, value in first.items() if key != "gold"}
    every = [{**row, "gold": "none", "question": "?"} for row in (first, *rest)]
    for rows, words in (
        (rest, f"{len(rest)} problems instead of {len(rest) + 1}"),
        ([without, *rest], f'problem "{first["id"]}": gold is gone'),
        ([{**first, "hint": "x"}, *rest], f'problem "{first["id"]}": hint is new'),
        ([{**first, "gold": "9" * 99}, *rest], "9999..."),
        (every, f"and {2 * len(every) - 3} more"),
    ):
        path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
        with pytest.raises(WrongRunFolder, match="was edited") as caught:
            verify(journey.out)
        assert words in str(caught.value), words
    path.write_text("[]\n" + text.partition("\n")[2])
    with pytest.raises(WrongRunFolder, match="line 1 is no JSON object"):
        verify(journey.out)
    path.write_text(text.replace(first["question"], "Another?", 1))
    path.with_suffix(".fields").unlink()
    with pytest.raises(WrongRunFolder, match=r"its SHA-256 is .*, run\.yaml names"):
        verify(journey.out)


def test_a_folder_of_an_earlier_version_is_one_sentence(journey: Toy) -> None:
    journey.run()
    path = journey.out / "run.yaml"
    content = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({key: content[key] for key in ("digest", "config")}))
    for words in (["report"], ["grade"], ["verify"]):
        done = CliRunner().invoke(app, [*words, str(journey.out)])
        assert isinstance(done.exception, WrongRunFolder)
        assert "made by an earlier version of claimbench" in str(done.exception)


def test_a_folder_graded_by_an_earlier_version_is_whole_and_is_graded_again(
    journey: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.run()
    monkeypatch.setattr(maths, "RULES_VERSION", maths.RULES_VERSION + 1)
    found = verify(journey.out)
    assert (found.wrong, found.outdated, found.good) == ((), 40, False)
    (line,) = found.missing
    assert "40 samples have grades by other rules" in line and "`claimbench grade`" in line
    for words in (["export", "csv", str(journey.out)], ["claims", "--results", str(journey.out)]):
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, StoreError), words
        assert f"run `claimbench grade {journey.out}` first" in str(done.exception)
    assert CliRunner().invoke(app, ["grade", str(journey.out)]).exit_code == 0
    assert verify(journey.out).good


def test_grades_of_which_a_part_is_by_other_rules_are_counted(journey: Toy) -> None:
    journey.run()
    part = part_of(journey.out, "grades")
    lines = part.read_text().splitlines()
    other = [json.dumps(json.loads(line) | {"grader": "number-0000000000000000"}) for line in lines]
    part.write_text("\n".join([*lines[:10], *other[10:]]) + "\n")
    part.with_suffix(".fields").unlink(missing_ok=True)
    found = verify(journey.out)
    assert found.outdated == 30 and not found.good, found


def test_verify_names_what_does_not_fit(journey: Toy) -> None:
    journey.run()
    good = verify(journey.out)
    assert good.good, good
    assert (good.samples, good.grades) == (40, 40)
    assert folder_digest(journey.out).sha256 == good.digest.sha256
    faults: dict[str, tuple[Path, Callable[[str], str]]] = {
        "pass_at_1 is": (
            journey.out / "measurements.json",
            lambda text: text.replace('"pass_at_1": 0.75', '"pass_at_1": 0.95'),
        ),
        "run.yaml names": (
            journey.out / "provenance.json",
            lambda text: text.replace('"toy": "path:', '"toy": "path:x'),
        ),
        "is damaged": (part_of(journey.out, "grades"), lambda text: text.replace("{", "[", 1)),
        "samples of another model": (
            part_of(journey.out, "samples"),
            lambda text: text.replace('"model":"toy"', '"model":"big"', 1),
        ),
    }
    for words, (path, edit) in faults.items():
        text = path.read_text()
        assert edit(text) != text, words
        path.write_text(edit(text))
        done = CliRunner().invoke(app, ["verify", str(journey.out)])
        assert done.exit_code == 1
        assert words in done.output, done.output
        refused = CliRunner().invoke(app, ["claims", "--results", str(journey.out)])
        assert isinstance(refused.exception, StoreError), words
        path.write_text(text)
    stranger = journey.out / "samples" / "other" / "sums"
    stranger.mkdir(parents=True)
    assert "no such model and benchmark" in verify(journey.out).wrong[0]
    stranger.rmdir()
    done = CliRunner().invoke(app, ["verify", str(journey.out), "--json"])
    assert json.loads(done.output)["sha256"] == good.digest.sha256


def with_ids(request: Request) -> Completion:
    """The usual reply, of 5 tokens and the end."""
    return dataclasses.replace(
        scripted_reply(request, right(request)),
        token_ids=(7, 300, 70_000, 7, 7),
        completion_tokens=6,
    )


def test_token_ids_are_kept_shown_and_verified(journey: Toy) -> None:
    journey.run(engine=ScriptedEngine(with_ids))
    assert verify(journey.out).good
    done = CliRunner().invoke(app, ["show", str(journey.out), "--problem", "q1", "--ids"])
    assert done.output.rstrip().endswith("7 300 70000 7 7")
    plain = CliRunner().invoke(app, ["show", str(journey.out), "--problem", "q1"])
    assert "70000" not in plain.output
    part = part_of(journey.out, "samples")
    text, ids = part.read_text(), pack_ids((7, 300, 70_000, 7, 7))
    part.write_text(text.replace(ids, pack_ids((7, 300, 70_001, 7, 7)), 1))
    assert any("has no grade of its present text" in lack for lack in verify(journey.out).missing)
    part.write_text(text.replace(ids, pack_ids((7,)), 1))
    done = CliRunner().invoke(app, ["verify", str(journey.out)])
    assert "packed_ids are not the ids of as many tokens" in done.output
    assert done.exit_code == 1


def test_an_engine_that_knows_no_ids_says_so(journey: Toy) -> None:
    journey.run()
    done = CliRunner().invoke(app, ["show", str(journey.out), "--problem", "q1", "--ids"])
    assert "not stored: the engine did not know them" in done.output


def test_an_unfinished_folder_is_named_and_may_be_exported(journey: Toy) -> None:
    journey.run()
    part = part_of(journey.out, "samples")
    part.write_bytes(b"".join(part.read_bytes().splitlines(keepends=True)[:30]))
    (journey.out / "measurements.json").unlink()
    found = verify(journey.out)
    assert not found.good
    assert any("30 of 40 samples" in lack for lack in found.missing)
    assert any("grades of samples that are not there" in lack for lack in found.missing)
    assert not found.wrong
    done = CliRunner().invoke(app, ["export", "csv", str(journey.out)])
    assert done.exit_code == 0, done.output


def test_a_seal_is_of_the_content_not_of_its_form() -> None:
    content = sealed({"a": {"b": [1, 2.5, None], "c": "x"}}, "d", {"problems/p.jsonl": "0" * 64})
    again = yaml.safe_load(yaml.safe_dump(content))
    assert again == content
    named = {"digest", "files.problems/p.jsonl", "a.b.0", "a.b.1", "a.b.2", "a.c"}
    assert set(content["leaves"]) == named


def test_a_hand_made_folder_verifies_line_by_line(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}), problems=6, samples=3)
    found = verify(root)
    assert (found.samples, found.grades) == (18, 18)
    assert not [fault for fault in found.wrong if "digest" not in fault and "session" not in fault]
    assert answer is not None
