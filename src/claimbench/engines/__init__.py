"""Engines turn Requests into Completions. A kind of engine is one folder here and one line in
`ENGINES`; docs/engines.md says how to add one.

    base.py         the contract: Engine, and the settings that make it
    local.py        the settings of engines that load weights
    transformers/   continuous batching on a CPU or a GPU, through PyTorch
    vllm/           vLLM on GPUs, or its CPU build
    endpoint/       a server with OpenAI's API
    llamacpp/       llama.cpp's server on a GGUF file, for laptops
    replicas/       replicas of an engine, a process for each
    ray/            replicas on a Ray cluster
    restarting.py   an engine that is started again when it dies
    tokenizer.py    a checkpoint's tokenizer, without the rest of transformers
"""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.config.engines import EngineConfig
from claimbench.config.yamlfile import nearest, parse, place_of
from claimbench.engines.base import EngineSettings
from claimbench.engines.endpoint.settings import EndpointSettings
from claimbench.engines.llamacpp.settings import LlamacppSettings
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.engines.vllm.settings import VllmSettings
from claimbench.errors import ConfigError

ENGINES: Mapping[str, type[EngineSettings]] = {
    "transformers": TransformersSettings,
    "vllm": VllmSettings,
    "endpoint": EndpointSettings,
    "llamacpp": LlamacppSettings,
}


def settings(chosen: EngineConfig) -> EngineSettings:
    """The settings of the engine that a run chooses. Raises ConfigError for a kind that there is
    not, and for a key that this kind does not use: it would stand in the run's record, untrue."""
    if chosen.kind not in ENGINES:
        raise ConfigError(
            f"{_place(chosen, 'kind')}: engine.kind: there is no engine {chosen.kind}"
            f"{nearest(chosen.kind, ENGINES)}"
        )
    kind = ENGINES[chosen.kind]
    # A null takes a key away that a run file inherits from the one it extends.
    given = {k: v for k, v in chosen.given.items() if v is not None or k in kind.model_fields}
    for key in given:
        _refuse_unused(chosen, kind, key)
    return parse(kind, {"kind": chosen.kind, **given}, chosen.path, chosen.marks, ("engine",))


def _refuse_unused(chosen: EngineConfig, kind: type[EngineSettings], key: str) -> None:
    users = [name for name, other in ENGINES.items() if key in other.model_fields]
    if key in kind.model_fields or not users:  # what no engine knows is misspelt: `parse` says so
        return
    named = " and ".join(filter(None, [", ".join(users[:-1]), users[-1]]))
    others = f"{named} {'does' if len(users) == 1 else 'do'}"
    why = kind.instead.get(key) or (
        f"the {chosen.kind} engine does not use it ({others}); remove the key "
        f"(--set engine.{key}=null)"
    )
    raise ConfigError(f"{_place(chosen, key)}: engine.{key}: {why}")


def _place(chosen: EngineConfig, key: str) -> str:
    return place_of(("engine", key), chosen.marks, chosen.path)
