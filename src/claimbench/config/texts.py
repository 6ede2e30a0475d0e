"""Words of a person in a configuration: one text, or one by language."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from claimbench.messages import Texts


def _in_english_too(text: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(text, dict) and "en" not in text:
        raise ValueError("by language, it needs a text for en")
    return text


ByLanguage = Annotated[str | dict[str, str], AfterValidator(_in_english_too)]


def said(text: str | dict[str, str]) -> str | Texts:
    """The words as a message holds them."""
    return text if isinstance(text, str) else Texts(text)
