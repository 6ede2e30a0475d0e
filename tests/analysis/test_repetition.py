"""Replies that end in a repetition: what counts as one, and what is read to find it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_toys import LIMIT, Reply, write_run

from claimbench.analysis import repetition
from claimbench.analysis.cached import kept
from claimbench.analysis.repetition import ends_in_repetition, repeating_ids
from claimbench.records import CellName
from claimbench.store import RunStore

CELL = CellName("m", "b")


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
    assert ends_in_repetition(text) is looped


@settings(max_examples=200, deadline=None)
@given(st.text("abc ", min_size=1, max_size=300), st.integers(0, 299), st.text("abc", max_size=50))
def test_every_loop_that_fits_is_found(piece: str, cut: int, before: str) -> None:
    copies = max(4, -(-repetition.SHORTEST // len(piece)))
    assert ends_in_repetition(before + piece * copies + piece[: cut % len(piece)])


def test_random_text_is_no_loop() -> None:
    rng = random.Random(1)
    for _ in range(200):
        assert not ends_in_repetition("".join(rng.choices("ab", k=400)))


def repeating(store: RunStore) -> frozenset[str]:
    with kept(store) as known:
        return repeating_ids(known, [CELL])[CELL]


def test_texts_are_read_once_for_loops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(_model: str, _benchmark: str, i: int, _turn: int) -> Reply:
        return "again and " * 30, "no_answer", None, LIMIT if i < 3 else 10

    root = write_run(tmp_path / "r", [("m", "b")], reply, problems=5, samples=1)
    with RunStore.existing(root, writer=True) as store:
        found = repeating(store)
        assert len(found) == 3  # the other two ended by themselves
        monkeypatch.setattr(repetition, "ends_in_repetition", lambda _: pytest.fail("read again"))
        assert repeating(store) == found
        for damaged in ("{", "[]", '{"m/b": 3}', '{"m/b": {"cut": "0", "looped": []}}'):
            monkeypatch.setattr(repetition, "ends_in_repetition", ends_in_repetition)
            (root / "repetitions.json").write_text(damaged)
            assert repeating(store) == found
