"""What one program leaves for the next, what it says of itself, and what it can make of us: none of
it decides a verdict."""

# ruff: noqa: E501 (programs)
from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.compare import output_difference
from claimbench.grading.code.judge import judge
from claimbench.report.messages import english
from claimbench.sandbox import isolation, landlock, supervisor
from claimbench.sandbox.client import Zygote
from claimbench.sandbox.codec import decode, encode
from claimbench.sandbox.isolation import Sandbox, _why_not
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.plain import NotPlain
from claimbench.sandbox.protocol import Job, Limits

SEARCH = r"""
import ctypes, os, re
libc = ctypes.CDLL(None, use_errno=True)
libc.sbrk.restype = ctypes.c_void_p
r, w = os.pipe()
def pages(at, step):
    while libc.write(w, ctypes.c_void_p(at), ctypes.c_size_t(4096)) == 4096:
        yield os.read(r, 4096)
        at += step
def memory():
    yield from pages(libc.sbrk(0) - 4096, -4096)
    things = (object(), [], {}, "", (), memory, re, os, bytes(100), bytearray(1 << 18), 1.5)
    for place in {id(thing) & ~4095 for thing in things}:
        yield from pages(place, 4096)
        yield from pages(place - 4096, -4096)
found = [f.decode() for page in memory() for f in re.findall(b"to" + b"ken-[0-9a-f]{16}", page)]
def f(x): return found.pop() if found else "none"
"""
"""A program that searches its memory for an answer of another's tests."""


def stdin(program: str, sandbox: Sandbox, *cases: tuple[str, str], **more: float) -> str:
    tests = CodeTests("stdin", tuple(Case(*case) for case in cases), **more)  # type: ignore[arg-type]
    return judge(program, tests, sandbox).outcome


class TestMemory:
    """A child begins as a copy of the zygote, with all that the zygote ever read."""

    def test_no_answers_of_the_tests_before(self, sandbox: Sandbox) -> None:
        token = f"token-{secrets.token_hex(8)}"
        check = "".join(f"assert f({n}) == {token!r}\n" for n in range(60))
        tests = CodeTests("assert", (), "f", check)
        words = [english(judge(SEARCH, tests, sandbox).why) for _ in range(3)]
        assert all("gave 'none'" in word for word in words), words

    @pytest.mark.parametrize("recheck", [False, True])
    def test_no_program_of_before_and_no_output(self, sandbox: Sandbox, recheck: bool) -> None:
        token = f"token-{secrets.token_hex(8)}"
        # In the interpreter of the program that searches: ctypes is not in the lean one.
        for made in (repr(token), f"{token[::-1]!r}[::-1]"):
            other = f"import ctypes\nprint(*[{made}] * 200)\n" + f"# {token}\n" * 200
            tests = CodeTests("stdin", (Case("", " ".join([token] * 200)),) * 3)
            assert judge(other, tests, sandbox, recheck=recheck).outcome == "correct"
        assert stdin(SEARCH + "print(f(1))", sandbox, ("", "none")) == "correct"


def test_no_descriptor_of_ours(sandbox: Sandbox) -> None:
    """However many the parent has open, by whose numbers the zygote has its socket."""
    program = "import os\nfor d in range(5, 4096):\n    try: os.fstat(d)\n    except OSError: continue\n    print(d)"
    many = [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]
    try:
        with Sandbox(sandbox.isolation) as started:
            assert stdin(program, started, ("", "")) == "correct"
    finally:
        for descriptor in many:
            os.close(descriptor)


def test_a_parent_to_which_its_children_do_not_matter(sandbox: Sandbox) -> None:
    """Signals that are ignored or blocked stay so in what is started; `trap '' CHLD` is enough."""
    before = {n: signal.signal(n, signal.SIG_IGN) for n in (signal.SIGCHLD, signal.SIGPROF)}
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
    try:
        with Sandbox(sandbox.isolation) as started:
            assert stdin("print(input())", started, ("1", "1")) == "correct"
            assert stdin("while True: pass", started, ("", ""), cpu_seconds=0.2) == "time_limit"
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for n, handler in before.items():
            signal.signal(n, handler)


class TestEndings:
    def test_a_program_may_close_its_output(self, sandbox: Sandbox) -> None:
        cases = (("1", "1"), ("2", "2"), ("3", "3"))
        for program in (
            "with open(1, 'w') as out: print(input(), file=out)",
            "import os\nprint(input(), flush=True)\nos.close(1)",
            "import os\nprint(input(), flush=True)\nos.closerange(3, 64)",
        ):
            assert stdin(program, sandbox, *cases) == "correct"
            assert stdin(f"{program}\n1 / 0", sandbox, *cases) == "runtime_error"
            assert stdin(program, sandbox, cases[0], ("2", "4")) == "wrong_answer"

    def test_a_record_of_its_own_is_no_end(self, sandbox: Sandbox) -> None:
        """The answer is right, but the program goes on."""
        own = "import os, struct\nprint(input(), flush=True)\n"
        own += "os.write(3, struct.pack('<IBQQI', 0, 0, 0, 2, 0))\nwhile True: pass"
        assert stdin(own, sandbox, ("1", "1"), cpu_seconds=0.3) == "time_limit"

    def test_a_program_that_is_called_is_no_main_program(self, sandbox: Sandbox) -> None:
        """HumanEval, MBPP and LiveCodeBench run it under another name, too."""
        program = "import sys, typing\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int'\n"
        program += "def f(x):\n    typing.get_type_hints(P)\n    return x\n"
        program += "if __name__ == '__main__':\n    print(f(int(input())))\n"
        for tests in (
            CodeTests("functional", (Case("1", "1"),), "f"),
            CodeTests("assert", (), "f", "assert f(1) == 1\n"),
            CodeTests("assert", (), "f", "assert f(1) == 1 and P\n"),
        ):
            assert judge(program, tests, sandbox).outcome == "correct"

    def test_no_more_values_end_no_loop_of_the_tests(self, sandbox: Sandbox) -> None:
        tests = CodeTests("assert", (), "f", "assert all(map(f, [1, 2]))\n")
        assert judge("def f(x): raise StopIteration", tests, sandbox).outcome == "runtime_error"


class TestRunAgainAlone:
    """A pass that is run again test by test: programs whose answers are right, but who meddle."""

    CASES = tuple(Case(f"{n}\n", f"{n}\n") for n in range(12))
    RIGHT = "import os\nx = input()\nprint(x, flush=True)\n"

    @pytest.mark.parametrize(
        "more",
        [
            "os._exit(0)",
            "os.ftruncate(3, 1 << 24)",
            "os.write(1, b' ' * (15 << 20))",
            "for d in range(5, 64):\n    try: os.pwrite(d, b'x' * 9, 0)\n    except OSError: pass",
            "os.closerange(0, 64)",
            "lone = '\\ud800'",
        ],
    )
    def test_they_pass(self, sandbox: Sandbox, more: str) -> None:
        begun = time.monotonic()
        tests = CodeTests("stdin", self.CASES)
        verdict = judge(self.RIGHT + more, tests, sandbox, recheck=True)
        found = (verdict.outcome, verdict.rechecked, verdict.disagrees)
        assert found == ("correct", True, False)
        assert time.monotonic() - begun < 30

    def test_what_only_the_test_before_made_right_is_wrong(self, sandbox: Sandbox) -> None:
        program = (
            "import sys\nx, seen = input(), sys.modules.setdefault('seen', [])\nseen.append(x)\n"
        )
        program += "print(x if len(seen) == int(x) + 1 else 'no')\n"
        verdict = judge(program, CodeTests("stdin", self.CASES), sandbox, recheck=True)
        assert (verdict.outcome, verdict.disagrees) == ("wrong_answer", True)


def test_threads_that_wait_for_each_other_are_no_busy_machine() -> None:
    """They wake all at once and sleep again, and so wait far longer than the clock runs; a program
    that hangs so is late, and no error of ours."""
    program = """
import hashlib, threading, time
threading.stack_size(65536)
data = bytes(100_000)
def work():
    while True:
        time.sleep(0.25 - time.time() % 0.25)
        hashlib.sha256(data).digest()
for _ in range(300): threading.Thread(target=work, daemon=True).start()
time.sleep(600)
"""
    weaker = next(i for i in isolation.ISOLATIONS[1:] if _why_not(i) is None)
    inputs = Inputs([b""])
    job = Job("stdin", program, "", inputs.places, 0, 1, Limits(20, 1.5, 2**31, 2**20))
    with Zygote(weaker) as made:
        (ending,) = made.run([job], inputs).endings
    inputs.close()
    assert (ending.overdue, ending.starved) == (True, False)


LOCKED = """
import sys
from pathlib import Path
from claimbench.sandbox import landlock
from claimbench.sandbox.syscalls import PR_SET_NO_NEW_PRIVS, make_all, prctl
prctl(PR_SET_NO_NEW_PRIVS, 1)
folder = Path(sys.argv[1])
make_all([landlock.restrict_call(landlock.make_ruleset([str(folder)]))])
for name in sys.argv[2:]:
    try: print((folder / name).read_text())
    except OSError as error: print(type(error).__name__)
print(len(list(folder.iterdir())))
"""


@pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")
def test_packages_below_a_readable_folder_are_not(tmp_path: Path) -> None:
    """As below the standard library of a Python that was built here, or is conda's."""
    folder, outside = tmp_path / "lib", tmp_path / "outside"
    for name in ("json", "site-packages"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.py").write_text("read")
    (folder / "b.py").write_text("read")
    outside.write_text("read")
    (folder / "linked.py").symlink_to(outside)
    (folder / "lost.py").symlink_to(tmp_path / "nowhere")
    names = ["json/a.py", "b.py", "site-packages/a.py", "linked.py", "../outside"]
    words = [sys.executable, "-c", LOCKED, str(folder), *names]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["read", "read", *["PermissionError"] * 3, "5"]


class TestCostsOfOurs:
    def test_empty_lines_of_a_program_cost_nothing(self) -> None:
        begun = time.process_time()
        for blank in ("\n", " \n", "\t", "; ", ":"):
            program = "x = 1\n" + blank * 300_000 + "print(1)"
            assert not isolation._NUMPY.search(program)
            assert not supervisor._IMPORT.findall(program)
            assert not isolation._IMPORTS.findall(program)
        assert time.process_time() - begun < 2

    def test_what_names_numpy(self) -> None:
        for program in (
            "import numpy",
            "  import numpy as np",
            "x = 1\nfrom numpy import array",
            "\timport sys, numpy",
            "try: import numpy as np\nexcept ImportError: pass",
            "import sys; from numpy import *",
            "__import__('numpy')",
            "import importlib as i\nnp = i.import_module('numpy.linalg')",
            "# import numpy",
        ):
            assert isolation._NUMPY.search(program)
        for program in ("import numpyro", "my_numpy = 1", "import num\n\npy"):
            assert not isolation._NUMPY.search(program)

    def test_a_flood_is_compared_in_little_memory(self) -> None:
        words, lines = "1 " * 4_000_000, "ab\n" * 3_000_000
        tracemalloc.start()
        try:
            assert output_difference(words, "2 2")
            assert output_difference(lines, "2\n2")
            assert tracemalloc.get_traced_memory()[1] < 50_000_000
        finally:
            tracemalloc.stop()


def test_numbers_that_would_take_long_are_no_values() -> None:
    begun = time.process_time()
    forged = [
        (b"R", b"1e99999999999"), (b"R", b"1/0"), (b"R", b"7" * 5000 + b"/3"), (b"R", b"3"),
        (b"D", b"sNaN"), (b"D", b"-sNaN12"), (b"D", b"9" * 5000), (b"D", b"x"), (b"D", b"\xff"),
    ]  # fmt: skip
    for tag, text in forged:
        with pytest.raises(NotPlain):
            decode(tag + len(text).to_bytes(4, "little") + text)
    assert decode(encode([1])) == [1]
    assert time.process_time() - begun < 1
