"""What a key needs and what was given instead, in the words of YAML, for pydantic's errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from pydantic_core import ErrorDetails

NEEDED = {
    "tuple_type": "a list is needed",
    "dict_type": "keys and values below it are needed",
    "model_type": "keys and values below it are needed",
    "string_type": "a text is needed",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_type": "a number is needed",
    "bool_type": "true or false is needed",
    "date_type": "a date is needed, like 2025-01-31",
    "too_short": "at least one is needed",
}
"""What pydantic calls by Python's names, in the words of YAML, by the type of its error."""


def given_instead(error: ErrorDetails) -> str:
    """`, not '0.6'`, and what to change where that is plain."""
    kind, value = error["type"], error["input"]
    if isinstance(value, Mapping):
        return ", not keys and values" if kind in NEEDED else ""
    got = ", but there is nothing" if value is None else f", not {_as_yaml(value)}"
    if kind == "tuple_type" and isinstance(value, str | int | float):
        return f"{got}: write [{_as_yaml(value) if isinstance(value, bool) else value}]"
    if kind == "string_type" and isinstance(value, int | float | date):
        return f"{got}: put it in quotes"
    unquoted = (kind in ("int_type", "float_type") and _is_number(value)) or (
        kind == "date_type" and _is_date(value)
    )
    return f"{got}: leave the quotes out" if unquoted else got


def _as_yaml(value: object) -> str:
    if isinstance(value, tuple):
        return repr(list(value))
    return str(value).lower() if isinstance(value, bool | date) else repr(value)


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
