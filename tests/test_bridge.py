"""Import and export: files of the real tools, hostile files, resume, and the round trip."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimbench.bridge import lines
from claimbench.cli import app
from claimbench.errors import ClaimbenchError, InputError, StoreError
from claimbench.store import RunStore
from claimbench.store.rows import FINISH_CODES

FILES = Path(__file__).parent / "data" / "imports"
pytest.importorskip("ijson")
pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")


def claimbench(*words: object) -> None:
    """One command; its failure as the exception that main() explains."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output


def imported(out: Path, *words: object) -> dict[str, Any]:
    """The measurement of an import."""
    claimbench("import", *words, "--out", out)
    found: dict[str, Any] = json.loads((out / "measurements.json").read_text())[0]
    return found


def file_of(pattern: str) -> Path:
    return next(iter(sorted(FILES.glob(pattern))))


def scores(m: dict[str, Any]) -> tuple[Any, ...]:
    return m["pass_at_1"], m["problem_ids"], m["right"], m["counted"]


# --- files of the real tools --------------------------------------------------------------------


def test_lm_eval(tmp_path: Path) -> None:
    out = tmp_path / "run"
    path = file_of("lm-eval/samples_smoke_once*")
    m = imported(out, "lm-eval", path, "--benchmark", "smoke-math", "--source-name", "a lab")
    assert (m["model"], m["tier"]) == ("ours/scripted", "B")
    assert (m["received"], m["right"]) == (4, [1, 0, 0, 1])
    assert m["truncated_share"] is None and m["tokens_mean"] is None
    assert m["protocol"]["temperature"] == 0.6 and m["protocol"]["max_tokens"] == 64
    assert m["greedy"] is False
    report = (out / "report.md").read_text()
    assert "unknown" in report and "a lab (not our run; evidence tier B)" in report
    # lm-eval's exact match counts 5.0 as wrong where the gold is 5.
    rows = list(csv.DictReader(io.StringIO((out / "tables/disagreements.csv").read_text())))
    assert [(r["problem"], r["theirs"], r["ours"]) for r in rows] == [
        ("sm-004", "wrong", "correct")
    ]
    assert rows[0]["our reason"]


def test_repeats_are_samples(tmp_path: Path) -> None:
    path = file_of("lm-eval/samples_smoke_twice*")
    m = imported(tmp_path / "run", "lm-eval", path, "--grader", "number")
    assert (m["samples_per_problem"], m["received"]) == (2, 8)
    assert not (tmp_path / "run" / "tables" / "agreement.csv").exists()


def test_lighteval(tmp_path: Path) -> None:
    path = file_of("lighteval/details_smoke_often*")
    m = imported(tmp_path / "run", "lighteval", path, "--benchmark", "smoke-math")
    assert (m["problems"], m["samples_per_problem"], m["received"]) == (4, 4, 16)
    assert m["right"] == [2, 2, 2, 2]
    assert m["tokens_mean"] > 0 and m["truncated_share"] is None
    assert m["greedy"] is None


def test_inspect(tmp_path: Path) -> None:
    m = imported(tmp_path / "run", "inspect", file_of("inspect/*"), "--grader", "number")
    assert (m["model"], m["received"]) == ("mockllm/model", 8)
    assert m["truncated_share"] == 1 / 8
    assert m["protocol"]["harness"] == "inspect-ai"


def test_coding_labels_are_kept_as_theirs(tmp_path: Path) -> None:
    path = file_of("evalplus/*_eval_results.json")
    m = imported(tmp_path / "a", "evalplus", path, "--model", "toy")
    assert (m["tier"], m["problem_ids"], m["right"]) == (
        "C",
        ["Ours/0", "Ours/1", "Ours/2"],
        [1, 0, 1],
    )
    path = file_of("livecodebench/*_eval_all.json")
    m = imported(tmp_path / "b", "livecodebench", path, "--model", "toy")
    assert (m["tier"], m["right"], m["counted"]) == ("C", [2, 1, 2], [4, 4, 4])


# --- tables ---------------------------------------------------------------------------------


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def sums(count: int = 5, samples: int = 2) -> list[dict[str, Any]]:
    return [
        {"id": f"q{i}", "ask": f"What is {i}  + {i}?", "out": f"#### {2 * i + j}", "ok": 1 - j}
        for i in range(count)
        for j in range(samples)
    ]


MAPPING = "problem: id\nquestion: ask\nresponse: out\nlabel: ok\n"


def test_a_mapped_file_against_a_published_figure(toy: Path) -> None:
    path = write_rows(toy / "x.jsonl", sums())
    (toy / "m.yaml").write_text(MAPPING)
    words = ("jsonl", path, "--mapping", toy / "m.yaml", "--model", "toy", "--benchmark", "sums")
    protocol = ("--protocol", "temperature=0.6", "--data-dir", toy / "data")
    m = imported(toy / "run", *words, *protocol)
    assert (m["pass_at_1"], m["received"], m["asked"]) == (0.0, 10, 10)  # It never ends to think.
    verdict = json.loads((toy / "run" / "verdicts.json").read_text())[0]
    assert (verdict["tier"], verdict["verdict"]) == ("B", "lower")
    with RunStore.existing(toy / "run") as store:
        assert (store.sample_index("toy", "sums")["finish"] == FINISH_CODES["unknown"]).all()


def test_unmatched_rows_are_counted_and_shown(toy: Path) -> None:
    path = write_rows(toy / "x.jsonl", [*sums(), {"id": "zz", "ask": "?", "out": "1", "ok": 0}])
    (toy / "m.yaml").write_text(MAPPING)
    words = ["import", "jsonl", path, "--mapping", toy / "m.yaml", "--model", "other"]
    more = ["--benchmark", "sums", "--data-dir", toy / "data", "--out", toy / "run"]
    done = CliRunner().invoke(app, [*map(str, words), *map(str, more)])
    assert "1 rows fit no problem" in done.output and "x.jsonl:11 (zz)" in done.output


def test_resume_and_a_changed_file(tmp_path: Path) -> None:
    rows = [
        {"problem": f"p{i}", "gold": str(i), "response": f"\\boxed{{{i}}}", "model": "m"}
        for i in range(9)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    words = ("jsonl", path, "--grader", "integer")
    assert imported(tmp_path / "run", *words) == imported(tmp_path / "run", *words)
    with RunStore.existing(tmp_path / "run") as store:
        assert sum(1 for _ in store.samples("m", "x")) == 9
    write_rows(path, [*rows, {**rows[0], "problem": "new"}])
    with pytest.raises(StoreError, match=r"another run.*import\.content"):
        imported(tmp_path / "run", *words)


def test_killed_and_resumed(tmp_path: Path) -> None:
    rows = [
        {"problem": f"p{i}", "gold": str(i), "response": f"\\boxed{{{i}}}", "model": "m"}
        for i in range(3000)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    out = tmp_path / "run"
    words = [sys.executable, "-m", "claimbench", "import", "jsonl", str(path)]
    process = subprocess.Popen(
        [*words, "--grader", "integer", "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not _stored(out):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    m = imported(out, "jsonl", path, "--grader", "integer")
    assert (m["received"], m["graded"], m["pass_at_1"]) == (3000, 3000, 1.0)
    assert _stored(out) == 3000


def _stored(out: Path) -> int:
    """Whole lines, which are all different samples if there are as many as samples."""
    return sum(path.read_bytes().count(b"\n") for path in out.glob("samples/*/*/part-*.jsonl"))


# --- the round trip -------------------------------------------------------------------------


NASTY = (
    "=1+1 \\boxed{3}",
    "'quoted \\boxed{3}",
    "nul \0 \\boxed{3}",
    "lone \ud800 surrogate \\boxed{3}",
    "two\r\nlines\rand \\boxed{4}",
    '"a", b \\boxed{3}',
    "",
)


@pytest.mark.parametrize("form", ["lm-eval", "csv", "parquet"])
def test_import_of_an_export_gives_the_same_scores(tmp_path: Path, form: str) -> None:
    rows = [
        {
            "problem": f"=p{i % 2}",
            "question": f"@What is 1 + 2, no. {i % 2}?",
            "gold": "3",
            "response": text,
            "model": "m",
            "reasoning": "" if i == 0 else None,
            "completion_tokens": i,
            "finish_reason": "length" if i == 1 else "stop",
        }
        for i, text in enumerate(NASTY)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    first = imported(tmp_path / "one", "jsonl", path, "--grader", "latex")
    assert sum(first["right"]) == 5
    claimbench("export", form, tmp_path / "one", "--out", tmp_path / "files")
    (file,) = (p for p in (tmp_path / "files").rglob("*") if p.suffix in (".jsonl", f".{form}"))
    second = imported(tmp_path / "two", form, file, "--grader", "latex")
    assert scores(second) == scores(first)
    with RunStore.existing(tmp_path / "one") as one, RunStore.existing(tmp_path / "two") as two:
        texts = [s.text for s in one.samples("m", first["benchmark"])]
        again = [s.text for s in two.samples("m", second["benchmark"])]
    assert sorted(again) == sorted(texts)
    if form == "csv":
        assert second["truncated_share"] == first["truncated_share"]
        cells = [c for row in csv.reader(io.StringIO(file.read_bytes().decode())) for c in row]
        assert not [c for c in cells if c.startswith(("=", "@", "+"))]


def test_exports_without_samples_hold_no_text(tmp_path: Path) -> None:
    rows = [{"problem": "p", "gold": "secret", "response": "secret", "model": "m", "label": 1}]
    path = write_rows(tmp_path / "x.jsonl", rows)
    imported(tmp_path / "run", "jsonl", path, "--grader", "latex")
    for form in ("csv", "parquet", "lm-eval"):
        claimbench("export", form, tmp_path / "run", "--no-samples")
        written = [p for p in (tmp_path / "run" / f"export-{form}").rglob("*") if p.is_file()]
        assert written and not any(b"secret" in p.read_bytes() for p in written)


# --- hostile files ----------------------------------------------------------------------------


def refused(tmp_path: Path, *words: object) -> str:
    """The sentence with which an import is refused; nothing is written."""
    out = tmp_path / "refused"
    with pytest.raises(ClaimbenchError) as caught:
        claimbench("import", *words, "--out", out, "--model", "m")
    assert isinstance(caught.value, InputError)
    assert not out.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


def test_names_that_a_file_cannot_have_come_back(tmp_path: Path) -> None:
    """A task's own name, with its shots, from lm-eval's results beside the samples; on the terminal
    long names leave the figures whole."""
    said = {"question": "q", "response": "It is \\boxed{1}.", "gold": "1"}
    row = {"problem": "p", **said, "model": "m" * 30}
    path = write_rows(tmp_path / "x.jsonl", [{**row, "benchmark": "lm-eval:task/of-a-long-name"}])
    words = ("--grader", "integer", "--protocol", "shots=4", "--protocol", "temperature=0")
    imported(tmp_path / "run", "jsonl", path, *words)
    claimbench("export", "lm-eval", tmp_path / "run", "--out", tmp_path / "out")
    (found,) = (tmp_path / "out").rglob("samples_*")
    words = ["import", "lm-eval", str(found), "--grader", "integer", "--out", str(tmp_path / "b")]
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, words)
    (m,) = json.loads((tmp_path / "b" / "measurements.json").read_text())
    assert (m["benchmark"], m["protocol"]["shots"]) == ("lm-eval:task/of-a-long-name", 4)
    assert "100.00" in done.output and "0 (greedy)" in done.output


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


def test_parquet_without_its_columns(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table({"doc": [1], "metric": [2]}), path)
    assert "column model_response is missing" in refused(tmp_path, "lighteval", path)
    parquet.write_table(pa.table({"doc": [1], "metric": [2], "model_response": [3]}), path)
    assert "a mapping is needed" in refused(tmp_path, "lighteval", path)
    path.write_bytes(file_of("lighteval/details_smoke_once*").read_bytes()[:-200] + b"PAR1")
    assert "no readable Parquet" in refused(tmp_path, "lighteval", path)


def test_parquet_that_unpacks_to_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few thousand bytes that the footer says are many, and a text that a dictionary repeats."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    from claimbench.bridge import parquet, parquetworker

    rows = 32
    table = pa.table({"response": ["1" * (2 << 20)] * rows, "gold": ["1"] * rows})
    path = tmp_path / "bomb.parquet"
    writer.write_table(table, path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(parquet, "LIMITS", parquet.LIMITS._replace(group=32 << 20))
    said = refused(tmp_path, "parquet", path, "--grader", "integer")
    assert "row group 1 unpacks to 64 MiB, more than 32" in said and "row_group_size" in said
    # A column that nobody reads may be as large as it likes.
    assert len(list(parquet.parquet_rows(path, ["gold"]))) == rows
    writer.write_table(table, path, compression="zstd", row_group_size=8, use_dictionary=False)
    assert len(list(parquet.parquet_rows(path, ["response"]))) == rows
    writer.write_table(table, path, compression="zstd")  # The text stands once.
    assert writer.ParquetFile(path).metadata.row_group(0).total_byte_size < 3 << 20
    limits = parquet.LIMITS._replace(together=8 << 20)
    with writer.ParquetFile(path) as file:
        batches = list(parquetworker.checked_batches(file, path, ["response"], limits))
    assert sum(map(len, batches)) == rows
    assert max(batch.nbytes for batch in batches) <= 8 << 20


def with_false_sizes(path: Path) -> Path:
    """The same Parquet file, whose footer says that its first column unpacks to 1000 bytes."""
    from pyarrow import parquet as writer

    def varint(value: int, length: int = 0) -> bytes:  # Thrift's zigzag, as long as `length`.
        parts, rest = [], value << 1
        while rest or len(parts) < max(length, 1):
            parts.append(rest & 0x7F)
            rest >>= 7
        return bytes([*(part | 0x80 for part in parts[:-1]), parts[-1]])

    column = writer.ParquetFile(path).metadata.row_group(0).column(0)
    true = varint(column.total_uncompressed_size)
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    assert content.count(true, footer) >= 1
    path.write_bytes(content[:footer] + content[footer:].replace(true, varint(1000, len(true))))
    return path


def bombs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Parquet files of a few thousand bytes that unpack to far more, and what is said of each."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    def written(name: str, response: Any, **words: Any) -> Path:
        path = folder / f"{name}.parquet"
        table = pa.table({"response": response, "gold": ["1"]})
        writer.write_table(table, path, compression="zstd", write_statistics=False, **words)
        assert path.stat().st_size < 50_000
        return path

    big = written("big", ["1" * (400 << 20)], use_dictionary=False, data_page_size=1 << 30)
    yield with_false_sizes(big), "more than 256 MiB of memory"
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), ["y" * (1 << 20)])
    offsets = pa.array([0, 2000], pa.int32())
    repeated = pa.ListArray.from_arrays(offsets, texts)
    yield written("repeated", repeated, store_schema=False), "more than 256 MiB of memory"
    offsets = pa.array([0, 20_000_000], pa.int32())
    nulls = pa.ListArray.from_arrays(offsets, pa.nulls(20_000_000))
    yield written("nulls", nulls), "rows 1 to 1: they take more than 128 MiB"


def test_parquet_that_lies_of_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page larger than the footer says, a text that a list repeats, nulls that take no byte."""
    from claimbench.bridge import parquet

    monkeypatch.setattr(parquet, "LIMITS", parquet.LIMITS._replace(memory=256 << 20))
    for path, words in bombs(tmp_path):
        if path.stem == "nulls":
            monkeypatch.undo()
        assert words in refused(tmp_path, "parquet", path, "--grader", "integer")


def test_a_parquet_process_that_is_killed_is_no_end_of_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa
    from pyarrow import parquet as writer

    from claimbench.bridge import parquet

    path = tmp_path / "x.parquet"
    writer.write_table(pa.table({"response": ["1" * 10_000] * 1000}), path, row_group_size=10)
    started: list[Any] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            started.append(self)

    monkeypatch.setattr(parquet.subprocess, "Popen", Noted)
    found = parquet.parquet_rows(path, ["response"])
    assert next(found)[0] == "x.parquet, row 1"
    started[0].kill()
    with pytest.raises(InputError, match=r"x\.parquet: reading it ended of SIGKILL"):
        list(found)
    early = parquet.parquet_rows(path, ["response"])
    next(early)
    early.close()
    assert len(started) == 2 and started[1].returncode == -signal.SIGKILL


def test_too_many_rows_and_a_sample_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claimbench.bridge import rows

    row = {"problem": "p", "response": "1", "gold": "1", "sample_index": 0}
    path = write_rows(tmp_path / "x.jsonl", [row, row])
    assert "x.jsonl:2: sample 0" in refused(tmp_path, "jsonl", path, "--grader", "integer")
    monkeypatch.setattr(rows, "MOST_ROWS", 1)
    assert "more than 1 responses" in refused(tmp_path, "jsonl", path, "--grader", "integer")
