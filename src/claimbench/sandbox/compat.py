"""LiveCodeBench's quirks: a program rewritten as its own runner would run it.

As in lcb_runner/evaluation/testing_util.py: star imports stand first; the program's imports follow;
the rest becomes the body of a function, which breaks `global`; sys.stdin is a text without
`buffer`; open() gives the input, whatever is opened; an exit with any status is a good end.
"""

from __future__ import annotations

import ast
from typing import Final

_STARS: Final = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random"),
    *(
        "statistics",
        "itertools",
        "functools",
        "operator",
        "io",
        "sys",
        "json",
        "builtins",
        "typing",
    ),
)
PREAMBLE: Final = "".join(f"from {name} import *\n" for name in _STARS) + "".join(
    f"import {name}\n" for name in _STARS if name not in ("builtins", "typing")
)
"""What LiveCodeBench (and LeetCode) imports before every program."""
_BEFORE: Final = """
import builtins as _builtins
_text = sys.stdin.read()
sys.stdin = io.StringIO(_text)
_builtins.open = lambda *_, **__: io.StringIO(_text)
sys.setrecursionlimit(50000)
"""
_AFTER: Final = """
try:
    wrapped_function()
except SystemExit:
    pass
"""


def wrapped(code: str) -> str:
    """The rewritten program; SyntaxError (or another error of the parser) where it is none."""
    body = _without_guard(ast.parse(code).body)
    imports = [s for s in body if isinstance(s, ast.Import | ast.ImportFrom)]
    rest = [s for s in body if s not in imports] or [ast.Pass()]
    function = ast.parse("def wrapped_function(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = rest
    written = "\n".join(ast.unparse(statement) for statement in (*imports, function))
    return PREAMBLE + _BEFORE + written + _AFTER


def _without_guard(body: list[ast.stmt]) -> list[ast.stmt]:
    """`if __name__ == "__main__":` at the end is taken for its body."""
    last = body[-1] if body else None
    if isinstance(last, ast.If) and ast.unparse(last.test) == "__name__ == '__main__'":
        return [*body[:-1], *last.body]
    return body
