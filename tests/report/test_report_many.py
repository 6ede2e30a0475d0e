"""A report of many runs: what would fill the page a thousand times stands folded, or row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_toys import lifelike, measurement, write_run

from claimbench.messages import Message
from claimbench.records import Registration, Verdict
from claimbench.report import Document, RunView
from claimbench.report.answer import CARDS
from claimbench.report.html import render_html
from claimbench.report.tables import figure_of
from claimbench.runner import reporting
from claimbench.store import RunStore


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("many")
    models = ["r1-distill-qwen-7b", *(f"m{i}" for i in range(7))]
    made = []
    for run in (f"run-{i}" for i in range(8)):
        reply = lifelike(dict.fromkeys(models, 0.5))
        write_run(
            root / run,
            [(model, "aime24") for model in models],
            reply,
            problems=3,
            samples=2,
            published=["deepseek-r1"],
        )
        with RunStore.existing(root / run, writer=True) as store:
            made.append(reporting.report(store))
    reporting.combine(made, root / "report")
    return (root / "report" / "report.html").read_text()


def section(page: str, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def test_of_many_comparisons_six_are_drawn_and_the_others_open(page: str) -> None:
    first, rest = section(page, "comparison").split('<details class="more">')
    assert first.count('<figure class="paired">') == 6
    assert rest.split("</details>")[0].count('<figure class="paired">') == 7 * 8 - 6
    assert "The other 50" in rest


def test_runs_that_were_all_not_registered_say_so_once(page: str) -> None:
    told = section(page, "answer")
    assert told.count("Before the runs: all 8 not registered.") == 1
    assert "before the run:" not in told


def test_of_many_runs_that_differ_six_say_whether_they_were_registered() -> None:
    verdict = Verdict("c", "m", "b", "pass@1", "lower", "A", Message("nothing"), 1.0, 2.0)
    runs = tuple(
        RunView(
            f"run-{i}", "run", (measurement(),), (verdict,), (), (), (), False,
            registration=Registration("as registered", f"2026-01-0{i}T00:00:00+00:00", "0" * 64),
        )
        for i in range(1, 9)
    )  # fmt: skip
    page = render_html(Document("runs", runs, ()), None)
    first, rest = section(page, "answer").split('<details class="more">')
    assert first.count("before the run: as registered") == 6
    assert rest.split("</details>")[0].count("before the run: as registered") == 2


def test_of_many_runs_six_are_described_and_the_others_open(page: str) -> None:
    first, rest = section(page, "about").split('<details class="more">')
    assert first.count('<dl class="facts">') == 6
    assert rest.split("</details>")[0].count('<dl class="facts">') == 2


def test_a_long_table_has_rows_that_the_script_can_hold_back(page: str) -> None:
    table = section(page, "comparison").split('<table class="cards sortable">')[1]
    table = table.split("</table>")[0]
    assert table.count("<tbody>") == table.count("</tbody>") == 7 * 8
    assert section(page, "votes").count('<table class="cards sortable">') == 1


def test_of_many_figures_the_first_answer_names_those_that_differ(tmp_path: Path) -> None:
    """In the page and in Markdown, as the table of verdicts has them."""
    share = {"r1-distill-qwen-7b": 0.2, "r1-distill-qwen-1.5b": 0.3, "r1-distill-llama-8b": 0.4}
    root = tmp_path / "run"
    cells = [(model, name) for model in share for name in ("aime24", "math500")]
    write_run(root, cells, lifelike(share, 1), published=["deepseek-r1"])
    with RunStore.existing(root, writer=True) as store:
        made = reporting.report(store, samples=False)
    lower = [v for v in made.verdicts if v.verdict == "lower"]
    assert len(made.verdicts) > CARDS and lower
    (first, *_) = sorted(lower, key=lambda v: v.difference or 0.0)
    sentence = f"Lower: {first.subject} on {figure_of(first)}, {first.measured:.1f}% where "
    page = (root / "report.html").read_text("utf-8")
    assert sentence in page and page.index(sentence) < page.index('class="matrix')
    assert sentence in (root / "report.md").read_text("utf-8")
