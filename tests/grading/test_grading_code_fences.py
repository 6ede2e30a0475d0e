"""Where fences stand in real replies: every opener with every tag and every end."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from claimbench.grading.code.extract import extract_code, livecodebench_code
from claimbench.grading.reply import counted_part

CASES = Path(__file__).parents[1] / "data" / "extraction_cases.jsonl"

PROGRAM = "def double(x):\n    return 2 * x\n\nprint(double(int(input())))"
BEFORE = [
    "", "Answer: ", "Here's the fix: ", "The final program is ", "<answer>", "**", "__", "* ", "- ",
    "1. ", "2) ", "> ", "### ", "**Solution:** ", "\ufeff", "\u200b", "\u200b\ufeff", "Sure! ",
    "So the code is:",
]  # fmt: skip
TAGS = [
    "python", "Python", "PYTHON", "py", "py3", "python3", "", "text", "plaintext", "bash", "c",
    "pseudocode", "python3.11", " python", 'python title="a.py"', "{.python}",
    "python {.numberLines}", "python**", "python:",
]  # fmt: skip
ENDS = [
    "\n```", "\n```\n", "\n```.", "\n``` This solves it.", "\n```</answer>", "\n```**", "\n  ```",
    "\n```\r\n", "\n```\nIt doubles x.", "\n```Done.", "", "\n", "```", "\n- ```",
]  # fmt: skip
FIRST = {
    "nothing": "",
    "a closed block": "```python\nprint(0)\n```\nThat is wrong. Fixed:\n",
    "a block that is never closed": "```python\nprint(0)\nThat is wrong. Fixed:\n",
    "fences in the reasoning": "maybe ```python\nprint(0)\n``` no\n</think>\n",
    "a word about fences": "I use ``` as LiveCodeBench asks, or ```python``` itself.\n",
}


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("before", BEFORE)
def test_the_program_is_found(before: str, first: str) -> None:
    for tag, end in itertools.product(TAGS, ENDS):
        if "```python\nprint(0)" in FIRST[first] and "py" not in tag.lower():
            continue  # a block tagged as Python is preferred to one with another tag
        reply = f"{FIRST[first]}{before}```{tag}\n{PROGRAM}{end}"
        assert extract_code(reply) == PROGRAM + "\n", reply


@pytest.mark.parametrize("before", ["* ", "- ", "1. ", "10. "])
def test_a_block_inside_a_list_loses_the_indentation_of_the_list(before: str) -> None:
    lead = " " * len(before)
    held = "\n".join(lead + line if line else "" for line in PROGRAM.split("\n"))
    assert extract_code(f"{before}```python\n{held}\n{lead}```\n") == PROGRAM + "\n"


def test_a_bare_block_that_is_never_closed_before_the_last() -> None:
    reply = f"```\nprint(0)\n\nThat is wrong, so:\n```\n{PROGRAM}\n```"
    assert extract_code(reply) == PROGRAM + "\n" == livecodebench_code(reply) + "\n"


def test_prose_behind_a_bare_block_is_no_program() -> None:
    assert extract_code(f"```\n{PROGRAM}\n```\nIt doubles its input.\n```") == PROGRAM + "\n"


@pytest.mark.parametrize(
    "line",
    [
        's = "```python"', "s = '```'", 'print("```")', "print('```python\\n')", "# ends with ```",
        'x = f"```{y}"', "if line == '```':", 'print("a```")', "re.findall(r'```python', s)",
    ],
)  # fmt: skip
def test_a_fence_in_a_string_of_the_program_ends_nothing(line: str) -> None:
    program = f"{line}\nprint(1)"
    if line.startswith("if"):
        program = f"{line}\n    pass\nprint(1)"
    assert extract_code(f"```python\n{program}\n```") == program + "\n"


LIVECODEBENCH = {
    "the last pair": ("```python\na\n```\nthen\n```\nb\n```", "b"),
    "a block that is never closed": ("```python\na\n", ""),
    "no fence": ("print(1)", ""),
    "tildes": ("~~~python\na\n~~~", ""),
    "the last pair may enclose prose": ("```python\na\n```\nprose\n```", "prose"),
    "both fences in one line count once": ("x ```a``` y\nb\n```", "b"),
    "carriage returns stay": ("```\r\na\r\n```", "a\r"),
    "a glued fence loses its line": ("```\na\nb```", "a"),
}


@pytest.mark.parametrize("case", LIVECODEBENCH)
def test_their_rule(case: str) -> None:
    reply, expected = LIVECODEBENCH[case]
    assert livecodebench_code(reply) == expected


def test_a_block_in_a_quotation_loses_its_marks() -> None:
    quoted = "> So:\n>\n> ```python\n> def f(x):\n>     return x + 1\n> print(f(1))\n> ```\n"
    assert extract_code(quoted) == "def f(x):\n    return x + 1\nprint(f(1))\n"
    assert extract_code("```python\nx = (1\n> 0)\n```") == "x = (1\n> 0)\n"


@pytest.mark.shared
def test_replies_whose_program_must_run(shared: Path) -> None:
    lines = (shared / "cases" / "extraction.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = {row["id"]: extract_code(row["reply"]) for row in rows}
    assert len(rows) == 17
    assert found == {row["id"]: row["code"] + "\n" for row in rows}


@pytest.mark.slow
def test_replies_written_before_the_rules_were_read() -> None:
    """Where `passes`, the program that the reply hands in makes 42 of 41."""
    rows = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    assert len(rows) == 153
    assert [row["id"] for row in rows if _passes(row["reply"]) != row["passes"]] == []


def _passes(reply: str) -> bool:
    end = "</think>" if "think>" in reply else None
    text = counted_part(reply, None, end)
    program = None if text is None else extract_code(text)
    if program is None:
        return False
    command = [sys.executable, "-I", "-c", program]
    done = subprocess.run(
        command, check=False, input="41\n", capture_output=True, text=True, timeout=30
    )
    return done.returncode == 0 and done.stdout.strip() == "42"


@pytest.mark.parametrize(
    ("reply", "program"),
    [
        ("# adds one\nn = int(input())\nprint(n + 1)", "n = int(input())\nprint(n + 1)\n"),
        ("<answer>\nprint(1)\n</answer>\nIt prints.", "print(1)\n"),
        ("Here it is.\n[PYTHON]\nprint(1)\n[/PYTHON]", "print(1)\n"),
        ("<answer>\nThe sum is odd.\n</answer>", None),
        ("[PYTHON]\nprint(1)", None),
    ],
)
def test_a_program_between_tags(reply: str, program: str | None) -> None:
    assert extract_code(reply) == program
