"""The run folder: rows come back as they went in, and it knows what it has."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_toys import SUMS, create, fill, grade, judge, sample, sample_id, stored

from claimbench.errors import StoreError, WrongRunFolder
from claimbench.records import CellName
from claimbench.store import RunStore, hex_ids, positions, safe_name, text_key
from claimbench.store.files import explained
from claimbench.store.rows import GRADES, SAMPLES


def test_samples_and_grades_come_back_as_they_went_in(tmp_path: Path) -> None:
    rich = sample(1, choice_order=(2, 0, 1), reasoning="hm", seed=2**63, text="x\n\r\n\0")
    error = {"value": None, "answer": None, "outcome": "grader_error"}
    graded = grade(1, rich, **error, metrics={"seconds": 0.5})
    with create(tmp_path / "run") as store:
        store.append_sample(rich)
        store.append_grade(SUMS, graded)
        assert list(store.samples(SUMS)) == [rich]
        assert list(store.grades(SUMS, judge("g1"))) == [graded]
    assert stored(tmp_path / "run") == [rich]


def spelled(text: str) -> str:
    """`text` with pairs of surrogates joined to the character they spell, as JSON does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


any_text = st.text(st.characters() | st.sampled_from('\0\n\r\x85\u2028\u2029\ud800\udfff\\"🙂가'))


@given(text=any_text, reasoning=st.none() | any_text, seconds=st.floats(allow_nan=False))
@settings(deadline=None, max_examples=300)
def test_any_text_survives_one_line(text: str, reasoning: str | None, seconds: float) -> None:
    row = sample(1, text=text, reasoning=reasoning, seconds=seconds, problem_id=text)
    line = SAMPLES.encode(row)
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert b"\0" not in line
    expected = sample(
        1,
        text=spelled(text),
        reasoning=None if reasoning is None else spelled(reasoning),
        seconds=seconds,
        problem_id=spelled(text),
    )
    assert SAMPLES.decode(line) == expected


@given(st.lists(any_text, max_size=8))
@settings(deadline=None, max_examples=15)
def test_any_texts_survive_the_disk(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    root = tmp_path_factory.mktemp("texts") / "run"
    with create(root) as store:
        for number, text in enumerate(texts):
            store.append_sample(sample(number, text=text))
    assert [row.text for row in stored(root)] == [spelled(text) for text in texts]


@pytest.mark.parametrize("kind", [SAMPLES, GRADES])
def test_index_records_are_packed_as_numpy_reads_them(kind: Any) -> None:
    row = sample(7) if kind is SAMPLES else grade(7, value=0.25)
    packed = kind.pack(row, 2**40, 77)
    (record,) = np.frombuffer(packed, dtype=kind.dtype)
    assert record["id"].tobytes().hex() == sample_id(7)
    assert (record["offset"], record["length"], record["part"]) == (2**40, 77, 0)
    if kind is SAMPLES:
        assert record["problem"] == text_key("p1")
        assert (record["sample_index"], record["completion_tokens"]) == (3, 107)
        assert (record["prompt_tokens"], record["finish"]) == (12, 0)
    else:
        assert (record["grader"], record["value"]) == (text_key("g1"), 0.25)
        assert record["outcome"] == b"correct"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "xyz"},
        {"id": "ab" * 15},
        {"id": sample_id(1).upper()},
        {"completion_tokens": -1},
        {"prompt_tokens": True},
        {"finish_reason": "abort"},
        {"text": None},
        {"choice_order": ("a",)},
    ],
)
def test_a_row_that_could_not_be_read_back_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with create(tmp_path / "run") as store:
        with pytest.raises(StoreError, match=f"cannot be stored: the key '{next(iter(changes))}'"):
            store.append_sample(sample(1, **changes))
        store.append_sample(sample(2))
    assert [row.id for row in stored(tmp_path / "run")] == [sample_id(2)]


def test_index_tells_what_is_stored_without_the_texts(tmp_path: Path) -> None:
    fill(tmp_path / "run", 10)
    store = RunStore.existing(tmp_path / "run")
    index = store.sample_index(SUMS)
    assert hex_ids(index["id"]) == [sample_id(n) for n in range(10)]
    assert index["completion_tokens"].tolist() == list(range(100, 110))
    assert index["finish"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert len(set(index["problem"].tolist())) == 3
    present = store.present_ids(SUMS)
    assert len(present) == 10
    assert all(sample_id(n) in present for n in range(10))
    assert sample_id(10) not in present
    assert sorted(present) == sorted(sample_id(n) for n in range(10))
    present.add(sample_id(10))
    assert sample_id(10) in present


def test_nothing_stored_is_an_empty_answer(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        assert len(store.sample_index(SUMS)) == 0
        assert len(store.grade_index(SUMS, judge("g1"))) == 0
        assert len(store.present_ids(SUMS)) == 0
        assert list(store.samples(SUMS)) == []
        assert list(store.samples(SUMS, [sample_id(1)])) == []


def test_ids_that_end_in_nul_bytes_are_whole_ids(tmp_path: Path) -> None:
    ids = ["ab" * 15 + "00", "ab" * 8 + "00" * 8, "00" * 16]
    with create(tmp_path / "run") as store:
        for row_id in ids:
            store.append_sample(sample(0, id=row_id))
        assert hex_ids(store.sample_index(SUMS)["id"]) == ids
        assert all(row_id in store.present_ids(SUMS) for row_id in ids)
        assert [row.id for row in store.samples(SUMS, ids[1:])] == ids[1:]


def test_chosen_samples_are_read_by_id(tmp_path: Path) -> None:
    fill(tmp_path / "run", 50)
    chosen = [sample_id(n) for n in (40, 3, 3, 999)]
    rows = RunStore.existing(tmp_path / "run").samples(SUMS, chosen)
    assert [row.id for row in rows] == [sample_id(3), sample_id(40)]


def test_of_two_equal_samples_with_one_id_the_first_counts(tmp_path: Path) -> None:
    for seconds in (1.0, 2.0):
        with create(tmp_path / "run") as store:
            store.append_sample(sample(1, seconds=seconds))
            store.append_sample(sample(1, seconds=3.0))
    assert [row.seconds for row in stored(tmp_path / "run")] == [1.0]
    assert len(RunStore.existing(tmp_path / "run").sample_index(SUMS)) == 1


def test_two_replies_with_one_id_are_refused_with_both_places(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with create(tmp_path / "run") as store:
            store.append_sample(sample(0))
            store.append_sample(sample(1, text=text))
    first, second = sorted((tmp_path / "run/samples/toy/sums").glob("part-*.jsonl"))
    with RunStore.existing(tmp_path / "run") as store:
        for read in (store.sample_index, store.present_ids, store.samples):
            with pytest.raises(StoreError, match="two replies to the same request") as caught:
                read(SUMS)
            assert str(caught.value).startswith(f"{first}:2 and {second}:2 are")


def test_of_two_grades_of_a_sample_the_last_of_the_grader_counts(tmp_path: Path) -> None:
    given_grades = [
        grade(1, outcome="grader_error", value=None),
        grade(2, outcome="wrong", value=0.0),
        grade(1, grader="g2", outcome="wrong", value=0.0),
    ]
    with create(tmp_path / "run") as store:
        for number in (1, 2):
            store.append_sample(sample(number))
        for row in given_grades:
            store.append_grade(SUMS, row)
    with create(tmp_path / "run") as store:
        store.append_grade(SUMS, grade(1))
        index = store.grade_index(SUMS, judge("g1"))
        assert hex_ids(index["id"]) == [sample_id(2), sample_id(1)]
        assert index["value"].tolist() == [0.0, 1.0]
        assert index["outcome"].tolist() == [b"wrong", b"correct"]
        assert np.isnan(RunStore.existing(store.root)._load(GRADES, SUMS)[1]["value"][0])
        assert list(store.grades(SUMS, judge("g2"))) == [given_grades[2]]
        assert len(store.grade_index(SUMS, judge("g3"))) == 0
        assert sorted(store.graded_ids(SUMS, judge("g1"))) == sorted([sample_id(1), sample_id(2)])


def test_what_is_known_of_a_cell_is_not_looked_up_again_while_still(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for number in range(2):
            store.append_sample(sample(number))
        with store.still():
            known = store.sample_index(SUMS)
            store.append_sample(sample(7))
            assert store.sample_index(SUMS) is known
            assert store.sample_index(CellName("m", "other")).size == 0
        assert len(store.sample_index(SUMS)) == 3


def test_positions_join_two_indexes(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for number in range(6):
            store.append_sample(sample(number))
        for number in (4, 1):
            store.append_grade(SUMS, grade(number))
        samples = store.sample_index(SUMS)
        grades = store.grade_index(SUMS, judge("g1"))
    assert positions(samples["id"], grades["id"]).tolist() == [-1, 1, -1, -1, 0, -1]
    assert positions(grades["id"], samples["id"]).tolist() == [4, 1]
    assert positions(samples["id"], grades["id"][:0]).tolist() == [-1] * 6
    assert positions(samples["id"][:0], grades["id"]).tolist() == []


@pytest.mark.parametrize("name", ["a/b", "..", "../../etc", ".hidden", "a b%2F", "가격/나", "-x"])
def test_names_stay_inside_the_folder(tmp_path: Path, name: str) -> None:
    root = tmp_path / "run"
    with create(root) as store:
        store.append_sample(sample(1, model=name, benchmark=name))
        assert [row.model for row in store.samples(CellName(name, name))] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    (part,) = root.rglob("part-*.jsonl")
    assert part.relative_to(root).parts[:3] == ("samples", safe_name(name), safe_name(name))


def test_names_that_cannot_name_a_folder_are_refused(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for name in ("", "x" * 300, "\ud800"):
            with pytest.raises(StoreError, match="rename it"):
                store.append_sample(sample(1, model=name))


def test_different_names_have_different_folders() -> None:
    names = ["a/b", "a%2Fb", "a%252Fb", ".a", "%2Ea", "..", "%2E."]
    assert len({safe_name(name) for name in names}) == len(names)


def test_another_config_is_refused_with_the_keys_that_differ(tmp_path: Path) -> None:
    root = tmp_path / "run"
    part = fill(root, 3)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    changed = {"models": ["toy", "big"], "sampling": {"temperature": 0.7}, "seed": 1}
    with pytest.raises(WrongRunFolder) as caught:
        RunStore.open(root, resolved=changed, digest="d2")
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert str(root / "run.yaml") in message
    for change in (
        "sampling.temperature: 0.6 -> 0.7",
        "sampling.top_p: 0.95 -> (absent)",
        'models.1: (absent) -> "big"',
        "seed: (absent) -> 1",
    ):
        assert change in message
    assert "another --out" in message
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert part.exists()


def test_the_resolved_config_is_kept(tmp_path: Path) -> None:
    config = {"a": (1, 2), "lr": 1e-05, "name": "가", "no": None, "deep": {"x": [True, {"y": "1"}]}}
    for _ in range(2):
        with RunStore.open(tmp_path / "deep/run", resolved=config, digest="0123") as store:
            assert store.config == json.loads(json.dumps(config))
            assert store.digest == "0123"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WrongRunFolder, match=r"is not a run folder .it holds 'notes.txt'"):
        create(tmp_path)
    with pytest.raises(WrongRunFolder, match="is a file, not a folder"):
        create(tmp_path / "notes.txt")
    with pytest.raises(WrongRunFolder, match="is not a run folder"):
        RunStore.existing(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("text", ["", "a: [", "config: 3\ndigest: x", "\0", "config: {}"])
def test_a_damaged_run_yaml_is_named(tmp_path: Path, text: str) -> None:
    fill(tmp_path / "run", 1)
    (tmp_path / "run/run.yaml").write_text(text)
    with pytest.raises(StoreError, match=r"run\.yaml is damaged"):
        create(tmp_path / "run")


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for text in ("one", "two\r\n가"):
            store.write_file("tables/measurements.csv", text)
            assert (store.root / "tables/measurements.csv").read_bytes() == text.encode()
        assert [p.name for p in (store.root / "tables").iterdir()] == ["measurements.csv"]
        for path in ("../x", "/tmp/x", "", "a/../../x"):
            with pytest.raises(StoreError, match="not inside the run folder"):
                store.write_file(path, "")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with create(tmp_path / "run") as store:
        with pytest.raises(StoreError, match="No space left"):
            store.write_lines_once("problems/sums.jsonl", rows())
        assert list((store.root / "problems").iterdir()) == []


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_who_may_not_write_a_folder_is_sent_to_a_copy(code: int) -> None:
    """`report` and `grade` have no --out that would help."""
    said = str(explained(OSError(code, os.strerror(code)), Path("run/run.lock"), "created"))
    assert "work in a folder of yours (--out, or a copy of this one)" in said


def no_links(source: Path, target: Path) -> None:
    """What a file system without hard links answers."""
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.mark.parametrize("links", [True, False])
def test_lines_written_once_may_be_written_again_but_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    rows = [{"id": "p1", "question": "1+1?\u2028"}, {"id": "p2", "question": "가"}]
    with create(tmp_path / "run") as store:
        for _ in range(2):
            store.write_lines_once("problems/sums.jsonl", rows)
            assert list(store.read_lines("problems/sums.jsonl")) == rows
        with pytest.raises(StoreError, match=r"problems/sums\.jsonl differs"):
            store.write_lines_once("problems/sums.jsonl", rows[:1])
        assert list(store.read_lines("problems/sums.jsonl")) == rows
        (store.root / "problems/sums.jsonl").write_text("{}\n{\n")
        with pytest.raises(StoreError, match=r"sums\.jsonl:2 is damaged"):
            list(store.read_lines("problems/sums.jsonl"))
