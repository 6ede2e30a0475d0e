"""inspect's `.eval` logs: a zip of JSON, its entries compressed with zstandard.

Checked against inspect-ai 0.3.285: `header.json` has the task, model and plan, each
`samples/<id>_epoch_<n>.json` one sample. Entries are unpacked one at a time, in memory, to a bound;
no entry is ever written to disk, whatever its name says.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from claimbench.errors import DataError
from claimbench.interop.readers.lines import first_bytes, json_object, needs
from claimbench.interop.readers.rows import (
    MOST_ROW_BYTES,
    MOST_SAMPLES,
    Outputs,
    Row,
    count_of,
    finish_of,
    label_of,
    list_of,
    mapping_of,
    refuse,
    seconds_of,
    text_of,
)
from claimbench.messages import Message
from claimbench.records.plain import JsonDict

_MOST_DIRECTORY_BYTES = 2**26
_END = b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_UNKNOWN32 = 2**32 - 1
"""What an old field says where the zip64 record before it counts."""
_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93
_ATTACHED = "attachment://"


def read(path: Path) -> Outputs:
    """The samples of one log."""
    with _open(path) as log:
        names = set(log.namelist())
        header = _entry(log, log.getinfo("header.json"), path) if "header.json" in names else None
    if header is None:
        raise refuse(path.name, "header.json is missing: the log was not finished, or is no log")
    stated = mapping_of(header.get("eval"), path.name, "eval")
    plan = mapping_of(header.get("plan"), path.name, "plan")
    packages = mapping_of(stated.get("packages"), path.name, "packages")
    status = header.get("status")
    return Outputs(
        tool=f"inspect-ai {packages.get('inspect_ai', '')}".strip(),
        files=(path,),
        rows=lambda: _rows(path),
        model=text_of(stated.get("model"), path.name, "model"),
        task=text_of(stated.get("task"), path.name, "task"),
        protocol=_protocol(mapping_of(plan.get("config"), path.name, "plan.config")),
        notes=() if status == "success" else (_unfinished(status),),
    )


def _unfinished(status: object) -> Message:
    return Message("import-inspect-status", {"status": str(status)})


def _rows(path: Path) -> Iterator[Row]:
    with _open(path) as log:
        entries = [i for i in log.infolist() if i.filename.startswith("samples/")]
        if not entries:
            raise refuse(path.name, "there is no sample in it")
        for number, info in enumerate(entries):
            yield _row(_entry(log, info, path), f"{path.name}, {info.filename}", number)


def _row(sample: Mapping[str, object], place: str, number: int) -> Row:
    output = mapping_of(sample.get("output"), place, "output")
    replies = list_of(output.get("choices"), place, "output.choices")
    reply = mapping_of(replies[0] if replies else None, place, "output.choices")
    message = mapping_of(reply.get("message"), place, "output.choices.message")
    text, reasoning = _content(message.get("content", output.get("completion")), sample, place)
    usage = mapping_of(output.get("usage"), place, "output.usage")
    epoch = count_of(sample.get("epoch"), place, "epoch", MOST_SAMPLES)
    label, answer, why = _score(sample, place)
    question, _ = _content(_asked(sample.get("input"), place), sample, place)
    target = sample.get("target")
    return Row(
        number=number,
        place=place,
        response=text,
        problem=text_of(sample.get("id"), place, "id"),
        texts=(question,) if question else (),
        prompt=question or "",
        gold=text_of(target[0] if isinstance(target, list) and target else target, place, "target"),
        choices=tuple(str(c) for c in list_of(sample.get("choices"), place, "choices")),
        sample_index=epoch - 1 if epoch else None,
        label=label,
        their_answer=answer,
        their_reason=why,
        finish_reason=finish_of(reply.get("stop_reason")),
        prompt_tokens=count_of(usage.get("input_tokens"), place, "input_tokens"),
        completion_tokens=count_of(usage.get("output_tokens"), place, "output_tokens"),
        seconds=seconds_of(output.get("time"), place),
        reasoning=reasoning,
    )


def _asked(value: object, place: str) -> Any:
    """The input: a text, or chat turns of which the last of the user is the question."""
    if not isinstance(value, list):
        return value
    turns = [mapping_of(turn, place, "input") for turn in value]
    return next((t.get("content") for t in reversed(turns) if t.get("role") == "user"), None)


def _content(
    value: object, sample: Mapping[str, object], place: str
) -> tuple[str | None, str | None]:
    """(text, reasoning) of a message's content: a text, or a list of parts."""
    if not isinstance(value, list):
        return _attached(text_of(value, place, "content"), sample), None
    parts = [mapping_of(part, place, "content") for part in value]
    texts = [
        _attached(str(p.get("text", "")), sample) or "" for p in parts if p.get("type") == "text"
    ]
    thought = [str(p.get("reasoning", "")) for p in parts if p.get("type") == "reasoning"]
    return "".join(texts), "".join(thought) if thought else None


def _attached(text: str | None, sample: Mapping[str, object]) -> str | None:
    """Long texts stand once, among the sample's attachments."""
    if text is None or not text.startswith(_ATTACHED):
        return text
    found = sample.get("attachments")
    held = found.get(text.removeprefix(_ATTACHED)) if isinstance(found, dict) else None
    return held if isinstance(held, str) else text


def _score(sample: Mapping[str, object], place: str) -> tuple[bool | None, str | None, str | None]:
    """(label, answer, explanation) of the first scorer, where its value is right or wrong."""
    scores = mapping_of(sample.get("scores"), place, "scores")
    score = mapping_of(next(iter(scores.values()), None), place, "scores")
    try:
        # N, no answer, is worth 0 to inspect.
        label = score.get("value") != "N" and label_of(score.get("value"), place)
    except DataError:  # Partial credit, or a scale: no label.
        label = None
    answer, why = score.get("answer"), score.get("explanation")
    return (
        label,
        answer if isinstance(answer, str) else None,
        why if isinstance(why, str) else None,
    )


def _protocol(sent: Mapping[str, object]) -> dict[str, object]:
    known = {
        "temperature": sent.get("temperature"),
        "top_p": sent.get("top_p"),
        "top_k": sent.get("top_k"),
        "max_tokens": sent.get("max_tokens"),
        "stop": sent.get("stop_seqs"),
        "seed": sent.get("seed"),
        "system": sent.get("system_message"),
        "harness": "inspect-ai",
    }
    return {key: value for key, value in known.items() if value is not None}


# --- the zip ----------------------------------------------------------------------------------


def _open(path: Path) -> zipfile.ZipFile:
    if first_bytes(path)[:2] != b"PK":
        raise refuse(path.name, "this is no .eval log (a zip begins with PK)")
    _check_directory(path)
    try:
        log = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refuse(path.name, f"this is no readable zip ({error})") from error
    for info in log.infolist():
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename:
            raise refuse(path.name, f"the entry {ascii(info.filename)[:80]} leaves its folder")
    return log


def _check_directory(path: Path) -> None:
    """Refuse a directory of entries that would not fit into memory: zipfile reads it whole."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        raise refuse(path.name, "the end of the zip is missing: the file was cut off")
    (directory,) = struct.unpack_from("<I", tail, at + 12)
    if tail[max(0, at - 76) : at].startswith(_END64) and tail.startswith(_LOCATOR64, at - 20):
        directory = max(directory % _UNKNOWN32, *struct.unpack_from("<Q", tail, at - 76 + 40))
    if directory > _MOST_DIRECTORY_BYTES:
        raise refuse(
            path.name, f"its list of entries is larger than {_MOST_DIRECTORY_BYTES >> 20} MiB"
        )


def _entry(log: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> JsonDict:
    """One entry, unpacked to at most MOST_ROW_BYTES, as a JSON object."""
    place = f"{path.name}, {ascii(info.filename)[1:-1][:80]}"
    try:
        with path.open("rb") as file:
            text = _unpacked(file, info, place)
    except (zlib.error, EOFError, struct.error, OSError, ValueError) as error:
        raise refuse(place, f"cannot be unpacked ({str(error)[:80]})") from error
    if zlib.crc32(text) != info.CRC:
        raise refuse(place, "its checksum is wrong: the file is damaged")
    return json_object(text, place)


def _unpacked(file: IO[bytes], info: zipfile.ZipInfo, place: str) -> bytes:
    file.seek(info.header_offset)
    head = file.read(30)
    if head[:4] != b"PK\x03\x04" or info.flag_bits & 1:
        raise refuse(place, "it is encrypted, or not where the zip says")
    names, extra = struct.unpack_from("<HH", head, 26)
    file.seek(names + extra, 1)
    packed = _Window(file, info.compress_size)
    if info.compress_type == _ZSTANDARD:
        text = _unzstd(packed)
    elif info.compress_type == _DEFLATED:
        text = _inflate(packed)
    elif info.compress_type == _STORED:
        text = packed.read(MOST_ROW_BYTES + 1)
    else:
        raise refuse(place, f"compressed by method {info.compress_type}, which is not read here")
    if len(text) > MOST_ROW_BYTES:
        raise refuse(place, f"it unpacks to more than {MOST_ROW_BYTES >> 20} MiB")
    return text


class _Window(io.RawIOBase):
    """The next `left` bytes of a file."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        super().__init__()
        self._file, self._left = file, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._file.read(min(len(buffer), self._left))
        self._left -= len(found)
        buffer[: len(found)] = found
        return len(found)


def _unzstd(packed: _Window) -> bytes:
    try:
        import zstandard
    except ImportError as error:
        raise needs("zstandard") from error
    unpacker = zstandard.ZstdDecompressor(max_window_size=2**27)
    try:
        with unpacker.stream_reader(io.BufferedReader(packed), read_across_frames=True) as stream:
            return bytes(stream.read(MOST_ROW_BYTES + 1))
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error


def _inflate(packed: _Window) -> bytes:
    unpacker, text = zlib.decompressobj(-15), bytearray()
    while len(text) <= MOST_ROW_BYTES and not unpacker.eof:
        piece = unpacker.unconsumed_tail or packed.read(1 << 16)
        if not piece:
            raise EOFError("it ends too early")
        text += unpacker.decompress(piece, MOST_ROW_BYTES + 1 - len(text))
    return bytes(text)
