"""EvalPlus's rows (HumanEval+, MBPP+): inputs and a reference solution, no expected outputs.

A test program is written from the row: it runs the reference beside the candidate, in the process
of the asserts. Rules of comparison as in evalplus 0.3.1, `eval/__init__.py` and
`eval/_special_oracle.py`. JSON has lost the inputs' tuples and complex numbers; the types of the
arguments in the prompt's own assert say which lists were tuples.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from claimbench.errors import DataError
from claimbench.grading.code.cases import CodeTests
from claimbench.records.plain import JsonObject

SAME_SET = (
    "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
    "intersection_array", "find_dissimilar", "Diff",
)  # fmt: skip
"""MBPP+ functions whose result is compared as a set."""
TRUTH_ONLY = ("check_str", "text_match_three", "text_starta_endb")
"""MBPP+ functions of which only None or not None counts (737, 787, 794): EvalPlus keeps whether the
reference gave something, and compares a truth value with that, anything else by being None."""
COMPLEX = ("angle_complex", "convert")
"""MBPP+ functions of complex numbers, which JSON holds as strings."""
ALSO_RIGHT: Mapping[str, str] = {
    "are_equivalent": "True",
    "sum_div": "got == 0",
    # The height may be read as the perpendicular one.
    "surface_Area": "abs(got - round(a[0]**2 + 2*a[0]*((a[0]/2)**2 + a[1]**2)**0.5)) <= ATOL",
    "digit_distance_nums": "got == sum(abs(int(x) - int(y)) for x, y in zip("
    "str(a[0]).zfill(len(str(a[1]))), str(a[1]).zfill(len(str(a[0])))))",
}
"""What MBPP+ accepts beside the reference's answer, of arguments `a`."""

# The reference gets a namespace of its own: the candidate has the same name.
_PROGRAM = """\
_own = {{}}
exec({reference}, _own)
REFERENCE = _own[{name}]
inf, nan = float("inf"), float("nan")
INPUTS = {inputs}
ATOL = {atol}


def floats(value):
    if isinstance(value, float):
        return True
    return isinstance(value, (list, tuple)) and bool(value) and all(
        isinstance(item, float) for item in value)


def close(got, expected, atol):
    if isinstance(expected, (list, tuple)):
        return (isinstance(got, (list, tuple)) and len(got) == len(expected)
                and all(close(g, e, atol) for g, e in zip(got, expected)))
    return got == expected or abs(got - expected) <= atol + 1e-07 * abs(expected)


def agree(got, expected, a):
    atol = ATOL or (1e-6 if floats(expected) else 0)
    if {accepted}:
        return True
    return {nearly} and bool(atol) and type(got) == type(expected) and close(got, expected, atol)


def check(candidate):
    import copy
    for a in INPUTS:
        expected = REFERENCE(*copy.deepcopy(a))
        got = candidate(*copy.deepcopy(a))
        assert agree(got, expected, a)
"""

_FIND_ZERO = "abs(sum(c * got**i for i, c in enumerate(a[0]))) <= ATOL"
"""HumanEval/32 accepts any root."""


def evalplus_tests(columns: JsonObject) -> CodeTests:
    """The test program of a row: columns prompt, solution, entry_point, base, plus, atol."""
    name, prompt = str(columns["entry_point"]), str(columns["prompt"])
    inputs = [*columns["base"], *columns["plus"]]
    if not inputs:
        raise DataError("it has no inputs, so any program would pass")
    pattern = _example(prompt, name)
    if name in COMPLEX:
        inputs = [list(map(_as_complex, arguments)) for arguments in inputs]
    elif pattern is not None:
        inputs = [_arguments_like(pattern, arguments) for arguments in inputs]
    check = _PROGRAM.format(
        reference=repr(prompt + str(columns["solution"])),
        name=repr(name),
        inputs=repr(inputs),
        atol=float(columns.get("atol") or 0),
        accepted=_accepted(name),
        nearly=name != "find_zero",
    )
    # An MBPP+ prompt is a docstring, which may stand before any program.
    return CodeTests("assert", entry_point=name, check=check, prelude=prompt.rstrip("\n") + "\n")


def _as_complex(value: object) -> object:
    """A number that JSON holds as a text; another function of the same name may take lists."""
    return complex(value) if isinstance(value, str | int | float) else value


def _accepted(name: str) -> str:
    if name in SAME_SET:
        return "set(got) == set(expected)"
    if name in TRUTH_ONLY:
        return "(got if isinstance(got, bool) else got is not None) == (expected is not None)"
    if name == "find_zero":
        return _FIND_ZERO
    return f"got == expected or {ALSO_RIGHT.get(name, 'False')}"


def _example(prompt: str, name: str) -> tuple[object, ...] | None:
    """The arguments of the first call of `name` in an assert of the prompt, where they are plain
    values; None without one (HumanEval+)."""
    lines = [line.strip() for line in prompt.splitlines() if line.strip().startswith("assert ")]
    for line in lines:
        try:
            calls = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Call)]
            for call in calls:
                if isinstance(call.func, ast.Name) and call.func.id == name:
                    return tuple(ast.literal_eval(argument) for argument in call.args)
        except (SyntaxError, ValueError):
            continue
    return None


def _arguments_like(pattern: tuple[object, ...], given: Sequence[object]) -> list[object]:
    return [_like(p, v) for p, v in zip(_spread(pattern, given), given, strict=True)]


def _like(pattern: object, value: object) -> object:
    """`value`, read from JSON, in the types of `pattern`, a value of the same parameter."""
    if isinstance(pattern, dict) and isinstance(value, dict):
        inner = next(iter(pattern.values()), None)
        return {key: _like(inner, item) for key, item in value.items()}
    if isinstance(pattern, dict | set) and isinstance(value, list):
        return set(value) if value else type(pattern)()
    if isinstance(pattern, list | tuple) and isinstance(value, list | tuple):
        return type(pattern)(
            _like(p, v) for p, v in zip(_spread(pattern, value), value, strict=True)
        )
    return value


def _spread(pattern: Sequence[object], value: Sequence[object]) -> list[object]:
    """A pattern for each item: the one at its place, or the first of its kind where a list is
    longer or shorter than the example."""
    if len(pattern) == len(value):
        return list(pattern)
    lists = [p for p in pattern if isinstance(p, list | tuple)]
    others = [p for p in pattern if not isinstance(p, list | tuple)]
    return [next(iter(lists if isinstance(v, list) else others), None) for v in value]
