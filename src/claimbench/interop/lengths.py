"""Whether the lengths of imported replies fit the max_tokens that is stated of them.

Where tokens are not stated, bytes tell the coarse mistakes: R1's replies have 2.3 to 4 bytes a
token with its own tokenizer, English prose some 4.5.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from statistics import median

from claimbench.interop.readers.rows import Row
from claimbench.messages import Message

FEWEST_BYTES = 1.5
"""Bytes a token: cut replies with fewer for each token of the limit ended at another limit."""
MOST_BYTES = 8
"""Bytes a token: a reply with more for each token of the limit is longer than the limit."""
TYPICAL_BYTES = 2.8
NEAR = 0.9
"""Share of the limit that a reply which it cut has at least, by its tokens."""
FEWEST_CUT = 2


@dataclass
class Lengths:
    """Lengths of the replies that broke off, and how many are longer than `limit`, the stated
    max_tokens (None: not stated)."""

    limit: float | None = None
    longer: int = 0
    cut_tokens: array[int] = field(default_factory=lambda: array("Q"))
    cut_bytes: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, row: Row, size: int, unended: bool) -> None:
        """Count a reply of `size` bytes; `unended` where its reasoning never ends."""
        if self.limit is None:
            return
        tokens = row.completion_tokens
        self.longer += (tokens if tokens is not None else size / MOST_BYTES) > self.limit
        if row.finish_reason == "length" or (unended and row.finish_reason == "unknown"):
            (self.cut_bytes if tokens is None else self.cut_tokens).append(
                size if tokens is None else tokens
            )

    def notes(self) -> list[Message]:
        """What does not fit."""
        found = []
        if self.longer:
            found.append(self._note("import-over-limit", self.longer))
        for lengths, least, unit in (
            (self.cut_tokens, NEAR, 1.0),
            (self.cut_bytes, FEWEST_BYTES, TYPICAL_BYTES),
        ):
            if len(lengths) >= FEWEST_CUT and median(lengths) < least * (self.limit or 0):
                about = round(median(lengths) / unit)
                key = "import-cut-early" if unit == 1.0 else "import-cut-early-bytes"
                found.append(self._note(key, len(lengths), tokens=about))
        return found

    def _note(self, key: str, count: int, **more: int) -> Message:
        return Message(key, {"count": count, "limit": int(self.limit or 0), **more})
