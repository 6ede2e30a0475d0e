"""The catalogues, read once, and the words of one language."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.messages import Message, Texts, Value
from claimbench.report.messages.entries import Entries

if TYPE_CHECKING:
    from fluent.runtime.types import FluentType

ENGLISH = "en"
"""The language of files that other programs read, and of what a catalogue lacks."""
_LONGEST = 1000
"""Characters of a value that Fluent is given: it refuses parts above 2,500."""

REMEMBERED = 10_000
"""Messages whose words are kept, in each language."""

_PLAIN_WORDS = {None: "unknown", True: "yes", False: "no"}


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._said: dict[Hashable, str] = {}
        self._entries = [_entries(name) for name in dict.fromkeys((language, ENGLISH))]

    def say(self, key: str, **values: Value) -> str:
        """The words of `key` with its values."""
        return self.render(Message(key, values))

    def render(self, value: Value) -> str:
        """What a reader is shown of a value; the parts of a list with commas between them. Raises
        KeyError for a key that no catalogue has, ValueError for a value that is missing."""
        if isinstance(value, Message):
            return self._message(value)
        if isinstance(value, Texts):
            return value.by_language.get(self.language) or value.by_language.get(ENGLISH, "")
        if isinstance(value, tuple):
            return ", ".join(map(self.render, value))
        if value is None or isinstance(value, bool):
            return self._message(Message(_PLAIN_WORDS[value]))
        return f"{value:.10g}" if isinstance(value, float) else str(value)

    def knows(self, message: Message) -> bool:
        """Whether some catalogue has the message."""
        return any(entries.has(message.key) for entries in self._entries)

    def _message(self, message: Message) -> str:
        # A report says many things several times: in a page, in Markdown, in tables, for each run.
        identity = message.identity
        found = self._said.get(identity)
        if found is None:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            found = self._said[identity] = self._formatted(message)
        return found

    def _formatted(self, message: Message) -> str:
        entries = next((one for one in self._entries if one.has(message.key)), None)
        if entries is None:
            raise KeyError(
                f"no catalogue has the message {message.key}: add it to en.ftl, and to the others"
            )
        long: dict[str, str] = {}
        given = {name: self._given(value, long) for name, value in message.values.items()}
        text, errors = entries.format(message.key, given)
        if errors:
            raise ValueError(f"{self.language}.ftl: {message.key}: {errors[0]}")
        for mark, words in long.items():
            text = text.replace(mark, words)
        return text

    def _given(self, value: Value, long: dict[str, str]) -> FluentType | str:
        """A value as Fluent takes it. What is too long for it leaves a mark, and is put in last."""
        from claimbench.report.messages.functions import Parts, number

        if isinstance(value, int | float) and not isinstance(value, bool):
            return number(value)
        if isinstance(value, tuple):
            parts = [self.render(part) for part in value]
            whole = sum(map(len, parts)) <= _LONGEST
            return Parts(parts if whole else [_marked(part, long) for part in parts])
        text = self.render(value)
        return text if len(text) <= _LONGEST else _marked(text, long)


def _marked(text: str, long: dict[str, str]) -> str:
    """A mark in the place of a text."""
    mark = f"\ue000{len(long)}\ue001"
    long[mark] = text
    return mark


def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    found = sorted(_catalogues())
    return (ENGLISH, *(name for name in found if name != ENGLISH))


@lru_cache(maxsize=8)
def words(language: str = ENGLISH) -> Words:
    """The words of a language. Raises ConfigError, with the nearest name, where there is none."""
    known = languages()
    if language not in known:
        raise ConfigError(
            f"--language {language}: there is no such catalogue{nearest(language, known)}"
        )
    return Words(language)


def english(value: Value) -> str:
    """The words that stand in files which programs read."""
    return words().render(value)


def _folder() -> Traversable:
    return files("claimbench.report.messages")


def _catalogues() -> Mapping[str, Traversable]:
    return {f.name.removesuffix(".ftl"): f for f in _folder().iterdir() if f.name.endswith(".ftl")}


def _entries(language: str) -> Entries:
    return Entries(language, _catalogues()[language].read_text("utf-8"))
