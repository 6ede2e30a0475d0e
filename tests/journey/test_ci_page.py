"""docs/ci.md: its workflows are linted, its commands are run, in order, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)
WORKFLOW, GITLAB = (text for kind, text in BLOCKS if kind == "yaml")
TOOLS = Path(sys.executable).parent


def lint(*words: str | Path) -> None:
    done = subprocess.run(
        [TOOLS / words[0], *words[1:]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_is_ten_lines_that_linters_accept(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "smoke.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW)
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    config = tmp_path / "zizmor.yml"
    config.write_text("rules: {unpinned-uses: {config: {policies: {'actions/*': ref-pin}}}}\n")
    lint("zizmor", "--offline", "--no-progress", "--config", config, path)
    assert len(WORKFLOW.splitlines()) <= 11


def test_gitlabs_job_is_one(tmp_path: Path) -> None:
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(GITLAB)
    lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", path)


def test_the_cached_model_is_the_one_that_is_run() -> None:
    from claimbench.config import load_model

    model = load_model("smollm2-135m-instruct")
    key = f"{model.name}-{model.revision[:7]}"
    assert key in WORKFLOW
    assert key in GITLAB


def test_the_workflows_run_what_the_page_shows() -> None:
    steps = yaml.safe_load(WORKFLOW)["jobs"]["smoke"]["steps"]
    last = steps[-1]["run"]
    assert last in [text.strip() for kind, text in BLOCKS if kind == "sh"]


@pytest.mark.slow
def test_the_commands_hold(tmp_path: Path, tiny_checkpoint: Path) -> None:
    if finished := os.environ.get("CLAIMBENCH_SMOKE_RUN"):  # as .ci/run's quickstart left it
        shutil.copytree(finished, tmp_path / "results" / "smoke")
    summary, output = tmp_path / "summary.md", ""
    env = {**os.environ, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    for kind, text in BLOCKS:
        if kind == "sh":
            output = "".join(run(command, tmp_path, env) for command in text.splitlines())
        elif kind == "text":
            for line in text.splitlines():
                assert line in output, f"{line}\nis not in\n{output}"
    assert "smollm2-135m-instruct | smoke-math" in summary.read_text()
    for name in ("results/smoke/junit.xml", "results/compare.xml", "results/both.xml"):
        assert (tmp_path / name).read_text().startswith("<testsuites>"), name


def run(command: str, folder: Path, env: dict[str, str]) -> str:
    words = shlex.split(command)
    assert words[0] == "claimbench"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**env, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
