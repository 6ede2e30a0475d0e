"""A program that tries to get out of the sandbox: what it could do and must not."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from claimbench.sandbox.client import SandboxError, Zygote
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.protocol import OK, Job, Limits

_PROBE_LIMITS: Final = Limits(cpu_s=10, wall_s=100, memory=2**31, output=2**20)


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
    "learn a file's size": lambda: os.stat(SECRET),
    "learn whether a file is there": lambda: os.readlink("/proc/self/exe"),
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
