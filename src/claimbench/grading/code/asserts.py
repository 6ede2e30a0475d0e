"""Tests that are programs: HumanEval's `check(candidate)`, MBPP's list of asserts."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from typing import Any

from claimbench.errors import DataError
from claimbench.grading.code.cases import CodeTests


def check_tests(columns: Mapping[str, Any]) -> CodeTests:
    """HumanEval: a program that defines `check(candidate)`, and the prompt.

    The prompt stands before the candidate: a reply that is the function's body continues it, and
    one that defines the function again replaces it, with the prompt's imports and helpers in place.
    """
    prelude = str(columns.get("prelude") or "")
    prelude = prelude if prelude.endswith("\n") or not prelude else prelude + "\n"
    return CodeTests(
        "assert",
        entry_point=str(columns["entry_point"]),
        check=str(columns["check"]),
        prelude=prelude,
        setup=prelude,
    )


def assert_tests(columns: Mapping[str, Any]) -> CodeTests:
    """MBPP: asserts, with the set-up code or imports before them. The function is named nowhere but
    in the asserts."""
    asserts = [str(line) for line in columns["asserts"]]
    setup = str(columns.get("setup") or "")
    imports = [str(line) for line in columns.get("imports") or ()]
    check = "\n".join([*imports, setup, *asserts]).replace("\r\n", "\n") + "\n"
    return CodeTests("assert", entry_point=entry_point_of(columns), check=check)


def entry_point_of(columns: Mapping[str, Any]) -> str:
    """The function that MBPP's asserts are about."""
    return tested_function("\n".join(map(str, columns["asserts"])))


def tested_function(asserts: str) -> str:
    """The function that every assert calls, rather none of the builtins. Raises DataError where
    they have none in common, or are no Python."""
    try:
        tree = ast.parse(asserts.replace("\r\n", "\n"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"its asserts are not Python ({str(error)[:100]})") from error
    calls = [names for statement in tree.body if (names := list(_called(statement)))]
    common = [name for name in calls[0] if all(name in names for names in calls)] if calls else []
    # A task may name its function after a builtin (MBPP/126 defines `sum`), but most calls of
    # builtins only prepare a comparison.
    own = [name for name in common if not hasattr(builtins, name)]
    if not common:
        raise DataError("its asserts have no function in common")
    return (own or common)[0]


def _called(statement: ast.stmt) -> Iterator[str]:
    """Names that are called in a statement, outermost call first."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
