"""Which part of a reply is the program: the field's usual cases, and hostile replies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimbench.grading.code.extract import extract_code

CASES = {
    "tagged": ("Here:\n```python\nprint(1)\n```\nDone.", "", "print(1)\n"),
    "untagged": ("```\nprint(1)\n```", "", "print(1)\n"),
    "tag with attributes": ('```Python title="a.py"\nprint(1)\n```', "", "print(1)\n"),
    "pandoc tag": ("```{.python}\nprint(1)\n```", "", "print(1)\n"),
    "tildes": ("~~~py\nprint(1)\n~~~", "", "print(1)\n"),
    "tildes hold backticks": ("~~~py\nx = '''\n```\n'''\n~~~", "", "x = '''\n```\n'''\n"),
    "longer fence": ("````\na = 1\n```\nb = 2\n````", "", "a = 1\n```\nb = 2\n"),
    "last of several": ("```python\na = 1\n```\nBetter:\n```python\nb = 2\n```", "", "b = 2\n"),
    "output block after it": ("```python\na = 1\n```\nOutput:\n```\n1\n```", "", "a = 1\n"),
    "other languages": ("```python\na = 1\n```\nRun:\n```bash\npython a.py\n```", "", "a = 1\n"),
    "the one that defines it": (
        "```python\ndef f(x):\n    return x\n```\nUsage:\n```python\nprint(f(1))\n```",
        "f",
        "def f(x):\n    return x\n",
    ),
    "unclosed": ("Sure.\n```python\ndef f():\n    return 1", "f", "def f():\n    return 1\n"),
    "glued closing fence": (
        "```python\ndef f():\n    return 1```",
        "f",
        "def f():\n    return 1\n",
    ),
    "one line": ("So: ok\n```python print(1)```", "", "print(1)\n"),
    "CRLF": ("```python\r\na = 1\r\nb = 2\r\n```\r\n", "", "a = 1\nb = 2\n"),
    "indented in a list": (
        "1. So:\n   ```python\n   def f():\n       return 1\n   ```\n2. Done.",
        "f",
        "def f():\n    return 1\n",
    ),
    "fence in a docstring": (
        '```python\ndef f():\n    """\n    ```\n    >>> f()\n    ```\n    """\n    return 1\n```',
        "f",
        'def f():\n    """\n    ```\n    >>> f()\n    ```\n    """\n    return 1\n',
    ),
    "fence at the margin of a docstring": (
        '```python\ndef f():\n    """Doc\n```\nf()\n```\n    """\n    return 1\n```\nBye',
        "f",
        'def f():\n    """Doc\n```\nf()\n```\n    """\n    return 1\n',
    ),
    "no fence, a function": (
        "def f(x):\n    return x\n\nThis function returns its argument.",
        "f",
        "def f(x):\n    return x\n",
    ),
    "no fence, prose first": (
        "Here is the code:\n\nimport sys\nprint(sys.stdin.read())",
        "",
        "import sys\nprint(sys.stdin.read())\n",
    ),
    "no fence, a program": (
        "n = int(input())\nprint(n + 1)",
        "",
        "n = int(input())\nprint(n + 1)\n",
    ),
    "no fence, prose in a string": (
        'HINT = """\nThis ends nothing yet.\n"""\n\ndef f(x):\n    return x\n\nIt is the identity.',
        "f",
        'HINT = """\nThis ends nothing yet.\n"""\n\ndef f(x):\n    return x\n',
    ),
    "no fence, a fence in a docstring": (
        'def f(x):\n    """\n    ```\n    f(1)\n    ```\n    """\n    return x',
        "f",
        'def f(x):\n    """\n    ```\n    f(1)\n    ```\n    """\n    return x\n',
    ),
    "assigned": ("```python\nf = lambda x: x\n```", "f", "f = lambda x: x\n"),
    "body, indented": ("    y = x\n    return y\n\nprint(f(1))", "f", "    y = x\n    return y\n"),
    "body in a fence": ("```python\nreturn x + 1\n```", "f", "    return x + 1\n"),
    "body in a fence, deep": (
        "```\n        a = 1\n        return a\n```",
        "f",
        "    a = 1\n    return a\n",
    ),
    "body without fence": ("return x + 1", "f", "    return x + 1\n"),
    "another name is no body": (
        "```python\ndef g(x):\n    return x\n```",
        "f",
        "def g(x):\n    return x\n",
    ),
    "prose": ("I cannot solve this. The answer is 4 = 2 + 2.", "", None),
    "prose with a function asked for": ("I would return the sum of both numbers.", "f", None),
    "only another language": ("```cpp\nint main() {}\n```", "", None),
    "a reply in Markdown": (
        "````markdown\nSo:\n```python\na = 1\n```\n````",
        "",
        "a = 1\n",
    ),
    "a reply in Markdown, with fences alike": (
        "```md\nSo:\n```python\na = 1\n```\n```",
        "",
        "a = 1\n",
    ),
    "Markdown without code": ("```markdown\nNothing.\n```", "", None),
    "empty block": ("```python\n\n```", "", None),
    "empty": ("", "f", None),
}


@pytest.mark.parametrize("case", CASES)
def test_usual_cases(case: str) -> None:
    reply, entry_point, expected = CASES[case]
    assert extract_code(reply, entry_point) == expected


PIECES = st.sampled_from(
    ["```", "~~~", "```python", "````", "\n", "\r\n", "    ", "\t", '"""', "'''", "def f(x):", "`",
     "return x", "import os", "class A", "Some words of prose here.", "f = 1", "\0", "\ud800", "é"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES | st.text(max_size=8), max_size=60), st.sampled_from(["", "f", "(", "a.b"]))
def test_no_reply_crashes_it(pieces: list[str], entry_point: str) -> None:
    code = extract_code("".join(pieces), entry_point)
    assert code is None or (code.strip() and code.endswith("\n"))


@settings(max_examples=100)
@given(
    st.text(alphabet="abc=() \n", min_size=1).filter(str.strip), st.sampled_from(["```", "~~~~"])
)
def test_what_stands_in_a_block_comes_back(program: str, fence: str) -> None:
    found = extract_code(f"Words.\n{fence}python\n{program}\n{fence}\nMore words.")
    assert found == program.strip("\n") + "\n"


HOSTILE = [
    "`", "~", "```\n", '"""\n```\n', "```python\n'''\n", " ", "\t~~~", "~~~ ", "``` ` ", "```py ",
    "def ", "A a", "A a, b ", "for ", "a.b,", "f =", "@a\n", "return ", "x[ ", "class A(", "\r",
    "f : ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_hostile_replies_end(piece: str) -> None:
    """Half a megabyte of each; a step that is quadratic in it would take hours."""
    reply = piece * (500_000 // len(piece)) + "`!"
    code = extract_code(reply, "f")
    assert code is None or len(code) <= len(reply) + 5 * reply.count("\n") + 10
