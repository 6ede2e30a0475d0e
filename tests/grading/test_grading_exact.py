"""The exact path: what it decides, what it leaves alone, and that math-verify would agree."""

from __future__ import annotations

import importlib.util
import random
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_grading_latex import SHARED, golds

from claimbench.grading.equivalence import latex_equal
from claimbench.grading.exact import exact_verdict

EQUAL = r"""
\frac{1}{2} | 0.5
\frac{1}{2} | \dfrac12
\frac{1}{2} | \frac{2}{4}
-\frac{3}{8} | \frac{-3}{8}
1\frac{4}{5} | 1.8
16 | 016
58,500 | 58500
10,\!080 | 10{,}080
\$18.90 | 18.9
106^\circ | 106
5.4 \text{ cents} | 5.4
15\mbox{ cm}^2 | 15
\frac{1}{3} | 0.333333
\frac{3\sqrt{3}}{4} | \frac{3}{4}\sqrt{3}
\sqrt{12} | 2\sqrt3
11\sqrt{5}+11 | 11 + 11\sqrt{5}
12\pi | 12 \pi
5 | x = 5
x=5 | 5
y = 2x + 3 | y=3+2x
(a+5)(b+2) | ab+2a+5b+10
x^2+2x+1 | (x+1)^2
\frac{x^2-1}{x-1} | x+1
1+2i | 2i+1
3R^2 | 3r^2
\left( 3, \frac{\pi}{2} \right) | (3, \frac{\pi}{2})
3, 5, 7 | 7,5,3
1 \pm \sqrt{19} | 1-\sqrt{19}, 1+\sqrt{19}
\{1,2\} | \left\{ 2, 1 \right\}
(2,\infty) | (2,+\infty)
(-\infty, 2) \cup (3, \infty) | (3,\infty)\cup(-\infty,2)
\begin{pmatrix} 1/5 \\ -18/5 \end{pmatrix} | \begin{bmatrix} 0.2 \\ -3.6 \end{bmatrix}
\text{Evelyn} | Evelyn
\text{(B)} | B
2516_8 | 2516_{8}
x \in [-2,7] | [-2,7]
5x - 7y = 4 | -10x + 14y = -8
.0000672 | 6.72 \times 10^{-5}
3t | 3 t
"""

UNEQUAL = r"""
\frac{1}{2} | \frac{1}{3}
\frac{1}{2} | -\frac{1}{2}
\frac{1}{3} | 0.33
16 | 160
16 | -16
1\frac{4}{5} | \frac{4}{5}
\sqrt{51} | 7.14
12\pi | 12
12\pi | 37.7
2k | 2n
2k | 2
x+1 | x-1
1+2i | 1-2i
p - q | q-p
(3,4] | [3,4]
(3,4] | (3,4)
(3,4) | (4,3)
(1,2,3) | (1,2)
3, 5, 7 | 3, 5
12 | 1,2
\begin{pmatrix} 1 & 2 \end{pmatrix} | \begin{pmatrix} 1 \\ 2 \end{pmatrix}
\begin{pmatrix} 1 & 2 \end{pmatrix} | \begin{pmatrix} 1 & 3 \end{pmatrix}
\text{even} | \text{odd}
\text{(B)} | C
\text{five} | 5
y = 2x + 3 | y = 2x + 4
5x - 7y = 4 | 5x + 7y = 4
2516_8 | 2516_7
0.0000672 | 0.0000674
0 | 0.0000001
2+3t | 5
2ab | 2
9 | 2(7)
1000000 | 1000000.0000001
"""

LEFT_ALONE = r"""
x^2 | |x|^2
\sqrt{x^2} | x
2516_8 | 2516
50\% | 0.5
\sin x | \cos x
x > 2 | 2 < x
(1,2) | 1,2
1/2x | \frac{1}{2x}
f(x) | fx
9^{9^{9^9}} | 1
1 2 | 12
5 m | 5
\pm | 1
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [tuple(line.split(" | ", 1)) for line in table.strip().splitlines()]  # type: ignore[misc]


@pytest.mark.parametrize(("gold", "answer"), pairs(EQUAL))
def test_equal(gold: str, answer: str) -> None:
    assert exact_verdict(gold, answer) is True


@pytest.mark.parametrize(("gold", "answer"), pairs(UNEQUAL))
def test_unequal(gold: str, answer: str) -> None:
    assert exact_verdict(gold, answer) is False


@pytest.mark.parametrize(("gold", "answer"), pairs(LEFT_ALONE))
def test_left_to_math_verify(gold: str, answer: str) -> None:
    assert exact_verdict(gold, answer) is None


@given(st.text(max_size=40), st.text(alphabet="\\{}()[]^_-+,.0123abx frac sqrt\\", max_size=40))
def test_no_text_raises_or_differs_from_itself(text: str, soup: str) -> None:
    for answer in (text, soup):
        exact_verdict("\\frac{1}{2}", answer)
        assert exact_verdict(answer, answer) is not False


# --- formulas, made up ----------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(0, 12).map(str),
    st.sampled_from(["0.5", "1.5", "0.25", "2.0"]),
    st.tuples(st.integers(1, 6), st.integers(1, 6)).map(lambda t: rf"\frac{{{t[0]}}}{{{t[1]}}}"),
    st.integers(1, 12).map(lambda n: rf"\sqrt{{{n}}}"),
    st.sampled_from([r"\pi", "x", "y", "2x", r"3\pi", r"2\sqrt{3}", "x^2", r"1\frac{1}{2}"]),
)


def combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, st.sampled_from([" + ", "-"]), parts).map("".join),
        st.tuples(parts, parts).map(lambda t: rf"({t[0]}) \cdot ({t[1]})"),
        st.tuples(parts, parts).map(lambda t: rf"\frac{{{t[0]}}}{{{t[1]}}}"),
        parts.map(lambda p: f"({p})^2"),
        parts.map(lambda p: f"-{p}" if p[0] not in "-+" else p),
    )


formulas = st.recursive(numbers, combined, max_leaves=3)


@pytest.mark.slow
@settings(
    max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(formulas, formulas)
def test_math_verify_decides_formulas_alike(gold: str, answer: str) -> None:
    exact = exact_verdict(gold, answer)
    assert exact is None or exact == latex_equal(gold, answer)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(formulas, formulas, formulas)
def test_math_verify_decides_pairs_alike(first: str, second: str, other: str) -> None:
    gold = f"({first}, {second})"
    for answer in (
        f"({first}, {other})",
        f"({second}, {first})",
        f"\\left({first},{second}\\right)",
    ):
        exact = exact_verdict(gold, answer)
        assert exact is None or exact == latex_equal(gold, answer)


# --- gold answers and perturbations of them -------------------------------------------------------


def benchmark() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts" / "bench_math_grading"
    loader = SourceFileLoader("bench_math_grading", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.shared
def test_math_verify_decides_perturbed_golds_alike() -> None:
    if not SHARED.exists():
        pytest.skip(f"no benchmark files at {SHARED}")
    bench = benchmark()
    unexplained = []
    for task in bench.make_tasks(golds("math500"), 3000, random.Random(5)):
        exact = exact_verdict(task.problem.gold, task.answer.removesuffix("."))
        if exact is not None and exact != latex_equal(
            task.problem.gold, task.answer.removesuffix(".")
        ):
            known = bench.RIGHT_FOR_A_REASON if exact else bench.WRONG_FOR_A_REASON
            if not any(applies(task.problem.gold, task.answer) for applies in known.values()):
                unexplained.append((task.problem.gold, task.answer, exact))
    assert unexplained == []
