"""Tests that are programs: check(candidate), lists and texts of asserts, cases of unittest."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence

from claimbench.errors import DataError
from claimbench.grading.code.cases import CodeTests
from claimbench.records.plain import JsonObject


def check_tests(columns: Mapping[str, object]) -> CodeTests:
    """HumanEval: a program that defines `check(candidate)`, and the prompt.

    The prompt stands before the candidate: a reply that is the function's body continues it, and
    one that defines the function again replaces it, with the prompt's imports and helpers in place.
    """
    prelude = _ended(columns.get("prelude"))
    return CodeTests(
        "assert",
        entry_point=str(columns["entry_point"]),
        check=str(columns["check"]),
        prelude=prelude,
        setup=prelude,
    )


def assert_tests(columns: JsonObject) -> CodeTests:
    """MBPP: asserts, with the set-up code or imports before them. LeetCode: one text of them, with
    an object of the solution's class. What they call is named nowhere but in the asserts."""
    setup = str(columns.get("setup") or "")
    imports = [str(line) for line in columns.get("imports") or ()]
    check = "\n".join([*imports, setup, _asserts(columns)]).replace("\r\n", "\n") + "\n"
    return CodeTests("assert", entry_point=entry_point_of(columns), check=check)


def unittest_tests(columns: Mapping[str, object]) -> CodeTests:
    """Cases of unittest, as BigCodeBench and ClassEval have them."""
    return CodeTests(
        "assert",
        entry_point=str(columns.get("entry_point") or ""),
        check=str(columns["check"]).replace("\r\n", "\n"),
        prelude=_ended(columns.get("prelude")),
        setup=_ended(columns.get("prelude")) + _ended(columns.get("setup")),
        style="unittest",
    )


def _ended(text: object) -> str:
    """Source whose last line is ended; "" for none."""
    return str(text).rstrip("\n") + "\n" if text else ""


def _asserts(columns: Mapping[str, object]) -> str:
    given = columns["asserts"]
    if not isinstance(given, str | list | tuple):
        raise DataError("its asserts are neither a text nor a list of texts")
    return given if isinstance(given, str) else "\n".join(map(str, given))


def entry_point_of(columns: Mapping[str, object]) -> str:
    """The function, or the class, that asserts are about."""
    return tested_function(_asserts(columns))


def tested_function(asserts: str) -> str:
    """The function that every assert calls, rather none of the builtins; else the class that they
    make an object of. Raises DataError where they have neither in common, or are no Python."""
    try:
        tree = ast.parse(asserts.replace("\r\n", "\n"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"its asserts are not Python ({str(error)[:100]})") from error
    made = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and _is_stored(name)}
    called = [[n for n in _called(statement) if n not in made] for statement in tree.body]
    # What the tests made themselves, and calls of builtins alone, say nothing of the program.
    own_calls = [names for names in called if any(not hasattr(builtins, n) for n in names)]
    calls = own_calls or [names for names in called if names]
    common = [name for name in calls[0] if all(name in names for names in calls)] if calls else []
    # A task may name its function after a builtin (MBPP/126 defines `sum`), but most calls of
    # builtins only prepare a comparison.
    own = [name for name in common if not hasattr(builtins, name)]
    if found := own or _classes(tree, calls) or common:
        return found[0]
    raise DataError("its asserts have no function in common")


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _classes(tree: ast.Module, calls: Sequence[Sequence[str]]) -> list[str]:
    """Classes that are called, and that the tests do not define themselves."""
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    called = dict.fromkeys(name for names in calls for name in names if name[:1].isupper())
    return [name for name in called if name not in defined and not hasattr(builtins, name)]


def _called(statement: ast.stmt) -> Iterator[str]:
    """Names that are called in a statement, outermost call first."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
