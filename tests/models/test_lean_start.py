"""What a command loads before it has done anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("transformers")

PROGRAM = """
import sys
from claimbench.models.checkpoints import Checkpoint, load_tokenizer
from pathlib import Path
try:
    load_tokenizer(Checkpoint(path=Path(sys.argv[1]), identity="none", departure=None))
except Exception as error:
    print(type(error).__name__)
print("sklearn" in sys.modules, "pandas" in sys.modules)
"""


@pytest.mark.slow
def test_a_tokenizer_is_read_without_scikit_learn(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.split() == ["ModelError", "False", "False"], done.stderr
