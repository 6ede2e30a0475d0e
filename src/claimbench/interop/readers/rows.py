"""What every reader of foreign outputs yields: rows, and what the files say of their protocol.

A reader trusts nothing: sizes are bounded, values are checked, and whatever is wrong is one
sentence with the file and the row. What a file does not say stays None, which is not a default.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from claimbench.errors import DataError
from claimbench.messages import Message
from claimbench.records import FinishReason
from claimbench.records.plain import JsonObject

MOST_ROW_BYTES = 32 * 2**20
"""One row of a file; a reply of a million tokens takes about 4 MB."""
MOST_ROWS = 2_000_000
MOST_DIGITS = 40
"""Digits of a whole number; Python takes long over numbers of thousands."""
MOST_SAMPLES = 100_000
"""Samples of one problem."""

_RIGHT = frozenset({"1", "1.0", "true", "yes", "c", "correct", "right", "pass", "passed"})
_WRONG = frozenset(
    {"0", "0.0", "false", "no", "i", "incorrect", "wrong", "fail", "failed", "timeout"}
)
_STOPPED = frozenset(
    {"stop", "eos", "eos_token", "end_turn", "stop_sequence", "stop_sequences", "stop_str"}
)
_CUT = frozenset({"length", "max_tokens", "max_length", "model_length", "max_output_tokens"})


@dataclass(frozen=True, slots=True)
class Row:
    """One response of somebody's model.

    `number` counts the responses of an import from 0; `place` is its file and row, for messages.
    `texts` are those among which the question may be, the likeliest first; `prompt` is what was
    sent. `label` is whether they counted it as right, `their_answer` and `their_reason` what they
    say of it. `answer` is to be graded instead of the response ("": there is none).
    """

    number: int
    place: str
    response: str | None
    problem: str | None = None
    texts: tuple[str, ...] = ()
    prompt: str = ""
    gold: str | None = None
    choices: tuple[str, ...] = ()
    choice_order: tuple[int, ...] = ()
    sample_index: int | None = None
    label: bool | None = None
    their_answer: str | None = None
    their_reason: str | None = None
    finish_reason: FinishReason = "unknown"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None
    seed: int | None = None
    reasoning: str | None = None
    model: str | None = None
    answer: str | None = None

    @property
    def question(self) -> str:
        return self.texts[0] if self.texts else self.prompt


@dataclass(frozen=True)
class Outputs:
    """What was found at a path. `rows` reads the files again each time it is called.

    `tool` names the program that made them, with its version where they state it; `protocol` holds
    what they state, in the words of published protocols; `notes` say what was left out.
    """

    tool: str
    files: tuple[Path, ...]
    rows: Callable[[], Iterator[Row]]
    model: str | None = None
    task: str | None = None
    protocol: JsonObject = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


def refuse(place: object, why: str) -> DataError:
    """The failure of a row or a file."""
    return DataError(f"{place}: {why}")


def text_of(value: object, place: str, name: str) -> str | None:
    """A text, or None where there is none. Numbers become their text; anything else is refused."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(place, f"{name} is {_kind(value)}, a text is needed")
    return None if isinstance(value, float) and math.isnan(value) else str(value)


def count_of(value: object, place: str, name: str, most: int = 2**32 - 2) -> int | None:
    """A whole number from 0 to `most`, or None where there is none."""
    if value is None or value == "" or _is_nan(value):
        return None
    count = _whole(value)
    if count is None or not 0 <= count <= most:
        raise refuse(place, f"{name} is {_shown(value)}, a whole number up to {most} is needed")
    return count


def _whole(value: object) -> int | None:
    """The whole number that `value` is or writes (`3`, `3.0`), None where it is none. A seed has
    more digits than a float holds, so only what is no integer is read as one."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value) if len(value) <= MOST_DIGITS else None
    try:
        number = float(value)  # type: ignore[arg-type]
        return int(number) if number == int(number) else None
    except (TypeError, ValueError, OverflowError):
        return None


def seconds_of(value: object, place: str) -> float | None:
    """A duration in seconds, or None where there is none."""
    if value is None or value == "" or _is_nan(value):
        return None
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = -1.0
    if isinstance(value, bool) or not 0 <= seconds < math.inf:
        raise refuse(place, f"seconds is {_shown(value)}, a number from 0 up is needed")
    return seconds


def label_of(value: object, place: str, name: str = "label") -> bool | None:
    """Right, wrong, or None where there is no label (null, empty, NaN). Anything else, such as a
    score of 0.5, is refused."""
    if value is None or value == "" or _is_nan(value):
        return None
    word = str(value).strip().lower() if isinstance(value, str | int | float) else ""
    if word in _RIGHT:
        return True
    if word in _WRONG:
        return False
    raise refuse(place, f"{name} is {_shown(value)}, which is neither right (1) nor wrong (0)")


def finish_of(value: object) -> FinishReason:
    """How a reply ended, in our words; `unknown` for what we have no word for."""
    word = str(value).strip().lower()
    return "stop" if word in _STOPPED else "length" if word in _CUT else "unknown"


def mapping_of(value: object, place: str, name: str) -> JsonObject:
    """A mapping with keys; None counts as an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refuse(place, f"{name} is {_kind(value)}, a mapping is needed")
    return value


def list_of(value: object, place: str, name: str) -> list[object]:
    """A list; None counts as an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise refuse(place, f"{name} is {_kind(value)}, a list is needed")
    return value


def numbered(rows: Iterator[Row], source: Path) -> Iterator[Row]:
    """`rows` while they are no more than MOST_ROWS."""
    for row in rows:
        if row.number >= MOST_ROWS:
            raise refuse(row.place, f"more than {MOST_ROWS:,} responses; split {source.name}")
        yield row


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder. Raises DataError where one may not even look."""
    try:
        return path.is_dir()
    except OSError as error:
        raise refuse(path, f"cannot be read ({error.strerror or error})") from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, a piece in memory at a time."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refuse(path, f"cannot be read ({error.strerror or error})") from error


def _is_nan(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() == "nan"
    return isinstance(value, float) and math.isnan(value)


def _kind(value: object) -> str:
    words = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    return words.get(type(value), "a number" if isinstance(value, int | float) else "no text")


def _shown(value: object) -> str:
    text = ascii(value) if isinstance(value, str | int | float) else _kind(value)
    return text if len(text) <= 60 else text[:57] + "..."
