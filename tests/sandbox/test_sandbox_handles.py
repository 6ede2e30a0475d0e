"""What tests may do with the objects of a program that runs in another process."""

# ruff: noqa: E501 (programs)

from __future__ import annotations

import pytest

from claimbench.grading.code.cases import CodeTests
from claimbench.grading.code.judge import CodeVerdict, judge
from claimbench.report.messages import english
from claimbench.sandbox.isolation import Sandbox

PROGRAM = '''
import array, collections, datetime, enum, re
from dataclasses import dataclass
from decimal import Decimal

class Bad(ValueError):
    def __init__(self, text, code):
        super().__init__(text, code)
        self.code = code

@dataclass
class Point:
    x: int
    y: int
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
    def __lt__(self, other): return self.x < other.x

class Plain:
    pass

class Ratio:
    def __init__(self, a, b): self.a, self.b = a, b
    def __eq__(self, other): return self.a * other.b == other.a * self.b

class Stack(list):
    def push(self, item): self.append(item)

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Box:
    """A box."""
    count = 0
    def __init__(self): self.items = {}; Box.count += 1
    def __getitem__(self, key): return self.items[key]
    def __setitem__(self, key, value): self.items[key] = value
    def __delitem__(self, key): del self.items[key]
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __bool__(self): return bool(self.items)
    def __str__(self): return f"Box of {len(self)}"
    def __enter__(self): self.items["open"] = True; return self
    def __exit__(self, *why): self.items["open"] = False
    @property
    def size(self): return len(self.items)

Pair = collections.namedtuple("Pair", "left right")

class Solution:
    def add(self, a, b=1): return a + b
    def squares(self, n): return (k * k for k in range(n))
    def numbers(self): return range(2, 8, 3)
    def recent(self): return collections.deque([1, 2, 3], maxlen=3)
    def array(self): return array.array("i", [1, 2])
    def count(self, text): return collections.Counter(text)
    def group(self): return collections.defaultdict(list, {1: [2]})
    def ordered(self): return collections.OrderedDict([("b", 1), ("a", 2)])
    def keys(self): return {"a": 1}.keys()
    def pair(self): return Pair(1, "x")
    def day(self): return datetime.date(2024, 2, 29)
    def moment(self): return datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)
    def span(self): return datetime.timedelta(days=1, seconds=2)
    def money(self): return Decimal("1.10")
    def data(self): return bytearray(b"ab")
    def adder(self, n): return lambda k: k + n
    def make_counter(self):
        n = 0
        def count():
            nonlocal n
            n += 1
            return n
        return count
    def sort(self, items): items.sort()
    def same(self, items): items.append(1); return items
    def nested(self, grid): grid[0][0] = 9
    def fill(self, found): found["a"] = [1]
    def drop(self, known): known.discard(1)
    def swap(self, pairs): pairs.sort(); return pairs
    def apply(self, function, items): return [function(item) for item in items]
    def compose(self, f, g): return lambda x: f(g(x))
    def match(self, text): return re.match("a+", text)
    def fail(self): raise Bad("no", 7)
    def stop(self): raise StopIteration
    def say(self, *words): print(*words)
    def ask(self): return int(input("n? ")) + 1
    def none(self): return None
    def points(self): return [Point(1, 2), Point(3, 4)]
    def reverse(self, head):
        last = None
        while head: head.next, last, head = last, head, head.next
        return last
    def second(self, head): return head.next
    def tree(self, values): return None
'''
LIST = """
class ListNode:
    def __init__(self, val=0, next=None): self.val, self.next = val, next
def build(values):
    head = None
    for value in reversed(values): head = ListNode(value, head)
    return head
def values_of(head):
    found = []
    while head:
        found.append(head.val)
        head = head.next
    return found
"""
HOLDS = {
    "a method": "assert s.add(1) == 2 and s.add(1, b=3) == 4 and s.add('a', 'b') == 'ab'",
    "a method that is kept": "add = s.add\nassert [add(n) for n in range(3)] == [1, 2, 3]",
    "a generator": "assert list(s.squares(4)) == [0, 1, 4, 9]\ng = s.squares(3)\n"
    "assert next(g) == 0 and sum(g) == 5 and next(g, 'end') == 'end'",
    "a range": "assert s.numbers() == range(2, 8, 3) and list(s.numbers()) == [2, 5]",
    "a deque": "from collections import deque\n"
    "assert list(s.recent()) == [1, 2, 3] and s.recent() == deque([1, 2, 3]) and s.recent()[0] == 1",
    "an array": "assert list(s.array()) == [1, 2] and s.array()[1] == 2",
    "a counter": "assert s.count('aab') == {'a': 2, 'b': 1} and s.count('aab').most_common(1) == [('a', 2)]",
    "a default dict": "g = s.group()\nassert g == {1: [2]} and g[5] == []",
    "an ordered dict": "assert list(s.ordered()) == ['b', 'a'] and s.ordered() == {'a': 2, 'b': 1}",
    "a view": "assert s.keys() == {'a'} and 'a' in s.keys()",
    "a named tuple": "p = s.pair()\nassert p == (1, 'x') and p.left == 1 and p.right == 'x' and p._fields == ('left', 'right')",
    "dates": "import datetime\nassert s.day() == datetime.date(2024, 2, 29) and s.day().isoformat() == '2024-02-29'\n"
    "assert s.moment().year == 2024 and s.moment().utcoffset() == datetime.timedelta(0)\n"
    "assert s.span().total_seconds() == 86402",
    "a Decimal": "from decimal import Decimal\nassert s.money() == Decimal('1.1')",
    "a bytearray": "assert s.data() == b'ab'",
    "a closure": "assert s.adder(2)(3) == 5",
    "a closure with state": "count = s.make_counter()\nassert [count(), count(), count()] == [1, 2, 3]",
    "a changed list": "a = [3, 1, 2]\nb = a\nassert s.sort(a) is None and a == [1, 2, 3] and b is a",
    "a changed list that is returned": "a = []\nassert s.same(a) is a and a == [1]",
    "a list in a list": "row = [1, 2]\ng = [row]\ns.nested(g)\nassert row == [9, 2] and g[0] is row",
    "a changed dict": "d = {}\ns.fill(d)\nassert d == {'a': [1]}",
    "a changed set": "k = {1, 2}\ns.drop(k)\nassert k == {2}",
    "sorted pairs": "p = [(2, 'b'), (1, 'a')]\nassert s.swap(p) == [(1, 'a'), (2, 'b')] and p[0] == (1, 'a')",
    "a function of the tests": "assert s.apply(lambda n: n * 10, [1, 2]) == [10, 20]",
    "one that fails": "try:\n    s.apply(lambda n: 1 // n, [0])\n    assert False\nexcept ZeroDivisionError:\n    assert True",
    "one that calls back": "assert s.apply(s.add, [1, 2]) == [2, 3] and s.apply(lambda n: s.add(n), [1]) == [2]",
    "composed": "assert s.compose(lambda x: x + 1, lambda x: x * 2)(5) == 11",
    "python's own": "assert s.apply(str, [1]) == ['1'] and s.apply(abs, [-1]) == [1]",
    "an iterator of the tests": "assert s.apply(abs, iter([-1, -2])) == [1, 2]",
    "a match": "assert s.match('aab') and not s.match('b') and s.match('aab').group() == 'aa' and s.match('b') is None",
    "an exception": "try:\n    s.fail()\n    assert False\nexcept Bad as e:\n    assert e.args == ('no', 7) and e.code == 7 and isinstance(e, ValueError)",
    "an exception by its base": "try:\n    s.fail()\n    assert False\nexcept ValueError as e:\n    assert 'no' in str(e)",
    "what is printed": "import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    s.say('a', 1)\nassert out.getvalue() == 'a 1\\n'",
    "what is typed in": "import builtins\nbuiltins.input = lambda *a: '4'\nassert s.ask() == 5",
    "what is typed in, by a mock": "from unittest import mock\nwith mock.patch('builtins.input', side_effect=['4', '5']) as i:\n    assert s.ask() == 5 and s.ask() == 6\nassert i.call_count == 2",
    "printed, by a mock": "from unittest import mock\nwith mock.patch('builtins.print') as p:\n    s.say('a', 1)\np.assert_called_once_with('a', 1)",
    "objects": "assert Point(1, 2) == Point(1, 2) and Point(1, 2) != Point(1, 3) and Point(1, 2).y == 2",
    "objects that are returned": "assert s.points() == [Point(1, 2), Point(3, 4)] and s.points()[1].x == 3",
    "objects that are computed": "assert Point(1, 2) + Point(3, 4) == Point(4, 6)",
    "objects that are sorted": "assert [p.x for p in sorted([Point(3, 0), Point(1, 0)])] == [1, 3]",
    "an attribute that is set": "p = Point(1, 2)\np.x = 5\nassert p.x == 5 and p == Point(5, 2)",
    "objects that compare in their own way": "assert Ratio(1, 2) == Ratio(2, 4) and Ratio(1, 2) != Ratio(1, 3)",
    "objects that do not compare": "a = Plain()\nassert a == a and a != Plain() and a is a and len({a, a}) == 1",
    "the same object": "p = Point(1, 2)\nassert [p][0] is p and s.apply(lambda q: q is p, [p]) == [True]",
    "a class": "assert isinstance(Point(1, 2), Point) and not isinstance(s, Point) and not isinstance(1, Point)",
    "a subclass of list": "t = Stack()\nt.push(3)\nt.push(4)\nassert t == [3, 4] and len(t) == 2 and t[0] == 3 and 4 in t and list(t) == [3, 4] and t.pop() == 4",
    "an enum": "assert Color.RED is Color.RED and Color.RED == Color.RED and Color.RED != Color.BLUE and Color.RED.name == 'RED' and Color(2) == Color.BLUE",
    "a container": "b = Box()\nb['k'] = 1\nassert b['k'] == 1 and len(b) == 1 and list(b) == ['k'] and 'k' in b and str(b) == 'Box of 1' and b\ndel b['k']\nassert not b and b.size == 0",
    "a context": "with Box() as b:\n    assert b['open'] is True\nassert b['open'] is False",
    "a class's attribute": "n = Box.count\nBox()\nassert Box.count == n + 1 and Box.__name__ == 'Box' and Box.__doc__ == 'A box.'",
    "a missing item": "try:\n    Box()['x']\n    assert False\nexcept KeyError as e:\n    assert e.args == ('x',)",
    "a missing attribute": "assert not hasattr(s, 'nothing') and hasattr(s, 'add') and getattr(s, 'nothing', 3) == 3",
    "a linked list": "assert values_of(s.reverse(build([1, 2, 3]))) == [3, 2, 1]",
    "a long linked list": "assert values_of(s.reverse(build(list(range(5000)))))[0] == 4999",
    "a node of the argument": "h = build([1, 2])\nassert s.second(h) is h.next",
    "a changed node": "h = build([1, 2])\ns.reverse(h)\nassert h.next is None and h.val == 1",
    "a circle": "h = build([1, 2])\nh.next.next = h\nassert s.second(s.second(h)) is h",
    "copies": "import copy\np = Point(1, [2])\nq = copy.deepcopy(p)\nq.y.append(3)\nassert p.y == [2] ",
}  # fmt: skip
FAILS = {
    "a wrong value": "assert s.add(1) == 3",
    "another type": "assert s.numbers() == [2, 5]",
    "an object for a value": "assert Point(1, 2) == (1, 2)",
    "an object for its data": "assert Point(1, 2) == {'x': 1, 'y': 2}",
    "objects of two classes": "assert Point(1, 2) == Plain()",
    "objects that do not compare": "assert Plain() == Plain()",
    "an exception that is not raised": "try:\n    s.add(1)\n    assert False\nexcept Bad:\n    assert True",
    "a missing name": "assert missing(1) == 1",
    "no check is executed": "for x in s.squares(0):\n    assert x == 1",
}


def verdict(check: str, sandbox: Sandbox, program: str = PROGRAM) -> CodeVerdict:
    check = f"s = Solution()\n{check}"
    return judge(program, CodeTests("assert", (), "Solution", check, LIST, LIST), sandbox)


@pytest.mark.parametrize("case", HOLDS)
def test_it_holds(case: str, sandbox: Sandbox) -> None:
    found = verdict(HOLDS[case], sandbox)
    assert found.outcome == "correct", found.why


@pytest.mark.parametrize("case", FAILS)
def test_it_does_not_hold(case: str, sandbox: Sandbox) -> None:
    assert verdict(FAILS[case], sandbox).outcome in ("wrong_answer", "runtime_error")


def test_every_check_can_fail(sandbox: Sandbox) -> None:
    """The same tests, of a program whose methods give nothing."""
    empty = "class Solution:\n    def __getattr__(self, name): return lambda *a, **k: None\n"
    passed = [name for name, check in HOLDS.items() if "s." in check.replace("tests.", "")
              and verdict(check, sandbox, empty).outcome == "correct"]  # fmt: skip
    assert passed == []


def test_numpy_arrays(sandbox: Sandbox) -> None:
    pytest.importorskip("numpy")
    program = (
        "import numpy as np\ndef f(a): a[0] = 7; return a * 2\ndef g(): return np.float64(0.5)"
    )
    check = "import numpy as np\na = np.array([1, 2])\nb = f(a)\n"
    check += "assert np.array_equal(b, [14, 4]) and b.dtype == a.dtype and g() == 0.5\n"
    assert judge(program, CodeTests("assert", (), "f", check), sandbox).outcome == "correct"
    wrong = check.replace("14", "15")
    assert judge(program, CodeTests("assert", (), "f", wrong), sandbox).outcome == "wrong_answer"


def test_reasons_name_the_call(sandbox: Sandbox) -> None:
    words = english(verdict("assert s.add(1) == 3", sandbox).why)
    assert words == "assert s.add(1) == 3; add(1) gave 2; the assert does not hold"
    words = english(verdict("p = Point(1, 2)\nassert s.add(p) == 1", sandbox).why)
    assert "add(<Point>) raised line 15: AttributeError" in words
