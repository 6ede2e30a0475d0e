"""Runs a program and ends with whoever started it: `python keeper.py PROGRAM ARGUMENT…`.

The caller keeps the other end of standard input open. When it is killed that end closes, and the
program is killed: a server that outlived its run would hold the memory that the next run needs.
What the program writes is read, and its last lines are written when it ends: a server that logs
every request fills a disk in a long run.
Imports nothing of claimbench, so that it starts at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque

_LINES = 100


def main() -> int:
    """The exit status of the program; 128 + n where signal n ended it."""
    with subprocess.Popen(
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
    ) as program:

        def end_with_caller() -> None:
            while os.read(0, 1024):
                pass
            program.kill()

        threading.Thread(target=end_with_caller, daemon=True).start()
        assert program.stdout is not None
        last = deque(program.stdout, maxlen=_LINES)
        status = program.wait()
    sys.stdout.writelines(last)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
