"""`claimbench` as a process of its own, and inside this one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from claimbench.cli import main


def claimbench(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "claimbench", *map(str, words)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, cwd=cwd
    )


def here(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same command without a new interpreter, which takes most of the time of a refusal."""
    command = ["claimbench", *map(str, words)]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(sys, "argv", command))
        stack.enter_context(mock.patch.dict(os.environ))
        stack.enter_context(contextlib.chdir(cwd or Path.cwd()))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        code = _exit_code()
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def _exit_code() -> int:
    try:
        main()
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    return 0
