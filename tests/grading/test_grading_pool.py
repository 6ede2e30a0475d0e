"""The pool: hostile items, limits, determinism, and nothing left behind."""

from __future__ import annotations

import itertools
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grading_samples
import pytest
from grading_samples import problem, reply

from claimbench.errors import GradingError
from claimbench.grading import GradingPool, make_grader
from claimbench.grading.latex import GoldQuestion, LatexQuestion
from claimbench.grading.outcomes import NOT_EVALUATED, WRONG, make_grade
from claimbench.records import Grade, Problem, Sample
from claimbench.report.messages import english, words

LATEX = make_grader("latex", {}, None)


@dataclass(frozen=True)
class Order:
    """Does in a worker what the reply's text orders; `number` keeps equal orders apart."""

    text: str
    number: int

    def decide(self) -> object:
        if self.text == "hang":
            while True:
                pass
        if self.text == "wait":
            time.sleep(600)
        if self.text == "power":
            return 9**9**9
        if self.text == "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.text == "eat":
            return bytearray(2**32)
        if self.text == "raise":
            raise ValueError("no")
        return os.getpid()


@dataclass(frozen=True)
class OrderedGrader:
    digest: str = "ordered"

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        return self.conclude(sample, order := self.begin(problem, sample), order.decide())

    def begin(self, problem: Problem, sample: Sample) -> Order:
        return Order(sample.text, sample.sample_index)

    def conclude(self, sample: Sample, question: Order, verdict: object) -> Grade:
        return make_grade(self.digest, sample, "correct", question.text, str(verdict))


NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def pool() -> Iterator[GradingPool]:
    with GradingPool(2, cpu_limit_s=1.0, memory_limit=2**30, prepare=int) as pool:
        # However busy the cores are, its CPU time is to end a worker, and never the clock.
        pool._limits.wall_s = math.inf
        yield pool


def outcomes(pool: GradingPool, orders: list[str]) -> dict[str, Grade]:
    for place, order in enumerate(orders):
        sample = reply(order, id=f"{place} {order}", sample_index=next(NUMBERS))
        pool.submit(OrderedGrader(), problem("x"), sample)
    return {grade.sample_id: grade for grade in pool.drain()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "reason"),
    [("hang", "CPU time"), ("power", "CPU time"), ("die", "SIGSEGV"), ("eat", "1024 MiB")],
)
def test_only_the_item_at_fault_is_lost(pool: GradingPool, order: str, reason: str) -> None:
    grades = outcomes(pool, ["good", "good", order, "good", "good", "good"])
    assert len(grades) == 6
    bad = grades.pop(f"2 {order}")
    assert (bad.outcome, bad.value) == ("grader_error", None)
    assert reason in english(bad.reason)
    assert {grade.outcome for grade in grades.values()} == {"correct"}


def test_what_waits_without_computing_is_ended_by_the_clock() -> None:
    with GradingPool(1, cpu_limit_s=5.0, prepare=int) as pool:
        pool._limits.wall_s = 0.2
        (bad,) = outcomes(pool, ["wait"]).values()
    assert (bad.outcome, bad.value) == ("grader_error", None)
    assert "not done by the clock (0.2 s or longer, then twice" in english(bad.reason)
    assert "CPU 시간은 남았으나" in words("ko").render(bad.reason)


def test_an_exception_costs_no_worker(pool: GradingPool) -> None:
    before = outcomes(pool, ["good"] * 20)
    assert (
        english(outcomes(pool, ["raise"])["0 raise"].reason)
        == "could not be graded: ValueError: no"
    )
    after = outcomes(pool, ["good"] * 20)
    assert {english(g.reason) for g in after.values()} <= {
        english(g.reason) for g in before.values()
    }


def test_a_killed_worker_is_replaced(pool: GradingPool) -> None:
    victim = int(next(iter(outcomes(pool, ["good"]).values())).reason)
    os.kill(victim, signal.SIGKILL)
    grades = outcomes(pool, ["good"] * 50)
    assert [grade.outcome for grade in grades.values()] == ["correct"] * 50


def test_workers_ignore_ctrl_c(pool: GradingPool) -> None:
    worker = int(next(iter(outcomes(pool, ["good"]).values())).reason)
    os.kill(worker, signal.SIGINT)
    time.sleep(0.05)
    os.kill(worker, 0)
    assert os.getpgid(worker) != os.getpgid(0)


@pytest.mark.slow
def test_poll_does_not_wait(pool: GradingPool) -> None:
    pool.submit(OrderedGrader(), problem("x"), reply("hang"))
    # Had it waited, the worker would have reached its limit, and the grade would be here.
    assert pool.poll() == []
    assert pool.pending == 1
    assert [grade.outcome for grade in pool.drain()] == ["grader_error"]
    assert pool.pending == 0


@pytest.mark.slow
def test_equal_questions_are_asked_once(pool: GradingPool) -> None:
    start = time.process_time()
    for place in range(30):
        pool.submit(OrderedGrader(), problem("x"), reply("hang", id=str(place), sample_index=-1))
    grades = list(pool.drain())
    assert {grade.outcome for grade in grades} == {"grader_error"}
    assert len({grade.sample_id for grade in grades}) == 30
    pool.submit(OrderedGrader(), problem("x"), reply("hang", sample_index=-1))
    assert [grade.outcome for grade in pool.poll()] == ["grader_error"]
    assert time.process_time() - start < 5


def test_cheap_kinds_start_no_process() -> None:
    with GradingPool(2) as pool:
        pool.submit(make_grader("number", {}, None), problem("5"), reply("#### 5"))
        assert [grade.outcome for grade in pool.poll()] == ["correct"]
        assert pool._workers == []


HOSTILE = [
    r"9^{9^{9^{9}}}",
    r"(10^{8})!",
    "(" * 300 + "1" + ")" * 300,
    r"\frac{" * 200 + "1" + "}{2}" * 200,
    r"\sqrt{" * 100 + "2" + "}" * 100,
    "1" * 1500,
    "x^{1000000}+y",
    r"\sum_{n=1}^{1000000} \frac{1}{n^2}",
    "<script>alert(1)</script>",
    "\x00",
    "\ud800",
    "\u202e5",
    "{" * 500 + "}" * 500,
    "\\" * 400,
    r"\text{" + "a" * 1500 + "}",
]


@pytest.mark.slow
def test_hostile_answers_are_never_right_and_never_stop_the_pool() -> None:
    with GradingPool(2, cpu_limit_s=0.5) as pool:
        for place, answer in enumerate(HOSTILE):
            pool.submit(
                LATEX, problem(r"\frac{7}{3}"), reply(f"\\boxed{{{answer}}}", id=str(place))
            )
        pool.submit(LATEX, problem(r"\frac{7}{3}"), reply(r"\boxed{\frac{14}{6}}", id="good"))
        grades = {grade.sample_id: grade for grade in pool.drain()}
    assert len(grades) == len(HOSTILE) + 1
    assert grades.pop("good").outcome == "correct"
    assert {grade.outcome for grade in grades.values()} <= {"wrong", "no_answer"}
    assert grades["0"].outcome == WRONG and grades["0"].metrics == {NOT_EVALUATED: 1.0}
    assert "CPU time" in english(grades["0"].reason)


class RecoveringGrader(OrderedGrader):
    """Calls a sample wrong whose question hangs, unless the follow-up hangs as well."""

    def recover(self, sample: Sample, question: Order, failure: str) -> Grade | Order:
        if question.text == "hang":
            return Order(sample.problem_id, -5)
        return make_grade(self.digest, sample, "grader_error", None, failure)


@pytest.mark.slow
@pytest.mark.parametrize(("follow_up", "outcome"), [("good", "correct"), ("power", "grader_error")])
def test_a_grader_may_ask_on_where_a_question_has_no_verdict(
    pool: GradingPool, follow_up: str, outcome: str
) -> None:
    for place in range(20):
        sample = reply("hang", id=str(place), sample_index=-2, problem_id=follow_up)
        pool.submit(RecoveringGrader(), problem("x"), sample)
    assert {grade.outcome for grade in pool.drain()} == {outcome}
    assert pool.pending == 0


def test_a_gold_that_cannot_be_evaluated_either_is_our_error() -> None:
    latex: Any = LATEX
    asked = LatexQuestion("f(x)", "g(x)", "g(x)", "box")
    follow_up = latex.recover(reply(""), asked, "too slow")
    assert follow_up == GoldQuestion("f(x)", asked, "")
    concluded = latex.conclude(reply(""), follow_up, follow_up.decide())
    assert concluded.outcome == WRONG and concluded.metrics == {NOT_EVALUATED: 1.0}
    grade = latex.recover(reply(""), follow_up, "too slow")
    assert (grade.outcome, "gold" in english(grade.reason)) == ("grader_error", True)


@pytest.mark.slow
def test_the_same_grades_with_one_worker_and_with_two() -> None:
    answers = ["x+1", "1+x", "2x", r"\frac{x+1}{1}", "x=1", r"\sqrt{(x+1)^2}", r"\text{x+1}", "("]
    seen = []
    for workers in (1, 2):
        with GradingPool(workers) as pool:
            for place, answer in enumerate(answers * 3):
                pool.submit(LATEX, problem("x+1"), reply(f"\\boxed{{{answer}}}", id=str(place)))
            seen.append(sorted(pool.drain(), key=lambda grade: int(grade.sample_id)))
    assert seen[0] == seen[1]


def test_workers_that_cannot_start_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with GradingPool(1) as pool, pytest.raises(GradingError, match="do not start"):
        pool.submit(OrderedGrader(), problem("x"), reply("good"))
        list(pool.drain())


PARENT = """
import sys, time
sys.path[:0] = {folders!r}
from test_grading_pool import OrderedGrader
from grading_samples import problem, reply
from claimbench.grading import GradingPool
pool = GradingPool(2, cpu_limit_s=30, prepare=int)
for place in range(2):
    order = reply("good" if place else "hang", sample_index=place)
    pool.submit(OrderedGrader(), problem("x"), order)
pool.warm_up()
pool.poll()
print(*[worker._process.pid for worker in pool._workers], flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_when_the_parent_dies(ending: signal.Signals) -> None:
    """The parent here has no `__main__` guard either."""
    folders = [str(Path(__file__).parent), str(Path(grading_samples.__file__).parent)]
    script = PARENT.format(folders=folders)
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    workers = [int(word) for word in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(ending)
    parent.wait()
    deadline = time.monotonic() + 30
    while any(_runs(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_runs(worker) for worker in workers)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_closing_ends_a_busy_worker_at_once() -> None:
    with GradingPool(1, cpu_limit_s=30, prepare=int) as pool:
        pool.warm_up()
        pool.submit(OrderedGrader(), problem("x"), reply("hang"))
        pool.poll()
        worker = pool._workers[0]._process
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert worker.returncode == -signal.SIGKILL
    # Its CPU time is known once it has ended, and shows that its limit was not waited for.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before.ru_utime < 30
