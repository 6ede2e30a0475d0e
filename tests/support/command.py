"""`claimbench` as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def claimbench(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "claimbench", *map(str, words)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, cwd=cwd
    )
