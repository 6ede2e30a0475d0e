"""Programs on which LiveCodeBench's own runner and a plain interpreter may differ.

`python lcb_quirks.py` prints what the runner makes of each, as JSON, where lighteval (which carries
it) is installed.
"""

# ruff: noqa: E501 (programs)
from __future__ import annotations

import json
import logging

STDIN = [["3\n4\n5\n", "12\n"], ["1\n1\n7\n", "9\n"]]
"""Three numbers, one a line, and their sum."""

PROGRAMS = {
    "input()": "print(int(input()) + int(input()) + int(input()))",
    "input() to EOF": "t = 0\ntry:\n    while True:\n        t += int(input())\nexcept EOFError:\n    print(t)",
    "sys.stdin.read()": "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
    "sys.stdin.read() twice": "import sys\nn = len(sys.stdin.read())\nassert sys.stdin.read() == ''\nprint(0 if not n else 12 if n == 6 else 0)",
    "for line in sys.stdin": "import sys\nprint(sum(int(x) for x in sys.stdin))",
    "sys.stdin.readline": "import sys\ninput = sys.stdin.readline\nprint(int(input()) + int(input()) + int(input()))",
    "readline's newline": "import sys\nlines = [sys.stdin.readline() for _ in range(3)]\nassert all(x.endswith('\\n') for x in lines)\nprint(sum(map(int, lines)))",
    "readline at the end": "import sys\nt = 0\nwhile True:\n    line = sys.stdin.readline()\n    if not line:\n        break\n    t += int(line)\nprint(t)",
    "readlines": "import sys\nprint(sum(int(x) for x in sys.stdin.readlines()))",
    "readlines' count": "import sys\nlines = sys.stdin.readlines()\nassert len(lines) == 3\nprint(sum(map(int, lines)))",
    "from sys import stdin": "from sys import stdin\nprint(int(stdin.readline()) + int(stdin.readline()) + int(stdin.readline()))",
    "from sys import stdin, a loop": "from sys import stdin\nprint(sum(int(x) for x in stdin))",
    "from sys import stdin, read": "from sys import stdin\nprint(sum(map(int, stdin.read().split())))",
    "from sys import stdin, to the end": "from sys import stdin\nt = 0\nwhile True:\n    line = stdin.readline()\n    if not line:\n        break\n    t += int(line)\nprint(t)",
    "stdin without an import": "print(sum(map(int, stdin.read().split())))",
    "a loop over stdin without an import": "print(sum(int(x) for x in stdin))",
    "buffer.readline": "import sys\ninput = sys.stdin.buffer.readline\nprint(int(input()) + int(input()) + int(input()))",
    "buffer.read": "import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))",
    "stdout.buffer.write": "import sys\nsys.stdout.buffer.write(b'%d' % sum(map(int, sys.stdin.read().split())))",
    "sys.stdout.write": "import sys\nsys.stdout.write(str(sum(map(int, sys.stdin.read().split()))))",
    "from sys import stdout": "from sys import stdin, stdout\nstdout.write(str(sum(map(int, stdin.read().split()))))",
    "from sys import stdout, input()": "from sys import stdout\nstdout.write(str(int(input()) + int(input()) + int(input())))",
    "print(file=sys.stdout)": "import sys\nprint(int(input()) + int(input()) + int(input()), file=sys.stdout)",
    "open(0)": "print(sum(map(int, open(0).read().split())))",
    "open('/dev/stdin')": "print(sum(map(int, open('/dev/stdin').read().split())))",
    "io.open(0)": "import io\nprint(sum(map(int, io.open(0).read().split())))",
    "os.read": "import os\nprint(sum(map(int, os.read(0, 9999).split())))",
    "fileinput": "import fileinput\nprint(sum(map(int, fileinput.input())))",
    "global": "t = 0\ndef add():\n    global t\n    t += int(input())\nfor _ in range(3):\n    add()\nprint(t)",
    "nested functions": "def read():\n    return int(input())\ndef main():\n    return read() + read() + read()\nprint(main())",
    "a name of the module in a class": "N = 3\nclass A:\n    size = N\n    def total(self):\n        return sum(int(input()) for _ in range(N))\nprint(A().total())",
    "recursion of a nested function": "def down(n):\n    return int(input()) + down(n - 1) if n else 0\nprint(down(3))",
    "__future__": "from __future__ import annotations\nprint(int(input()) + int(input()) + int(input()))",
    "__main__ at the end": "def main():\n    print(int(input()) + int(input()) + int(input()))\nif __name__ == '__main__':\n    main()",
    "__main__ in the middle": "def main():\n    print(int(input()) + int(input()) + int(input()))\nif __name__ == '__main__':\n    main()\nx = 1",
    "__main__ with an else": "if __name__ == '__main__':\n    print(int(input()) + int(input()) + int(input()))\nelse:\n    print(0)",
    "__name__ otherwise": "if '__main__' == __name__:\n    print(int(input()) + int(input()) + int(input()))",
    "exit()": "print(int(input()) + int(input()) + int(input()))\nexit()",
    "exit(1)": "print(int(input()) + int(input()) + int(input()))\nexit(1)",
    "sys.exit(1)": "import sys\nprint(int(input()) + int(input()) + int(input()))\nsys.exit(1)",
    "quit()": "print(int(input()) + int(input()) + int(input()))\nquit()",
    "raise SystemExit": "print(int(input()) + int(input()) + int(input()))\nraise SystemExit",
    "os._exit": "import os\nprint(int(input()) + int(input()) + int(input()), flush=True)\nos._exit(0)",
    "an exception after the output": "print(int(input()) + int(input()) + int(input()))\nraise ValueError",
    "an import inside a function": "def main():\n    import math\n    print(math.floor(int(input()) + int(input()) + int(input())))\nmain()",
    "a star import": "from math import *\nprint(floor(int(input()) + int(input()) + int(input())))",
    "an import in a try": "try:\n    import numpy\nexcept ImportError:\n    pass\nprint(int(input()) + int(input()) + int(input()))",
    "no import of math": "print(math.floor(int(input()) + int(input()) + int(input())))",
    "no import of deque": "q = deque(int(input()) for _ in range(3))\nprint(sum(q))",
    "pow with three arguments": "print(int(input()) + int(input()) + int(input()) + pow(2, 2, 2))",
    "pow of math wins": "print(int(input()) + int(input()) + int(input()) + (0 if isinstance(pow(2, 2), int) else 1))",
    "a random import that shadows": "from random import *\nfrom sys import stdin\nprint(int(input()) + int(input()) + int(input()))",
    "recursion of 20,000": "def d(n):\n    return 0 if n == 0 else 1 + d(n - 1)\nassert d(20000) == 20000\nprint(int(input()) + int(input()) + int(input()))",
    "a thread": "import sys, threading\ndef main():\n    print(int(input()) + int(input()) + int(input()))\nsys.setrecursionlimit(10**6)\nthreading.stack_size(2**26)\nt = threading.Thread(target=main)\nt.start()\nt.join()",
    "an exception in a thread": "import threading\ndef main():\n    raise ValueError\nt = threading.Thread(target=main)\nt.start()\nt.join()\nprint(int(input()) + int(input()) + int(input()))",
    "stderr": "import sys\nprint('x', file=sys.stderr)\nprint(int(input()) + int(input()) + int(input()))",
    "no newline": "print(int(input()) + int(input()) + int(input()), end='')",
    "as a float": "print(float(int(input()) + int(input()) + int(input())))",
    "leading zeros": "print('%05d' % (int(input()) + int(input()) + int(input())))",
    "a tiny error": "print(int(input()) + int(input()) + int(input()) + 1e-9)",
    "blanks and blank lines around": "print('\\n  ', int(input()) + int(input()) + int(input()), '  \\n\\n')",
    "a second line": "print(int(input()) + int(input()) + int(input()))\nprint(1)",
    "wrong": "print(int(input()) - int(input()))",
    "silent": "input()",
    "no Python": "print(",
    "empty": "",
    "only a comment": "# nothing",
    "a syntax of two worlds": "print 1",
    "type hints of typing": "def f(x: List[int]) -> Optional[int]:\n    return sum(x)\nprint(f([int(input()) for _ in range(3)]))",
    "a class with super()": "class A:\n    def f(self):\n        return int(input())\nclass B(A):\n    def f(self):\n        return super().f() + super().f() + super().f()\nprint(B().f())",
    "a lambda default": "f = lambda n=3: sum(int(input()) for _ in range(n))\nprint(f())",
    "exec defines a name": "exec('total = int(input()) + int(input()) + int(input())')\nprint(total)",
    "globals()": "def add():\n    return int(input())\nprint(sum(globals()['add']() for _ in range(3)))",
    "a comprehension over a class name": "class P:\n    pass\nprint(sum(int(input()) for _ in [P(), P(), P()]))",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nprint(sum(P(int(input())).x for _ in range(3)))",
    "sys.stdin = open(0)": "import sys\nsys.stdin = open(0)\nprint(sum(int(x) for x in sys.stdin))",
    "sys.stdin = io.StringIO": "import io, sys\nsys.stdin = io.StringIO(sys.stdin.read())\nprint(int(input()) + int(input()) + int(input()))",
    "input is overwritten": "import sys\ndef input():\n    return sys.stdin.readline().rstrip('\\n')\nprint(int(input()) + int(input()) + int(input()))",
    "a docstring first": "'''Adds.'''\nprint(int(input()) + int(input()) + int(input()))",
    "return at the top": "print(int(input()) + int(input()) + int(input()))\nreturn",
    "random is seeded": "import random\nrandom.seed(1)\nprint(int(input()) + int(input()) + int(input()))",
    "decorators": "@lru_cache(None)\ndef f(n):\n    return n\nprint(f(int(input())) + f(int(input())) + f(int(input())))",
}

CALLS = [["3\n[4, 5]", "[12, 3]"], ["1\n[]", "[1, 1]"]]
"""A number and a list; their sum and the number."""

CALLED = {
    "a method": "class Solution:\n    def f(self, n, xs):\n        return [n + sum(xs), n]",
    "a function": "def f(n, xs):\n    return [n + sum(xs), n]",
    "a tuple": "class Solution:\n    def f(self, n, xs):\n        return (n + sum(xs), n)",
    "floats": "class Solution:\n    def f(self, n, xs):\n        return [float(n + sum(xs)), n]",
    "texts": "class Solution:\n    def f(self, n, xs):\n        return [str(n + sum(xs)), n]",
    "a set": "class Solution:\n    def f(self, n, xs):\n        return {n + sum(xs), n}",
    "a deque": "class Solution:\n    def f(self, n, xs):\n        return deque([n + sum(xs), n])",
    "a list of numpy's numbers": "import numpy as np\nclass Solution:\n    def f(self, n, xs):\n        return [np.int64(n + sum(xs)), np.int64(n)]",
    "an array": "import numpy as np\nclass Solution:\n    def f(self, n, xs):\n        return np.array([n + sum(xs), n])",
    "state between calls": "class Solution:\n    def __init__(self):\n        self.calls = 0\n    def f(self, n, xs):\n        self.calls += 1\n        return [n + sum(xs) + (self.calls - 1) * 100, n]",
    "state of the class": "class Solution:\n    seen = []\n    def f(self, n, xs):\n        self.seen.append(n)\n        return [n + sum(xs), self.seen[0]]",
    "state of the module": "total = 0\nclass Solution:\n    def f(self, n, xs):\n        global total\n        total += n + sum(xs)\n        return [total, n]",
    "prints": "class Solution:\n    def f(self, n, xs):\n        print('debug')\n        return [n + sum(xs), n]",
    "an object that equals all": "class E:\n    def __eq__(self, o): return True\nclass Solution:\n    def f(self, n, xs):\n        return E()",
    "a list that equals all": "class E(list):\n    def __eq__(self, o): return True\nclass Solution:\n    def f(self, n, xs):\n        return E()",
    "raises": "class Solution:\n    def f(self, n, xs):\n        return 1 // 0",
    "exits": "class Solution:\n    def f(self, n, xs):\n        exit()",
    "no such method": "class Solution:\n    def g(self, n, xs):\n        return [n + sum(xs), n]",
    "a name of the class in a comment": "# class Solution\ndef f(n, xs):\n    return [n + sum(xs), n]",
    "two classes": "class Helper:\n    def add(self, n, xs):\n        return n + sum(xs)\nclass Solution:\n    def f(self, n, xs):\n        return [Helper().add(n, xs), n]",
    "a main part": "class Solution:\n    def f(self, n, xs):\n        return [n + sum(xs), n]\nif __name__ == '__main__':\n    print(Solution().f(1, []))",
    "recursion of 20,000": "def d(n):\n    return 0 if n == 0 else 1 + d(n - 1)\nclass Solution:\n    def f(self, n, xs):\n        d(20000)\n        return [n + sum(xs), n]",
    "the usual imports": "class Solution:\n    def f(self, n: int, xs: List[int]) -> List[int]:\n        return [reduce(add, xs, n), max(n, -inf)]",
    "bool for a number": "class Solution:\n    def f(self, n, xs):\n        return [n + sum(xs), True if n == 1 else n]",
}


def main() -> None:
    """Ask the runner in lighteval; it calls a program right where every test's code is above 0."""
    logging.disable()
    from lighteval.tasks.tasks.lcb.codegen_metrics import codegen_metrics

    sets = ((PROGRAMS, STDIN, None), (CALLED, CALLS, "f"))
    found: list[dict[str, bool]] = []
    for programs, tests, name in sets:
        asked = {"inputs": [t[0] for t in tests], "outputs": [t[1] for t in tests], "fn_name": name}
        sample = {"input_output": json.dumps(asked)}
        count = len(programs)
        _, codes = codegen_metrics(
            [sample] * count, [[p] for p in programs.values()], k_list=[1], num_process_evaluate=2
        )
        right = [all(code > 0 for code in codes[place][0]) for place in range(count)]
        found.append(dict(zip(programs, right, strict=True)))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
