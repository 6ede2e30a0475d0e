"""Forms of tests: what each checks, what is refused, and every name that could collide."""

# ruff: noqa: E501 (programs)

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from claimbench.config.benchmarks import TestsConfig
from claimbench.errors import ConfigError, DataError
from claimbench.grading import make_grader
from claimbench.grading.code import evalplus, unpack
from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.judge import judge
from claimbench.records import Problem, Sample
from claimbench.report.messages import english
from claimbench.sandbox.isolation import Sandbox


def load(form: str, **columns: Any) -> CodeTests:
    text = unpack.canonical(columns)
    kept = {"form": form, "sha256": unpack.digest_of(text), "data": columns}
    return unpack.tests_source(Problem("ours", "p1", details={"tests": kept})).load()


def outcome(program: str, tests: CodeTests, sandbox: Sandbox) -> str:
    return judge(program, tests, sandbox).outcome


OURS = sorted(
    {n.id for n in ast.walk(ast.parse(evalplus._PROGRAM.format(
        reference="''", name="''", inputs="[]", atol=0, accepted="1", nearly="1")))
     if isinstance(n, ast.Name)}
    | {"floats", "close", "agree", "check", "candidate", "copy", "a", "value", "s", "tests"}
    - {"float", "bool", "isinstance", "len", "all", "zip", "abs", "list", "tuple", "type", "exec"}
)  # fmt: skip


class TestNames:
    """No name of ours is in the way of a function: MBPP/56 is named `check`."""

    @pytest.mark.parametrize("name", [*OURS, "Handle", "Program", "math", "statistics", "print"])
    def test_evalplus(self, name: str, sandbox: Sandbox) -> None:
        tests = load(
            "evalplus",
            prompt='"""\nDouble.\n"""\n',
            solution=f"def {name}(x, *more):\n    return 2 * x\n",
            **{"entry_point": name, "base": [[1], [2]], "plus": [[0.5]], "atol": 0},
        )
        right = f"def {name}(x, *more):\n    return x + x\n"
        assert outcome(right, tests, sandbox) == "correct"
        assert outcome(right.replace("x + x", "x * x"), tests, sandbox) == "wrong_answer"

    @pytest.mark.parametrize("name", ["check", "copy", "math", "statistics", "inputs", "Handle"])
    def test_asserts(self, name: str, sandbox: Sandbox) -> None:
        tests = load("asserts", asserts=[f"assert {name}(1) == 2", f"assert {name}(2) == 4"])
        right = f"def {name}(x):\n    return x + x\n"
        assert outcome(right, tests, sandbox) == "correct"
        assert outcome(right.replace("+", "*"), tests, sandbox) == "wrong_answer"

    @pytest.mark.parametrize("name", ["check", "candidate"])
    def test_check(self, name: str, sandbox: Sandbox) -> None:
        source = "def check(candidate):\n    assert candidate(1) == 2\n"
        tests = load("check", check=source, entry_point=name, prelude="")
        assert outcome(f"def {name}(x): return x + x", tests, sandbox) == "correct"
        assert outcome(f"def {name}(x): return x", tests, sandbox) == "wrong_answer"

    def test_none_of_ours_is_there_for_a_program_to_see(self, sandbox: Sandbox) -> None:
        program = "def names(x): return sorted(n for n in globals() if not n.startswith('__'))"
        tests = load("asserts", asserts=["assert names(1) == ['names']"])
        assert outcome(program, tests, sandbox) == "correct"


@pytest.mark.parametrize("name", evalplus.TRUTH_ONLY)
def test_evalplus_compares_truth_where_the_reference_gives_a_match(
    name: str, sandbox: Sandbox
) -> None:
    """MBPP+ 737, 787 and 794: whether the reference gives something is what EvalPlus keeps."""
    tests = load(
        "evalplus",
        prompt='"""\nFind a.\n"""\n',
        solution=f"import re\ndef {name}(text):\n    return re.search('a', text)\n",
        **{"entry_point": name, "base": [["xa"], ["b"]], "plus": [[""]], "atol": 0},
    )
    for body in ("re.search('a', text)", "'a' in text", "'found' if 'a' in text else None"):
        assert outcome(f"import re\ndef {name}(text): return {body}", tests, sandbox) == "correct"
    for body in ("re.search('b', text)", "'a' not in text", "None", "text"):
        program = f"import re\ndef {name}(text): return {body}"
        assert outcome(program, tests, sandbox) == "wrong_answer"


CASES = """
import unittest
class Tests(unittest.TestCase):
    def setUp(self): self.stack = Stack()
    def test_push(self):
        self.stack.push(1)
        self.assertEqual(self.stack.items, [1])
    def test_pop(self):
        with self.assertRaises(Empty): self.stack.pop()
        self.stack.push(2)
        for n in (2,):
            with self.subTest(n=n): self.assertEqual(self.stack.pop(), n)
    @unittest.skip("not now")
    def test_later(self): self.assertTrue(False)
"""
STACK = """
class Empty(Exception): pass
class Stack:
    def __init__(self): self.items = []
    def push(self, item): self.items.append(item)
    def pop(self):
        if not self.items: raise Empty("empty")
        return self.items.pop()
"""


class TestUnittest:
    @pytest.mark.parametrize("more", ["", "if __name__ == '__main__':\n    unittest.main()\n"])
    def test_cases_are_run(self, more: str, sandbox: Sandbox) -> None:
        tests = load("unittest", check=CASES + more)
        assert outcome(STACK, tests, sandbox) == "correct"
        for right, wrong in (
            ("items.append", "items.count"),
            ("raise Empty", "raise ValueError"),
            ("return self.items.pop()", "return None"),
            ("self.items = []", "self.items = None"),
        ):
            spoiled = STACK.replace(right, wrong)
            assert outcome(spoiled, tests, sandbox) in ("wrong_answer", "runtime_error"), wrong

    def test_a_function_with_prelude_and_setup(self, sandbox: Sandbox) -> None:
        check = "import unittest\nclass T(unittest.TestCase):\n"
        check += "    def test(self): self.assertAlmostEqual(area(R), math.pi, places=4)\n"
        tests = load(
            "unittest", check=check, entry_point="area", prelude="import math\n", setup="R = 1\n"
        )
        assert outcome("def area(r): return math.pi * r * r", tests, sandbox) == "correct"
        assert outcome("def area(r): return 3.14", tests, sandbox) == "wrong_answer"

    def test_the_reason_is_the_failed_check(self, sandbox: Sandbox) -> None:
        tests = load("unittest", check=CASES)
        spoiled = STACK.replace("return self.items.pop()", "return None")
        words = english(judge(spoiled, tests, sandbox).why)
        assert words.startswith("self.assertEqual(self.stack.pop(), n); pop() gave None")


IDLE: Mapping[str, str] = {
    "nothing": "",
    "a comment": "# assert f(1) == 1",
    "a text": "'assert f(1) == 1'",
    "a check that does nothing": "def check(candidate):\n    candidate(1)\n",
    "a function that nobody calls": "def test_it():\n    assert f(1) == 1\n",
    "a case that nobody runs": "import unittest\nclass T(unittest.TestCase):\n"
    "    def test(self): self.assertEqual(f(1), 1)\n",
    "a call": "f(1)",
    "a print": "print(f(1) == 1)",
    "a comparison": "f(1) == 1",
    "a nested function": "def check(candidate):\n    def inner():\n        assert candidate(1) == 1\n",
    "no test": "class T:\n    def check(self): assert f(1)\n",
}


class TestTestsThatCheckNothing:
    @pytest.mark.parametrize("case", IDLE)
    def test_they_are_refused(self, case: str, sandbox: Sandbox) -> None:
        tests = CodeTests("assert", (), "f", IDLE[case])
        with pytest.raises(DataError, match="executes no check") as refused:
            judge("def f(x): return 1", tests, sandbox)
        assert ("form `unittest`" in str(refused.value)) == ("TestCase" in IDLE[case])

    @pytest.mark.parametrize(
        "check",
        [
            "import unittest\nclass T(unittest.TestCase): pass",
            "import unittest\nclass T(unittest.TestCase):\n    def test(self): f(1)",
            "import unittest\nclass T(unittest.TestCase):\n    def helper(self): self.assertTrue(f)",
        ],
    )
    def test_cases_without_checks_are_refused(self, check: str, sandbox: Sandbox) -> None:
        tests = CodeTests("assert", (), "f", check, style="unittest")
        with pytest.raises(DataError, match="executes no check"):
            judge("def f(x): return 1", tests, sandbox)

    def test_tests_that_never_use_the_program(self, sandbox: Sandbox) -> None:
        with pytest.raises(DataError, match="never use the program"):
            judge("def f(x): return 1", CodeTests("assert", (), "f", "assert 1 == 1"), sandbox)

    def test_the_grade_names_the_problem_and_what_to_do(self) -> None:
        columns = {"check": IDLE["a case that nobody runs"], "entry_point": "f"}
        text = unpack.canonical(columns)
        kept = {"form": "check", "sha256": unpack.digest_of(text), "data": columns}
        problem = Problem("ours", "p1", details={"tests": kept})
        sample = Sample("s1", "m", "ours", "p1", 0, "def f(x): return 1", "stop", 1, 1, 0.0)
        with pytest.raises(DataError, match=r"^ours, problem p1: .*the form `unittest`"):
            make_grader("code", {}, None).grade(problem, sample)

    @pytest.mark.parametrize(
        "check",
        [
            "for x in f(1):\n    assert x",
            "r = f(1)\nif r:\n    assert r == [2]",
            "def verify(c):\n    for x in c(1): assert x\nverify(f)",
        ],
    )
    def test_a_program_cannot_make_the_tests_check_nothing(
        self, check: str, sandbox: Sandbox
    ) -> None:
        tests = CodeTests("assert", (), "f", check)
        assert outcome("def f(x): return []", tests, sandbox) == "wrong_answer"

    @pytest.mark.parametrize(
        "check",
        [
            "def verify(c):\n    assert c(1) == 1\nverify(f)",
            "class T:\n    def run(self): assert f(1) == 1\nT().run()",
            "def check(candidate):\n    def inner():\n        assert candidate(1) == 1\n    inner()",
            "import unittest\nunittest.TestCase().assertEqual(f(1), 1)",
            "assert f(1) == 1 if True else None",
        ],
    )
    def test_checks_that_are_reached_count(self, check: str, sandbox: Sandbox) -> None:
        tests = CodeTests("assert", (), "f", check)
        assert outcome("def f(x): return 1", tests, sandbox) == "correct"
        assert outcome("def f(x): return 2", tests, sandbox) == "wrong_answer"


class TestRuns:
    """A program that passes by counting its runs, or by the number of its process."""

    ANSWERS = ("NO", "YES", "NO", "NO", "YES", "NO", "YES", "YES", "NO", "NO", "YES", "NO")

    @pytest.mark.parametrize(
        "turn",
        [
            "import math\nmath.n = getattr(math, 'n', 0) + 1\nturn = math.n > 1",
            "import os\nturn = os.getpid() % 2",
            "import sys\nsys.setswitchinterval(sys.getswitchinterval() + 1)\nturn = sys.getswitchinterval() > 2",
        ],
    )
    def test_an_answer_for_each_run(self, turn: str, sandbox: Sandbox) -> None:
        tests = CodeTests("stdin", tuple(Case(str(n), a) for n, a in enumerate(self.ANSWERS)))
        for yes, no in (("YES", "NO"), ("NO", "YES")):
            program = f"input()\n{turn}\nprint({yes!r} if turn else {no!r})"
            assert outcome(program, tests, sandbox) == "wrong_answer"

    def test_a_right_program_that_leaves_something_behind_passes(self, sandbox: Sandbox) -> None:
        program = "import math\nn = int(input())\nmath.n = getattr(math, 'n', 0) + 1\n"
        program += "print(n + (math.n > 3))"
        tests = CodeTests("stdin", tuple(Case(str(n), str(n)) for n in range(8)))
        assert outcome(program, tests, sandbox) == "correct"


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    ["[None] * 15_000_000", "'a' * 15_000_000", "[[]] * 1_000_000", "list(range(10 ** 6))",
     "{n: [] for n in range(300_000)}"],
)  # fmt: skip
def test_little_is_read_of_a_value_that_is_too_large(value: str, sandbox: Sandbox) -> None:
    """The reason says so, and no part of it was made: to make them took the judge 19 s."""
    tests = CodeTests("functional", (Case("1", "[1, 2, 3]"),), "f")
    words = english(judge(f"def f(x): return {value}", tests, sandbox).why)
    assert "bytes, far more than the value that is expected" in words or "time" in words


@pytest.mark.parametrize(
    ("tests", "program", "words"),
    [
        (CodeTests("functional", (Case("1", "1"),), "f"), "def f(x):\n    return 1 / 0", "line 2: Zero"),
        (CodeTests("functional", (Case("1", "1"),), "f"), "def f(x):\n  retur 1", "line 2: SyntaxError"),
        (CodeTests("stdin", (Case("1", "1"),)), "x = 1\n\ny = z", "line 3: NameError"),
        (CodeTests("assert", (), "f", "assert f(1) == 1", "import os\n\n\n"),
         "from __future__ import annotations\ndef f(x):\n    return x.y", "line 3: AttributeError"),
        (CodeTests("functional", (Case("1", "1"),), "f", prelude="import os\n"),
         "class Solution:\n    def f(self, x):\n        return x[0]", "line 3: TypeError"),
    ],
)  # fmt: skip
def test_lines_in_reasons_are_the_programs_own(
    tests: CodeTests, program: str, words: str, sandbox: Sandbox
) -> None:
    assert words in english(judge(program, tests, sandbox).why)


LEETCODE = """
my_solution = Solution()

test_input = { "nums": [1, 2, 3] }
assert my_solution.total(**test_input) == 6

test_input = { "nums": [] }
assert my_solution.total(**test_input) == 0
"""


class TestByConfig:
    def test_a_text_of_asserts_is_about_the_class_that_it_makes(self) -> None:
        assert load("asserts", asserts=LEETCODE).entry_point == "Solution"

    def test_a_parameter_may_have_any_name(self, sandbox: Sandbox) -> None:
        names = ("target", "what", "handle", "self_", "args", "kwargs", "owner")
        given = ", ".join(f'"{name}": {i}' for i, name in enumerate(names))
        asserts = f"s = Solution()\nassert s.add(**{{{given}}}) == 21\n"
        asserts += "assert plain(self=1, what=2, target=3) == 6\n"
        program = (
            f"class Solution:\n    def add(self, {', '.join(names)}):\n"
            f"        return {' + '.join(names)}\n"
            "def plain(self, what, target):\n    return self + what + target\n"
        )
        assert outcome(program, load("asserts", asserts=asserts), sandbox) == "correct"

    def test_a_prelude_of_the_benchmark(self, sandbox: Sandbox) -> None:
        columns = {"asserts": LEETCODE, unpack.PRELUDE: "from typing import List"}
        tests = load("asserts", **columns)
        program = "class Solution:\n    def total(self, nums: List[int]) -> int:\n        return sum(nums)\n"
        assert outcome(program, tests, sandbox) == "correct"
        assert outcome(program.replace("sum", "len"), tests, sandbox) == "wrong_answer"
        assert outcome(program, load("asserts", asserts=LEETCODE), sandbox) == "runtime_error"
        assert TestsConfig(form="asserts", columns={}, prelude="import os").prelude == "import os"

    @pytest.mark.parametrize(
        ("form", "columns", "words"),
        [
            ("asserts", {"asserts": {"a": 1}}, "neither a text nor a list"),
            ("asserts", {"asserts": ["x = 1"]}, "no function in common"),
            ("cases", {"tests": [[1]]}, r"`tests` is a list.*of \[given, expected\]"),
            ("cases", {"tests": "{"}, r"`tests` is a list, or the JSON of one"),
            ("stdin_pairs", {"tests": [1]}, "JSON list of {input: {stdin}"),
            ("livecodebench", {"public": 1, "private": 2}, "`public` and `private` are JSON lists"),
        ],
    )
    def test_a_message_says_what_the_columns_must_look_like(
        self, form: str, columns: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(DataError, match=words):
            load(form, **columns)

    def test_cases_may_be_json(self) -> None:
        assert load("cases", tests=json.dumps([["1", "2"]])).cases == (Case("1", "2"),)

    @pytest.mark.shared
    def test_deepseeks_leetcode_problems_are_read(self, shared: Path) -> None:
        path = shared / "data" / "benchmarks" / "leetcode_180_deepseek_coder.jsonl"
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found = [load("asserts", asserts=row["test"]) for row in rows]
        assert len(found) == 180 and {tests.entry_point for tests in found} == {"Solution"}


class TestExtraction:
    """Both rules are graded where they take different programs."""

    def grade(self, reply: str) -> Mapping[str, float]:
        columns = {"tests": [["41\n", "42\n"]]}
        text = unpack.canonical(columns)
        kept = {"form": "cases", "sha256": unpack.digest_of(text), "data": columns}
        problem = Problem("ours", "p1", details={"tests": kept})
        grader = make_grader("code", {}, None)
        sample = Sample("s1", "m", "ours", "p1", 0, reply, "stop", 1, 1, 0.0)
        return grader.grade(problem, sample).metrics

    RIGHT = "```python\nprint(int(input())+1)\n```\n"

    @pytest.mark.parametrize(
        ("reply", "gains", "loses"),
        [
            (RIGHT, None, None),
            (RIGHT + "Output:\n```\n42\n```\n", 0.0, 1.0),
            ("```python\nprint(0)\n```\nor\n```\nprint(int(input())+1)\n```", 1.0, 0.0),
            ("print(int(input())+1)", 0.0, 1.0),
            ("```python\nprint(1)\n```\n```text\nx\n```", 0.0, 0.0),
        ],
    )
    def test_what_differs(self, reply: str, gains: float | None, loses: float | None) -> None:
        metrics = self.grade(reply)
        assert metrics.get("lcb_extraction_gains") == gains
        assert metrics.get("lcb_extraction_loses") == loses
        assert ("lcb_extraction_differs" in metrics) == (gains is not None)


class TestPackages:
    def test_they_are_off_and_recorded(self) -> None:
        off, on = make_grader("code", {}, None), make_grader("code", {"packages": ["sympy"]}, None)
        assert off.digest != on.digest
        with pytest.raises(ConfigError, match="packages"):
            make_grader("code", {"packages": ["requests"]}, None)

    @pytest.mark.slow
    def test_a_package_may_be_imported_where_it_is_named(self, sandbox: Sandbox) -> None:
        pytest.importorskip("sympy")
        tests = CodeTests("stdin", (Case("12", "2"),))
        program = "import sympy\nprint(sympy.factorint(int(input()))[2])"
        assert outcome(program, tests, sandbox) == "runtime_error"
        with Sandbox(sandbox.isolation, ["sympy"]) as wide:
            assert outcome(program, tests, wide) == "correct"
            other = "import sys\nprint(2 if 'sympy' not in sys.modules.keys() - {'x'} else 3)"
            assert outcome(other.replace("sympy", "sym' 'py"), tests, wide) == "correct"
