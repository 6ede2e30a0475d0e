"""Words that a person writes in a configuration or an article, in one language or in several."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator


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
"""Words that a person wrote, by language; English is required where there are any."""
