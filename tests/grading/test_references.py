"""The published reference solutions pass their own tests in the sandbox; spoiled ones fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.shared
def test_every_sixth_reference_passes_and_fails_when_spoiled(shared: Path) -> None:
    """All 1,138, and 1,127 in the form of EvalPlus, take some minutes: scripts/check_references
    without --every."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "check_references"), "--every", "6"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "CLAIMBENCH_SHARED": str(shared),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        },
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for kind in ("reference", "return None", "off by one"):
        assert f"{kind}: 378 problems" in ran.stdout
