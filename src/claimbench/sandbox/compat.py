"""LiveCodeBench's quirks: a program rewritten as its own runner would run it.

What the runner does was found by running it (lcb_runner/evaluation/testing_util.py, as in lighteval
0.13.0); docs/coding.md has the comparison. Star imports and the program's imports come first, while
sys.stdin and sys.stdout are still the process's own; the rest is the body of a function, which
breaks `global`. Then sys.stdin and sys.stdout are texts without `buffer`, while a `stdin` that was
imported by name reads the input in ways of its own, and a `stdout` is lost. open(0) and descriptor
0 are empty, `quit` is nothing, __name__ is not __main__, and an exit with any status is a good end.
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
MODULE: Final = "tmp_sol"
"""The __name__ of a program."""
_BEFORE: Final = f"""
__name__ = {MODULE!r}
import builtins as _builtins, io as _io, os as _os, sys as _sys
_given, _own = _sys.stdin.read(), _sys.stdout
_os.ftruncate(0, 0)
_builtins.quit = None
_sys.modules["resource"] = None
_rest = iter(_given.split("\\n"))
_sys.stdin.read = lambda *_: _given
_sys.stdin.readline = lambda *_: next(_rest)
_sys.stdin.readlines = lambda *_: _given.split("\\n")
_sys.stdout = open(2, "w", closefd=False)
"""
FUNCTION: Final = "wrapped_function"
"""What LiveCodeBench calls the function whose body a program becomes; the program sees it."""
_AFTER: Final = f"""
_kept = _sys.stdout = _io.StringIO()
_sys.stdin = _io.StringIO(_given)
try:
    {FUNCTION}()
except SystemExit:
    pass
_own.write(_kept.getvalue())
_own.flush()
"""


def wrapped(code: str) -> ast.Module:
    """The rewritten program, its lines as they were; SyntaxError (or another error of the parser)
    where it is none."""
    body = _without_guard(ast.parse(code).body)
    imports = [s for s in body if isinstance(s, ast.Import | ast.ImportFrom)]
    rest = [s for s in body if s not in imports] or [ast.Pass()]
    function = ast.parse(f"def {FUNCTION}(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = rest
    before, after = ast.parse(_BEFORE + PREAMBLE).body, ast.parse(_AFTER).body
    return ast.Module([*before, *imports, function, *after], [])


def _without_guard(body: list[ast.stmt]) -> list[ast.stmt]:
    """`if __name__ == "__main__":` at the end is taken for its body."""
    last = body[-1] if body else None
    if isinstance(last, ast.If) and ast.unparse(last.test) == "__name__ == '__main__'":
        return [*body[:-1], *last.body]
    return body
