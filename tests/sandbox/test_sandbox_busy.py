"""Verdicts do not depend on how busy the machine is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sandbox_programs import programs, verdicts
from waiting import await_that

from claimbench.sandbox.client import Outcome, Zygote
from claimbench.sandbox.isolation import ISOLATIONS, _why_not
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.protocol import OK, Job, Limits
from claimbench.sandbox.wall_clock import Look, Turns, WallClock, look_at

pytestmark = pytest.mark.slow


@contextmanager
def hogs(count: int, sessions: bool = True) -> Iterator[None]:
    """Programs that take all they get, each in a session of its own: Linux shares the time out
    among sessions, then within each. They are a shell's children, since a supervisor takes its own
    for one program's.
    """
    words = ["sh", "-c", "(echo; ulimit -t 300; while :; do :; done) & wait"]
    running = [
        subprocess.Popen(
            words,
            start_new_session=sessions,
            process_group=None if sessions else 0,
            stdout=subprocess.PIPE,
        )
        for _ in range(count)
    ]
    try:
        for hog in running:
            assert hog.stdout is not None
            hog.stdout.readline()  # Before that it starts, and takes less than all it can get.
        yield
    finally:
        for hog in running:
            os.killpg(hog.pid, signal.SIGKILL)
            hog.communicate()


@contextmanager
def one_core() -> Iterator[None]:
    """What is started meanwhile shares a single core."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def run(zygote: Zygote, program: str, limits: Limits) -> Outcome:
    inputs = Inputs([b""])
    job = Job("stdin", program, "", inputs.places, 0, 1, limits)
    try:
        return zygote.run([job], inputs)
    finally:
        inputs.close()


def pause(group: int, seconds: float) -> None:
    """Stop the processes of a group for a while, from when a child of its first has run for a tenth
    of a second: its clock runs by then."""
    children = Path(f"/proc/{group}/task/{group}/children")

    def ticks(child: str) -> int:
        """Of CPU time in user mode, a hundredth of a second each; see proc_pid_stat(5)."""
        return int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11])

    await_that(lambda: any(ticks(c) >= 10 for c in children.read_text().split()), "a program runs")
    os.killpg(group, signal.SIGSTOP)
    time.sleep(seconds)
    os.killpg(group, signal.SIGCONT)


BURN = (
    "import time\ndef burn():\n    while time.process_time() < 0.2:\n        pass\n    print(1)\n"
)
IN_A_THREAD = (
    "import threading\nthread = threading.Thread(target=burn)\nthread.start()\nthread.join()\n"
)
MOST = 2**31, 2**20


@pytest.fixture(params=["namespaces", "landlock", "seccomp"])
def isolation(request: pytest.FixtureRequest) -> str:
    if why := _why_not(request.param):
        pytest.skip(f"isolation {request.param} is not to be had here: {why}")
    return request.param


class TestStarvedPrograms:
    def test_time_in_which_a_program_waits_for_a_core_does_not_count(self, isolation: str) -> None:
        """0.2 s of CPU time take more than a second with a seventh of a core, but 0.9 s is the
        limit; and still a program that sleeps is late."""
        with one_core(), Zygote(isolation) as zygote, hogs(6):  # type: ignore[arg-type]
            for program in (BURN + "burn()", BURN + IN_A_THREAD):
                outcome = run(zygote, program, Limits(5, 0.9, *MOST))
                assert outcome.records[0][0].state == OK
                assert outcome.endings[0].wall_s > 0.9
            (asleep,) = run(zygote, "import time\ntime.sleep(60)", Limits(5, 0.6, *MOST)).endings
            assert asleep.overdue
            assert asleep.status == -signal.SIGKILL

    def test_where_there_is_next_to_no_time_waiting_has_an_end(self) -> None:
        """Beside hogs of its own session, a program of the kernel's lowest class (SCHED_IDLE) gets
        3 of 1,027 parts of a core at most, so that no other load decides how much it gets: ten
        hogs, since at `nice -n 10` the weight of one is 110 and no more 1,024."""
        idle = "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)); print()"
        spin = [sys.executable, "-uc", f"{idle}\nwhile True: pass"]
        proc = os.open("/proc", os.O_RDONLY)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        with contextlib.ExitStack() as running:
            with one_core():
                slow = running.enter_context(subprocess.Popen(spin, stdout=subprocess.PIPE))
                assert slow.stdout is not None
                slow.stdout.readline()
                running.enter_context(hogs(10, sessions=False))
            clock = WallClock(0.3, proc)
            while not clock.is_over:
                clock.wait()
            slow.kill()
            assert clock.is_starved
        with subprocess.Popen(["sleep", "60"]) as asleep:
            clock = WallClock(0.1, proc)
            while not clock.is_over:
                clock.wait()
            assert not clock.is_starved
            asleep.kill()
        os.close(proc)

    def test_a_machine_that_stands_still_costs_no_program_its_time(self) -> None:
        isolation = next(isolation for isolation in ISOLATIONS[1:] if _why_not(isolation) is None)
        with Zygote(isolation) as zygote:
            pausing = threading.Thread(target=pause, args=(zygote._process.pid, 4.0))
            pausing.start()
            program = BURN.replace("0.2", "1") + "burn()"
            outcome = run(zygote, program, Limits(5, 3.0, *MOST))
            assert outcome.records[0][0].state == OK
            assert outcome.endings[0].wall_s > 4
            pausing.join()


def test_who_could_run_is_told_from_who_sleeps() -> None:
    proc = os.open("/proc", os.O_RDONLY)
    with subprocess.Popen(["sleep", "60"]) as asleep:
        sleeping = f"{asleep.pid}/task/{asleep.pid}"
        await_that(lambda: not look_at(sleeping, proc).ready, "it sleeps")
        assert look_at(f"{os.getpid()}/task/{threading.get_native_id()}", proc).ready
        asleep.kill()
    with pytest.raises(OSError):
        look_at(sleeping, proc)
    os.close(proc)


S = 10**9


class TestLooks:
    """Ten seconds between two looks, at a thread that ran for two seconds before the first."""

    before = Look(Turns(2 * S, 1 * S), sleeps=5, ready=True)

    def test_time_without_a_core_counts_as_waiting_though_the_kernel_has_not_counted_it(
        self,
    ) -> None:
        """It waits still, or its core was taken from the whole virtual machine."""
        look = Look(Turns(5 * S, 1 * S), sleeps=5, ready=True).after(self.before, 10)
        assert look.since(self.before) == Turns(3 * S, 7 * S)
        assert look.waiting_s == 0

    def test_what_the_kernel_counts_later_counts_once(self) -> None:
        waits = Look(Turns(2 * S, 1 * S), sleeps=5, ready=True).after(self.before, 10)
        assert waits.turns.waited == 11 * S
        ended = Look(Turns(3 * S, 12 * S), sleeps=6, ready=False).after(waits, 2)
        assert ended.since(waits) == Turns(1 * S, 1 * S)

    def test_who_sleeps_is_not_waiting(self) -> None:
        for sleeps, ready in ((5, False), (6, False)):
            look = Look(Turns(2 * S, 1 * S), sleeps, ready).after(self.before, 10)
            assert (look.since(self.before), look.waiting_s) == (Turns(0, 0), 0)

    def test_who_slept_and_is_ready_may_have_waited_and_no_longer_than_to_the_next_look(
        self,
    ) -> None:
        may = Look(Turns(3 * S, 1 * S), sleeps=6, ready=True).after(self.before, 10)
        assert (may.since(self.before).waited, may.waiting_s) == (0, 9)
        still = Look(Turns(3 * S, 1 * S), sleeps=6, ready=True).after(may, 10)
        assert (still.since(may).waited, still.waiting_s) == (10 * S, 9)
        ran = Look(Turns(4 * S, 1 * S), sleeps=7, ready=False).after(may, 10)
        assert (ran.since(may).waited, ran.waiting_s) == (0, 0)

    def test_an_id_that_is_given_again_is_another_thread(self) -> None:
        other = Look(Turns(1 * S, 3 * S), sleeps=0, ready=False).after(self.before, 10)
        assert other.since(self.before) == Turns(1 * S, 3 * S)


# --- the same 200 programs ------------------------------------------------------------------------

OUTCOMES = {
    "correct": 124,
    "wrong_answer": 42,
    "runtime_error": 26,
    "memory_limit": 3,
    "time_limit": 5,
}


def test_the_same_verdicts_however_busy_the_machine_is() -> None:
    """Alone, sixteen at once on two cores, and beside programs that take all they get."""
    assert len(set(programs())) == 200
    alone = verdicts(1)
    assert Counter(outcome for outcome, _ in alone) == OUTCOMES
    assert Counter(test for _, test in alone)["test 4 of 6"] == 16
    assert verdicts(16) == alone
    with hogs(len(os.sched_getaffinity(0))):
        assert verdicts(2) == alone
