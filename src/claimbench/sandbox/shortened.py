"""Values as a person may read them in a reason: short, and cheap for huge values."""

from __future__ import annotations

from typing import Any

from claimbench.sandbox.plain import Opaque


def shortened(value: object, length: int = 100) -> str:
    """`value` as a person may read it, of about `length` characters; cheap for huge values."""
    return shortened_text(_shown(value, length, 3), length)


def shortened_text(text: str, length: int) -> str:
    """`text`, cut to `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _shown(value: Any, length: int, depth: int) -> str:
    kind: type = type(value)
    if kind is int:
        bits = value.bit_length()
        return repr(value) if bits < 1000 else f"a whole number of {bits} bits"
    if kind in (str, bytes):
        return repr(value[:length]) + ("…" if len(value) > length else "")
    if kind not in (list, tuple, set, frozenset, dict):
        return _named(value, kind)
    if depth == 0 and value:
        return "…"
    brackets = "[]" if kind is list else "()" if kind is tuple else "{}"
    return brackets[0] + _listed(value, length, depth) + brackets[1]


def _named(value: Any, kind: type) -> str:
    """What holds nothing else; of other values, whose `repr` may take long, the name."""
    if hasattr(kind, "_shown_"):
        return str(value._shown_)
    is_short = kind.__module__ in (
        "builtins",
        "decimal",
        "fractions",
        "datetime",
        Opaque.__module__,
    )
    return repr(value) if is_short and not hasattr(kind, "__iter__") else f"<{kind.__name__}>"


def _listed(value: Any, length: int, depth: int) -> str:
    """The first items of a container, as many as there is room for."""
    parts: list[str] = []
    used = 0
    for item in value:
        shown = _shown(item, length, depth - 1)
        if type(value) is dict:
            shown += ": " + _shown(value[item], length, depth - 1)
        parts.append(shown)
        used += len(shown) + 2
        if used > length:
            return ", ".join([*parts, "…"])
    return ", ".join(parts)
