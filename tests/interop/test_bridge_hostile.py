"""Hostile and mistaken files are refused in one sentence, and nothing is written."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import file_of, imported, refused, write_rows

from claimbench.interop.readers import lines

pytest.importorskip("ijson")
pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/claimbench-was-unpickled",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (pickle.dumps(_Evil()), "bad.jsonl:1"),
        (b'{"response": "a"}\n{"respon', "bad.jsonl:2"),
        (b'{"response": "caf\xe9", "label": 1}\n', "not UTF-8"),
        (b'{"response": "a", "label": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"response": "a", "label": 0.5}\n', "neither right"),
        (b'{"response": ["a"], "label": 1}\n', "response is a list"),
        (b'{"response": "a", "completion_tokens": -3, "label": 1}\n', "completion_tokens"),
        (b'{"response": "a", "label": NaN}\n', "brings no labels"),
        (b"[1]\n", "a JSON object is needed"),
        ('{"response": "a", "label": 1}\n'.encode("utf-16"), "looks like UTF-16; save it as UTF-8"),
    ],
)
def test_hostile_lines(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    assert words in refused(tmp_path, "jsonl", path)
    for source in ("parquet", "lighteval", "inspect", "evalplus", "livecodebench", "csv"):
        refused(tmp_path, source, path)
    assert not Path("/tmp/claimbench-was-unpickled").exists()


def test_a_line_of_gigabytes_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST_ROW_BYTES", 1 << 20)
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"response": "')
    os.truncate(path, 4 << 30)  # Sparse.
    assert "longer than 1 MiB" in refused(tmp_path, "jsonl", path)
    path.write_text('[{"question_id": "' + "x" * (3 << 20) + '"}]')
    assert "larger than 1 MiB" in refused(tmp_path, "livecodebench", path)


def test_slips_of_a_newcomer(tmp_path: Path) -> None:
    """A key of the mapping that no row has, a mapping that is owed, and stated protocols."""
    path = write_rows(tmp_path / "x.jsonl", [{"doc": {"id": "a"}, "out": "1", "gold": "1"}])
    words = ("jsonl", path, "--model", "toy", "--grader", "integer")
    assert "with --mapping" in refused(tmp_path, *words)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("{problem: doc.idd, response: out, gold: gold}")
    assert "no row has 'doc.idd'" in refused(tmp_path, *words, "--mapping", mapping)
    mapping.write_text("{problem: doc.id, response: out, gold: gold}")
    for said, answer in (
        ("temperature=hot", "a number is needed"),
        ("seed=", "a number is needed"),
        ("note=", "a value is needed"),
        ("temprature=0.6", "did you mean temperature?"),
    ):
        given = (*words, "--mapping", mapping, "--protocol", said)
        assert answer in refused(tmp_path, *given)
    more = ("--mapping", mapping, "--protocol", "temperature=0.6", "--protocol", "note=fine")
    assert imported(tmp_path / "run", *words, *more)["protocol"]["note"] == "fine"


def test_the_line_that_a_mapping_lacks_is_shown(tmp_path: Path) -> None:
    """With the column that others put replies in; a mapping that names none is what is at fault."""
    path = write_rows(tmp_path / "x.jsonl", [{"id": "a", "output": "1", "gold": "1"}])
    assert "such as `response: output`" in refused(tmp_path, "jsonl", path, "--grader", "number")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("problem: id")
    said = refused(tmp_path, "jsonl", path, "--grader", "number", "--mapping", mapping)
    assert f"{mapping} names no response, label or answer; add `response: output`" in said


def test_a_row_that_alone_lacks_the_gold_is_named(tmp_path: Path) -> None:
    rows = [{"problem_id": "a", "response": "1", "gold": gold} for gold in ("1", None)]
    said = refused(tmp_path, "jsonl", write_rows(tmp_path / "x.jsonl", rows), "--grader", "number")
    assert said == "x.jsonl:2: problem 'a' has a gold in other rows alone"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("form", ["list", ";", "\t", "|"])
def test_rows_as_scripts_and_spreadsheets_write_them(
    tmp_path: Path, form: str, encoding: str
) -> None:
    """One JSON list; the separators of spreadsheets where a comma is the sign in numbers; with a
    byte order mark and without."""
    rows = [
        {"problem_id": p, "question": "1, 2?", "gold": "1", "response": f"{form} it is {answer}"}
        for p, answer in (("a", "1"), ("b", "2"))
    ]
    path = tmp_path / "replies"
    if form == "list":
        path.write_text(json.dumps(rows, indent=1), encoding)
    else:
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=form)
            writer.writeheader()
            writer.writerows(rows)
    source = "jsonl" if form == "list" else "csv"
    found = imported(tmp_path / "run", source, path, "--model", "toy", "--grader", "number")
    assert (found["problems"], found["pass_at_1"]) == (2, 0.5)


def test_hostile_csv(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    for content, words in (
        (b"response,label\na\0b,1\n", "NUL"),
        (b"response,label\na,1,2\n", "the header has 2 columns"),
        (b"response,response\na,1\n", "same name"),
        (b'response,label\nb,0\n"a,1\nc,0\n', "bad.csv:3 to 4: this is not CSV"),
        (b"other,label2\na,1\n", "neither response nor label"),
    ):
        path.write_bytes(content)
        assert words in refused(tmp_path, "csv", path)


@pytest.mark.slow
def test_a_csv_row_of_many_quoted_lines_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its texts and lines is short; blank lines between rows belong to none."""
    monkeypatch.setattr(lines, "MOST_ROW_BYTES", 1 << 20)
    path = tmp_path / "bad.csv"
    good = b'response,label\n"two\nlines",1\n'
    path.write_bytes(good + b'"' + b'a\nb","' * (1 << 19))
    said = refused(tmp_path, "csv", path)
    assert said.startswith("bad.csv:4: the row that begins here is larger than 1 MiB: ")
    path.write_bytes(good + b"\n" * (2 << 20) + b"x,0\n")
    (_, first), (place, second) = lines.csv_rows(path)
    assert (first["response"], second["response"]) == ("two\nlines", "x")
    assert place == f"bad.csv:{4 + (2 << 20)}"


def bomb(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", json.dumps({"status": "success", "eval": {"model": "m"}}))
        log.writestr(name, content)
    return path


def test_hostile_zips(tmp_path: Path) -> None:
    path = bomb(tmp_path / "b.eval", "samples/a_epoch_1.json", b" " * (64 << 20))
    assert "unpacks to more than 32 MiB" in refused(tmp_path, "inspect", path, "--grader", "latex")
    path = bomb(tmp_path / "c.eval", "samples/../../evil.json", b"{}")
    assert "leaves its folder" in refused(tmp_path, "inspect", path)
    real = file_of("inspect/*").read_bytes()
    path.write_bytes(real[: len(real) // 2])
    assert "cut off" in refused(tmp_path, "inspect", path)
    with zipfile.ZipFile(io.BytesIO(real)) as log:
        sample = next(i for i in log.infolist() if i.filename.startswith("samples/"))
    damaged, at = bytearray(real), sample.header_offset + sample.compress_size // 2
    damaged[at : at + 40] = b"\0" * 40
    path.write_bytes(damaged)
    assert path.name in refused(tmp_path, "inspect", path, "--grader", "number")


def test_too_many_rows_and_a_sample_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claimbench.interop.readers import rows

    row = {"problem": "p", "response": "1", "gold": "1", "sample_index": 0}
    path = write_rows(tmp_path / "x.jsonl", [row, row])
    assert "x.jsonl:2: sample 0" in refused(tmp_path, "jsonl", path, "--grader", "integer")
    monkeypatch.setattr(rows, "MOST_ROWS", 1)
    assert "more than 1 responses" in refused(tmp_path, "jsonl", path, "--grader", "integer")
