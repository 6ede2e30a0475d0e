"""LiveCodeBench's quirks: our `lcb_compat` against its own runner, program by program.

What the runner made of each program is recorded in data/lcb_quirks.json. It is asked again where
CLAIMBENCH_LIGHTEVAL names a Python that has lighteval 0.13.0 (which carries the runner, and wants
an environment of its own).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import lcb_quirks
import pytest

from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.judge import Prepared, judge
from claimbench.grading.outcomes import CORRECT
from claimbench.sandbox.isolation import Sandbox, find_isolation

pytestmark = pytest.mark.slow

RECORDED = json.loads((Path(__file__).parents[1] / "data" / "lcb_quirks.json").read_text())
STDIN = CodeTests("stdin", tuple(Case(*row) for row in lcb_quirks.STDIN))
CALLS = CodeTests("functional", tuple(Case(*row) for row in lcb_quirks.CALLS), "f")
KINDS = [("stdin", STDIN, lcb_quirks.PROGRAMS), ("functional", CALLS, lcb_quirks.CALLED)]
CHEATS = {"an object that equals all", "a list that equals all"}
"""Pass by the runner's comparison in the program's own process, and never here."""
DIFFERENT = 30
"""Programs that the runner judges otherwise than a plain interpreter and its rules of comparison
do, without the cheats."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(find_isolation().isolation) as made:
        yield made


def verdicts(
    tests: CodeTests, programs: dict[str, str], sandbox: Sandbox, *, compat: bool
) -> dict[str, bool]:
    prepared = Prepared(tests)
    return {
        name: judge(program, prepared, sandbox, compat=compat).outcome == CORRECT
        for name, program in programs.items()
    }


@pytest.mark.parametrize(("kind", "tests", "programs"), KINDS, ids=["stdin", "functional"])
def test_every_verdict_is_the_runners(
    kind: str, tests: CodeTests, programs: dict[str, str], sandbox: Sandbox
) -> None:
    ours = verdicts(tests, programs, sandbox, compat=True)
    theirs = {**RECORDED[kind], **dict.fromkeys(CHEATS & set(programs), False)}
    assert ours == theirs


def test_the_default_differs_where_it_should(sandbox: Sandbox) -> None:
    differ = 0
    for kind, tests, programs in KINDS:
        ours = verdicts(tests, programs, sandbox, compat=False)
        differ += sum(ours[n] != RECORDED[kind][n] for n in ours if n not in CHEATS)
    assert differ == DIFFERENT


def test_the_record_is_what_the_runner_says() -> None:
    python = os.environ.get("CLAIMBENCH_LIGHTEVAL")
    if not python:
        pytest.skip("CLAIMBENCH_LIGHTEVAL names no Python with lighteval 0.13.0")
    script = Path(lcb_quirks.__file__)
    ran = subprocess.run(
        [python, str(script)], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    stdin, functional = json.loads(ran.stdout.splitlines()[-1])
    assert stdin == RECORDED["stdin"]
    assert functional == RECORDED["functional"]
