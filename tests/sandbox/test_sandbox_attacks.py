"""No attack gets out of the sandbox, none passes without the answer, nothing is left of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sandbox_attacks
from sandbox_attacks import COUNT

from claimbench.config.paths import packaged_data
from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.judge import judge
from claimbench.sandbox import codec
from claimbench.sandbox.isolation import _why_not, open_sandbox
from claimbench.sandbox.plain import NotPlain

ISOLATIONS = ["namespaces", "landlock", "seccomp"]
NOBODY = 65534
SCRIPT = Path(sandbox_attacks.__file__)
PLAIN: Mapping[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def attack(command: Sequence[str], path: str, count: int, **options: Any) -> None:
    """Run `count` attacks in an interpreter of their own, and look at what came of them."""
    environment = {**os.environ, "PYTHONPATH": path}
    ran = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, **options
    )
    result = json.loads(ran.stdout)
    assert len(result["found"]) == count >= 40
    assert [name for name, (outcome, _) in result["found"].items() if outcome == "correct"] == []
    assert result["left"] == []


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_no_attack_works(isolation: str) -> None:
    if why := _why_not(isolation):  # type: ignore[arg-type]
        pytest.skip(f"isolation {isolation} is not to be had here: {why}")
    attack(
        [sys.executable, str(SCRIPT), isolation], os.pathsep.join(p for p in sys.path if p), COUNT
    )


@pytest.fixture(scope="module")
def plain_user() -> Iterator[tuple[str, Path]]:
    """An interpreter that an unprivileged user may run, and a copy of the package and the attacks
    that he may read: the checkout may be below a folder of root's, and pytest's folders are."""
    if os.getuid() != 0:
        pytest.skip("these tests run as a plain user already")
    with tempfile.TemporaryDirectory(prefix="claimbench-attacks-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        package = packaged_data("").parent
        shutil.copytree(package, folder / package.name, ignore=_no_data)
        for name in (SCRIPT.name, "sandbox_attacks_more.py", "sandbox_attacks_handles.py"):
            shutil.copy(SCRIPT.with_name(name), folder)
        own = (sys.executable, str(getattr(sys, "_base_executable", "")), "/usr/bin/python3")
        python = next((python for python in own if _runs(python, folder)), None)
        if python is None:
            pytest.skip("there is no Python of 3.11 or newer that a plain user may run")
        yield python, folder


def _no_data(folder: str, names: list[str]) -> set[str]:
    return {"data", "__pycache__"} & set(names)


def _runs(python: str, folder: Path) -> bool:
    test = [python, "-c", "import sys, claimbench; sys.exit(sys.version_info < (3, 11))"]
    try:
        environment = {"PYTHONPATH": str(folder)}
        return not subprocess.run(
            test, env=environment, cwd="/", capture_output=True, check=False, **PLAIN
        ).returncode
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_no_attack_works_for_a_plain_user(isolation: str, plain_user: tuple[str, Path]) -> None:
    """A third of them each, so that every attack is tried, and every family everywhere."""
    python, folder = plain_user
    ask = f"from claimbench.sandbox.isolation import _why_not; print(_why_not({isolation!r}) or '')"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    said = subprocess.run(
        [python, "-c", ask], env=environment, cwd="/", capture_output=True, check=True, **PLAIN
    )
    if why := said.stdout.decode().strip():
        pytest.skip(f"isolation {isolation} is not to be had by a plain user here: {why}")
    command = [python, str(folder / SCRIPT.name), isolation, str(ISOLATIONS.index(isolation)), "3"]
    count = len(range(ISOLATIONS.index(isolation), COUNT, 3))
    attack(command, str(folder), count, cwd="/", **PLAIN)


@pytest.mark.slow
def test_who_switches_the_timer_off_gains_no_time() -> None:
    """The kernel's own limit ends a program at twice its time only; what was had meanwhile does
    not count, for tests that call it in another process either."""
    late = "import signal, time\nsignal.signal(signal.SIGPROF, signal.SIG_IGN)\ndef f(x):\n"
    late += "    while time.process_time() < 0.9: pass\n    return x\n"
    called = CodeTests("functional", (Case("1", "1"),), "f", cpu_seconds=0.5)
    asserted = CodeTests("assert", (), "f", "assert f(1) == 1\n", cpu_seconds=0.5)
    objects = CodeTests("assert", (), "f", "assert f(1) == 1 and Thing\n", cpu_seconds=0.5)
    with open_sandbox("seccomp") as sandbox:
        verdicts = [
            judge(late + "class Thing: pass\n", t, sandbox) for t in (called, asserted, objects)
        ]
    assert [verdict.outcome for verdict in verdicts] == ["time_limit"] * 3


def test_a_hostile_set_costs_the_judge_little() -> None:
    """Its bytes say it holds keys of one hash: made as it stands, it would take minutes."""
    count, key = 200_000, 2**61 - 1
    keys = [codec.encode(place * key) for place in range(count)]
    begun = time.process_time()
    with pytest.raises(NotPlain, match="same hash"):
        codec.decode(b"e" + count.to_bytes(4, "little") + b"".join(keys))
    assert time.process_time() - begun < 5
