"""What a run may set of sampling, prompts and weights: in the request, the identity, the protocol
and the departures; refused where an engine lacks it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pipeline_toys import Toy
from scripted import ScriptedEngine

from claimbench import config, engines
from claimbench.config import EngineConfig
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.wire import body_of
from claimbench.engines.vllm.arguments import engine_arguments
from claimbench.engines.vllm.settings import VllmSettings
from claimbench.errors import ConfigError, DataError, ModelError
from claimbench.messages import Message
from claimbench.models import checkpoints, quantized
from claimbench.planning.cells import sampling_identity
from claimbench.records import Request, Sampling
from claimbench.report.messages import english

MODEL = config.load_model("smollm2-135m-instruct")
PLAIN = Sampling(0.6, 0.95, 0, 10)


@pytest.fixture
def journey(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    return Toy(toy, monkeypatch)


class Recording(ScriptedEngine):
    """Keeps what it was asked."""

    asked: list[Request]

    def generate(self, requests: Any) -> Any:
        self.asked = list(requests)
        yield from super().generate(self.asked)


def test_penalties_and_min_p_reach_the_engine_the_protocol_and_the_report(journey: Toy) -> None:
    from pipeline_toys import answer

    sets = (
        "sampling.min_p=0.05",
        "sampling.presence_penalty=1.5",
        "sampling.repetition_penalty=1.1",
    )
    report = journey.run(*sets, engine=Recording(answer))
    wanted = {"min_p": 0.05, "presence_penalty": 1.5, "repetition_penalty": 1.1}
    assert all(r.sampling.switched_on == wanted for r in journey.engine.asked)  # type: ignore[attr-defined]
    (measured,) = report.measurements
    assert wanted.items() <= measured.protocol.items()
    named = {d.setting for v in report.verdicts for d in v.departures}
    assert set(wanted) <= named
    assert "min_p 0.05" in (journey.out / "report.md").read_text().replace("\\", "")


def test_samples_of_before_there_were_such_parameters_keep_their_ids() -> None:
    assert sampling_identity(PLAIN) == {
        "temperature": 0.6,
        "top_p": 0.95,
        "top_k": 0,
        "max_tokens": 10,
        "stop": (),
    }
    ours = sampling_identity(replace(PLAIN, min_p=0.05))
    assert ours == {**sampling_identity(PLAIN), "min_p": 0.05}


def test_a_server_gets_them_and_one_that_lacks_them_is_refused(journey: Toy) -> None:
    sampling = replace(PLAIN, min_p=0.05, presence_penalty=1.0, repetition_penalty=1.2)
    request = Request("a", "m", "b", "p", 0, (1, 2), sampling, 7)
    body = body_of(request, EndpointConfig(base_url="http://localhost/v1"), "m", [])
    assert (body["min_p"], body["presence_penalty"], body["repetition_penalty"]) == (0.05, 1.0, 1.2)
    endpoint = {"base_url": "http://localhost/v1", "unsupported": ["min_p", "top_k"]}
    chosen = engines.settings(EngineConfig(kind="endpoint", endpoint=endpoint))
    assert chosen.lacking == {"min_p"}
    words = ("engine={kind: endpoint, endpoint: " + json.dumps(endpoint) + "}",)
    with pytest.raises(
        ConfigError, match=r"key sampling\.min_p: the endpoint engine .*\(0 is off\)"
    ):
        journey.run(*words, "sampling.min_p=0.05")


@pytest.mark.parametrize("option", ["min_p=1.5", "presence_penalty=3", "repetition_penalty=0"])
def test_values_that_mean_nothing_are_refused(journey: Toy, option: str) -> None:
    with pytest.raises(ConfigError, match=option.partition("=")[0]):
        journey.run(f"sampling.{option}")


# --- prompts ----------------------------------------------------------------------------------


def prompts(journey: Toy, tmp_path: Path, text: str) -> list[str]:
    """The prompts of a run whose file says this under `prompts`."""
    run = journey.root / "configs" / "runs" / "try.yaml"
    run.write_text(run.read_text() + text)
    experiment = config.load_experiment(run)
    from claimbench.runner import preparing

    plan = preparing.plan(experiment, journey.root / "data", False, lambda _: None)
    return [plan.cells[0].prompt_of(problem).text for problem in plan.cells[0].problems]


def test_a_run_may_ask_otherwise_than_the_benchmark(journey: Toy, tmp_path: Path) -> None:
    (first, *_) = prompts(
        journey,
        tmp_path,
        'prompts:\n  sums: {prompt: "Add up: {question}", system: "Be brief."}\n',
    )
    assert "<｜User｜>Add up: What is 0 + 0?<｜Assistant｜>" in first
    assert first.startswith("<｜begin▁of▁sentence｜>Be brief.<｜User｜>")


def test_examples_come_from_a_file_beside_the_run(journey: Toy, tmp_path: Path) -> None:
    shots = journey.root / "configs" / "runs" / "shots.jsonl"
    rows = [{"ask": f"What is {i} + 1?", "worked": f"It is {i + 1}."} for i in range(4)]
    shots.write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = (
        "prompts:\n  sums:\n    fewshot: {file: ./shots.jsonl, answer: worked, count: 2, seed: 3}\n"
    )
    (first, *_) = prompts(journey, tmp_path, said)
    assert first.count("<｜User｜>") == 3
    assert first.count("The number only.") == 3
    assert first.count("It is ") == 2
    run = journey.root / "configs" / "runs" / "try.yaml"
    run.write_text(run.read_text().replace("count: 2", "count: 9"))
    with pytest.raises(DataError, match=r"9 examples are asked for \(key fewshot\.count\)"):
        prompts(journey, tmp_path, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prompts: {sums: {prompt: Add}}\n", r"key prompts\.sums: key prompt must contain"),
        ("prompts: {gsm8k: {system: x}}\n", "prompts names gsm8k, which this run does not have"),
        ("prompts: {sums: {sytem: x}}\n", r"unknown key prompts\.sums\.sytem; did you mean system"),
    ],
)
def test_mistakes_in_a_prompt_name_the_key(journey: Toy, text: str, words: str) -> None:
    run = journey.root / "configs" / "runs" / "try.yaml"
    run.write_text(run.read_text() + text)
    with pytest.raises(ConfigError, match=words):
        config.load_experiment(run)


def test_the_protocol_says_how_it_was_asked(journey: Toy) -> None:
    report = journey.run("prompts.sums.system=Be brief.", 'prompts.sums.prompt="{question} Say."')
    (measured,) = report.measurements
    assert measured.protocol["system"] == "Be brief."
    assert measured.protocol["prompt"] == "{question} Say."


# --- adapters and quantized weights -----------------------------------------------------------


def checkpoint(folder: Path, **config_json: object) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config_json))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"\x02" + bytes(7) + b"{}")  # Holds no tensor.
    return folder


def adapter(folder: Path, weights: bytes = b"lora", **keys: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    said = {"peft_type": "LORA", "r": 12, "base_model_name_or_path": "base", **keys}
    (folder / "adapter_config.json").write_text(json.dumps(said))
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def test_a_folder_with_an_adapter_never_runs_as_its_base(tmp_path: Path) -> None:
    both = adapter(checkpoint(tmp_path / "both"))
    alone = adapter(tmp_path / "alone")
    for folder in (both, alone):
        model = MODEL.model_copy(update={"path": str(folder)})
        with pytest.raises(
            ModelError, match=r"holds a LoRA adapter .* merge it first .* key adapter"
        ):
            checkpoints.find(model, online=False)


def test_a_named_adapter_is_part_of_the_identity_and_a_departure(tmp_path: Path) -> None:
    base = checkpoint(tmp_path / "base")
    plain = MODEL.model_copy(update={"path": str(base)})
    first = plain.model_copy(update={"adapter": str(adapter(tmp_path / "a"))})
    second = plain.model_copy(update={"adapter": str(adapter(tmp_path / "b", b"other"))})
    found = [checkpoints.find(model, online=False) for model in (plain, first, second)]
    assert len({one.identity for one in found}) == 3
    assert found[1].path == base
    assert english(found[1].departure) == "local checkpoint base; with the LoRA adapter a (rank 12)"
    for keys, words in (({"peft_type": "IA3"}, "of the kind IA3"), ({"r": None}, "cannot be read")):
        broken = plain.model_copy(update={"adapter": str(adapter(tmp_path / "c", **keys))})
        with pytest.raises(ModelError, match=words):
            checkpoints.find(broken, online=False)


def test_vllm_makes_room_for_an_adapter(tmp_path: Path) -> None:
    chosen = engines.settings(EngineConfig(kind="vllm"))
    assert isinstance(chosen, VllmSettings)
    model = MODEL.model_copy(update={"adapter": str(adapter(tmp_path / "a"))})
    made = engine_arguments(model, tmp_path, chosen)
    assert (made["enable_lora"], made["max_lora_rank"]) == (True, 16)
    assert "enable_lora" not in engine_arguments(MODEL, tmp_path, chosen)
    model = MODEL.model_copy(update={"adapter": str(adapter(tmp_path / "b", r=4096))})
    with pytest.raises(ConfigError, match="no room for a rank of 4096; merge it first"):
        engine_arguments(model, tmp_path, chosen)


def test_an_engine_without_adapters_refuses_them_before_anything_is_read(journey: Toy) -> None:
    path = journey.root / "configs" / "models" / "toy.yaml"
    path.write_text(path.read_text() + f"adapter: {adapter(journey.root / 'lora')}\n")
    with pytest.raises(
        ConfigError, match=r"key adapter: the transformers engine .*; merge it first"
    ):
        journey.run()


AWQ = {"quant_method": "awq", "bits": 4, "group_size": 128}
PACKED = {
    "quant_method": "compressed-tensors",
    "format": "pack-quantized",
    "config_groups": {"group_0": {"weights": {"num_bits": 4}}},
}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (AWQ, "quantized: AWQ, 4 bits"),
        ({"quant_method": "gptq", "bits": 8}, "quantized: GPTQ, 8 bits"),
        ({"quant_method": "fp8", "activation_scheme": "dynamic"}, "quantized: FP8"),
        (PACKED, "quantized: compressed-tensors (pack-quantized), 4 bits"),
        ({"quant_method": "bitnet"}, "quantized: bitnet"),
    ],
)
def test_quantized_weights_are_named(tmp_path: Path, said: dict[str, object], words: str) -> None:
    folder = checkpoint(tmp_path / "q", quantization_config=said)
    assert [english(one) for one in quantized.departures(MODEL, folder)] == [words]


def test_what_its_makers_quantized_is_no_departure(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "q", quantization_config={"quant_method": "fp8"})
    assert list(quantized.departures(config.load_model("deepseek-r1"), folder)) == []
    whole = checkpoint(tmp_path / "whole")
    model = MODEL.model_copy(update={"quantization": "fp8", "kv_dtype": "fp8"})
    assert list(quantized.departures(model, whole)) == [
        Message("weights-quantized-here", {"method": "FP8"}),
        Message("weights-kv-dtype", {"dtype": "fp8"}),
    ]


def test_a_quantized_checkpoint_stands_in_the_report(journey: Toy) -> None:
    place = journey.root / "checkpoint" / "config.json"
    place.write_text(json.dumps({"quantization_config": AWQ}))
    journey.run()
    assert journey.departure().endswith("; quantized: AWQ, 4 bits")
    assert "quantized: AWQ, 4 bits" in (journey.out / "report.md").read_text()


def test_the_cpu_engine_refuses_quantized_weights(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from claimbench.engines.transformers.checkpoint import read_checkpoint

    folder = checkpoint(tmp_path / "q", model_type="llama", quantization_config=AWQ)
    with pytest.raises(ModelError, match=r"quantized \(awq\).*use engine\.kind: vllm"):
        read_checkpoint(folder, "float32", "cpu")
