"""What a terminal shows for letters that it lacks."""

from __future__ import annotations

import codecs

_LOOKALIKES = {
    "−": "-", "–": "-", "—": "-", "─": "-", "━": "=", "│": "|", "┃": "|", "·": ".", "●": "o",
    "…": "...", "×": "x", "±": "+-", "≤": "<=", "≥": ">=", "→": "->", "’": "'", "“": '"', "”": '"',
    "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┏": "+", "┓": "+", "└": "+", "┘": "+", "┡": "+",
    "┩": "+", "╇": "+", "┳": "+", "┴": "+", "├": "+", "┤": "+", "┼": "+",
}  # fmt: skip

NAME = "claimbench-lookalikes"


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    shown = (_LOOKALIKES.get(c) or c.encode("ascii", "backslashreplace").decode() for c in lacking)
    return "".join(shown), error.end


codecs.register_error(NAME, _replaced)
