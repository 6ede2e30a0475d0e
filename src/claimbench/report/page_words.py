"""Words on a page that holds several languages: the first is shown, the others wait in attributes
until the reader switches."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from claimbench.messages import Message, Value, identity_of
from claimbench.report.messages import Words, words
from claimbench.report.tables import clean

_LONGEST = 4000
"""Characters of one text on a page."""

_REMEMBERED = 10_000
"""Texts that are kept: a page says many things several times, and pages say the same."""


class PageWords:
    """The languages of a page, the one that is shown first."""

    def __init__(self, languages: Sequence[Words]) -> None:
        self.languages = tuple(languages)
        self._said: dict[Hashable, dict[str, str]] = {}
        self._shown: dict[tuple[Hashable, str], Markup] = {}

    @property
    def first(self) -> Words:
        return self.languages[0]

    def texts(self, value: Value) -> dict[str, str]:
        """What is shown in each language, made harmless."""
        identity = identity_of(value)
        found = self._said.get(identity)
        if found is None:
            _make_room(self._said)
            found = self._said[identity] = {
                one.language: clean(one.render(value), _LONGEST) for one in self.languages
            }
        return found

    def waiting(self, value: Value, prefix: str = "data-") -> tuple[str, dict[str, str]]:
        """The first language's text, and by attribute those of the others that differ from it."""
        first, *others = self.texts(value).items()
        return first[1], {
            f"{prefix}{language}": text for language, text in others if text != first[1]
        }

    def shown(self, value: Value, tag: str = "span") -> Markup:
        """An element with the value's words."""
        asked = identity_of(value), tag
        found = self._shown.get(asked)
        if found is None:
            text, others = self.waiting(value)
            _make_room(self._shown)
            found = Markup(f"<{tag}{_attributes(others)}>{escape(text)}</{tag}>")
            self._shown[asked] = found
        return found

    def say(self, key: str, tag: str = "span", **values: Value) -> Markup:
        """An element with the words of a message."""
        return self.shown(Message(key, values), tag)

    def option(self, value: Value, name: str = "") -> Markup:
        """A choice of a list; `name` is what the page's script compares."""
        text, others = self.waiting(value)
        return Markup(
            f'<option value="{escape(name)}"{_attributes(others)}>{escape(text)}</option>'
        )

    def label(self, value: Value) -> Markup:
        """An element's name for those who do not see it."""
        text, others = self.waiting(value, "data-label-")
        return Markup(_attributes({"aria-label": text, **others}))

    def script(self, keys: Mapping[str, Message]) -> dict[str, list[str]]:
        """What the page's script says, by its key: one text per language."""
        return {key: list(self.texts(message).values()) for key, message in keys.items()}


def page_words(languages: Iterable[str]) -> PageWords:
    """The words of a page in these languages; one for all pages in them."""
    return _page_words(tuple(words(name) for name in languages))


@lru_cache(maxsize=8)
def _page_words(languages: tuple[Words, ...]) -> PageWords:
    return PageWords(languages)


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= _REMEMBERED:
        kept.clear()


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name.lower()}="{escape(text)}"' for name, text in values.items())
