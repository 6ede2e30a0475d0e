"""The report's figures, samples and files, without a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_toys import HOSTILE, LIMIT, Replies, Reply, lifelike, reasoning_text, write_run
from typer.testing import CliRunner

from claimbench import loops, pipeline, view
from claimbench.cli import app
from claimbench.errors import ConfigError, WrongRunFolder
from claimbench.evidence import gather
from claimbench.lengths import cap_curve, lengths
from claimbench.loops import ends_in_loop, looped_ids
from claimbench.measure import Scores
from claimbench.records import Measurement, PublishedResult, Source, Verdict
from claimbench.report import Pack, html, pack
from claimbench.report.korean import note, sentence
from claimbench.report.samples import BUDGET
from claimbench.report.tables import sampling_error
from claimbench.runfolder import stored_cells
from claimbench.store import RunStore

# --- loops ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "looped"),
    [
        ("Hm. " + "wait, let me check again. " * 10, True),
        ("Hm. " + "wait, let me check again. " * 10 + "wait, let", True),  # cut mid-piece
        ("0." + "3" * 200, True),
        ("다시 생각해 보자. " * 40, True),
        ("\ud800x" * 100, True),
        ("a" * 79, False),  # too short to tell
        ("b" + "a" * 80, True),
        (
            "word " * 3 + "end of it, and nothing repeats here at all, not even once or twice.",
            False,
        ),
        ("Step 1. Step 2. Step 3. Step 4. Step 5. Step 6. Step 7. Step 8. Step 9. Step", False),
        ("wait, let me check again. " * 40 + "The answer is 4.", False),  # it got out
        ("", False),
    ],
)
def test_a_loop_is_four_copies_at_the_end(text: str, looped: bool) -> None:
    assert ends_in_loop(text) is looped


@settings(max_examples=200, deadline=None)
@given(st.text("abc ", min_size=1, max_size=300), st.integers(0, 299), st.text("abc", max_size=50))
def test_every_loop_that_fits_is_found(piece: str, cut: int, before: str) -> None:
    copies = max(4, -(-loops.SHORTEST // len(piece)))
    assert ends_in_loop(before + piece * copies + piece[: cut % len(piece)])


def test_random_text_is_no_loop() -> None:
    rng = random.Random(1)
    for _ in range(200):
        assert not ends_in_loop("".join(rng.choices("ab", k=400)))


def test_texts_are_read_once_for_loops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(_model: str, _benchmark: str, i: int, _turn: int) -> Reply:
        return "again and " * 30, "no_answer", None, LIMIT if i < 3 else 10

    root = write_run(tmp_path / "r", [("m", "b")], reply, problems=5, samples=1)
    with RunStore.existing(root, writer=True) as store:
        found = looped_ids(store, [("m", "b")])["m", "b"]
        assert len(found) == 3  # the other two ended by themselves
        monkeypatch.setattr(loops, "ends_in_loop", lambda _: pytest.fail("read again"))
        assert looped_ids(store, [("m", "b")])["m", "b"] == found
        for damaged in ("{", "[]", '{"m/b": 3}', '{"m/b": {"cut": "0", "looped": []}}'):
            monkeypatch.setattr(loops, "ends_in_loop", ends_in_loop)
            (root / "loops.json").write_text(damaged)
            assert looped_ids(store, [("m", "b")])["m", "b"] == found


# --- score by token cap, lengths --------------------------------------------------------------


def scores(seed: int = 0, problems: int = 7, n: int = 5, limit: int = 100) -> Scores:
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, limit + 1, (problems, n))
    value = rng.integers(0, 2, (problems, n)).astype(float)
    value[0, 0] = np.nan
    everywhere = np.ones((problems, n), dtype=bool)
    outcome = np.full((problems, n), b"correct")
    return Scores(everywhere, everywhere, value, outcome, tokens, tokens == limit)


def test_the_curve_is_the_score_under_every_cap() -> None:
    s = scores()
    curve = cap_curve(s, 100, greedy=False, exact=True)
    assert curve is not None
    assert curve.caps[-1] == 100
    for cap, score in zip(curve.caps, curve.score, strict=True):
        shares = []
        for i in range(7):
            row = [(v, t) for v, t in zip(s.value[i], s.tokens[i], strict=True) if not np.isnan(v)]
            shares.append(sum(v == 1 and t <= cap for v, t in row) / len(row))
        assert score == pytest.approx(sum(shares) / 7)
    assert list(curve.score) == sorted(curve.score)
    assert all(a <= b <= c for a, b, c in zip(curve.low, curve.score, curve.high, strict=True))
    greedy = cap_curve(s, 100, greedy=True, exact=False)
    assert greedy is not None
    assert greedy.low == greedy.score == greedy.high


def test_the_curve_of_nothing_graded_is_none() -> None:
    s = scores()
    s.value[:] = np.nan
    assert cap_curve(s, 100, greedy=False, exact=True) is None


def test_a_tiny_limit_has_as_many_caps_as_tokens() -> None:
    curve = cap_curve(scores(limit=3), 3, greedy=False, exact=True)
    assert curve is not None
    assert curve.caps == (1, 2, 3)


def test_lengths_count_every_reply_once() -> None:
    s = scores()
    found = lengths(s, 100)
    total = sum(map(sum, (found.right, found.wrong, found.cut, found.ungraded)))
    assert total == 35
    assert sum(found.right) == np.nansum(s.value)
    assert sum(found.ungraded) == 1
    assert sum(found.cut) == ((s.tokens == 100) & (s.value == 0)).sum()
    assert found.cut[:-1] == (0,) * (len(found.cut) - 1)  # at the limit is the last bin


# --- measured and published side by side ------------------------------------------------------


def measurement(**changes: Any) -> Measurement:
    values: dict[str, Any] = {
        "model": "m", "benchmark": "b", "asked": 40, "received": 40, "graded": 40, "problems": 10,
        "samples_per_problem": 4, "pass_at_1": 0.5, "sampling_se": 0.05, "problem_se": 0.1,
        "truncated_share": 0.0, "no_answer_share": 0.0, "grader_error_share": 0.0,
        "tokens_mean": 10.0, "tokens_p95": 20.0, "greedy": False, "protocol": {},
        "right": (2,) * 10, "counted": (4,) * 10,
    }  # fmt: skip
    return Measurement(**{**values, **changes})


def test_a_sampling_error_that_is_a_bound_says_so() -> None:
    """0 of 6 in three problems: 16.67 is what one right sample more would change, no estimate."""
    nothing = measurement(right=(0, 0, 0), counted=(2, 2, 2), sampling_se=1 / 6)
    assert sampling_error(nothing) == "≤ 16.67"
    assert sampling_error(measurement(right=(1, 0, 1), counted=(1, 1, 1))).startswith("≤ ")
    assert sampling_error(measurement()) == "5.00"
    assert sampling_error(measurement(greedy=True)) == "0 (greedy)"


def published(**changes: Any) -> PublishedResult:
    values: dict[str, Any] = {
        "id": "lab/table:m:b:pass@1", "table": "lab/table", "subject": "m", "benchmark": "b",
        "metric": "pass@1", "value": 50.0, "tier": "C", "source": Source("README"), "samples": 4,
        "problems": 10, "greedy": False,
    }  # fmt: skip
    return PublishedResult(**{**values, **changes})


def test_evidence_stands_side_by_side() -> None:
    results = [
        published(tier="D", id="v", table="vendor/t", value=99.9),
        published(),
        published(id="lab/table:m:b:pass@1#2", value=60.0, sd=3.0, runs=9),
        published(subject="other"),
        published(metric="rating", value=2000.0),
        published(id="w", table="web/t", problems=None),
    ]
    (group,) = gather([("run", measurement(problems=0))], results)
    told = [(e.who, e.origin, e.tier) for e in group.estimates]
    assert told == [
        ("run", "ours", "A"),
        ("lab/table", "third party", "C"),
        ("lab/table #2", "third party", "C"),
        ("web/t", "third party", "C"),
        ("vendor/t", "vendor", "D"),
    ]
    ours, _, seeds, web, vendor = group.estimates
    # W = (10 · 0.25 · 4/3 + 1/4)/100, SE = sqrt(W/4): 9.46 points, times 1.96.
    assert ours.low == pytest.approx(50 - 18.5, abs=0.1)
    # 3 points over 9 runs: 1 point with t on 8 degrees of freedom, 2.306 (rounding aside).
    assert seeds.high == pytest.approx(62.306, abs=0.01)
    assert (web.low, web.high) == (None, None)
    assert vendor.high == 100.0


def test_what_was_not_measured_has_no_group() -> None:
    assert gather([("run", measurement(pass_at_1=float("nan")))], [published()]) == []


# --- samples ----------------------------------------------------------------------------------


def unpacked(content: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(content)))


def packed(root: Path, **limits: int) -> tuple[Pack, list[list[Any]], list[Any], dict[str, Any]]:
    """The pack of a run with its rows, blocks and index."""
    with RunStore.existing(root) as store:
        found = pack(view.sources(store, stored_cells(store)), **limits)
    index = unpacked(found.index)
    return found, index["rows"], [unpacked(block) for block in found.blocks], index


def test_samples_come_failures_first_and_whole(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b"), ("k", "b")], lifelike({"m": 0.5, "k": 0.7}))
    found, rows, blocks, index = packed(root)
    assert found.shown == found.stored == len(rows) == 240
    outcomes = [row[3] for row in rows]
    first_right = outcomes.index("correct")
    assert set(outcomes[first_right:]) == {"correct"}
    assert found.right == (240 - first_right,) * 2
    with RunStore.existing(root) as store:
        stored = {(s.model, s.problem_id, s.sample_index): s for s in store.samples("m", "b")}
    assert len(index["problems"]) == 30  # both models were asked the same
    for cell, problem, turn, _outcome, _answer, tokens, cut, _loop, block, place in rows:
        model = index["cells"][cell][1]
        text = blocks[block]["s"][place]
        name, problem_block, problem_place = index["problems"][problem]
        assert blocks[problem_block]["p"][problem_place]["gold"] == str(2 * int(name[1:]))
        if model == "m":
            sample = stored[model, name, turn]
            whole = text["reasoning"] + (
                "" if text["reply"] is None else "</think>" + text["reply"]
            )
            assert whole == sample.text
            assert (tokens, cut) == (sample.completion_tokens, sample.truncated)
            assert text["seed"] == str(sample.seed)


def test_a_budget_leaves_out_and_counts(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}), problems=60)
    whole, *_ = packed(root)
    size = sum(len(base64.b64decode(block)) for block in whole.blocks)
    for share in (0.0, 0.3, 0.7):
        budget = int(size * share)
        found, rows, _, _ = packed(root, budget=budget)
        assert sum(len(base64.b64decode(block)) for block in found.blocks) <= budget
        assert found.shown == len(rows) < found.stored == 240
        assert found.failures[1] == whole.failures[0]
    found, rows, _, _ = packed(root, most=70)
    assert len(rows) == 70
    assert found.right == (0, whole.right[1])  # there are more than 70 failures
    assert {row[2] for row in rows[:30]} == {0}  # the first sample of every problem first


def reasoned(right: Callable[[int], bool], characters: int) -> Replies:
    """Replies of about so many characters, which compress as a model's reasoning does."""

    def reply(_model: str, _benchmark: str, i: int, turn: int) -> Reply:
        text = reasoning_text(random.Random(f"{i} {turn}"), characters)
        outcome = "correct" if right(turn) else "wrong"
        return f"{text}</think>It is \\boxed{{{i}}}.", outcome, str(i), characters // 4

    return reply


def test_texts_of_the_tests_compress_as_a_models_do() -> None:
    text = reasoning_text(random.Random(1), 400_000).encode()
    assert 2.5 < len(text) / len(gzip.compress(text, 6)) < 4.5


@pytest.mark.slow
def test_a_page_holds_at_most_fifty_megabytes_of_real_texts(tmp_path: Path) -> None:
    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        length = 400 if turn == 1 else 100_000
        return reasoned(lambda turn: turn == 1, length)(model, benchmark, i, turn)

    root = tmp_path / "r"  # 200 MB of replies that are not right
    write_run(root, [("m", "b")], reply, problems=1000, samples=3)
    with RunStore.existing(root, writer=True) as store:
        pipeline.report(store)
    page = (root / "report.html").read_text("utf-8")
    blocks = re.findall(r'<script type="text/plain" class="block">([^<]+)<', page)
    packed_bytes = sum(3 * len(block) // 4 for block in blocks)
    assert 0.97 * BUDGET < packed_bytes <= BUDGET == 50_000_000
    index = re.search(r'<script type="text/plain" id="index">([^<]+)<', page)
    assert index is not None
    rows = unpacked(index[1])["rows"]
    assert {row[3] for row in rows} == {"wrong"}  # no right one before the last failure
    assert len({row[1] for row in rows}) == 1000  # and the first of every problem
    said = f"{len(rows)} of 3000 stored samples are in this file, failures first: {len(rows)} of "
    assert f"{said}2000 that are not right and 0 of 1000 right ones" in page
    assert f"{3000 - len(rows)} are left out" in page
    assert f"나머지 {3000 - len(rows)}개는 실행 폴더에 있습니다" in page


def test_behind_a_full_page_nothing_wanted_less_is_let_in(tmp_path: Path) -> None:
    def right(turn: int) -> bool:
        return turn == 0

    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        return reasoned(right, 400 if right(turn) else 40_000)(model, benchmark, i, turn)

    root = write_run(tmp_path / "r", [("m", "b")], reply, problems=40, samples=2)
    size = sum(len(base64.b64decode(block)) for block in packed(root)[0].blocks)
    found, rows, _, _ = packed(root, budget=size // 2)
    assert found.right == (0, 40)
    assert 0 < len(rows) == found.failures[0] < 40


def test_a_giant_is_left_out_alone(tmp_path: Path) -> None:
    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        return reasoned(lambda _: False, 900_000 if i == 0 else 2000)(model, benchmark, i, turn)

    root = write_run(tmp_path / "r", [("m", "b")], reply, problems=20, samples=1)
    found, _, _, index = packed(root, budget=100_000)
    assert found.failures == (19, 20)
    assert "q0" not in {name for name, _, _ in index["problems"]}


def test_a_pack_is_the_same_twice(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}))
    assert packed(root)[0] == packed(root)[0]


def test_a_reply_without_reasoning_block_is_all_reply(tmp_path: Path) -> None:
    def reply(_model: str, _benchmark: str, _i: int, _turn: int) -> Reply:
        return "one </think> two", "wrong", "2", 5

    root = write_run(tmp_path / "r", [("m", "b")], reply, samples=1, reasoning_end=None)
    _, _, blocks, _ = packed(root)
    assert {text["reply"] for text in blocks[0]["s"]} == {"one </think> two"}
    assert {text["reasoning"] for text in blocks[0]["s"]} == {""}


# --- the page and the files -------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, reported with samples, and their combined report."""
    root = tmp_path_factory.mktemp("results")
    share = {"r1-distill-qwen-7b": 0.55, "r1-distill-qwen-1.5b": 0.3}
    cells = [(model, "aime24") for model in share]
    tables = {"published": ["deepseek-r1", "open-r1"], "margins": {"aime24": 3}}
    write_run(root / "one", cells, lifelike(share), samples=8, **tables)
    write_run(root / "two", cells[:1], lifelike(share, 1), **tables)
    reported = CliRunner().invoke(app, ["report", str(root / "one"), str(root / "two")])
    assert reported.exit_code == 0, reported.output
    return root


def elements(page: str, name: str) -> list[str]:
    return re.findall(rf"<{name}\b[^>]*>(.*?)</{name}>", page, re.S)


def test_the_policy_allows_this_script_and_style_alone(results: Path) -> None:
    page = (results / "one" / "report.html").read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert "default-src &#39;none&#39;" in policy
    assert "unsafe" not in policy
    script, style = elements(page, "script")[-1], elements(page, "style")[0]
    for kind, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src &#39;sha256-{digest}&#39;" in policy
    assert not re.search(r'\b(src|href|action|srcset)="(?!#)', page)
    assert "http:" not in page.replace('"http-equiv', "")
    assert "https:" not in page
    assert not re.search(r'\s(style|on\w+)="', page)


def test_no_reply_is_in_the_page_as_markup(results: Path) -> None:
    page = (results / "one" / "report.html").read_text("utf-8")
    for text in HOSTILE:
        assert text not in page
    assert page.count("<script") == page.count("</script>")
    assert page.count("<script>") == 1  # ours; the others are data


def test_hostile_names_stay_text() -> None:
    name = "<script>alert(1)</script>\u202e\x1b[31m\"'|`"
    view_of = measured_view(name)
    page = html.render_html(view_of, None)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)" in page


def measured_view(name: str) -> Any:
    from claimbench.report import CellView, Document, RunView

    s = scores()
    cell = CellView(name, name, lengths(s, 100), cap_curve(s, 100, greedy=False, exact=False))
    measured = measurement(model=name, benchmark=name)
    verdict = Verdict(
        name, name, name, "pass@1", "lower", "A", name, 1.0, 2.0, departures=(name,), notes=(name,)
    )
    run = RunView(name, name, (measured,), (verdict,), (cell,), (), ((name, name),), False)
    return Document(name, (run,), tuple(gather([(name, measured)], [])))


def test_without_samples_there_is_no_text_of_any(results: Path, tmp_path: Path) -> None:
    root = results / "one"
    told = CliRunner().invoke(app, ["report", str(root), "--no-samples", "--out", str(tmp_path)])
    try:
        assert told.exit_code == 0, told.output
        files = [*root.glob("*.*"), *root.glob("[tf]*/*"), *tmp_path.rglob("*.*")]
        assert {p.name for p in files} >= {"report.html", "report.md", "verdicts.csv", "loops.json"}
        for path in files:
            text = path.read_text("utf-8")
            assert "What is" not in text, path
            assert "boxed" not in text.replace("within \\boxed{}", "").replace("\\\\boxed{}", "")
            assert 'class="block"' not in text
    finally:
        CliRunner().invoke(app, ["report", str(root)])


def test_the_folder_of_a_report(results: Path) -> None:
    for folder, many in ((results / "one", False), (results / "report", True)):
        names = {p.relative_to(folder).as_posix() for p in folder.glob("[rtf]*/*.*")}
        prefix = "one-" if many else ""
        assert names >= {
            "tables/verdicts.csv",
            "tables/measurements.csv",
            "tables/efficiency.csv",
            "figures/evidence-aime24.svg",
            f"figures/score-by-cap-{prefix}r1-distill-qwen-7b-aime24.svg",
            f"figures/lengths-{prefix}r1-distill-qwen-7b-aime24.svg",
        }
        for path in folder.glob("figures/*.svg"):
            tree = ET.parse(path)
            assert tree.getroot().tag == "{http://www.w3.org/2000/svg}svg"
        report = (folder / "report.md").read_text("utf-8")
        for picture in re.findall(r"!\[\]\((.*)\)", report):
            assert (folder / picture).is_file()
    head, *rows = (results / "report" / "tables" / "verdicts.csv").read_text().splitlines()
    assert head.startswith("run,claim,model")
    assert {row.split(",")[0] for row in rows} == {"one", "two"}


def test_the_share_of_loops_is_measured(results: Path) -> None:
    rows = json.loads((results / "one" / "measurements.json").read_text())
    shares = [row["metrics"]["looped_share"] for row in rows]
    assert all(
        0 <= share <= row["truncated_share"] for share, row in zip(shares, rows, strict=True)
    )
    assert max(shares) > 0


def test_what_a_report_no_longer_has_is_removed(results: Path) -> None:
    stale = results / "one" / "figures" / "lengths-gone.svg"
    stale.write_text("<svg/>")
    with RunStore.existing(results / "one", writer=True) as store:
        pipeline.report(store)
    assert not stale.exists()


def test_a_combined_report_is_no_run_folder(results: Path) -> None:
    with RunStore.existing(results / "two", writer=True) as store:
        made = pipeline.report(store)
    with pytest.raises(ConfigError, match="run folder"):
        pipeline.combine([made], results / "one")


def test_results_without_samples_say_so(tmp_path: Path) -> None:
    root = write_run(tmp_path / "run", [("a", "aime24")], lifelike({"a": 0.5}), problems=2)
    for name in ("problems", "samples", "grades"):
        shutil.rmtree(root / name)
    with (
        RunStore.existing(root, writer=True) as store,
        pytest.raises(WrongRunFolder, match="holds results alone, without problems and samples"),
    ):
        pipeline.report(store)


def test_an_unfinished_run_is_marked(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}), problems=4, samples=2)
    (path,) = (root / "samples/m/b").glob("*.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5]))
    refused = CliRunner().invoke(app, ["report", str(root)])
    assert refused.exit_code == 1
    assert not (root / "report.html").exists()
    told = CliRunner().invoke(app, ["report", str(root), "--partial"])
    assert told.exit_code == 0, told.output
    page = (root / "report.html").read_text("utf-8")
    assert "Partial: samples or grades are still missing" in page


# --- Korean -----------------------------------------------------------------------------------


def verdict(word: str, text: str = "", **changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "measured": 50.8, "published": 55.5, "difference": -4.7, "se": 1.61, "margin": 3.0,
        "interval_95": (-7.9, -1.5), "interval_90": (-7.3, -2.1), "needed_margin": 7.4,
    }  # fmt: skip
    return Verdict("c", "m", "b", "pass@1", word, "A", text, **{**values, **changes})


def test_verdicts_in_korean() -> None:
    assert sentence(verdict("lower")).ko == (
        "측정 50.8, 공표 55.5: 95 % 수준에서 1.5~7.9포인트 낮음. 재현으로 인정되려면 허용 오차가 "
        "7.4포인트를 넘어야 함"
    )
    undecided = sentence(
        verdict("inconclusive", "x; about 48 samples per problem in a new run would decide, if")
    )
    assert "−7.9 ~ −1.5포인트" in undecided.ko
    assert "문제당 표본 약 48개" in undecided.ko
    alone = verdict("inconclusive", "x, shown to be there alone but not among 4 figures judged")
    assert "함께 판정한 4개 가운데서는" in sentence(alone).ko
    bound = verdict("inconclusive", "x; no number of samples can decide by the bound on the")
    assert "상한으로만" in sentence(bound).ko
    split = verdict("inconclusive", "x, because how it was decoded is unknown and decides")
    assert "디코딩 방식을 알 수 없고" in sentence(split).ko
    vote = verdict(
        "inconclusive",
        "not measured here against 83.3: inconclusive, because a verdict on cons@64 needs 256 "
        "samples per problem, not 64",
        interval_95=None, measured=None, se=None,
    )  # fmt: skip
    assert sentence(vote).ko.endswith("(cons@64의 판정에는 문제당 표본 256개가 필요하나 64개뿐임)")
    other = verdict(
        "not comparable",
        "1 measured here against 2: not comparable, because problems: 198 published, 30 measured",
        interval_95=None,
    )
    assert sentence(other).ko.endswith("비교 불가 (problems: 공표 198, 측정 30)")
    greedy = verdict("reproduced", interval_95=None, se=0.0)
    assert "그리디" in sentence(greedy).ko


def test_every_note_of_a_verdict_has_korean_words(results: Path) -> None:
    notes = [
        text
        for name in ("one", "two")
        for row in json.loads((results / name / "verdicts.json").read_text())
        for text in row["notes"]
    ]
    assert notes
    for text in notes:
        assert note(text).ko != text, text
