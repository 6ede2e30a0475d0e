"""Where weights come from: whole checkpoints only, and two checkpoints are never one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claimbench import config, engines
from claimbench.config import EngineConfig
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.errors import ConfigError, ModelError
from claimbench.models import checkpoints

MODEL = config.load_model("smollm2-135m-instruct")


def make(folder: Path, weights: bytes) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def identity(folder: Path) -> str:
    model = MODEL.model_copy(update={"path": str(folder)})
    return checkpoints.find(model, online=False).identity


def test_a_local_checkpoint_is_known_by_its_whole_content(tmp_path: Path) -> None:
    head = b"\0" * (3 << 20)
    first, second = make(tmp_path / "a", head + b"1"), make(tmp_path / "b", head + b"2")
    assert identity(first) != identity(second)
    before = identity(first)
    (first / "notes.txt").write_text("not a part of the checkpoint")
    assert identity(first) == before


def test_a_folder_without_config_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing; key path"):
        identity(tmp_path)


def test_an_interrupted_download_is_not_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "snapshot", b"x")
    (folder / "model.safetensors").rename(folder / "model-1-of-2.safetensors")
    shards = {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: str(folder))
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "cache"))
    no_wheel = MODEL.model_copy(update={"wheel": None})
    with pytest.raises(ModelError, match="neither on this machine nor to be had"):
        checkpoints.find(no_wheel, online=False)
    (folder / "model-2-of-2.safetensors").write_bytes(b"y")
    assert checkpoints.find(no_wheel, online=False).identity == f"hub:{MODEL.revision}"


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(ModelError, match="CLAIMBENCH_CACHE"):
        checkpoints.find(MODEL, online=False)


def test_keys_that_the_engine_would_ignore_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"engine\.args: the transformers engine does not use it"):
        engines.settings(EngineConfig(args={"depth": 2}))
    chosen = TransformersSettings(kind="transformers")
    for key in ("quantization", "kv_dtype"):
        with pytest.raises(ConfigError, match=f"key {key}"):
            chosen.make(MODEL.model_copy(update={key: "int8"}), tmp_path, print)
