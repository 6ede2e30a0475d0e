"""A llama-server of our own: started on a free port, waited for, ended."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from typing import IO

from claimbench.engines.llamacpp import keeper
from claimbench.errors import CheckpointMissing, EngineDied

PROGRAM = "llama-server"
INSTALL = "install llama.cpp (docs/laptop.md says how)"
_HOST = "127.0.0.1"
_LOADING_SECONDS = 1800.0
"""A large file on a slow disk takes minutes."""
_SHOWN = 300


def find_program() -> str | None:
    """Where llama-server is; None where it is not on the PATH."""
    return shutil.which(PROGRAM)


@cache
def program_version() -> str:
    """What `llama-server --version` says of its build. Raises CheckpointMissing without one."""
    program = find_program()
    if program is None:
        raise CheckpointMissing(
            f"engine llamacpp: there is no {PROGRAM} on the PATH; {INSTALL}, or join a running "
            f"server with engine.url"
        )
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CheckpointMissing(f"{program} does not run ({error}); {INSTALL}") from error
    found = re.search(r"^version: *(.+)$", done.stdout + done.stderr, re.M)
    if done.returncode or not found:
        raise CheckpointMissing(
            f"{program} --version ends with status {done.returncode} and names no version; "
            f"is it a build for this processor? Else {INSTALL}"
        )
    return found[1].strip()


class ServerProcess:
    """llama-server with these arguments. Raises EngineDied where it does not start."""

    def __init__(self, arguments: Sequence[str]) -> None:
        program_version()  # a missing or foreign program has its own sentence
        _skip_proxies()
        self.port = _free_port()
        address = ["--host", _HOST, "--port", str(self.port)]
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", keeper.__file__, PROGRAM, *address, *arguments],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=self._words,
            stderr=self._words,
            # Ctrl-C is for the run, which ends what is open before it ends the server.
            start_new_session=True,
        )

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    def wait(self) -> None:
        """Wait until the model is loaded. Raises EngineDied where the server ends before, or takes
        half an hour."""
        until = time.monotonic() + _LOADING_SECONDS
        while not self._is_healthy():
            self.check()
            if time.monotonic() > until:
                raise EngineDied(f"{PROGRAM} has not loaded its model after half an hour.")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises EngineDied where the server has ended."""
        status = self._keeper.poll()
        if status is None:
            return
        how = f"signal {status - 128}" if status > 128 else f"status {status}"
        memory = "; perhaps for want of memory: lower engine.slots" if status == 137 else ""
        raise EngineDied(
            f"{PROGRAM} ended with {how}{memory} (its last words: {self._last_words()}); run the "
            f"same command again, or let engine.restarts start it anew"
        )

    def close(self) -> None:
        """End the server."""
        if self._keeper.stdin is not None:
            with contextlib.suppress(OSError):
                self._keeper.stdin.close()
        self._keeper.wait()
        self._words.close()

    def _is_healthy(self) -> bool:
        """`GET /health` is 200 once the model is loaded."""
        import urllib.request  # Not at the top: the commands that need no engine start without it.

        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _last_words(self) -> str:
        """The last lines that speak of an error, or the last line; printable, short."""
        self._words.seek(0)
        lines = self._words.read().decode("utf-8", "replace").splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        wrong = [line for line in lines if re.search(r"error|fail|abort", line, re.I)]
        said = " / ".join((wrong or lines)[-2:]) or "none"
        return "".join(c if c.isprintable() else " " for c in said)[:_SHOWN]


def _environment() -> dict[str, str]:
    """Without variables that set options of llama-server: they would change samples unseen. Its
    cache of old prompts takes gigabytes of memory and gives a run nothing."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LLAMA_ARG_")}
    return {**kept, "LLAMA_ARG_CACHE_RAM": "0"}


def _skip_proxies() -> None:
    """Requests to this machine go to it, whatever proxy the environment names."""
    for name in ("no_proxy", "NO_PROXY"):
        known = os.environ.get(name, "")
        if _HOST not in known:
            os.environ[name] = ",".join(filter(None, (known, _HOST)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
