"""Ctrl-C where it hurts most: at a command's end, where an object is freed, beside processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from report_toys import lifelike, write_run

from claimbench.__main__ import main
from claimbench.config.machine import deaf_to_interrupts
from claimbench.engines.base import Engine
from claimbench.engines.replicas.processes import Place, Processes
from claimbench.runner.reporting import RUNS_EACH

AT_THE_END = """
import atexit, os, signal
from claimbench.__main__ import script

atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
script()
"""
WHERE_FREED = """
import sys
from claimbench.__main__ import main

class Freed:
    def __del__(self):
        raise KeyboardInterrupt

class CtrlC:
    def find_spec(self, name, *_):
        if name == "claimbench.verdicts.articles":
            Freed()

sys.meta_path.insert(0, CtrlC())
main()
"""


def ended(code: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)


def one_sentence(stderr: str) -> bool:
    clean = "Traceback" not in stderr and "Exception ignored" not in stderr
    return clean and stderr.count("claimbench: stopped") == 1


@pytest.mark.slow
def test_behind_the_last_words_it_changes_nothing(tmp_path: Path) -> None:
    done = ended(AT_THE_END, "claims", "--kind", "market", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.slow
def test_one_that_python_drops_comes_again(tmp_path: Path) -> None:
    done = ended(WHERE_FREED, "claims", cwd=tmp_path)
    assert done.returncode == 130, done.stderr
    assert one_sentence(done.stderr)


@pytest.mark.parametrize(
    "words", [["--version"], ["no-such-command"], ["claims", "--article", "x"]]
)
def test_a_program_that_calls_it_has_its_signals_again(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def mine(_signal: int, _frame: object) -> None: ...

    monkeypatch.setattr(sys, "argv", ["claimbench", *words])
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, mine) for number in numbers}
    hook = sys.unraisablehook
    try:
        with pytest.raises(SystemExit):
            main()
        assert [signal.getsignal(number) for number in numbers] == [mine, mine]
        assert sys.unraisablehook is hook
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def descendants(pid: int) -> list[int]:
    """The processes that a living process has started, as the system lists them."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def reporters(pid: int) -> list[int]:
    """Those that make reports: multiprocessing has one of its own beside them."""
    commands = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in descendants(pid)}
    return [child for child, command in commands.items() if b"spawn_main" in command]


@pytest.mark.slow
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core makes reports alone")
@pytest.mark.parametrize("whole_group", [True, False])
def test_many_reports_at_once_end_together(tmp_path: Path, whole_group: bool) -> None:
    replies = lifelike({"r1-distill-qwen-7b": 0.3})
    cells = [("r1-distill-qwen-7b", "aime24")]
    roots = [
        write_run(tmp_path / f"r{i}", cells, replies, problems=8) for i in range(2 * RUNS_EACH)
    ]
    command = [sys.executable, "-m", "claimbench", "report", *map(str, roots)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, process_group=0
    ) as running:
        while running.poll() is None and len(made := reporters(running.pid)) < 2:
            time.sleep(0.01)
        (os.killpg if whole_group else os.kill)(running.pid, signal.SIGINT)
        errors = running.communicate(timeout=120)[1]
    assert running.returncode == 130, errors
    assert one_sentence(errors)
    assert not [pid for pid in made if Path(f"/proc/{pid}").exists()]


def test_it_waits_while_processes_begin() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt):
        with deaf_to_interrupts():
            signal.raise_signal(signal.SIGINT)
            reached = True
        time.sleep(60)
    assert reached
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_it_waits_when_another_thread_takes_it() -> None:
    """As those of libraries do, which begin before the block."""
    begun, done = threading.Event(), threading.Event()
    other = threading.Thread(target=lambda: (begun.wait(), done.wait()))
    other.start()
    reached = False
    with pytest.raises(KeyboardInterrupt):
        with deaf_to_interrupts():
            begun.set()
            signal.pthread_kill(other.ident or 0, signal.SIGINT)
            time.sleep(0.2)
            reached = True
        time.sleep(60)
    done.set()
    assert reached


def test_a_replica_never_sees_it() -> None:
    worker = Processes(no_engine, [Place()]).start(1)
    try:
        (pid,) = [pid for pid in descendants(os.getpid()) if is_deaf(pid)]
        os.kill(pid, signal.SIGINT)
        assert Path(f"/proc/{pid}").exists()
    finally:
        worker.kill()


def is_deaf(pid: int) -> bool:
    """Whether a process blocks SIGINT."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (blocked,) = [line.split()[1] for line in lines if line.startswith("SigBlk")]
    return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)


def no_engine() -> Engine:
    raise AssertionError  # Nobody asks for it.
