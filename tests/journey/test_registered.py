"""Registration before a run: `plan --register`, `run --registered`, and what verdicts say of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from growing_toys import Grown, half, samples
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import ClaimbenchError, ConfigError, WrongRunFolder
from claimbench.store import registration as stored

pytestmark = pytest.mark.slow

ARTICLE = """\
id: example-0101
outlet: An example
date: 2026-01-01
date_stated: true
language: en
file: example.txt
sha256: 0f5e1d3c0d7a4b1e9c8f6a2b3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60
lines: 3

claims:
  - id: example-0101-1
    lines: "1"
    kind: benchmark
    text:
      en: The toy is level with the other one on sums.
    tests:
      - subject: toy
        reference: other
        relation: RELATION
        quantifier: listed
        benchmarks: [sums]
        margin: {sums: 2.0}
"""


class Registering(Grown):
    """The toy run with a registration beside it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(root, monkeypatch)
        self.file = root / "registered.yaml"

    def register(self, *words: str) -> dict[str, Any]:
        """Register, and read what was written."""
        done = self.plan("--register", str(self.file), *words)
        assert done.exit_code == 0, (done.output, done.exception)
        return dict(yaml.safe_load(self.file.read_text()))

    def under(self, *words: str) -> Result:
        """Run under the registration."""
        done = self.cli(half, "--registered", str(self.file), *words)
        assert done.exit_code == 0, (done.output, done.exception)
        return done

    def differing(self) -> list[tuple[str, str, Any, Any]]:
        """What the verdict says is not as registered."""
        found = self.verdict()["registration"]
        assert found["state"] == "not as registered"
        return [tuple(change.values()) for change in found["changes"]]

    def command(self, *words: str) -> str:
        done = CliRunner(env={"COLUMNS": "600"}).invoke(app, list(words))
        assert done.exit_code == 0, (done.output, done.exception)
        return " ".join(done.output.split())


@pytest.fixture
def toy_run(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Registering:
    return Registering(toy, monkeypatch)


def refused(done: Result, kind: type[ClaimbenchError] = ConfigError) -> str:
    assert isinstance(done.exception, kind), done.exception
    return str(done.exception)


# --- what is registered ------------------------------------------------------------------------


def test_the_file_says_what_is_judged_and_how(toy_run: Registering) -> None:
    found = toy_run.register("--set", "looks=[0.5]")
    figure, cell = "vendor/scores:toy:sums:pass@1", "toy/sums"
    values = found["values"]
    assert values["figures"] == {figure: {"value": 60.0, "samples": 64}}
    assert values["margins"] == {figure: 20.0}
    assert values["protocol"]["temperature"] == 0.6 and values["protocol"]["seed"] == 7
    assert values["protocol"]["engine"] == "scripted"
    assert values["samples"] == {cell: 8} and values["looks"] == {cell: [4, 8]}
    assert values["benchmarks"]["sums"]["problems"] == 5
    assert values["models"]["toy"]["checkpoint"].startswith("path:")
    assert values["graders"][cell].startswith("number-")
    assert found["digests"].keys() == values.keys()
    assert found["code"]["source"] and found["date"].endswith("+00:00")


def test_a_registration_is_not_written_over(toy_run: Registering) -> None:
    toy_run.register()
    before = toy_run.file.read_bytes()
    sentence = refused(toy_run.plan("--register", str(toy_run.file)))
    assert "registered.yaml: the file is there already" in sentence
    assert toy_run.file.read_bytes() == before


def test_nothing_is_registered_of_what_is_not_here(toy_run: Registering) -> None:
    (toy_run.root / "data" / "sums.jsonl").unlink()
    sentence = refused(toy_run.plan("--register", str(toy_run.file)))
    assert "sums is not on this machine" in sentence and not toy_run.file.exists()


def test_a_run_that_has_begun_is_not_registered(toy_run: Registering) -> None:
    toy_run.cli(half)
    words = [str(toy_run.out), *toy_run.asking()[1:4], "--register", str(toy_run.file)]
    sentence = refused(CliRunner().invoke(app, ["plan", *words]))
    assert "a run that has begun" in sentence and not toy_run.file.exists()


# --- as registered -----------------------------------------------------------------------------


def test_verdicts_are_as_registered_wherever_they_are_listed(toy_run: Registering) -> None:
    made = toy_run.register()
    done = toy_run.under()
    said = f"as registered on {made['date'].replace('T', ' ').replace('+00:00', ' UTC')}"
    assert f"Before the run: {said} (sha256 {made['digest'][:16]}…)." in " ".join(
        done.output.split()
    )
    found = toy_run.verdict()["registration"]
    assert (found["state"], found["digest"]) == ("as registered", made["digest"])
    assert toy_run.settings()["registered"]["digest"] == made["digest"]
    report = (toy_run.out / "report.md").read_text()
    assert said in report and "| A | as registered |" in report
    page = (toy_run.out / "report.html").read_text()
    assert "as registered" in page and "사전 등록대로임" in page
    with (toy_run.out / "tables" / "verdicts.csv").open() as file:
        assert [row["registered"] for row in csv.DictReader(file)] == ["as registered"]
    assert said in toy_run.command("verify", str(toy_run.out))
    toy_run.command("report", str(toy_run.out), "--language", "ko")
    assert "사전 등록대로임(" in (toy_run.out / "report.md").read_text()


def test_without_a_registration_a_verdict_says_so(toy_run: Registering) -> None:
    done = toy_run.cli(half)
    assert "Before the run: not registered." in done.output
    assert toy_run.verdict()["registration"]["state"] == "not registered"
    assert not (toy_run.out / "registration.json").exists()
    assert "| A | not registered |" in (toy_run.out / "report.md").read_text()


def test_a_run_that_stopped_goes_on_under_its_registration(toy_run: Registering) -> None:
    toy_run.register()
    toy_run.cli(half, "--registered", str(toy_run.file), dies_after=11)
    assert not (toy_run.out / "verdicts.json").exists()
    done = toy_run.cli(half)  # The run folder knows.
    assert done.exit_code == 0, done.output
    assert toy_run.verdict()["registration"]["state"] == "as registered"
    assert toy_run.verified()


def test_shards_go_by_it(toy_run: Registering) -> None:
    toy_run.register()
    toy_run.under("--shard", "1/2")
    toy_run.under("--shard", "2/2")
    assert toy_run.verdict()["registration"]["state"] == "as registered"


def test_declared_looks_are_as_registered_and_further_ones_are_not(toy_run: Registering) -> None:
    toy_run.register("--set", "looks=[0.5]")
    toy_run.under("--set", "looks=[0.5]")
    assert toy_run.verdict()["registration"]["state"] == "as registered"
    toy_run.cli(half, "--set", "looks=[0.5]", *samples(16))
    differing = {(thing, of): (then, now) for thing, of, then, now in toy_run.differing()}
    assert differing["samples", "toy/sums"] == (8, 16)
    assert differing["looks", "toy/sums"] == ("[4, 8]", "[8, 16]")


# --- not as registered -------------------------------------------------------------------------

FIGURE = "vendor/scores:toy:sums:pass@1"
OWN = ("--set", "claimed.toy.sums=50")
CHANGES = {
    "sampling.temperature=0.7": {("protocol", "temperature"): (0.6, 0.7)},
    "seed=8": {("protocol", "seed"): (7, 8)},
    "margins.sums=5": {("margins", FIGURE): (20.0, 5.0)},
    "samples=4": {("samples", "toy/sums"): (8, 4), ("looks", "toy/sums"): ("[8]", "[4]")},
    "looks=[0.5]": {("looks", "toy/sums"): ("[8]", "[4, 8]")},
    "published=[]": {
        ("figures", FIGURE): ('{"value": 60.0, "samples": 64}', None),
        ("margins", FIGURE): (20.0, None),
        ("figures", "claimed:toy:sums:pass@1"): (None, '{"value": 50.0, "samples": 1}'),
        ("margins", "claimed:toy:sums:pass@1"): (None, 20.0),
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_differs_is_named_before_the_run_and_after(toy_run: Registering, change: str) -> None:
    toy_run.register()
    done = toy_run.under("--set", change, *(OWN if "published" in change else ()))
    named = done.output.index("not as registered: ")
    assert named < done.output.index("generating with toy")
    differing = {(thing, of): (then, now) for thing, of, then, now in toy_run.differing()}
    assert differing == CHANGES[change]


@pytest.mark.parametrize(
    ("change", "things"),
    [
        ("limit=3", {"benchmarks", "prompts"}),
        ("prompts.sums.prompt=How much? {question}", {"prompts"}),
        ("engine.dtype=float32", {"models"}),
    ],
)
def test_digests_that_differ_are_named(toy_run: Registering, change: str, things: set[str]) -> None:
    toy_run.register()
    toy_run.under("--set", change)
    assert {thing for thing, *_ in toy_run.differing()} == things


def test_a_figure_that_was_changed_after_the_run_is_named(toy_run: Registering) -> None:
    toy_run.register()
    toy_run.under()
    table = toy_run.root / "seeds" / "published" / "vendor.yaml"
    table.write_text(table.read_text().replace("60.0", "55.0"))
    said = toy_run.command("report", str(toy_run.out))
    assert toy_run.differing() == [("figures", f"{FIGURE}, value", 60.0, 55.0)]
    assert f"published figure, {FIGURE}, value: 60 when registered, 55 now" in said


def test_other_code_is_named(toy_run: Registering, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_run.register()
    monkeypatch.setattr(stored.provenance, "source_digest", lambda: "0123456789abcdef")
    toy_run.under()
    ((thing, of, then, now),) = toy_run.differing()
    assert (thing, of) == ("code", "") and then != now
    assert str(now).endswith("source 0123456789abcdef")


def test_a_registration_after_the_first_sample_says_so(toy_run: Registering) -> None:
    toy_run.cli(half)
    older = next((toy_run.out / "samples" / "toy" / "sums").glob("*.jsonl"))
    for path in older.parent.glob(f"{older.stem}*"):  # As if an hour before.
        path.rename(path.with_name(f"part-20250101{path.name[13:]}"))
    toy_run.register()
    done = toy_run.under()
    assert toy_run.differing() == []
    assert toy_run.verdict()["registration"]["late"].startswith("2025-01-01T")
    assert "after the first sample (2025-01-01 " in done.output


def test_a_run_keeps_the_registration_that_it_began_with(toy_run: Registering) -> None:
    toy_run.register()
    toy_run.under()
    written = (toy_run.out / "run.yaml").read_bytes()
    toy_run.file = toy_run.root / "another.yaml"
    toy_run.register("--set", "seed=8")
    done = toy_run.cli(half, "--registered", str(toy_run.file))
    assert "was begun under the registration of" in refused(done, WrongRunFolder)
    assert (toy_run.out / "run.yaml").read_bytes() == written


# --- files that are none -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: A run\n", "no registration (it has no key claimbench_registration)"),
        ("claimbench_registration: 9\n", "9 is a form that this version does not know"),
        ("claimbench_registration: 1\n", "key date is missing"),
        ("- [\n", "not valid YAML"),
        ("[]\n", "no registration"),
    ],
)
def test_a_foreign_file_is_refused_in_one_sentence(
    toy_run: Registering, text: str, said: str
) -> None:
    toy_run.file.write_text(text)
    assert said in refused(toy_run.cli(half, "--registered", str(toy_run.file)))
    assert not toy_run.out.exists()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("margins:\n    vendor/scores:toy:sums:pass@1: 20.0", None, "key values.margins"),
        ("run: try", "run: another", "key digest"),
        ("date: '20", "date: '19", "key digest"),
    ],
)
def test_an_edited_file_is_refused(
    toy_run: Registering, before: str, after: str | None, said: str
) -> None:
    toy_run.register()
    text = toy_run.file.read_text()
    assert before in text
    toy_run.file.write_text(text.replace(before, after or before.replace("20.0", "1.0")))
    sentence = refused(toy_run.cli(half, "--registered", str(toy_run.file)))
    assert "edited or damaged" in sentence and said in sentence


def test_there_is_no_such_file(toy_run: Registering) -> None:
    sentence = refused(toy_run.cli(half, "--registered", str(toy_run.file)))
    assert "there is no such file" in sentence


# --- the articles' claims ----------------------------------------------------------------------


def test_a_claim_says_whether_its_test_was_registered(toy_run: Registering) -> None:
    seeds = toy_run.root / "seeds"
    (seeds / "articles").mkdir()
    article = seeds / "articles" / "example-0101.yaml"
    article.write_text(ARTICLE.replace("RELATION", "on par"))
    names, table = seeds / "published" / "_names.yaml", seeds / "published" / "vendor.yaml"
    names.write_text(
        names.read_text().replace("models: {}", "models: {other: {title: Other, open: true}}")
    )
    table.write_text(table.read_text() + "      other: {values: [60.0]}\n")
    found = toy_run.register()
    assert found["values"]["claims"]["example-0101-1"]["test 1"]["relation"] == "on par"
    toy_run.under()
    said = toy_run.command("claims", "--results", str(toy_run.out), "--json")
    (claim,) = json.loads(said[said.index("{") :])["claims"]
    assert claim["registrations"]["out"]["state"] == "as registered"
    article.write_text(ARTICLE.replace("RELATION", "at least"))
    said = toy_run.command("claims", "--results", str(toy_run.out))
    toy_run.command("report", str(toy_run.out))
    assert toy_run.verdict()["registration"]["state"] == "as registered"  # The figure's.
    assert "test of a claim, example-0101-1, test 1, relation" in said
