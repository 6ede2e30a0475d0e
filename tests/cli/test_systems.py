"""What macOS and Windows lack is refused in one sentence, or left out (simulated here)."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from test_fail_on import folder

from claimbench import __main__
from claimbench.grading import make_grader, make_pool
from claimbench.records import Problem
from claimbench.sandbox import isolation
from claimbench.sandbox.client import SandboxError


def test_windows_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched, pytest.raises(SystemExit) as ended:
        patched.setattr(os, "name", "nt")
        __main__.main()
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("claimbench: Windows lacks calls")
    assert "WSL 2" in error
    assert error.count("\n") == 1


def test_programs_are_refused_on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    isolation.find_isolation.cache_clear()
    grader = make_grader("code", {}, None, "seccomp")
    with pytest.raises(SandboxError, match=r"cannot be run on Darwin.*grade its folder on Linux"):
        make_pool(1, [(grader, Problem("b", "q"))])
    isolation.find_isolation.cache_clear()


MAC = """\
import os, resource, sys, sysconfig
sysconfig.get_config_vars()  # which names a file of the platform
del os.sched_getaffinity
limit = resource.setrlimit
def refuse(which, limits):
    if which == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    limit(which, limits)
resource.setrlimit = refuse
sys.platform = "darwin"
"""
"""What of macOS matters here: no affinity of processes, no limit of an address space."""


@pytest.mark.slow
def test_reports_and_grades_are_made_without_what_a_mac_lacks(tmp_path: Path) -> None:
    run = folder(tmp_path)
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(MAC)
    for words in (["report"], ["grade"]):
        done = subprocess.run(
            [sys.executable, "-m", "claimbench", *words, str(run)],
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
