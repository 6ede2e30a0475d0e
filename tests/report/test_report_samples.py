"""The samples in a report: failures first, whole, and within the page's budget."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_toys import Replies, Reply, lifelike, reasoning_text, write_run

from claimbench.analysis.cells import stored_cells
from claimbench.records import CellName
from claimbench.report import Pack, pack, view
from claimbench.report.samples import BUDGET
from claimbench.runner import reporting
from claimbench.store import RunStore
from claimbench.store.prompts import read_prompts, write_prompts


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
        stored = {
            (s.model, s.problem_id, s.sample_index): s for s in store.samples(CellName("m", "b"))
        }
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


def test_a_run_and_its_copy_are_both_shown(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}))
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    with RunStore.existing(root) as store, RunStore.existing(copy) as other:
        found = pack([s for one in (store, other) for s in view.sources(one, stored_cells(one))])
    alone, *_ = packed(root)
    assert found.shown == found.stored == 2 * alone.stored
    rows = [row[:1] + row[2:8] for row in unpacked(found.index)["rows"]]
    assert [row[1:] for row in rows if row[0] == 0] == [row[1:] for row in rows if row[0] == 1]


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
        reporting.report(store)
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


def test_prompts_come_as_they_were_sent_each_once(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}), problems=12)
    cell = CellName("m", "b")
    sent = {(f"q{i}", ()): f"<|im_start|>user\nWhat is {i} + {i}?<|im_end|>\n" for i in range(12)}
    with RunStore.existing(root, writer=True) as store:
        write_prompts(store, cell, list(sent.items())[:11])  # One is not there.
        assert read_prompts(store, cell) == {k: v for k, v in sent.items() if k != ("q11", ())}
    _, rows, blocks, index = packed(root)
    ((head, tail),) = index["frames"]
    assert head == "<|im_start|>user\nWhat is " and tail == "?<|im_end|>\n"
    assert len(index["prompts"]) == 11
    for row, place in zip(rows, index["sent"], strict=True):
        name = index["problems"][row[1]][0]
        if name == "q11":
            assert place is None
        else:
            block, at = index["prompts"][place]
            assert head + blocks[block]["m"][at] + tail == sent[name, ()]
    assert index["rules"] == ["integer"]


def test_the_program_that_was_tested_comes_with_its_sample(tmp_path: Path) -> None:
    def reply(_model: str, _benchmark: str, i: int, turn: int) -> Reply:
        text = "First:\n```python\nprint(1)\n```\nbetter:\n```python\nprint(2)\n```\n"
        return f"so</think>{text if turn else 'no program'}", "wrong", None, 5

    root = write_run(tmp_path / "r", [("m", "b")], reply, problems=3, samples=2)
    with RunStore.existing(root) as store:
        coded = [replace(s, rule="code") for s in view.sources(store, stored_cells(store))]
        blocks = [unpacked(block) for block in pack(coded).blocks]
    programs = [text.get("program") for block in blocks for text in block["s"]]
    assert sorted(programs, key=str) == [None] * 3 + ["print(2)\n"] * 3
