"""The checks that a test program executes, counted: its statements, and the cases of unittest,
which are found and run here."""

from __future__ import annotations

import ast
import functools
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from claimbench.sandbox.protocol import FAILED

if TYPE_CHECKING:
    import unittest

COUNTER: Final = "__check__"
"""The name, in the tests' own process, of what counts the checks that are executed."""


def counting(tree: ast.Module) -> ast.Module:
    """The tests, with a count behind every statement that checks: one that raises in the middle,
    and is caught by the tests, has checked nothing."""
    counted: ast.Module = _Counting().visit(tree)
    return ast.fix_missing_locations(counted)


def is_check(node: ast.AST) -> bool:
    """Whether a statement is an assert, or a call of a function with such a name."""
    if isinstance(node, ast.Assert):
        return True
    found = node.items[0].context_expr if isinstance(node, ast.With) else None
    call = node.value if isinstance(node, ast.Expr) else found
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    name = call.func.id if isinstance(call.func, ast.Name) else name
    return name.startswith(("assert", "fail", "raises"))


class _Counting(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> Any:
        super().generic_visit(node)
        if not (isinstance(node, ast.stmt) and is_check(node)):
            return node
        count = ast.Expr(ast.Call(ast.Name(COUNTER, ast.Load()), [], []))
        return [node, ast.copy_location(count, node)]


# --- unittest -------------------------------------------------------------------------------


def run_cases(space: dict[str, Any], count: Callable[[], None]) -> tuple[int, str] | None:
    """None where all cases pass; what the first that fails raised is raised here. `count` is called
    for each check."""
    import unittest

    _count_checks(unittest.TestCase, count)
    module = types.ModuleType(space["__name__"])
    vars(module).update(space)
    sys.modules[module.__name__] = module
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = _result()
    suite.run(result)
    if result.first is not None:
        raise result.first
    if result.unexpectedSuccesses:
        return FAILED, "a test that should fail passes"
    return None if result.testsRun > len(result.skipped) else (FAILED, "no test was run")


def _count_checks(case: type[unittest.TestCase], count: Callable[[], None]) -> None:
    for name in dir(case):
        if name.startswith("assert") or name == "fail":
            setattr(case, name, _counted(getattr(case, name), count))


def _counted(method: Callable[..., object], count: Callable[[], None]) -> Callable[..., object]:
    @functools.wraps(method)
    def check(*args: object, **kwargs: object) -> Any:
        count()
        return method(*args, **kwargs)

    return check


def _result() -> Any:
    """A result that stops at the first failure, and keeps what was raised."""
    import unittest

    class First(unittest.TestResult):
        first: BaseException | None = None

        def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802 (unittest's name)
            self.first = self.first or err[1]
            self.stop()

        addError = addFailure  # noqa: N815

        def addSubTest(self, test: Any, subtest: object, err: object) -> None:  # noqa: N802
            if err is not None:
                self.addFailure(subtest, err)

    return First()
