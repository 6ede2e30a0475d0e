"""What a terminal is given: failures in one sentence, no bars in logs, lookalikes of letters that
it lacks."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata

import typer

LINE = 1000
"""Characters of a line that are shown."""


TAB = "    "


def complain(sentence: str) -> None:
    """A failure, or what else a user must hear, in red. It may quote what files of others hold."""
    sentence = "\n".join(inert(sentence))
    plain = os.environ.get("NO_COLOR")  # no-color.org: set and not empty
    colour = None if plain else typer.colors.RED
    typer.secho(f"claimbench: {sentence}", err=True, fg=colour)


def inert(text: str) -> list[str]:
    """The lines of a hostile text as a terminal may have them: no escape sequence, no override of
    the reading order, no surrogate; their indentation stays."""
    return [_line(line) for line in text.replace("\r\n", "\n").split("\n")]


def _line(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(
        TAB
        if c == "\t"
        else c
        if unicodedata.category(c)[0] not in "C" and c.isprintable()
        else "�"
        for c in line
    )


def unprinted(error: OSError) -> bool:
    """Whether `error` is that of a full disk behind stdout, which is then reported, once."""
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # What is left goes nowhere.
    complain(
        f"what the command prints cannot be written ({error.strerror}): free space there and run "
        "the same command again; whatever was stored is kept"
    )
    return True


def keep_bars_out_of_logs() -> None:
    """Progress bars of libraries (tqdm) are for terminals: a log gets a run of half-drawn ones.
    They read this when they are imported, so call it first."""
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")


def print_anywhere() -> None:
    """A terminal that lacks a letter shows a lookalike or its number: Korean, or a table's lines,
    end nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=LOOKALIKES)


_LOOKALIKES = {
    "−": "-", "–": "-", "—": "-", "─": "-", "━": "=", "│": "|", "┃": "|", "·": ".", "●": "o",
    "…": "...", "×": "x", "±": "+-", "≤": "<=", "≥": ">=", "→": "->", "’": "'", "“": '"', "”": '"',
    "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┏": "+", "┓": "+", "└": "+", "┘": "+", "┡": "+",
    "┩": "+", "╇": "+", "┳": "+", "┴": "+", "├": "+", "┤": "+", "┼": "+",
}  # fmt: skip

LOOKALIKES = "claimbench-lookalikes"


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    shown = (_LOOKALIKES.get(c) or c.encode("ascii", "backslashreplace").decode() for c in lacking)
    return "".join(shown), error.end


codecs.register_error(LOOKALIKES, _replaced)
