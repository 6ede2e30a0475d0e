"""LoRA adapters (PEFT's folders): read where a model names one, refused where nobody would apply
it. Without that a folder that holds one would run as its base, under the adapter's name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from claimbench.config.models import ModelConfig
from claimbench.errors import ModelError
from claimbench.models import proof

CONFIG = "adapter_config.json"
MERGE = "merge it first (peft: model.merge_and_unload().save_pretrained(FOLDER))"


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's folder, the digest of its files, and its rank."""

    folder: Path
    digest: str
    rank: int


def read(model: ModelConfig) -> Adapter:
    """The adapter that the model's configuration names. Raises ModelError where it is none, or of a
    kind that is not LoRA."""
    assert model.adapter is not None
    folder = Path(model.adapter).expanduser()
    where = f"model {model.name}, key adapter: {folder / CONFIG}"
    try:
        content = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        kind, rank = str(content.get("peft_type", "LORA")), int(content["r"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{where} cannot be read ({type(error).__name__}); name the folder of an adapter as "
            "peft saves it"
        ) from error
    if kind != "LORA":
        raise ModelError(f"{where}: an adapter of the kind {kind}; only LoRA is applied, {MERGE}")
    if not list(folder.glob("adapter_model.*")):
        raise ModelError(f"{where}: its weights (adapter_model.safetensors) are missing")
    return Adapter(folder, folder_digest(folder), rank)


def refuse_unnamed(model: ModelConfig, folder: Path | None) -> None:
    """Raises ModelError for a checkpoint's folder with an adapter that its configuration does not
    name: engines read the base beside it, or nothing."""
    if folder is not None and (folder / CONFIG).is_file():
        raise ModelError(
            f"model {model.name}: {folder} holds a LoRA adapter ({CONFIG}), which would be left "
            f"out; {MERGE}, or, with engine.kind: vllm, name the base under path or hub and the "
            "adapter's folder under the key adapter"
        )


def folder_digest(folder: Path) -> str:
    """The whole contents of the files that make a checkpoint: two training steps of one model have
    the same names and sizes, and the same first megabytes."""
    total = hashlib.sha256()
    for path in proof.checkpoint_files(folder):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{path.name}:{content}\n".encode())
    return total.hexdigest()[:32]
