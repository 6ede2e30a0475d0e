"""What a test program checks, and what it uses of the program: read from its source alone, so that
no program can change it."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from claimbench.errors import DataError
from claimbench.grading.code.cases import CodeTests
from claimbench.sandbox.counting import is_check
from claimbench.sandbox.protocol import Style

_ENDS: Final = ("exit", "quit", "_exit", "abort")


class CheckSource(NamedTuple):
    """A test program ready to run: its source, how it is run, and the program's names it uses."""

    text: str
    style: Style
    names: tuple[str, ...]


def check_source(tests: CodeTests) -> CheckSource:
    """The test program of `tests`. Modules that it uses but leaves to the solution to import are
    imported. Raises DataError where it is no Python, or executes no check: any program would
    pass."""
    tree = _parsed(tests.check)
    style: Style = tests.style or ("call" if "check" in _functions(tree) else "")
    _refuse_idle(tree, style)
    used = _free_names(tree) - _bound_names(tests.setup)
    modules = sorted(used & _only_looked_into(tree) & sys.stdlib_module_names)
    imports = "; ".join(f"import {name}" for name in modules)
    text = f"{imports}\n{tests.check}" if imports else tests.check
    names = {*used, tests.entry_point} - set(modules) - {""}
    return CheckSource(text, style, tuple(sorted(names)))


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"its test program is not Python ({str(error)[:100]})") from error


def _functions(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


# --- what it checks -------------------------------------------------------------------------------


def _refuse_idle(tree: ast.Module, style: Style) -> None:
    """Raise DataError for tests that no program could fail."""
    roots: list[ast.AST] = [node for node in tree.body if not isinstance(node, _DEFINITIONS)]
    if style == "call":
        roots += [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "check"]
    elif style == "unittest":
        roots += [case for node in tree.body for case in _cases(node)]
    if any(_checks(node) for root in _reached(tree, roots) for node in _own_nodes(root)):
        return
    hint = ""
    if style != "unittest" and any(case for node in tree.body for case in _cases(node)):
        hint = "; a unittest.TestCase is run by the form `unittest`"
    raise DataError(f"its test program executes no check, so that any program would pass{hint}")


_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _cases(node: ast.AST) -> list[ast.AST]:
    """The tests of a class of unittest, and what runs around them."""
    if not isinstance(node, ast.ClassDef) or not node.bases:
        return []
    return [n for n in node.body if isinstance(n, _DEFINITIONS) and n.name.startswith("test")]


def _reached(tree: ast.Module, roots: list[ast.AST]) -> Iterator[ast.AST]:
    """The roots, and every function of the tests whose name they mention, directly or not."""
    defined: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS[:2]):
            defined.setdefault(node.name, []).append(node)
    waiting, seen = list(roots), set(map(id, roots))
    while waiting:
        root = waiting.pop()
        yield root
        for name in _mentioned(root):
            for node in defined.get(name, ()):
                if id(node) not in seen:
                    seen.add(id(node))
                    waiting.append(node)


def _mentioned(root: ast.AST) -> set[str]:
    nodes = list(_own_nodes(root))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def _own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """A statement and what it holds, but no function or class defined inside it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [c for c in ast.iter_child_nodes(node) if not isinstance(c, _DEFINITIONS)]


def _checks(node: ast.AST) -> bool:
    """Whether a node can make the tests fail by what it finds."""
    if is_check(node) or isinstance(node, ast.Raise):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    name = node.func.id if isinstance(node.func, ast.Name) else name
    return name in _ENDS or name.startswith("assert")


# --- what it uses ---------------------------------------------------------------------------------


def _free_names(tree: ast.Module) -> set[str]:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return used - set(_bound(ast.walk(tree))) - set(vars(builtins))


def _only_looked_into(tree: ast.Module) -> set[str]:
    """Names that are only used as `name.attribute`: of modules, not of functions."""
    owners = [n.value for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    looked = {id(node) for node in owners}
    others = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in looked}
    return {node.id for node in owners if isinstance(node, ast.Name)} - others


def _bound_names(source: str) -> set[str]:
    """Every name that the source binds anywhere; none where it is only a part of a program."""
    try:
        return set(_bound(ast.walk(ast.parse(source))))
    except (SyntaxError, ValueError):
        return set()


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
