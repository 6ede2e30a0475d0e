"""What a call of the program prints, and the tests' functions in the place of Python's own."""

from __future__ import annotations

import builtins
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

MOST_PRINTED: Final = 2**20


class _Printed(io.StringIO):
    """What is printed, up to a limit."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)


@contextmanager
def printing(captures: bool) -> Iterator[io.StringIO]:
    """What is printed meanwhile, if the tests look at it."""
    printed, before = _Printed(), sys.stdout
    if captures:
        sys.stdout = printed
    try:
        yield printed
    finally:
        sys.stdout = before


@contextmanager
def patched(functions: dict[str, Any]) -> Iterator[None]:
    """Functions of the tests in the place of builtins (`input`, `print`), as they have it."""
    before = {name: getattr(builtins, name) for name in functions if name in ("input", "print")}
    for name in before:
        setattr(builtins, name, functions[name])
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(builtins, name, function)
