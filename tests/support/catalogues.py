"""Catalogues for tests: others than those that the package has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from fluent.syntax import FluentParser, FluentSerializer, ast
from fluent.syntax.visitor import Visitor

from claimbench.report.messages import catalogue

FOLDER = Path(catalogue.__file__).parent


def entries(language: str) -> dict[str, ast.Message]:
    """The messages of a catalogue by key; a text that is no Fluent fails the test."""
    body = FluentParser().parse((FOLDER / f"{language}.ftl").read_text("utf-8")).body
    junk = [entry.content for entry in body if isinstance(entry, ast.Junk)]
    assert not junk, f"{language}.ftl: no Fluent: {junk[0]}"
    messages = [entry for entry in body if isinstance(entry, ast.Message)]
    keys = [message.id.name for message in messages]
    assert len(set(keys)) == len(keys), f"{language}.ftl has a key twice"
    return dict(zip(keys, messages, strict=True))


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def placeholders(message: ast.Message) -> set[str]:
    """The values that a message's text uses."""
    found = _Variables()
    found.visit(message)
    return found.names


def rewritten(language: str, text: Callable[[str], str]) -> str:
    """The catalogue with `text` of each word of its texts, and its values where they were."""
    found = entries(language)
    for message in found.values():
        assert message.value is not None
        for part in message.value.elements:
            if isinstance(part, ast.TextElement):
                part.value = re.sub(r"\w+", lambda word: text(word[0]), part.value)
    return FluentSerializer().serialize(ast.Resource(list(found.values())))


@contextmanager
def using(folder: Path, more: Mapping[str, str]) -> Iterator[None]:
    """The package's catalogues with those of `more` (by language) in their place or beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.ftl"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    for language, text in more.items():
        (folder / f"{language}.ftl").write_text(text, "utf-8")
    catalogue.words.cache_clear()
    with patch.object(catalogue, "_folder", lambda: folder):
        yield
    catalogue.words.cache_clear()
