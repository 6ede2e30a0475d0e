"""A tiny expression language for arithmetic claims: numbers, names, + - * / ** and parentheses.

Nothing is executed: the text is parsed and walked, and any other construct is refused.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# A formula in an article file is short; these bounds keep a hostile one from burning the machine.
_LONGEST = 300
_LARGEST_EXPONENT = 64


def names_in(formula: str) -> set[str]:
    """The names that a formula uses. Raises ValueError where it is not a formula."""
    tree = _parse(formula)
    for node in ast.walk(tree):
        _refuse_strange(node)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """The value of a formula at `values`. Raises ValueError where it has none."""
    try:
        result = _value(_parse(formula), values)
    except (ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{formula} has no value here ({error})") from error
    if isinstance(result, complex):
        raise ValueError(f"{formula} has no real value here")
    return result


def _parse(formula: str) -> ast.expr:
    if len(formula) > _LONGEST:
        raise ValueError(f"a formula has at most {_LONGEST} characters")
    try:
        return ast.parse(formula, mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"{formula} is not a formula") from error


def _refuse_strange(node: ast.AST) -> None:
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    sign = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    binary = isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS
    part = isinstance(node, ast.Name | ast.Load | ast.USub) or type(node) in _OPERATORS
    if not (number or sign or binary or part):
        raise ValueError("a formula has only numbers, names, + - * / ** and parentheses")


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    _refuse_strange(node)
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]  # _refuse_strange let only numbers in
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise ValueError(f"the formula uses {node.id}, which has no value")
        return values[node.id]
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values)
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, values), _value(node.right, values)
    if isinstance(node.op, ast.Pow) and abs(right) > _LARGEST_EXPONENT:
        raise ValueError(f"an exponent is at most {_LARGEST_EXPONENT}")
    return _OPERATORS[type(node.op)](left, right)
