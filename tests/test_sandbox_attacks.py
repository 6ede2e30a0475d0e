"""No attack gets out of the sandbox, none passes without the answer, nothing is left of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox_attacks import COUNT

from claimbench.sandbox.levels import _why_not


@pytest.mark.slow
@pytest.mark.parametrize("level", ["A", "B", "C"])
def test_no_attack_works(level: str) -> None:
    if why := _why_not(level):  # type: ignore[arg-type]
        pytest.skip(f"level {level} is not to be had here: {why}")
    script = Path(__file__).with_name("sandbox_attacks.py")
    ran = subprocess.run(
        [sys.executable, str(script), level],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    result = json.loads(ran.stdout)
    assert len(result["found"]) == COUNT >= 40
    assert [name for name, (outcome, _) in result["found"].items() if outcome == "correct"] == []
    assert result["left"] == []
