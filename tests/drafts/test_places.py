"""`claimbench new model` of a hub id in the hub's cache, and of a GGUF file."""

from __future__ import annotations

from pathlib import Path

import pytest
from template_toys import save_gguf, save_hub_cache, save_toy
from typer.testing import CliRunner, Result

from claimbench import config
from claimbench.cli import app
from claimbench.drafts.models import draft_model

PROMPT_KEYS = ("bos", "bos_count", "system", "head", "tail", "forced_prefix", "reasoning_end")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def new_model(*words: str) -> Result:
    return CliRunner().invoke(app, ["new", "model", *words])


def test_a_hub_id_is_read_from_the_cache(desk: Path) -> None:
    revision = save_hub_cache("qwen2.5", "someone/Toy-1B", desk / "hub")
    made = new_model("someone/Toy-1B")
    assert made.exit_code == 0, made.output
    assert "Use it in a run: models: [Toy-1B]" in made.output
    model = config.load_model("Toy-1B")
    assert (model.hub, model.revision, model.path) == ("someone/Toy-1B", revision, None)
    beside = draft_model(str(save_toy("qwen2.5", desk / "folder"))).config
    assert model.prompt == beside.prompt
    assert (model.context, model.stop_tokens) == (beside.context, beside.stop_tokens)


def test_a_copy_in_the_cache_without_configuration_is_refused(desk: Path) -> None:
    revision = save_hub_cache("qwen2.5", "someone/Toy-1B", desk / "hub")
    snapshot = desk / "hub" / "models--someone--Toy-1B" / "snapshots" / revision
    (snapshot / "config.json").unlink()
    assert "its copy in the hub's cache has no config.json" in str(
        new_model("someone/Toy-1B").exception
    )


def test_a_gguf_file_is_read_without_its_weights(desk: Path) -> None:
    pytest.importorskip("gguf")
    pytest.importorskip("torch")
    save_gguf("qwen2.5", desk / "toy-q4.gguf")
    made = new_model("toy-q4.gguf")
    assert made.exit_code == 0, (made.output, made.exception)
    model = config.load_model("toy-q4")
    assert model.path is not None and Path(model.path).name == "toy-q4.gguf"
    beside = draft_model(str(save_toy("qwen2.5", desk / "folder"))).config
    for key in PROMPT_KEYS:
        assert getattr(model.prompt, key) == getattr(beside.prompt, key), key
    assert (model.context, model.layers, model.kv_heads) == (2048, 2, 2)
    assert model.stop_tokens[0] == beside.stop_tokens[0]


def test_what_is_no_gguf_is_refused(desk: Path) -> None:
    (desk / "a.gguf").write_text("nothing")
    made = new_model("a.gguf")
    assert "a.gguf: its tokenizer cannot be read" in str(made.exception)
    assert "\n" not in str(made.exception) and not (desk / "configs").exists()
