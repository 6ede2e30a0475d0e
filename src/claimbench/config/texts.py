"""Words of a person in a configuration or an article: one text, or one by language."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from claimbench.messages import Texts


def _in_english_too(text: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(text, dict) and "en" not in text:
        raise ValueError("by language, it needs a text for en")
    return text


ByLanguage = Annotated[str | dict[str, str], AfterValidator(_in_english_too)]
"""Kept as it was written: one text, or a text by language."""


def said(text: str | dict[str, str]) -> str | Texts:
    """The words as a message holds them."""
    return text if isinstance(text, str) else Texts(text)


def _by_language(value: object) -> object:
    """Words alone are English."""
    return {"en": value} if isinstance(value, str) else value


def _has_english(value: dict[str, str]) -> dict[str, str]:
    if odd := sorted(name for name in value if not re.fullmatch("[a-z]{2,3}(-[A-Z]{2})?", name)):
        raise ValueError(f"{odd[0]} is no language: write en, ko or another code")
    if empty := sorted(name for name, words in value.items() if not words.strip()):
        raise ValueError(f"key {empty[0]} has no words")
    if value and "en" not in value:
        raise ValueError("key en is missing: every text stands in English too")
    return value


Written = Annotated[dict[str, str], BeforeValidator(_by_language), AfterValidator(_has_english)]
"""Kept by language, one text as English; English is required where there are any words."""
