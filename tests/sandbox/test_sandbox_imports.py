"""What is imported where children are forked: each of them looks at every page of it, and copies
those that it writes to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import claimbench

SOURCE = Path(claimbench.__file__).parents[1]
PRINTS_MODULES = """
import sys
sys.path.insert(0, sys.argv[1])
import claimbench.sandbox.zygote
print(*sys.modules)
"""


def test_the_zygotes_code_imports_little() -> None:
    command = [sys.executable, "-S", "-c", PRINTS_MODULES, str(SOURCE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = set(ran.stdout.split())
    assert "claimbench.sandbox.supervisor" in imported
    # Pathlib, with four more, once came by the package itself, and cost every child.
    assert not imported & {"pathlib", "urllib", "ipaddress", "json", "ast", "dataclasses"}
