"""What right programs do with their input, their output and the interpreter passes with every isolation,
with the output that the same file has under a plain `python3 prog.py`."""

# ruff: noqa: E501 (programs)
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.judge import Prepared, judge
from claimbench.grading.outcomes import CORRECT, RUNTIME_ERROR
from claimbench.sandbox.isolation import Sandbox

pytestmark = pytest.mark.slow

SUMS = ("3\n4\n5\n", "12\n")
"""Three numbers, one a line, and their sum."""

ADDING = {
    "for line in sys.stdin": "import sys\nprint(sum(int(line) for line in sys.stdin))",
    "input() to EOF": "total = 0\ntry:\n    while True:\n        total += int(input())\n"
    "except EOFError:\n    print(total)",
    "iter(input, '')": "print(int(input()) + int(input()) + int(input()))",
    "map over open(0)": "print(sum(map(int, open(0))))",
    "open(0).read()": "print(sum(map(int, open(0).read().split())))",
    "*map(int, open(0))": "a, *rest = map(int, open(0))\nprint(a + sum(rest))",
    "open('/dev/stdin')": "import sys\nprint(sum(map(int, sys.stdin.readlines())))",
    "sys.stdin.read().split()": "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
    "input = sys.stdin.readline": "import sys\ninput = sys.stdin.readline\n"
    "print(int(input()) + int(input()) + int(input()))\nassert input() == ''",
    "from sys import stdin": "from sys import stdin, stdout\n"
    "a, b, c = (int(stdin.readline()) for _ in range(3))\nstdout.write(f'{a + b + c}\\n')",
    "readline with its newline": "import sys\nlines = [sys.stdin.readline() for _ in range(4)]\n"
    "assert [line[-1:] for line in lines] == ['\\n', '\\n', '\\n', '']\n"
    "print(sum(int(line) for line in lines if line))",
    "buffer.readline": "import sys\ninput = sys.stdin.buffer.readline\n"
    "print(int(input()) + int(input()) + int(input()))",
    "buffer.read": "import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))",
    "for line in buffer": "import sys\nprint(sum(map(int, sys.stdin.buffer)))",
    "buffer.write": "import sys\nn = sum(map(int, sys.stdin.buffer))\n"
    "sys.stdout.buffer.write(b'%d\\n' % n)",
    "print, then buffer.write": "import sys\nn = sum(map(int, sys.stdin))\nprint(n // 10, end='')\n"
    "sys.stdout.flush()\nsys.stdout.buffer.write(b'%d\\n' % (n % 10))",
    "os.read": "import os\nprint(sum(map(int, os.read(0, 10**6).split())))",
    "os.read of the file's size": "import io, os\n"
    "data = io.BytesIO(os.read(0, os.fstat(0).st_size))\nprint(sum(map(int, data)))",
    "os.write": "import os, sys\nos.write(1, str(sum(map(int, sys.stdin))).encode())",
    "fileinput": "import fileinput\nprint(sum(int(line) for line in fileinput.input()))",
    "sys.stdin = io.StringIO": "import io, sys\nsys.stdin = io.StringIO(sys.stdin.read())\n"
    "print(int(input()) + int(input()) + int(input()))",
    "sys.stdin = io.BytesIO": "import io, os, sys\nsys.stdin = io.BytesIO(os.read(0, 10**6))\n"
    "input = lambda: sys.stdin.readline().rstrip()\n"
    "print(int(input()) + int(input()) + int(input()))",
    "sys.stdout = io.StringIO": "import io, sys\nkept = sys.stdout\nsys.stdout = io.StringIO()\n"
    "print(sum(map(int, sys.stdin)))\nkept.write(sys.stdout.getvalue())",
    "a stdout of its own, flushed by atexit": "import atexit, io, os, sys\nout = io.BytesIO()\n"
    "sys.stdout.write = lambda text: out.write(text.encode())\n"
    "atexit.register(lambda: os.write(1, out.getvalue()))\n"
    "sys.stdout.write(str(sum(map(int, sys.stdin))))",
    "print to a TextIOWrapper": "import io, sys\n"
    "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, write_through=True)\n"
    "print(sum(map(int, sys.stdin)))",
    "a detached stdin and stdout": "import io, sys\n"
    "sys.stdin = io.TextIOWrapper(sys.stdin.detach(), encoding='utf-8')\n"
    "sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8')\n"
    "print(sum(map(int, sys.stdin)))",
    "a stdout with nothing but write and flush": "import sys\nclass Kept:\n"
    "    def __init__(self):\n        self.kept, self.own = [], sys.stdout\n"
    "    def write(self, text):\n        self.kept.append(text)\n"
    "    def flush(self):\n        self.own.write(''.join(self.kept))\n        self.kept = []\n"
    "sys.stdout = Kept()\nprint(sum(map(int, sys.stdin)))",
    "print in __del__": "import sys\nclass Last:\n"
    "    def __del__(self):\n        print(self.sum)\n"
    "last = Last()\nlast.sum = sum(map(int, sys.stdin))",
    "print(flush=True)": "import sys\nprint(sum(map(int, sys.stdin)), flush=True)",
    "print(file=sys.stderr)": "import sys\nprint('debug', file=sys.stderr)\n"
    "print(sum(map(int, sys.stdin)))",
    "no newline at the end": "import sys\nprint(sum(map(int, sys.stdin)), end='')",
    "global": "total = 0\ndef add(x):\n    global total\n    total += x\n"
    "for _ in range(3):\n    add(int(input()))\nprint(total)",
    "a name of the module in a function": "import sys\nnumbers = list(map(int, sys.stdin))\n"
    "def add():\n    return sum(numbers)\nprint(add())",
    "from __future__": "from __future__ import annotations\nimport sys\n"
    "def add(line: Unknown) -> int:\n    return int(line)\nprint(sum(map(add, sys.stdin)))",
    "__main__": "import sys\ndef main():\n    print(sum(map(int, sys.stdin)))\n"
    "if __name__ == '__main__':\n    main()",
    "__main__ in a module's attributes": "import sys\ndef main():\n"
    "    print(sum(map(int, sys.stdin)))\nsys.modules['__main__'].main()",
    "exit()": "import sys\nprint(sum(map(int, sys.stdin)))\nexit()\nprint('no')",
    "quit()": "import sys\nprint(sum(map(int, sys.stdin)))\nquit()",
    "sys.exit(0)": "import sys\nprint(sum(map(int, sys.stdin)))\nsys.exit(0)",
    "sys.exit(256)": "import sys\nprint(sum(map(int, sys.stdin)))\nsys.exit(256)",
    "raise SystemExit": "import sys\nprint(sum(map(int, sys.stdin)))\nraise SystemExit",
    "os._exit(0)": "import os, sys\nprint(sum(map(int, sys.stdin)), flush=True)\nos._exit(0)",
    "a thread with a bigger stack": "import sys, threading\n"
    "def depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n"
    "def main():\n    assert depth(50_000) == 50_000\n    print(sum(map(int, sys.stdin)))\n"
    "sys.setrecursionlimit(10**6)\nthreading.stack_size(2**27)\n"
    "thread = threading.Thread(target=main)\nthread.start()\nthread.join()",
    "a thread that nobody joins": "import sys, threading, time\ndef main():\n"
    "    time.sleep(0.05)\n    print(sum(map(int, sys.stdin)))\n"
    "threading.Thread(target=main).start()",
    "deep recursion": "import sys\nsys.setrecursionlimit(10**6)\n"
    "def depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n"
    "assert depth(100_000) == 100_000\nprint(sum(map(int, sys.stdin)))",
    "deep recursion through C": "import sys\nfrom functools import lru_cache\n"
    "sys.setrecursionlimit(10**6)\n@lru_cache(None)\n"
    "def depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n"
    "assert depth(3_000) == 3_000\nprint(sum(map(int, sys.stdin)))",
    "resource.setrlimit of the stack": "import resource, sys\n"
    "hard = resource.getrlimit(resource.RLIMIT_STACK)[1]\n"
    "resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))\n"
    "sys.setrecursionlimit(10**6)\nprint(sum(map(int, sys.stdin)))",
    "a recursive generator": "import sys\nsys.setrecursionlimit(10**5)\n"
    "def walk(n):\n    if n:\n        yield from walk(n - 1)\n    yield n\n"
    "assert len(list(walk(2_000))) == 2_001\nprint(sum(map(int, sys.stdin)))",
    "RecursionError caught": "import sys\nsys.setrecursionlimit(2_000)\ndef down(n):\n"
    "    return down(n + 1)\ntry:\n    down(0)\nexcept RecursionError:\n"
    "    print(sum(map(int, sys.stdin)))",
    "sys.set_int_max_str_digits": "import sys\nsys.set_int_max_str_digits(0)\n"
    "assert len(str(7 ** 100_000)) == 84510\nprint(sum(map(int, sys.stdin)))",
    "heapq, bisect, collections": "import bisect, heapq, sys\n"
    "from collections import Counter, OrderedDict, defaultdict, deque\n"
    "heap = list(map(int, sys.stdin))\nheapq.heapify(heap)\nqueue = deque(sorted(heap))\n"
    "assert bisect.bisect_left(list(queue), 4) <= 3 and Counter(heap)[4] <= 1\n"
    "seen = defaultdict(int)\nwhile heap:\n    seen['sum'] += heapq.heappop(heap)\n"
    "print(seen['sum'])",
    "itertools, math, string, re": "import itertools, math, re, string, sys\n"
    "numbers = [int(n) for n in re.findall('[' + string.digits + ']+', sys.stdin.read())]\n"
    "assert math.gcd(*numbers) == 1 <= math.prod(numbers)\n"
    "print(list(itertools.accumulate(numbers))[-1])",
    "decimal, fractions, datetime, random": "import datetime, random, sys\n"
    "from decimal import Decimal, getcontext\nfrom fractions import Fraction\n"
    "getcontext().prec = 50\nrandom.seed(1)\ndatetime.datetime.strptime('2024-01-01', '%Y-%m-%d')\n"
    "print(int(sum(Fraction(Decimal(line.strip())) for line in sys.stdin)))",
    "dataclasses, enum, typing, abc": "import sys\nfrom abc import ABC\n"
    "from dataclasses import dataclass\nfrom enum import Enum\nfrom typing import List, Optional\n"
    "class Kind(Enum):\n    A = 1\n@dataclass(order=True)\nclass Item(ABC):\n    size: int\n"
    "    kind: Optional[Kind] = None\nitems: List[Item] = [Item(int(x)) for x in sys.stdin]\n"
    "print(sum(item.size for item in items))",
    "lru_cache and cache": "import sys\nfrom functools import cache, lru_cache, reduce\n@cache\n"
    "def one(x):\n    return int(x)\n@lru_cache(maxsize=None)\ndef add(a, b):\n    return a + b\n"
    "print(reduce(add, map(one, sys.stdin)))",
    "a class with __slots__ and __lt__": "import heapq, sys\nclass Node:\n"
    "    __slots__ = ('x',)\n    def __init__(self, x):\n        self.x = x\n"
    "    def __lt__(self, other):\n        return self.x < other.x\n"
    "heap = []\nfor line in sys.stdin:\n    heapq.heappush(heap, Node(int(line)))\n"
    "print(sum(node.x for node in heap))",
    "match and the walrus": "total = 0\nwhile True:\n    try:\n        line = input()\n"
    "    except EOFError:\n        break\n    match line.split():\n        case [x] if (n := int(x)):\n"
    "            total += n\nprint(total)",
    "eval and exec": "import sys\nexec('def f(x):\\n    return eval(x)')\n"
    "print(sum(f(line) for line in sys.stdin))",
    "locale and time": "import sys, time\nstart = time.time()\nassert time.perf_counter() > 0\n"
    "print(sum(map(int, sys.stdin)))\nassert time.time() - start < 100",
    "sys.argv and __file__": "import sys\nassert len(sys.argv) == 1 and __file__.endswith('.py')\n"
    "print(sum(map(int, sys.stdin)))",
    "pickle and copy": "import copy, pickle, sys\nclass P:\n    pass\np = P()\n"
    "p.n = list(map(int, sys.stdin))\n"
    "print(sum(pickle.loads(pickle.dumps(copy.deepcopy(p))).n))",
    "faulthandler and gc.disable": "import gc, sys\ngc.disable()\nprint(sum(map(int, sys.stdin)))",
    "signal.alarm that is never reached": "import signal, sys\nsignal.signal(signal.SIGALRM, print)\n"
    "print(sum(map(int, sys.stdin)))",
    "numpy": "import sys\nimport numpy as np\n"
    "print(np.array(sys.stdin.read().split(), dtype=np.int64).sum())",
    "numpy reads stdin": "import sys\nimport numpy\nprint(int(numpy.loadtxt(sys.stdin).sum()))",
}

LONG = {
    "a thousand lines one by one": (
        "import sys\nn = int(input())\nfor _ in range(n):\n    sys.stdout.write(input() + '\\n')",
        "1000\n" + "x\n" * 1000,
        "x\n" * 1000,
    ),
    "a megabyte in one line": ("print(len(input()))", "y" * 2**20 + "\n", str(2**20)),
    "a megabyte of output": ("print('z' * 2**20)", "", "z" * 2**20),
    "text that is no ASCII": ("print(input()[::-1])", "żółć ✓\n", "✓ ćłóż"),
    "carriage returns": ("print(int(input()) + int(input()))", "1\r\n2\r\n", "3"),
    "carriage returns in a text": ("print(ascii(input()))", "a\r\n", r"'a\r'"),
    "an empty input": ("import sys\nprint(len(sys.stdin.read()))", "", "0"),
    "no newline at the end": ("print(int(input()) + int(input()))", "1\n2", "3"),
}
"""Name: program, input, output."""

CALLED = {
    "a method": "class Solution:\n    def f(self, n: int, xs: List[int]) -> int:\n"
    "        return n + sum(xs)",
    "a function": "def f(n, xs):\n    return n + sum(xs)",
    "the usual imports are there": "class Solution:\n    def f(self, n, xs):\n"
    "        return reduce(lambda a, b: a + b, deque(xs), n) + len(heapq.nsmallest(0, Counter(xs)))",
    "a helper class and a cache": "@lru_cache(None)\ndef add(a, b):\n    return a + b\n"
    "class Node:\n    def __init__(self, x):\n        self.x = x\n"
    "class Solution:\n    def f(self, n, xs):\n        for x in xs:\n"
    "            n = add(n, Node(x).x)\n        return n",
    "a global counter": "total = 0\nclass Solution:\n    def f(self, n, xs):\n"
    "        global total\n        for x in [n, *xs]:\n            total += x\n        return total",
    "prints, and a stdin nobody needs": "class Solution:\n    def f(self, n, xs):\n"
    "        print('debug', n)\n        return n + sum(xs)",
    "dates": "class Solution:\n    def f(self, n, xs):\n"
    "        days = datetime.datetime.strptime(f'2024-01-0{n}', '%Y-%m-%d').day\n"
    "        return days + sum(xs)",
    "a pool of threads": "from concurrent.futures import ThreadPoolExecutor\nclass Solution:\n"
    "    def f(self, n, xs):\n        with ThreadPoolExecutor(2) as pool:\n"
    "            return n + sum(pool.map(int, xs))",
    "numpy": "import numpy as np\nclass Solution:\n    def f(self, n, xs):\n"
    "        return np.int64(n) + np.array(xs).sum()",
}
"""Of an entry point f(n, xs), which adds."""


def failures(programs: dict[str, str], tests: CodeTests, sandbox: Sandbox) -> dict[str, str]:
    """What did not pass: in one child, or test by test."""
    prepared = Prepared(tests)
    verdicts = {n: judge(p, prepared, sandbox, recheck=True) for n, p in programs.items()}
    return {n: v.why for n, v in verdicts.items() if v.outcome != CORRECT or v.disagrees}


def test_every_idiom_passes(sandbox: Sandbox) -> None:
    """Twice in one process, so that nothing of the first run is in the way of the second."""
    cases = (Case("1\n1\n7\n", "9\n"), Case(*SUMS))
    assert failures(ADDING, CodeTests("stdin", cases), sandbox) == {}


def test_long_and_odd_inputs(sandbox: Sandbox) -> None:
    for name, (program, given, expected) in LONG.items():
        tests = CodeTests("stdin", (Case(given, expected),) * 2)
        assert failures({name: program}, tests, sandbox) == {}


def test_functions_and_methods(sandbox: Sandbox) -> None:
    cases = (Case("3\n[4, 5]", "12"), Case("1\n[]", "1"))
    assert failures(CALLED, CodeTests("functional", cases, "f"), sandbox) == {}


def test_each_is_a_right_program_outside(tmp_path: Path) -> None:
    given, path = tmp_path / "input", tmp_path / "prog.py"
    given.write_text(SUMS[0])
    printed = {}
    for name, program in ADDING.items():
        path.write_text(program)
        with given.open() as stdin:
            words = [sys.executable, "-I", str(path)]
            ran = subprocess.run(words, stdin=stdin, capture_output=True, text=True, check=True)
            printed[name] = ran.stdout.strip()
    assert printed == dict.fromkeys(ADDING, SUMS[1].strip())


DEEP = "def depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n"


class TestLimitsOfTheInterpreter:
    """LiveCodeBench's runner gives every program 50,000 frames and 50,000 digits; a program that
    asks for other limits has its own, and the next test does not."""

    def test_recursion(self, sandbox: Sandbox) -> None:
        program = DEEP + "print(depth(int(input())))"
        for depth, outcome in ((49_000, CORRECT), (51_000, RUNTIME_ERROR)):
            tests = CodeTests("stdin", (Case(f"{depth}\n", f"{depth}"),))
            assert judge(program, tests, sandbox).outcome == outcome

    def test_recursion_of_a_method(self, sandbox: Sandbox) -> None:
        program = DEEP + "class Solution:\n    def f(self, n):\n        return depth(n)"
        tests = CodeTests("functional", (Case("49000", "49000"),), "f")
        assert judge(program, tests, sandbox).outcome == CORRECT

    def test_digits(self, sandbox: Sandbox) -> None:
        for digits, outcome in ((50_000, CORRECT), (50_001, RUNTIME_ERROR)):
            tests = CodeTests("stdin", (Case(f"{digits}", "1" * digits),))
            assert judge("print(10 ** int(input()) // 9)", tests, sandbox).outcome == outcome

    def test_digits_of_arguments_and_values(self, sandbox: Sandbox) -> None:
        cases = (Case("9" * 20_000, "9" * 20_000), Case('"%s"' % ("9" * 9000), "9" * 9000))
        tests = CodeTests("functional", cases, "f")
        assert judge("def f(n):\n    return int(n)", tests, sandbox).outcome == CORRECT

    def test_a_limit_of_its_own_ends_with_the_test(self, sandbox: Sandbox) -> None:
        program = (
            "import sys\nn = int(input())\n"
            "print(sys.getrecursionlimit() < 90_000, sys.get_int_max_str_digits())\n"
            "sys.setrecursionlimit(10**6)\nsys.set_int_max_str_digits(0)\n"
        )
        tests = CodeTests("stdin", (Case("1", "True 50000"), Case("2", "True 50000")))
        assert judge(program, tests, sandbox).outcome == CORRECT

    def test_asserts_keep_pythons_own(self, sandbox: Sandbox) -> None:
        """HumanEval and MBPP are published with a plain interpreter's limits."""
        check = f"assert f(500) == 500\nassert f(900) == {json.dumps(900)}"
        tests = CodeTests("assert", (), "f", check)
        program = DEEP + "def f(n):\n    return depth(n)"
        assert judge(program, tests, sandbox).outcome == CORRECT
        deeper = CodeTests("assert", (), "f", "assert f(1100) == 1100")
        assert judge(program, deeper, sandbox).outcome == RUNTIME_ERROR


def test_a_run_finds_the_builtins_as_they_are(sandbox: Sandbox) -> None:
    """In the child of the run before, too, which has changed, added and removed some."""
    program = (
        "import builtins\nfound = [vars(builtins).get(n) for n in ('mine', 'sorted', 'abs')]\n"
    )
    program += "print(input(), found[0], found[1] is None, abs(-1))\n"
    program += "builtins.mine = 1\ndel builtins.sorted\nbuiltins.abs = lambda x: 5\n"
    cases = tuple(Case(f"{number}", f"{number} None False 1") for number in range(3))
    assert judge(program, CodeTests("stdin", cases), sandbox).outcome == CORRECT
    prepared = Prepared(CodeTests("stdin", cases))
    outcome = sandbox.run([prepared.job("stdin", program, 0, 3)], prepared.inputs)
    assert len(outcome.records[0]) == 3  # in one child
    assert outcome.output.decode().splitlines() == [case.expected for case in cases]
