"""The answer first: its words, its picture in letters and drawn, and what it leaves out."""

from __future__ import annotations

import io
import math
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from report_toys import HOSTILE, Reply, lifelike, measurement, write_run
from rich.console import Console

from claimbench.cli.display import _print_answers
from claimbench.messages import Message
from claimbench.report import svg
from claimbench.report.answer import CARDS, CERTAINTIES, level, what_could_change
from claimbench.report.answers import answers, score_answer, verdict_answer
from claimbench.report.caveats import basis_of
from claimbench.report.comparison_files import render
from claimbench.report.comparisons import comparison_answer
from claimbench.report.messages import english, words
from claimbench.report.page_words import page_words
from claimbench.report.strips import KINDS, LETTERS, Strip, draw, in_letters, legend, odds
from claimbench.report.tables import sampling_error
from claimbench.report.view import document
from claimbench.runner import reporting
from claimbench.runner.comparing import compare_reports
from claimbench.runner.reporting import Report
from claimbench.store import RunStore

SHOWN = Strip(-1.8, 6.0, (-4.0, 0.3), (-4.4, 0.8))


@pytest.mark.parametrize("width", [24, 40, 55])
def test_a_strip_in_letters_is_one_line_of_a_narrow_terminal(width: int) -> None:
    line = in_letters(SHOWN, width)
    assert len(line) == width and "●" in line
    ends = in_letters(SHOWN).split()
    assert (line.split()[0], line.split()[-1]) == (ends[0], ends[-1])


def test_a_strip_in_letters_has_what_decides_in_order() -> None:
    line = in_letters(SHOWN)
    low, cells, high = line.split("  ")
    assert low.startswith("−") and high.startswith("+")
    places = [cells.index(letter) for letter in "[─━●│]"]
    assert places == sorted(places)
    assert cells.rindex("━") < cells.rindex("─") or cells.rindex("─") < cells.index("]")
    assert set(LETTERS) == set(KINDS)


@pytest.mark.parametrize("strip", [
    SHOWN,
    Strip(0.9, 0.5, None, None),
    Strip(-20.0, 3.0, (-25, -15), (-26, -14), (-2.0, 1.0, 400.0), 12.0),
    Strip(0.0, None, (-1, 1), (-1, 1)),
    Strip(0.2, 0.5, (0.1, 0.3), (-900.0, 900.0)),
])  # fmt: skip
def test_a_strip_is_drawn_within_its_picture_with_its_legend(strip: Strip) -> None:
    tree = ET.fromstring(draw(svg.Pen(page_words(["en", "ko"])), "s", strip))
    assert tree.attrib["role"] == "img"
    for node in tree.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -1 <= float(node.attrib.get(name, 0)) <= 361, ET.tostring(node)
    kinds = [kind for kind, _ in legend(strip)]
    classes = {node.attrib.get("class", "") for node in tree.iter()}
    assert ("margin" in kinds) == ("margin" in classes)
    assert ("interval-95" in kinds) == ("interval ours wide" in classes)
    assert ("others" in kinds) == ("mark third" in classes)
    assert ("usual" in kinds) == ("interval third usual" in classes)


@pytest.mark.parametrize(
    ("p", "n"), [(0.05, 20), (0.013, 70), (1e-9, 10_000), (0.9, 1), (0.001, 1000)]
)
def test_odds_are_rounded_down(p: float, n: int) -> None:
    assert odds(p) == n <= 1 / p + 1e-6 or n == 10_000


def test_words_for_how_sure() -> None:
    said = [level(p) for p in (0.0005, 0.005, 0.04, 0.2)]
    assert said == [Message(f"certainty-{name}") for name in CERTAINTIES]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Report:
    root = tmp_path_factory.mktemp("results") / "run"
    write_run(
        root,
        [("r1-distill-qwen-7b", "aime24"), ("deepseek-v3", "aime24")],
        lifelike({"r1-distill-qwen-7b": 0.2, "deepseek-v3": 0.4}),
        samples=16,
        published=["deepseek-r1"],
        margins={"aime24": 3},
    )
    with RunStore.existing(root, writer=True) as store:
        return reporting.report(store)


def test_each_figure_has_its_answer_and_each_other_score_too(made: Report) -> None:
    found = answers(document(made.runs))
    judged = [one for one in found if one.word is not None]
    assert len(judged) == len(made.verdicts) <= CARDS
    (lower,) = [one for one in judged if one.state == "lower"]
    assert english(lower.scores).endswith("55.5% was published.")
    assert english(lower.certainty).startswith("Very sure: were the two scores really equal")
    assert lower.strip is not None and lower.strip.others
    for one in found:
        for language in ("en", "ko"):
            said = [words(language).render(v) for v in (one.scores, one.finding, one.certainty)]
            assert all(said)
        assert (one.strip is None) == (one.why is None)


def test_a_figure_of_the_run_file_is_claimed_and_not_published(made: Report) -> None:
    own = replace(made.verdicts[0], claim="claimed:m:b:pass@1")
    (run,) = document(made.runs).runs
    scores, basis = verdict_answer(document(made.runs), run, own).scores, basis_of(own, None)
    assert english(scores).endswith("% was claimed.")
    assert english(basis) == "The figure is the run file's own (key claimed)."
    assert "공표" not in words("ko").render(scores) + words("ko").render(basis)


def test_markdown_and_page_begin_with_the_answer(made: Report) -> None:
    page = (made.root / "report.md").read_text("utf-8")
    heads = [line for line in page.splitlines() if line.startswith("## ")]
    assert heads[:3] == ["## The answer", "## Measurements", "## Verdicts on published figures"]
    assert "```text\n−" in page.partition("## Measurements")[0]
    html = (made.root / "report.html").read_text("utf-8")
    assert html.index('id="answer"') < html.index('id="measurements"') < html.index('id="samples"')


def test_what_could_change_it_is_said_in_markdown_and_in_the_terminal(made: Report) -> None:
    console = Console(width=500, file=io.StringIO(), color_system=None)
    _print_answers(console, made, words())
    assert isinstance(console.file, io.StringIO)
    page, printed = (made.root / "report.md").read_text("utf-8"), console.file.getvalue()
    lines = [line for line in printed.splitlines() if line.startswith("What could change it: ")]
    assert len(lines) == len(made.verdicts) and all("not registered." in line for line in lines)
    assert all(line in page for line in lines)


def test_a_score_without_a_figure_says_that_replies_were_cut(made: Report) -> None:
    whole = document(made.runs)
    cut = replace(made.measurements[0], truncated_share=0.58)
    found = score_answer(whole, whole.runs[0], cut)
    (line,) = what_could_change(found, words())
    assert line == "What could change it: 58.0% of replies truncated."
    assert list(what_could_change(replace(found, chips=()), words())) == []


def test_where_no_reply_could_be_graded_there_is_no_score(made: Report) -> None:
    whole = document(made.runs)
    nothing = measurement(pass_at_1=math.nan, sampling_se=math.nan, problem_se=math.nan)
    found = score_answer(whole, whole.runs[0], nothing)
    assert english(found.scores) == "m has no score on b: none of its replies could be graded."
    unbounded = measurement(right=(0, 0), counted=(0, 0), sampling_se=math.nan)
    assert english(sampling_error(unbounded)) == "–"


@pytest.mark.parametrize("share", [0, 1])
def test_problems_that_all_came_out_alike_tell_nothing_of_others(
    tmp_path: Path, share: int
) -> None:
    def reply(_model: str, _benchmark: str, i: int, _turn: int) -> Reply:
        answer = str(2 * i + 1 - share)
        return f"</think>\\boxed{{{answer}}}", "correct" if share else "wrong", answer, 10

    root = write_run(tmp_path / "r", [("m", "b")], reply, problems=4, samples=2)
    with RunStore.existing(root, writer=True) as store:
        (found,) = answers(document(reporting.report(store).runs))
    said = english(found.certainty)
    # The interval is of the mean of many runs; one more lies outside of it oftener than 1 in 20.
    assert "0.0 points" not in said and "again and again, it would average" in said
    assert said.endswith("nothing is known of how far other problems would move the score.")
    assert "알 수 없습니다" in words("ko").render(found.certainty)


def test_a_run_beside_its_copy_has_an_answer_without_a_picture(
    made: Report, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made.root, copy)
    with RunStore.existing(copy, writer=True) as store:
        again = reporting.report(store)
    compared = compare_reports([made, again])
    assert compared and all(one.same_samples for one in compared)
    for one in map(comparison_answer, compared):
        assert (one.strip, one.why, one.state) == (None, None, "inconclusive")
        assert "no finding" in english(one.finding) and "a copy" in english(one.certainty)
    page = render(compared)
    assert "no finding" in page and "```text" not in page


def test_hostile_titles_stay_text(tmp_path: Path) -> None:
    from dataclasses import replace

    from claimbench.report.html import render_html

    root = write_run(tmp_path / "r", [("m", "aime24")], lifelike({"m": 0.5}), samples=2)
    with RunStore.existing(root, writer=True) as store:
        (run,) = reporting.report(store).runs
    for text in HOSTILE:
        named = replace(run, titles={"m": text, "aime24": text})
        page = render_html(document([named]), None)
        assert "\u202e" not in page and "\x1b" not in page and "\x00" not in page
        assert "<svg onload" not in page and page.count("<script") == page.count("</script>")
        assert "<script>window" not in page and "<img src" not in page
