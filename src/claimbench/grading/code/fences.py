"""The fenced blocks of a reply, wherever its fences stand.

Models write fences behind prose, in lists, in bold and inside tags, close them with text behind
the fence, and begin a new block without closing the last one. One pass over the lines, no
backtracking: replies are hostile input, and this runs beside the engine.
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
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
"""A byte order mark and spaces of no width, which some servers leave before a reply."""
TICKS = "```"

# Possessive quantifiers (`++`): nothing is given back, so hostile lines take linear time, too.
_TILDES = re.compile(r"([ \t]*+)(~{3,}+)([^`]*+)$")
_MARK = re.compile(r"`{3,}+")
_ONE_LINE = re.compile(
    r"(?:[ \t]*+|[^`]++(?=```[ \t]*+(?:python3?|py)[ \t]))"
    r"```[ \t]*+(?:(?:python3?|py)[ \t]++)?([^`]++)```[ \t]*+\.?$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"(?:[-*_>+#.:\s]|\d{1,3}[.)]|</?\w{1,20}>)*+$")
"""What may stand before a fence and is no word: bullets, numbers, bold, quotes, tags."""
_INFO = re.compile(
    r"[ \t]*+(?:[{.]*+([\w+#-]*+(?:\.\d++)?)[}\s*_:.>]*+|([\w+#-]++)[ \t]+(?:[^\s=]++=|\{).*+)$"
)
"""What may stand behind an opening fence that prose stands before: a tag, bold, attributes."""
_TAG = re.compile(r"[\s{.*_]*+([\w+#-]*+)")
_TRIPLE = re.compile(r'"""|\'\'\'')
_PROSE = re.compile(r"[A-Z][a-z']*(?:[ ,]+[A-Za-z'`-]+){2,}|[A-Z][\w ']{0,40}:[ \t]*$")


class Block(NamedTuple):
    """The text of a fenced block and the word behind its fence."""

    tag: str
    code: str


class _Fence(NamedTuple):
    """A line that holds one fence, and what stands before and behind it."""

    before: str
    mark: str
    after: str

    @property
    def leads(self) -> bool:
        """Whether nothing but markup stands before it."""
        return _MARKUP.match(self.before) is not None

    @property
    def tag(self) -> str:
        """The language: `python title="x"`, `{.python}`, `Python3`, `python**`."""
        found = _TAG.match(self.after)
        return found[1].lower() if found else ""

    @property
    def is_tagged(self) -> bool:
        """Whether only the tag of a known language stands behind it, and so begins a block."""
        info = _INFO.match(self.after)
        return info is not None and self.tag in PYTHON_TAGS | OTHER_TAGS


@dataclass
class _Open:
    """A fenced block that is being read."""

    fence: _Fence
    lines: list[str] = field(default_factory=list)
    quote: str = ""

    def add(self, line: str) -> None:
        self.lines.append(line)
        self.quote = quote_behind(self.quote, line)

    @property
    def indent(self) -> int:
        return len(self.fence.before) if self.fence.leads else 0

    def block(self) -> Block:
        return Block(self.fence.tag, _dedented(self.lines, len(self.fence.before)))


def blocks_of(lines: Sequence[str]) -> Iterator[Block]:
    """The fenced blocks; instead of a block of Markdown those in it: a whole reply may be one."""
    for block in _blocks(lines):
        inner = list(_blocks(block.code.split("\n"))) if block.tag in MARKDOWN_TAGS else []
        yield from inner or [block]


def fence_of(line: str) -> _Fence | None:
    """The fence in a line: tildes that begin it, or the only run of backticks in it."""
    if "~~~" in line and (found := _TILDES.match(line)):
        return _Fence(*found.groups())
    if TICKS not in line or (mark := _MARK.search(line)) is None:
        return None
    before, after = line[: mark.start()].lstrip(INVISIBLE), line[mark.end() :]
    return None if "`" in after else _Fence(before, mark[0], after)


def quotes(lines: Sequence[str]) -> Iterator[str]:
    """The triple quote inside of which each line begins, if all of them are code."""
    quote = ""
    for line in lines:
        yield quote
        quote = quote_behind(quote, line)


def quote_behind(quote: str, line: str) -> str:
    """The triple quote that is open behind a line, where `quote` was open before it."""
    if '"""' not in line and "'''" not in line:
        return quote
    for found in _TRIPLE.findall(line):
        if not quote:
            quote = found
        elif quote == found:
            quote = ""
    return quote


def is_prose(line: str) -> bool:
    """Whether a line begins as a sentence."""
    return _PROSE.match(line) is not None


# --- one pass -------------------------------------------------------------------------------------


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    """The fenced blocks in order, the last one even if nothing closes it."""
    fences = [fence_of(line) for line in lines]
    last_quote = _last_quotes(lines, fences)
    block: _Open | None = None
    for number, (line, fence) in enumerate(zip(lines, fences, strict=True)):
        if block is None:
            if fence and _opens(fence):
                block = _Open(fence)
            elif one_line := _ONE_LINE.match(line):
                yield Block("", one_line[1])
        elif fence is None or (block.quote and last_quote[block.quote] > number):
            block.add(line)  # A fence inside a docstring closes nothing.
        elif ends := _end(block, fence):
            if ends == "glued":
                block.add(fence.before.rstrip())
            yield block.block()
            block = _Open(fence) if ends == "next" else None
        else:
            block.add(line)
    if block is not None:
        yield block.block()
        yield from _between_last_two(lines, fences, block)


def _last_quotes(lines: Sequence[str], fences: Sequence[_Fence | None]) -> dict[str, int]:
    """The last line with each triple quote, before the last fence."""
    last_fence = max((i for i, fence in enumerate(fences) if fence), default=-1)
    return {
        quote: max(
            (i for i, line in enumerate(lines[: last_fence + 1]) if quote in line), default=-1
        )
        for quote in ('"""', "'''")
    }


def _opens(fence: _Fence) -> bool:
    """Whether a fence outside of any block begins one: `Use ``` for code.` does not."""
    return fence.leads or _INFO.match(fence.after) is not None


def _end(block: _Open, fence: _Fence) -> str:
    """What a fence inside of a block does to it: "closed", "glued" (behind the last line of code),
    "next" (another block begins, and this one was never closed), or "" for nothing."""
    if fence.mark[0] != block.fence.mark[0]:
        return ""
    if fence.is_tagged and (fence.leads or fence.before.count('"') % 2 == 0):
        return "next" if not _is_deep(block, fence) else ""
    if len(fence.mark) < len(block.fence.mark) or _is_deep(block, fence):
        return ""
    if fence.leads:
        return "closed"
    if is_prose(fence.before.lstrip()) and not fence.after.strip():
        return "next"
    return "glued" if _is_glued(fence) else ""


def _is_deep(block: _Open, fence: _Fence) -> bool:
    """Whether it is indented like code: part of a string."""
    return not fence.before.strip() and len(fence.before) >= block.indent + 4


def _is_glued(fence: _Fence) -> bool:
    """Whether the closing fence stands behind the last line of code, and not in a string of it."""
    outside = fence.before.count('"') % 2 == 0 and fence.before.count("'") % 2 == 0
    return outside and "#" not in fence.before and not fence.after.strip(" \t.;:!*")


def _between_last_two(
    lines: Sequence[str], fences: Sequence[_Fence | None], block: _Open
) -> Iterator[Block]:
    """What stands between the last two fences, where the last one seems to begin an empty block: a
    bare fence before them was never closed, so that every pair after it is out of step."""
    if block.fence.after.strip() or any(line.strip() for line in block.lines):
        return
    places = [place for place, fence in enumerate(fences) if fence]
    if len(places) > 1 and (first := fences[places[-2]]):
        held = lines[places[-2] + 1 : places[-1]]
        if not is_prose(next((line for line in held if line.strip()), "")):
            yield Block(first.tag, _dedented(held, len(first.before)))


def _dedented(lines: Sequence[str], width: int) -> str:
    """Lines without the indentation that the fence had, too (in a list): as much of it as the first
    of them has."""
    first = next((line for line in lines if line.strip()), "")
    width = min(width, _lead(first))
    return "\n".join(line[min(width, _lead(line)) :] for line in lines)


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
