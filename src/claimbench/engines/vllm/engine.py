"""The engine: one loop that pulls, adds, steps and yields, over vLLM's synchronous `LLMEngine`."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from claimbench.engines.base import Engine
from claimbench.engines.vllm.deaths import tell_of_death
from claimbench.engines.vllm.replies import answer, refusal, sampling_params
from claimbench.errors import ConfigError, EngineDied
from claimbench.records.runs import Completion, Request, RequestFailure

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase
    from vllm import LLMEngine, RequestOutput
    from vllm.lora.request import LoRARequest

_LOOKAHEAD = 16
"""Requests added beyond those that run together, so that a freed place never waits for us."""
_MEMORY_ADVICE = (
    "raise engine.tensor_parallel or engine.args.gpu_memory_utilization, or lower engine.slots or "
    "sampling.max_tokens"
)


class VllmEngine(Engine):
    """Continuous batching by vLLM over a checkpoint folder, on GPUs or on a CPU.

    `arguments` are those of `vllm.EngineArgs`; `stop_token_ids` end a reply beside the checkpoint's
    own EOS tokens; `adapter` is the folder of a LoRA adapter, applied to every request. Loading
    happens here, and raises ConfigError for an argument that vLLM refuses, EngineDied where the
    model cannot be loaded.
    """

    def __init__(
        self,
        checkpoint: Path,
        arguments: Mapping[str, object],
        *,
        batch_invariant: bool = False,
        stop_token_ids: Collection[int] = (),
        adapter: Path | None = None,
    ) -> None:
        set_environment(batch_invariant)
        self._batch_invariant, self._adapter = batch_invariant, adapter
        self._engine = _load({**_prompts_whole_on_a_cpu(), **arguments})
        tell_of_death(self._engine.engine_core)
        config = self._engine.vllm_config
        self._context: int = config.model_config.max_model_len
        self._window: int = config.scheduler_config.max_num_seqs + _LOOKAHEAD
        self._tokenizer: PreTrainedTokenizerBase = self._engine.get_tokenizer()
        self._stop_ids = _eos_ids(checkpoint, config.model_config.hf_config, self._tokenizer)
        self._stop_ids |= frozenset(stop_token_ids)

    def describe(self) -> dict[str, str]:
        """Versions, device, precision, parallelism and attention, for the provenance of a run."""
        import torch
        import vllm
        from vllm.platforms import current_platform

        config = self._engine.vllm_config
        backend = config.attention_config.backend
        return {
            "name": "vllm",
            "version": f"vllm {vllm.__version__}, torch {torch.__version__}",
            "device": current_platform.get_device_name(),
            "dtype": str(config.model_config.dtype).removeprefix("torch."),
            "quantization": str(config.model_config.quantization or "none"),
            "kv_cache_dtype": str(config.cache_config.cache_dtype),
            "attention_backend": backend.name if backend else "chosen by vLLM",
            "context": str(self._context),
            "slots": str(config.scheduler_config.max_num_seqs),
            "batched_tokens": str(config.scheduler_config.max_num_batched_tokens),
            "tensor_parallel": str(config.parallel_config.tensor_parallel_size),
            "pipeline_parallel": str(config.parallel_config.pipeline_parallel_size),
            "batch_invariant": str(self._batch_invariant).lower(),
        }

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        source, waiting = iter(requests), dict[str, tuple[Request, float]]()
        try:
            while True:
                yield from self._fill(source, waiting)
                if not waiting:
                    return
                with _explained():
                    outputs = self._engine.step()
                now = time.monotonic()
                for output in outputs:
                    if output.finished and output.request_id in waiting:
                        request, started = waiting.pop(output.request_id)
                        reply = cast("RequestOutput", output)  # nothing is asked but generation
                        yield answer(request, reply, self._decode, now - started)
        finally:
            self._abort(waiting)

    def close(self) -> None:
        """Stop vLLM's processes and give their memory back."""
        with contextlib.suppress(Exception):
            self._engine.engine_core.shutdown()

    def _fill(
        self, source: Iterator[Request], waiting: dict[str, tuple[Request, float]]
    ) -> Iterator[RequestFailure]:
        """Add requests until the window is full; gives those that cannot be asked."""
        while len(waiting) < self._window and (request := next(source, None)) is not None:
            reason = refusal(request, self._context) or self._add(request)
            if reason:
                yield RequestFailure(request.id, reason)
            else:
                waiting[request.id] = request, time.monotonic()

    def _add(self, request: Request) -> str:
        """Hand a request to vLLM; why it was refused, or nothing."""
        from vllm.exceptions import VLLMClientError
        from vllm.inputs import tokens_input

        with _explained():
            try:
                params = sampling_params(request, self._stop_ids)
                prompt = tokens_input(list(request.prompt_ids))
                lora = _lora(self._adapter)
                self._engine.add_request(request.id, prompt, params, lora_request=lora)
            except (ValueError, VLLMClientError) as error:
                return f"vLLM refused the request: {_first_line(error)}"
        return ""

    def _abort(self, waiting: Mapping[str, object]) -> None:
        if waiting:
            with contextlib.suppress(Exception):  # a dead engine has nothing to abort
                self._engine.abort_request(list(waiting))

    def _decode(self, ids: list[int]) -> str:
        """Text with special tokens kept: a `</think>` may be one."""
        text: str = self._tokenizer.decode(
            ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text


def set_environment(batch_invariant: bool) -> None:
    """What vLLM reads from the environment when it is imported, and its child processes with it."""
    from claimbench.engines.vllm.orphans import WATCHED

    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    # Set either way: what the identity of the samples says must be what runs.
    os.environ["VLLM_BATCH_INVARIANT"] = str(int(batch_invariant))
    os.environ[WATCHED] = str(os.getpid())


def _prompts_whole_on_a_cpu() -> dict[str, bool]:
    """A prompt read in parts makes vLLM take back a draw of its seeded generator, which those of a
    CPU cannot do: "CPU Generator does not use offset" ends the engine (vLLM 0.32 and 0.33)."""
    from vllm.platforms import current_platform

    return {"enable_chunked_prefill": False} if current_platform.is_cpu() else {}


def _load(arguments: Mapping[str, Any]) -> LLMEngine:
    from vllm import EngineArgs, LLMEngine
    from vllm.exceptions import VLLMClientError
    from vllm.usage.usage_lib import UsageContext

    try:
        # As vllm.LLM does: in any other context the defaults of how many sequences and tokens go
        # together are an eighth of that (get_batch_defaults in vLLM's arg_utils).
        made = EngineArgs(**arguments)
        return LLMEngine.from_engine_args(made, usage_context=UsageContext.LLM_CLASS)
    except Exception as error:
        reason = _first_line(error)
        if "bfloat16" in reason.lower() and "compute capability" in reason:
            raise ConfigError(
                "engine.dtype: this GPU has no bfloat16; set engine.dtype: float16, which the "
                "report lists as a departure from the checkpoint's precision"
            ) from error
        if isinstance(error, ValueError | VLLMClientError) and "memory" not in reason:
            raise ConfigError(f"engine.args: vLLM refuses them ({reason})") from error
        raise EngineDied(
            f"vLLM could not load {arguments['model']} ({reason}; its own message stands above); "
            f"if memory ran out, {_MEMORY_ADVICE}"
        ) from error


def _lora(adapter: Path | None) -> LoRARequest | None:
    """What tells vLLM to apply an adapter; it keeps one of the same number loaded."""
    if adapter is None:
        return None
    from vllm.lora.request import LoRARequest

    return LoRARequest("adapter", 1, str(adapter))


def _eos_ids(checkpoint: Path, config: PretrainedConfig, tokenizer: object) -> frozenset[int]:
    """The tokens that end a reply by the checkpoint's generation config, config and tokenizer."""
    from transformers import GenerationConfig

    sources = [config, tokenizer]
    if (checkpoint / "generation_config.json").is_file():
        sources.append(GenerationConfig.from_pretrained(checkpoint, local_files_only=True))
    found: set[int] = set()
    for source in sources:
        eos = getattr(source, "eos_token_id", None)
        found.update(eos if isinstance(eos, list | tuple) else [] if eos is None else [eos])
    return frozenset(found)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a failure of vLLM into EngineDied, with what to change."""
    try:
        yield
    except Exception as error:
        reason = _first_line(error)
        memory = "out of memory" in reason.lower() or isinstance(error, MemoryError)
        advice = _MEMORY_ADVICE if memory else "see vLLM's own message above"
        raise EngineDied(
            f"vLLM died while generating ({reason}); {advice}, and run the same command again, or "
            f"let engine.restarts start it anew"
        ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:300]
