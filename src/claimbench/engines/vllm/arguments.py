"""The arguments that vLLM's engine gets, from the configuration; nothing of vLLM is imported here
but the list of its own arguments."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config.models import ModelConfig
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError

if TYPE_CHECKING:
    from claimbench.engines.vllm.settings import VllmSettings

OURS: Mapping[str, str] = {
    "model": "models",
    "model_weights": "models",
    "served_model_name": "models",
    "tokenizer": "models",
    "tokenizer_revision": "models",
    "skip_tokenizer_init": "models",
    "revision": "revision of the model's configuration",
    "hf_config_path": "path of the model's configuration",
    "dtype": "engine.dtype",
    "quantization": "quantization of the model's configuration",
    "kv_cache_dtype": "kv_dtype of the model's configuration",
    "tensor_parallel_size": "engine.tensor_parallel",
    "pipeline_parallel_size": "engine.pipeline_parallel",
    "data_parallel_size": "several runs or replicas: vLLM refuses it offline",
    "enable_lora": "adapter of the model's configuration",
    "max_lora_rank": "adapter of the model's configuration",
    "max_model_len": "engine.context",
    "max_num_seqs": "engine.slots",
    "seed": "seed",
    "generation_config": "sampling",
    "override_generation_config": "sampling",
    "logits_processors": "sampling",
    "disable_log_stats": "nothing: the run has its own figures",
}
"""Arguments that claimbench sets, and the key to use instead."""

NEUTRAL = frozenset(
    {
        "aggregate_engine_logging",
        "collect_detailed_traces",
        "cpu_distributed_timeout_seconds",
        "cudagraph_metrics",
        "device_ids",
        "disable_custom_all_reduce",
        "distributed_executor_backend",
        "distributed_timeout_seconds",
        "download_dir",
        "enable_layerwise_nvtx_tracing",
        "enable_logging_iteration_details",
        "enable_mfu_metrics",
        "enable_mm_processor_stats",
        "enable_sleep_mode",
        "gpu_memory_utilization",
        "ignore_patterns",
        "kv_cache_memory_bytes",
        "kv_cache_metrics",
        "kv_cache_metrics_sample",
        "kv_events_config",
        "log_config_file",
        "log_level",
        "logging_config",
        "master_addr",
        "master_port",
        "max_num_batched_tokens",
        "max_num_queued_reqs",
        "max_num_queued_tokens",
        "max_parallel_loading_workers",
        "nnodes",
        "node_rank",
        "num_gpu_blocks_override",
        "numa_bind",
        "numa_bind_cpus",
        "numa_bind_nodes",
        "otlp_traces_endpoint",
        "prefix_caching_hash_algo",
        "profiler_config",
        "ray_workers_use_nsight",
        "safetensors_load_strategy",
        "safetensors_prefetch_block_size",
        "safetensors_prefetch_num_threads",
        "show_hidden_metrics_for_version",
        "use_tqdm_on_load",
    }
)
"""Arguments about memory, placement, loading and logs. Every other one may change a sample, and so
is part of its identity."""


def engine_arguments(
    model: ModelConfig, checkpoint: Path, settings: VllmSettings
) -> dict[str, object]:
    """Every argument of `vllm.EngineArgs` for this model, those of `engine.args` included."""
    chosen: dict[str, object] = {
        "model": str(checkpoint),
        "dtype": settings.dtype or model.dtype,
        "quantization": model.quantization,
        "kv_cache_dtype": model.kv_dtype or "auto",
        "max_model_len": settings.context or model.context,
        "tensor_parallel_size": settings.tensor_parallel,
        "pipeline_parallel_size": settings.pipeline_parallel,
        "seed": 0,
        # The hub's generation_config.json would change sampling parameters unseen.
        "generation_config": "vllm",
        "enable_prefix_caching": True,
        "disable_log_stats": True,
    }
    if model.adapter is not None:
        chosen |= {"enable_lora": True, "max_lora_rank": _room_for(Path(model.adapter))}
    if settings.slots is not None:
        chosen["max_num_seqs"] = settings.slots
    return {**chosen, **settings.args}


_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Ranks of adapters that vLLM has room for (MaxLoRARanks in its config/lora.py)."""


def _room_for(adapter: Path) -> int:
    """The least of them that holds the adapter. Raises ConfigError where none does."""
    rank = int(json.loads((adapter.expanduser() / "adapter_config.json").read_text())["r"])
    room = next((one for one in _RANKS if one >= rank), None)
    if room is None:
        raise ConfigError(f"{adapter}: vLLM has no room for a rank of {rank}; merge it first")
    return room


def known_arguments() -> list[str]:
    """The names of vLLM's own engine arguments (imports vLLM)."""
    from vllm import EngineArgs

    return [f.name for f in dataclasses.fields(EngineArgs) if not f.name.startswith("_")]


def check(args: Collection[str], known: Collection[str]) -> None:
    """Raises ConfigError for a key of `engine.args` that vLLM would not take or that claimbench
    sets itself."""
    for key in args:
        if key in OURS:
            raise ConfigError(f"engine.args.{key}: claimbench sets it; use {OURS[key]} instead")
        if key not in known:
            raise ConfigError(f"engine.args.{key}: vLLM has no such argument{nearest(key, known)}")


def identity_of(settings: VllmSettings) -> dict[str, str]:
    """What of the engine's settings can change a sample, as far as it departs from the defaults."""
    found = {}
    if settings.batch_invariant:
        found["batch_invariant"] = "batch-invariant"
    deciding = {key: value for key, value in settings.args.items() if key not in NEUTRAL}
    if deciding:
        found["args"] = json.dumps(deciding, sort_keys=True, default=str)
    return found
