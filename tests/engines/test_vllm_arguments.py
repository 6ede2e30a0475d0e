"""What the vLLM engine needs no vLLM for: arguments, refusals, identity; and restarting engines."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from scripted import ScriptedEngine

from claimbench import config, engines
from claimbench.config import EngineConfig
from claimbench.engines.restarting import RestartingEngine
from claimbench.engines.vllm.arguments import check, engine_arguments, identity_of
from claimbench.engines.vllm.engine import VllmEngine
from claimbench.engines.vllm.replies import refusal
from claimbench.engines.vllm.settings import VllmSettings
from claimbench.errors import ConfigError, EngineDied, ModelError
from claimbench.records import Request, Sampling
from claimbench.runner import preparing

KNOWN = ("enforce_eager", "block_size", "gpu_memory_utilization", "max_num_seqs")


def settings(**keys: Any) -> VllmSettings:
    chosen = engines.settings(EngineConfig(kind="vllm", **keys))
    assert isinstance(chosen, VllmSettings)
    return chosen


def request(name: str = "a", **keys: Any) -> Request:
    sampling = Sampling(**{"temperature": 0.6, "top_p": 0.95, "top_k": 0, "max_tokens": 8, **keys})
    return Request(name, "m", "b", name, 0, (1, 2, 3), sampling, 7)


def test_configs_reach_vllms_arguments() -> None:
    model = config.load_model("r1-distill-qwen-7b").model_copy(
        update={"quantization": "fp8", "kv_dtype": "fp8"}
    )
    chosen = settings(
        dtype="float16",
        context=40000,
        slots=128,
        tensor_parallel=2,
        pipeline_parallel=4,
        args={"enforce_eager": True, "enable_prefix_caching": False},
    )
    made = engine_arguments(model, Path("/weights"), chosen)
    assert made == {
        "model": "/weights",
        "dtype": "float16",
        "quantization": "fp8",
        "kv_cache_dtype": "fp8",
        "max_model_len": 40000,
        "max_num_seqs": 128,
        "tensor_parallel_size": 2,
        "pipeline_parallel_size": 4,
        "seed": 0,
        "generation_config": "vllm",
        "enable_prefix_caching": False,
        "disable_log_stats": True,
        "enforce_eager": True,
    }


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"args": {"enforce_eagre": True}}, "did you mean enforce_eager"),
        ({"args": {"max_num_seqs": 4}}, "use engine.slots"),
        ({"args": {"tensor_parallel_size": 2}}, "use engine.tensor_parallel"),
        ({"args": {"generation_config": "auto"}}, "use sampling"),
        ({"threads": 2}, "engine.threads"),
        ({"token_budget": 9}, "gpu_memory_utilization"),
        ({"device": "cuda"}, "CUDA_VISIBLE_DEVICES"),
    ],
)
def test_what_vllm_would_not_do_is_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check(settings(**keys).args, KNOWN)


def test_a_token_in_a_run_file_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="HF_TOKEN") as caught:
        engines.settings(
            config.load_experiment(
                Path("r1-distill-qwen-7b"), ["engine.args.hf_token=hf_canary_5b1f"]
            ).run.engine
        )
    assert "canary" not in str(caught.value)


def test_only_what_can_change_a_sample_is_identity() -> None:
    assert identity_of(settings(tensor_parallel=8, slots=4, context=99, restarts=3)) == {}
    assert identity_of(settings(args={"gpu_memory_utilization": 0.9})) == {}
    changed = identity_of(settings(args={"block_size": 32, "gpu_memory_utilization": 0.9}))
    assert changed == {"args": '{"block_size": 32}'}
    assert identity_of(settings(batch_invariant=True)) == {"batch_invariant": "batch-invariant"}


def test_without_vllm_the_pip_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(ModelError, match=r"pip install 'claimbench\[vllm\]'"):
        settings().identity()


def test_a_dry_run_needs_no_vllm_and_a_run_does(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    version = metadata.version

    def missing(name: str) -> str:
        if name.startswith("vllm"):
            raise metadata.PackageNotFoundError(name)
        return version(name)

    experiment = config.load_experiment(toy / "configs/runs/try.yaml", ["engine.kind=vllm"])
    monkeypatch.setattr(metadata, "version", missing)
    plan, lacking = preparing.dry_plan(experiment, toy / "data", False, lambda _: None)
    assert plan is not None and not lacking
    assert plan.cells[0].prompt_of(plan.cells[0].problems[0]).text.endswith("<think>\n")
    with pytest.raises(ModelError, match=r"pip install 'claimbench\[vllm\]'"):
        preparing.plan(experiment, toy / "data", False, lambda _: None)


def test_a_request_that_vllm_would_answer_otherwise_is_refused() -> None:
    assert refusal(request(), 11) == ""
    assert "engine.context" in refusal(request(), 10)
    assert "temperature" in refusal(request(temperature=0.001), 11)
    assert refusal(request(temperature=0.0), 11) == ""


def test_a_restarted_engine_loses_and_repeats_nothing() -> None:
    made: Iterator[ScriptedEngine] = iter(
        ScriptedEngine(lambda r: f"reply {r.id}", shuffle=1, window=4, dies_after=dies)
        for dies in (3, 0, None)
    )
    told: list[str] = []
    engine = RestartingEngine(lambda: next(made), 2, told.append)
    names = [str(i) for i in range(12)]
    answers = list(engine.generate(request(name) for name in names))
    assert sorted(a.request_id for a in answers) == sorted(names)
    assert len(told) == 2
    assert "after 3 replies" in told[0]


def test_an_engine_that_dies_too_often_ends_the_run() -> None:
    engine = RestartingEngine(lambda: ScriptedEngine({}, dies_after=0), 1, lambda _: None)
    with pytest.raises(EngineDied):
        list(engine.generate([request()]))


@dataclasses.dataclass
class FakeCore:
    """What the engine looks at of a loaded `vllm.LLMEngine`."""

    vllm_config: Any
    engine_core: Any = None

    def get_tokenizer(self) -> Any:
        return SimpleNamespace(eos_token_id=2)


def test_vllm_is_loaded_with_its_own_defaults_for_offline_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In vLLM's other contexts these are 128 sequences and 2,048 tokens."""
    defaults = {"LLM_CLASS": (1024, 16384), "ENGINE_CONTEXT": (128, 2048)}

    class LLMEngine:
        @staticmethod
        def from_engine_args(args: Any, usage_context: str = "ENGINE_CONTEXT") -> FakeCore:
            assert "enable_chunked_prefill" not in args  # a GPU's generators can take a draw back
            sequences, tokens = defaults[usage_context]
            scheduler = SimpleNamespace(
                max_num_seqs=args.get("max_num_seqs", sequences), max_num_batched_tokens=tokens
            )
            model = SimpleNamespace(max_model_len=64, hf_config=None, dtype="bf", quantization=None)
            parallel = SimpleNamespace(tensor_parallel_size=1, pipeline_parallel_size=1)
            return FakeCore(
                SimpleNamespace(
                    scheduler_config=scheduler,
                    model_config=model,
                    parallel_config=parallel,
                    cache_config=SimpleNamespace(cache_dtype="auto"),
                    attention_config=SimpleNamespace(backend=None),
                )
            )

    context = SimpleNamespace(LLM_CLASS="LLM_CLASS", ENGINE_CONTEXT="ENGINE_CONTEXT")
    platform = SimpleNamespace(get_device_name=lambda: "a card", is_cpu=lambda: False)
    fakes = {
        "vllm": {"EngineArgs": dict, "LLMEngine": LLMEngine, "__version__": "0.33"},
        "vllm.exceptions": {"VLLMClientError": KeyError},
        "vllm.usage": {},
        "vllm.usage.usage_lib": {"UsageContext": context},
        "vllm.platforms": {"current_platform": platform},
    }
    for name, content in fakes.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    model = config.load_model("r1-distill-qwen-7b")

    def facts(**keys: Any) -> dict[str, str]:
        arguments = engine_arguments(model, tmp_path, settings(**keys))
        return VllmEngine(tmp_path, arguments).describe()

    own, chosen = facts(), facts(slots=7)
    assert (own["slots"], own["batched_tokens"]) == ("1024", "16384")
    assert (chosen["slots"], chosen["batched_tokens"]) == ("7", "16384")
