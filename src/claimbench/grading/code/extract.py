"""Which part of a reply is the program: this project's rule, and LiveCodeBench's.

One pass over the lines, no backtracking and no parser: replies are hostile input, and this runs
beside the engine.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from claimbench.grading.code.fences import (
    INVISIBLE,
    OTHER_TAGS,
    PYTHON_TAGS,
    TICKS,
    Block,
    blocks_of,
    fence_of,
    is_prose,
    quotes,
)

_DEFINITION = re.compile(r"(?:async[ \t]+)?def[ \t]|class[ \t]|@\w")
_CODE_LINE = re.compile(
    r"(?:import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b|(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|"
    r"class[ \t]+\w+[ \t]*[(:]|@\w|print\(|(?:for|while|if|with|try)\b[^:]{0,200}:[ \t]*(?:#|$)|"
    r"[A-Za-z_][\w.\[\], ]{0,80}=[ \t]*[^= ])"
)
_BODY_LINE = re.compile(r"(?:return|yield|raise|assert)\b")
_CALL = re.compile(r"[A-Za-z_][\w.]{0,80}\([^{]*+$")
_FOREIGN = re.compile(r"[;{][ \t]*+$|[ \t]*+(?:#include|<\?php|\$ )", re.M)


def extract_code(reply: str, entry_point: str = "") -> str | None:
    """The program in a reply (the text after the reasoning), None where there is none.

    Of several fenced blocks the last counts: of those that define `entry_point`, if any does, else
    of those tagged as Python, else of those with no other language's tag, else of those that are
    code in spite of their tag. A fence may stand behind prose, in bold, in a list or in a tag; a
    block ends at a fence with text behind it and at one that begins the next block, and the last
    may be unclosed. Without any fence, text that plainly is code counts, up to the prose behind it;
    fences and prose inside its triple-quoted strings are part of it. Where `entry_point` is asked
    for and the code is only a function's body (a continuation of HumanEval's prompt), it comes back
    indented as a body.
    """
    lines = reply.lstrip(INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = [block for block in blocks_of(lines) if block.code.strip()]
    blocks = [b for b in blocks if b.tag not in OTHER_TAGS or _is_python(b.code)]
    if _is_program(lines):
        code = _bare_code(lines, entry_point)
    elif blocks:
        code = _unquoted(_chosen(blocks, entry_point).code)
    elif any(fence_of(line) for line in lines):
        return None
    else:
        code = _bare_code(lines, entry_point) or _indented_code(lines) or _inline_code(lines)
    if not code.strip():
        return None
    return _as_body(code) if _is_body(code, entry_point) else code.strip("\n") + "\n"


def livecodebench_code(reply: str) -> str:
    """LiveCodeBench's rule, as it stands: what is between the last two lines that hold three
    backticks, "" where fewer do.

    lcb_runner/utils/extraction_utils.py, `extract_code`, of all its styles but two.
    """
    lines = reply.split("\n")
    places = [place for place, line in enumerate(lines) if TICKS in line]
    return "\n".join(lines[places[-2] + 1 : places[-1]]) if len(places) > 1 else ""


def _chosen(blocks: Sequence[Block], entry_point: str) -> Block:
    defining = [block for block in blocks if _defines(block.code, entry_point)]
    tagged = [block for block in blocks if block.tag in PYTHON_TAGS]
    plain = [block for block in blocks if block.tag not in OTHER_TAGS]
    return (defining or tagged or plain or blocks)[-1]


def _unquoted(code: str) -> str:
    """A block of a Markdown quotation without its `>`: no program has one before every line."""
    lines = code.split("\n")
    if all(re.match(r"\s*>(?!>)", line) for line in lines if line.strip()):
        return "\n".join(re.sub(r"^\s*> ?", "", line) for line in lines)
    return code


def _is_python(code: str) -> bool:
    """Whether a block with another language's tag begins as Python does, and never ends a line as
    other languages do."""
    first = next((line for line in code.split("\n") if line.strip(" \t#")), "").strip()
    begins = _CODE_LINE.match(first) or _CALL.match(first)
    return bool(begins) and not _FOREIGN.search(code)


def _defines(code: str, entry_point: str) -> bool:
    """Whether the code defines a function or class `entry_point`, or assigns to that name."""
    if not entry_point:
        return False
    name = re.escape(entry_point)
    return bool(re.search(rf"(?m)\b(?:def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]*)?=", code))


# --- replies without a fence ------------------------------------------------------------------


def _is_program(lines: Sequence[str]) -> bool:
    """Whether the reply begins as code, and has fences only inside triple-quoted strings."""
    first = next((line for line in lines if line.strip()), "")
    if not _CODE_LINE.match(first):
        return False
    fences = [q for line, q in zip(lines, quotes(lines), strict=True) if fence_of(line)]
    return bool(fences) and all(fences)


def _bare_code(lines: Sequence[str], entry_point: str) -> str:
    """Text that plainly is code: from the first line that begins a program, or a function's body
    where one is asked for, up to the prose behind it."""
    lines = _unwrapped(lines)
    start = next((i for i, line in enumerate(lines) if _begins(line, entry_point)), None)
    first = next((i for i, line in enumerate(lines) if line.strip() and line[0] != "#"), None)
    if start is None or first is None:
        return ""
    if start != first and not _DEFINITION.match(lines[start]) and "import" not in lines[start]:
        return ""  # Prose that happens to hold a line like code is no program.
    kept = list[str]()
    for line, quote in zip(lines[start:], quotes(lines[start:]), strict=True):
        if is_prose(line) and not quote:
            break
        kept.append(line)
    return "\n".join(kept)


_WRAPPER = re.compile(
    r"\s*(?:(?:<\w{1,20}>){0,3}<(\w{1,20})(?:[ \t][^<>]{1,80})?>|\[([A-Z]{3,12})\])\s*$"
)


def _unwrapped(lines: Sequence[str]) -> Sequence[str]:
    """What stands between the last tag with a line to itself (`<answer>`, CodeLlama's `[PYTHON]`)
    and its end; all lines where there is none."""
    opened = next((i for i in reversed(range(len(lines))) if _WRAPPER.match(lines[i])), None)
    if opened is None or (tag := _WRAPPER.match(lines[opened])) is None:
        return lines
    end = f"</{tag[1]}>" if tag[1] else f"[/{tag[2]}]"
    inner = lines[opened + 1 :]
    closed = next((i for i, line in enumerate(inner) if line.strip().startswith(end)), None)
    return lines if closed is None else inner[:closed]


def _indented_code(lines: Sequence[str]) -> str:
    """The last block that Markdown takes for code by its indentation, behind a blank line."""
    block, last = list[str](), list[str]()
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith(("    ", "\t")) and (block or not before.strip()):
            block.append(line)
        elif block and not line.strip():
            block.append("")
        else:
            block, last = [], block or last
    code = textwrap.dedent("\n".join(block or last))
    first = code.strip().split("\n")[0]
    return code if _CODE_LINE.match(first) or _CALL.match(first) else ""


def _inline_code(lines: Sequence[str]) -> str:
    """The program of a reply that is nothing but code between two backticks."""
    whole = re.fullmatch(r"`([^`]+)`", "\n".join(lines).strip())
    return whole[1] if whole and (_CODE_LINE.match(whole[1]) or _CALL.match(whole[1])) else ""


def _begins(line: str, entry_point: str) -> bool:
    if _CODE_LINE.match(line):
        return True
    stripped = line.strip()
    indented = line[:1] in {" ", "\t"}
    body = _BODY_LINE.match(stripped) or (indented and _CODE_LINE.match(stripped))
    return bool(entry_point and body)


# --- a function's body ------------------------------------------------------------------------


def _is_body(code: str, entry_point: str) -> bool:
    """Whether the code is the body of `entry_point` alone: it begins indented, or returns at the
    top level, and defines nothing that a prompt could be waiting for."""
    if not entry_point or _defines(code, entry_point):
        return False
    first = next(line for line in code.split("\n") if line.strip())
    if first[0] in " \t":
        return True
    top = [line for line in code.split("\n") if line[:1] not in {"", " ", "\t", "#"}]
    nothing_defined = not any(_DEFINITION.match(line) for line in top)
    return nothing_defined and bool(re.search(r"(?m)^[ \t]*(?:return|yield)\b", code))


def _as_body(code: str) -> str:
    """The code indented by four; what follows an indented body at the left margin (a test, a second
    function) is left off, as HumanEval's stop strings do."""
    lines = code.split("\n")
    first = next(line for line in lines if line.strip())
    lead = first[: len(first) - len(first.lstrip(" \t"))]
    body = list[str]()
    for line in lines:
        if line.strip() and not line.startswith(lead):
            break
        body.append("    " + line[len(lead) :] if line.strip() else "")
    return "\n".join(body).strip("\n") + "\n"
