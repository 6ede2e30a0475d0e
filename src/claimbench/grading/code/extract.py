"""Which part of a reply is the program.

One pass over the lines, no backtracking and no parser: replies are hostile input, and this runs
beside the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

PYTHON_TAGS = {"python", "py", "python3", "py3", "python2"}
OTHER_TAGS = {
    "text", "txt", "plaintext", "output", "input", "stdin", "stdout", "console", "bash", "sh",
    "shell", "json", "yaml", "toml", "xml", "html", "css", "csv", "diff", "markdown", "md", "latex",
    "tex", "math", "sql", "c", "cpp", "c++", "csharp", "cs", "java", "javascript", "js",
    "typescript", "ts", "go", "rust", "rs", "ruby", "php", "swift", "kotlin", "scala", "r", "perl",
}  # fmt: skip
"""Tags of blocks that are no Python; any other word after a fence says nothing."""
MARKDOWN_TAGS = {"markdown", "md"}

# Possessive quantifiers (`++`): nothing is given back, so hostile lines take linear time, too.
_FENCE = re.compile(r"([ \t]*+)(`{3,}+|~{3,}+)([^`]*+)$")
_ONE_LINE = re.compile(
    r"[ \t]*+```[ \t]*+(?:(?:python3?|py)[ \t]++)?([^`]++)```[ \t]*+$", re.IGNORECASE
)
_TRIPLE = re.compile(r'"""|\'\'\'')
_DEFINITION = re.compile(r"(?:async[ \t]+)?def[ \t]|class[ \t]|@\w")
_CODE_LINE = re.compile(
    r"(?:import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b|(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|"
    r"class[ \t]+\w+[ \t]*[(:]|@\w|print\(|(?:for|while|if|with|try)\b[^:]{0,200}:[ \t]*(?:#|$)|"
    r"[A-Za-z_][\w.\[\], ]{0,80}=[ \t]*[^= ])"
)
_BODY_LINE = re.compile(r"(?:return|yield|raise|assert)\b")
_PROSE = re.compile(r"[A-Z][a-z']*(?:[ ,]+[A-Za-z'`-]+){2,}")


class _Block(NamedTuple):
    """The text of a fenced block and the word behind its fence."""

    tag: str
    code: str


@dataclass
class _Open:
    """A fenced block that is being read."""

    indent: int
    fence: str
    tag: str
    lines: list[str] = field(default_factory=list)
    quote: str = ""

    def add(self, line: str) -> None:
        """Take a line, without the indentation that the fence had, too (in a list)."""
        lead = len(line) - len(line.lstrip(" \t"))
        self.lines.append(line[min(self.indent, lead) :])
        self.quote = _quote_behind(self.quote, line)

    def block(self) -> _Block:
        return _Block(self.tag, "\n".join(self.lines))


def extract_code(reply: str, entry_point: str = "") -> str | None:
    """The program in a reply (the text after the reasoning), None where there is none.

    Of several fenced blocks the last counts: of those that define `entry_point`, if any does, else
    of those tagged as Python, else of those with no other language's tag. A last fence may be
    unclosed. Without any fence, text that plainly is code counts, up to the prose behind it; fences
    and prose inside its triple-quoted strings are part of it. Where `entry_point` is asked for and
    the code is only a function's body (a continuation of HumanEval's prompt), it comes back
    indented as a body.
    """
    lines = reply.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = [b for b in _opened(lines) if b.code.strip() and b.tag not in OTHER_TAGS]
    if _is_program(lines):
        code = _bare_code(lines, entry_point)
    elif blocks:
        code = _chosen(blocks, entry_point).code
    elif any(_FENCE.match(line) for line in lines):
        return None
    else:
        code = _bare_code(lines, entry_point)
    if not code.strip():
        return None
    return _as_body(code) if _is_body(code, entry_point) else code.strip("\n") + "\n"


def _chosen(blocks: Sequence[_Block], entry_point: str) -> _Block:
    defining = [block for block in blocks if _defines(block.code, entry_point)]
    tagged = [block for block in blocks if block.tag in PYTHON_TAGS]
    return (defining or tagged or blocks)[-1]


def _defines(code: str, entry_point: str) -> bool:
    """Whether the code defines a function or class `entry_point`, or assigns to that name."""
    if not entry_point:
        return False
    name = re.escape(entry_point)
    return bool(re.search(rf"(?m)\b(?:def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]*)?=", code))


# --- fenced blocks --------------------------------------------------------------------------


def _opened(lines: Sequence[str]) -> Iterator[_Block]:
    """The fenced blocks; instead of a block of Markdown those in it: a whole reply may be one."""
    for block in _blocks(lines):
        if block.tag in MARKDOWN_TAGS:
            yield from _blocks(block.code.split("\n"))
        else:
            yield block


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """The fenced blocks in order, the last one even if nothing closes it."""
    last_fence = max((i for i, line in enumerate(lines) if _FENCE.match(line)), default=-1)
    last_quote = {
        quote: max(
            (i for i, line in enumerate(lines[: last_fence + 1]) if quote in line), default=-1
        )
        for quote in ('"""', "'''")
    }
    block: _Open | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if block is None:
            if fence:
                block = _Open(len(fence[1]), fence[2], _tag(fence[3]))
            elif one_line := _ONE_LINE.match(line):
                yield _Block("", one_line[1])
        elif block.quote and last_quote[block.quote] > number:
            block.add(line)  # A fence inside a docstring closes nothing.
        elif fence and _closes(fence, block):
            yield block.block()
            block = None
        elif block.fence[0] == "`" and line.rstrip().endswith("```") and not fence:
            block.add(line.rstrip().rstrip("`"))  # The closing fence stands behind the last line.
            yield block.block()
            block = None
        else:
            block.add(line)
    if block is not None:
        yield block.block()


def _closes(fence: re.Match[str], block: _Open) -> bool:
    """A closing fence is of the same kind, at least as long, bare, and not indented like code."""
    same = fence[2][0] == block.fence[0] and len(fence[2]) >= len(block.fence)
    return same and not fence[3].strip() and len(fence[1]) < block.indent + 4


def _tag(info: str) -> str:
    """The language in the words behind a fence: `python title="x"`, `{.python}`, `Python3`."""
    words = info.strip().strip("{}").split(maxsplit=1)
    return words[0].lstrip(".").lower() if words else ""


# --- replies without a fence ------------------------------------------------------------------


def _is_program(lines: Sequence[str]) -> bool:
    """Whether the reply begins as code, and has fences only inside triple-quoted strings."""
    first = next((line for line in lines if line.strip()), "")
    fences = [q for line, q in zip(lines, _quotes(lines), strict=True) if _FENCE.match(line)]
    return bool(_CODE_LINE.match(first)) and bool(fences) and all(fences)


def _quotes(lines: Sequence[str]) -> Iterator[str]:
    """The triple quote inside of which each line begins, if all of them are code."""
    quote = ""
    for line in lines:
        yield quote
        quote = _quote_behind(quote, line)


def _quote_behind(quote: str, line: str) -> str:
    """The triple quote that is open behind a line, where `quote` was open before it."""
    for found in _TRIPLE.findall(line):
        if not quote:
            quote = found
        elif quote == found:
            quote = ""
    return quote


def _bare_code(lines: Sequence[str], entry_point: str) -> str:
    """Text that plainly is code: from the first line that begins a program, or a function's body
    where one is asked for, up to the prose behind it."""
    start = next((i for i, line in enumerate(lines) if _begins(line, entry_point)), None)
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if start is None or first is None:
        return ""
    if start != first and not _DEFINITION.match(lines[start]) and "import" not in lines[start]:
        return ""  # Prose that happens to hold a line like code is no program.
    kept = list[str]()
    for line, quote in zip(lines[start:], _quotes(lines[start:]), strict=True):
        if _PROSE.match(line) and not quote:
            break
        kept.append(line)
    return "\n".join(kept)


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
