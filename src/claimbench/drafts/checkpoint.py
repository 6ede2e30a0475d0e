"""What a checkpoint's own files say: a folder, a GGUF file, or a repository in the hub's cache."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TypeVar

from claimbench.config.folders import names
from claimbench.config.inline import is_hub_id
from claimbench.drafts.template import ChatTokenizer
from claimbench.engines.tokenizer import lean_transformers, read_tokenizer
from claimbench.errors import ConfigError, ModelError
from claimbench.models.gguf import first_line, quiet_transformers
from claimbench.models.weights import check_files

Json = Mapping[str, object]
Kind = TypeVar("Kind", int, str)

CONTEXT_KEYS = ("max_position_embeddings", "max_sequence_length", "n_positions", "seq_length")


@dataclass(frozen=True, slots=True)
class Found:
    """A checkpoint that was found: `folder` has its files, or `gguf` is its only one; of one from
    the hub, `hub` and `revision` say which."""

    folder: Path
    gguf: Path | None = None
    hub: str = ""
    revision: str = ""

    @property
    def place(self) -> Path:
        return self.gguf or self.folder


def find(place: str) -> Found:
    """The checkpoint at a path, or the one of a hub id in the cache. Raises ConfigError."""
    path = Path(place).expanduser()
    if "://" in place:
        meant = _instead(place) or "; name a folder, or a hub id OWNER/NAME"
        raise ConfigError(f"{place}: an address{meant}")
    if path.is_dir():
        return _in_folder(path)
    if path.is_file():
        if path.suffix == ".gguf":
            return Found(path.parent, gguf=path)
        raise ConfigError(f"{path}: name the folder of the checkpoint, or a .gguf file")
    if is_hub_id(place):
        return _in_cache(place)
    raise ConfigError(f"{path}: there is no such folder or file{_instead(place)}")


def _instead(place: str) -> str:
    """What a place that is none was meant for, as far as that is plain."""
    if place in names("models"):
        return f"; there is a model of this name: models: [{place}]"
    if hub := re.fullmatch(r"https?://[^/]+/([\w.-]+/[\w.-]+)/?", place):
        return f"; write the hub id, {hub[1]}"
    return "" if "/" in place else "; a hub id has two parts, OWNER/NAME"


def _in_folder(folder: Path) -> Found:
    if (folder / "config.json").is_file():
        check_files(folder)
        return Found(folder)
    if (folder / "adapter_config.json").is_file():
        raise ConfigError(
            f"{folder}: this is an adapter (LoRA) without its base model; merge the two first and "
            "name the merged folder"
        )
    if ggufs := sorted(folder.glob("*.gguf")):
        raise ConfigError(f"{folder}: name the file, such as {ggufs[0]}")
    raise ConfigError(f"{folder}: config.json is missing; name the folder of a checkpoint")


def _in_cache(hub: str) -> Found:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ConfigError(f"{hub}: the hub needs pip install 'claimbench[cpu]'") from error
    wanted = ["*.json", "*.jinja", "*.model", "merges.txt"]
    try:
        folder = Path(snapshot_download(hub, local_files_only=True, allow_patterns=wanted))
    except Exception as error:
        raise ConfigError(
            f"{hub}: there is no such folder, and the hub's cache on this machine has no model of "
            f"this name; run `hf download {hub}` where the hub can be reached, or name a folder"
        ) from error
    if not (folder / "config.json").is_file():
        raise ConfigError(f"{hub}: its copy in the hub's cache has no config.json")
    return Found(folder, hub=hub, revision=folder.name)


def load_tokenizer(found: Found) -> ChatTokenizer:
    """The checkpoint's tokenizer, with its chat template (imports transformers)."""
    try:
        quiet_transformers()
    except ImportError as error:
        raise ModelError("reading a checkpoint needs pip install 'claimbench[cpu]'") from error
    try:
        tokenizer: ChatTokenizer = (
            _tokenizer_in(found.gguf) if found.gguf else read_tokenizer(found.folder)
        )
    except Exception as error:
        raise ModelError(
            f"{found.place}: its tokenizer cannot be read ({first_line(error)})"
        ) from error
    return tokenizer


def _tokenizer_in(gguf: Path) -> ChatTokenizer:
    lean_transformers()
    from transformers import AutoTokenizer

    made: ChatTokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    return made


@dataclass(frozen=True, slots=True)
class Facts:
    """What config.json and its neighbours say; None where they do not. `parameters` in billions,
    `ends` are the ids of the tokens that end a reply."""

    context: int | None
    dtype: str | None
    quantization: str | None
    parameters: float | None
    hidden: int | None
    layers: int | None
    kv_heads: int | None
    head_dim: int | None
    ends: tuple[int, ...]


def read_facts(found: Found) -> Facts:
    """The facts of a checkpoint. Raises ModelError for a file that cannot be read."""
    if found.gguf:
        return _facts(_gguf_config(found), {}, None)
    config = _json(found.folder / "config.json")
    generation = found.folder / "generation_config.json"
    further = _json(generation) if generation.is_file() else {}
    return _facts(config, further, _parameters(found.folder))


def _facts(config: Json, generation: Json, parameters: float | None) -> Facts:
    text = config.get("text_config")  # Of a model that also takes images.
    own = {**config, **text} if isinstance(text, dict) else config
    hidden = _a(int, own, "hidden_size", "n_embd")
    heads = _a(int, own, "num_attention_heads", "n_head")
    quantized = own.get("quantization_config")
    dtype = _a(str, own, "dtype", "torch_dtype")
    return Facts(
        context=_a(int, own, *CONTEXT_KEYS),
        dtype=dtype if dtype in ("bfloat16", "float16", "float32") else None,
        quantization=_a(str, quantized, "quant_method") if isinstance(quantized, dict) else None,
        parameters=parameters,
        hidden=hidden,
        layers=_a(int, own, "num_hidden_layers", "n_layer"),
        kv_heads=_a(int, own, "num_key_value_heads") or heads,
        head_dim=_a(int, own, "head_dim") or (hidden // heads if hidden and heads else None),
        ends=_ids(generation.get("eos_token_id", own.get("eos_token_id"))),
    )


def _a(kind: type[Kind], config: Json, *keys: str) -> Kind | None:
    """The first of these keys that has a value of the kind."""
    return next((found for key in keys if type(found := config.get(key)) is kind), None)


def _ids(given: object) -> tuple[int, ...]:
    ids = given if isinstance(given, list) else [given]
    return tuple(i for i in ids if isinstance(i, int))


def _json(path: Path) -> Json:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read ({first_line(error)})") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path}: a JSON object is needed")
    return found


def _gguf_config(found: Found) -> Json:
    try:
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(found.folder, gguf_file=found.place.name)
    except ImportError as error:
        raise ModelError("GGUF files need pip install 'claimbench[cpu]'") from error
    except Exception as error:
        raise ModelError(f"{found.place}: cannot be read ({first_line(error)})") from error
    return dict(config.to_dict())


def _parameters(folder: Path) -> float | None:
    """Billions of parameters, counted in the headers of the safetensors files; None without such
    files. Packed weights are counted as they are stored."""
    try:
        counts = [sum(_shapes(path)) for path in sorted(folder.glob("*.safetensors"))]
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None
    return float(f"{sum(counts) / 1e9:.3g}") if counts else None


def _shapes(path: Path) -> Iterator[int]:
    # The format: eight bytes of length, then a JSON header (huggingface.co/docs/safetensors).
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(min(length, 1 << 27)))
    for name, tensor in header.items():
        if name != "__metadata__":
            yield prod(tensor["shape"])
