"""Families of models: what several checkpoints share stands in one file, and resolves as before."""

from __future__ import annotations

import hashlib
import json

import pytest

from claimbench import config
from claimbench.config.paths import configs_dir
from claimbench.errors import ConfigError

RESOLVED = {
    "deepseek-r1": "e6647d52311aab01",
    "r1-distill-llama-70b": "6dbed7c79b82856e",
    "r1-distill-llama-8b": "2de6226392f62213",
    "r1-distill-qwen-1.5b": "f86b6664d7c400cc",
    "r1-distill-qwen-14b": "bdc4e0f0564e029b",
    "r1-distill-qwen-32b": "6d71cd3a8a24231f",
    "r1-distill-qwen-7b": "2894513d64c6161f",
    "r1-distill-qwen-7b~double-bos": "6953ac01927ea6f5",
    "r1-distill-qwen-7b~no-think-prefix": "215a0fddda4ca761",
    "smollm2-135m-instruct": "7a0837b00c84fc91",
}
"""Digests of the resolved files from before there were families: stored samples depend on them."""


@pytest.mark.parametrize("name", RESOLVED)
def test_a_model_resolves_as_it_did(name: str) -> None:
    plain = config.load_model(name).model_dump(mode="json")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == RESOLVED[name]


def test_a_distill_s_file_is_ten_lines() -> None:
    for path in (configs_dir() / "models").glob("r1-distill-*.yaml"):
        assert len(path.read_text().splitlines()) <= 10, path.name


def test_a_family_is_no_model() -> None:
    assert not [name for name in config.names("models") if "famil" in name]
    with pytest.raises(ConfigError, match="there is no model families/r1"):
        config.load_model("families/r1")
