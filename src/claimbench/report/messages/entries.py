"""One catalogue, each message parsed when it is first said: a report says a part of them, and to
parse all takes longer than to say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fluent.syntax.ast import Resource

_BEGINS = re.compile(r"^(-?[a-zA-Z][\w-]*) *=", re.MULTILINE)
"""A message or term; whatever else stands in a catalogue's first column goes on with it."""
_PARSED = 1 << 13


class Entries:
    """The messages of a catalogue's text."""

    def __init__(self, language: str, text: str) -> None:
        from fluent.runtime import FluentBundle

        from claimbench.report.messages.functions import FUNCTIONS

        self._bundle = FluentBundle([language], functions=FUNCTIONS, use_isolating=False)
        self._text: str | None = text
        self._waiting = _entries(text)

    def has(self, key: str) -> bool:
        """Whether there is such a message."""
        if (entry := self._waiting.pop(key, None)) is not None:
            self._bundle.add_resource(_parsed(entry))
        return self._bundle.has_message(key)

    def format(self, key: str, values: Mapping[str, Any]) -> tuple[str, list[Exception]]:
        """The words of a message that there is, and what went wrong."""
        pattern = self._bundle.get_message(key).value
        assert pattern is not None  # A key of a catalogue has a text; attributes are not used.
        shown, errors = self._bundle.format_pattern(pattern, dict(values))
        if errors and self._text is not None:  # It may name another message, or a term.
            self._bundle.add_resource(_parsed(self._text))
            self._text = None
            return self.format(key, values)
        return str(shown), errors


def _entries(text: str) -> dict[str, str]:
    """The text of each message and term by its name; of two with one name the first."""
    begun = list(_BEGINS.finditer(text))
    ends = [*(found.start() for found in begun[1:]), len(text)]
    found = dict[str, str]()
    for begin, end in zip(begun, ends, strict=True):
        found.setdefault(begin[1], text[begin.start() : end])
    return found


@lru_cache(maxsize=_PARSED)
def _parsed(text: str) -> Resource:
    """English is in the catalogues of every language, and parsed once."""
    from fluent.runtime import FluentResource

    return FluentResource(text)
