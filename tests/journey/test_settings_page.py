"""docs/settings.md: its command is run, its settings are read as a run file and a model file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from test_ci_page import run

from claimbench.config.benchmarks import PromptConfig
from claimbench.config.runs import SamplingConfig

BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "docs" / "settings.md").read_text(), re.M | re.S
)


def test_the_settings_are_known() -> None:
    sampling, prompts, _model = (yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml")
    SamplingConfig.model_validate(sampling["sampling"])
    PromptConfig.model_validate(prompts["prompts"]["gsm8k"])


@pytest.mark.slow
def test_the_command_holds(tmp_path: Path, tiny_checkpoint: Path) -> None:
    (command,) = (text for kind, text in BLOCKS if kind == "sh")
    (shown,) = (text for kind, text in BLOCKS if kind == "text")
    output = run(command, tmp_path, dict(os.environ))
    for line in shown.splitlines():
        assert line in output, f"{line}\nis not in\n{output}"
