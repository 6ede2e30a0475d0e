"""The transformers engine against transformers' own `generate`, on small random models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claimbench import config
from claimbench.config import DType
from claimbench.errors import ConfigError, EngineDied, ModelError
from claimbench.records import Completion, Request, RequestFailure, Sampling

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers_toys import (  # noqa: E402
    GREEDY,
    KINDS,
    VOCABULARY,
    engine,
    generated,
    make_requests,
    random_prompts,
    run,
    save_model,
    save_tokenizer,
    with_eos,
)

from claimbench.engines.transformers import precision  # noqa: E402
from claimbench.engines.transformers.linear import can_pack  # noqa: E402


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made: dict[str, tuple[Path, Any]] = {}

    def make(kind: str) -> tuple[Path, Any]:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            made[kind] = (folder, save_model(folder, kind))
        return made[kind]

    return make


@pytest.fixture(scope="module")
def llama(folders: Any) -> Path:
    return folders("llama")[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("begin", [0, 100])
def test_greedy_tokens_are_those_of_generate(folders: Any, kind: str, begin: int) -> None:
    """With and without a shared prefix, rows coming and going."""
    folder, model = folders(kind)
    requests = make_requests(random_prompts(9, begin=begin), GREEDY)
    replies = run(folder, requests)
    for request in requests:
        reply = replies[request.id]
        assert with_eos(reply) == generated(model, request)
        assert reply.completion_tokens == len(with_eos(reply))
        assert reply.prompt_tokens == len(request.prompt_ids)


def test_a_repetition_penalty_is_that_of_generate(folders: Any) -> None:
    """A presence penalty beside it changes the tokens: both are applied at every step."""
    folder, model = folders("llama")
    penalized = Sampling(0.0, 1.0, 0, 24, repetition_penalty=1.3)
    requests = make_requests(random_prompts(7, 60), penalized, samples=2)
    replies = run(folder, requests)
    for request in requests:
        assert with_eos(replies[request.id]) == generated(model, request)
    more = Sampling(0.0, 1.0, 0, 24, repetition_penalty=1.3, presence_penalty=2.0)
    others = run(folder, make_requests(random_prompts(7, 60), more, samples=2))
    assert any(others[r.id].token_ids != replies[r.id].token_ids for r in requests)


def test_a_row_is_the_same_alone_and_among_others(llama: Path) -> None:
    sampling = Sampling(1.0, 0.95, 0, 30)
    requests = make_requests(random_prompts(8, begin=80), sampling, samples=2)
    together = run(llama, requests, slots=16)
    loaded = engine(llama)
    for request in requests:
        (alone,) = loaded.generate([request])
        assert isinstance(alone, Completion)
        assert alone.token_ids == together[request.id].token_ids


def test_the_order_of_requests_changes_nothing(llama: Path) -> None:
    sampling = Sampling(1.0, 0.9, 40, 20)
    requests = make_requests(random_prompts(6), sampling, samples=3)
    forward, backward = run(llama, requests), run(llama, requests[::-1], slots=3)
    assert {k: v.token_ids for k, v in forward.items()} == {
        k: v.token_ids for k, v in backward.items()
    }


def test_seeds_make_different_samples(llama: Path) -> None:
    requests = make_requests(random_prompts(1), Sampling(1.0, 1.0, 0, 20), samples=20)
    replies = run(llama, requests)
    assert len({reply.token_ids for reply in replies.values()}) == 20


def count_prefills(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """(rows, tokens, prefix) of every prefill from now on."""
    from claimbench.engines.transformers.decoder import Decoder

    calls: list[tuple[int, int, int]] = []
    inner = Decoder.prefill

    def spy(self: Any, ids: Any, last: Any, prefix: Any, sink: Any) -> Any:
        calls.append((*ids.shape, len(prefix)))
        return inner(self, ids, last, prefix, sink)

    monkeypatch.setattr(Decoder, "prefill", spy)
    return calls


@pytest.mark.parametrize("slots", [1, 3, 64])
def test_a_prompt_is_prefilled_once(
    llama: Path, monkeypatch: pytest.MonkeyPatch, slots: int
) -> None:
    calls = count_prefills(monkeypatch)
    requests = make_requests(random_prompts(4, 40), Sampling(1.0, 1.0, 0, 9), samples=7)
    run(llama, requests, slots=slots)
    assert sum(rows for rows, _, _ in calls) == 4


def test_a_shared_beginning_is_prefilled_once(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether several prompts wait together, or (many samples each) one after the other."""
    calls = count_prefills(monkeypatch)
    prompts = random_prompts(5, 30, begin=200)
    run(llama, make_requests(prompts, GREEDY))
    run(llama, make_requests(prompts, Sampling(1.0, 1.0, 0, 9), samples=40))
    long = [rows for rows, tokens, _ in calls if tokens > 40]
    assert long == [1, 1]


def test_a_new_shared_beginning_waits_for_the_old_rows(folders: Any) -> None:
    folder, model = folders("llama")
    one, other = random_prompts(6, 40, begin=100), random_prompts(6, 50, begin=180)
    other = [tuple(reversed(prompt)) + prompt[:5] for prompt in other]
    mixed = make_requests([*one, *random_prompts(3, 20), *other], GREEDY)
    replies = run(folder, mixed, slots=4)
    for request in mixed:
        assert with_eos(replies[request.id]) == generated(model, request)


def test_requests_are_pulled_lazily_and_closing_aborts(llama: Path) -> None:
    pulled = 0

    def source() -> Iterator[Request]:
        nonlocal pulled
        for request in make_requests(random_prompts(200, 20), GREEDY):
            pulled += 1
            yield request

    machine = engine(llama, slots=2)
    replies = machine.generate(source())
    next(replies)
    assert pulled < 40
    assert machine.open_rows > 0
    replies.close()
    assert machine.open_rows == 0


def test_extra_stop_ids_end_a_reply_and_stay_out_of_it(llama: Path) -> None:
    (request,) = make_requests(random_prompts(1, 20), GREEDY)
    whole = run(llama, [request])[request.id].token_ids
    place = next(i for i, token in enumerate(whole) if i and token not in whole[:i])
    reply = run(llama, [request], stop_token_ids=[whole[place]])[request.id]
    assert (reply.token_ids, reply.finish_reason) == (whole[:place], "stop")
    assert reply.completion_tokens == place + 1


def test_a_stop_string_cuts_the_text_before_it(llama: Path) -> None:
    sampling = Sampling(1.0, 1.0, 0, 60)
    (request,) = make_requests(random_prompts(1, 20), sampling)
    whole = run(llama, [request])[request.id]
    middle = len(whole.text) // 2
    stop = whole.text[middle : middle + 3]
    cut = Request(
        request.id, "m", "b", "0", 0, request.prompt_ids, Sampling(1.0, 1.0, 0, 60, (stop, "§§")), 0
    )
    reply = run(llama, [cut])[cut.id]
    assert reply.text == whole.text[: whole.text.index(stop)]
    assert reply.finish_reason == "stop"
    assert reply.token_ids == whole.token_ids[: len(reply.token_ids)]
    assert reply.completion_tokens < whole.completion_tokens


def test_special_tokens_stay_in_the_text(llama: Path) -> None:
    """A reasoning block's marks may be special tokens; only the end token leaves."""
    machine = engine(llama)
    assert machine.load().decode([1, 40, 0]).startswith("<s>")


@pytest.mark.parametrize(
    ("prompt", "sampling", "reason"),
    [
        ((5,) * 500, Sampling(0.0, 1.0, 0, 13), "context of 512"),
        ((5,) * 100, Sampling(0.0, 1.0, 0, 120), "token_budget of 200"),
        ((5, VOCABULARY), GREEDY, "vocabulary of 300"),
        ((), GREEDY, "0 prompt tokens"),
        ((5,), Sampling(0.5, 0.0, 0, 9), "top_p"),
    ],
)
def test_what_can_never_be_served_fails_alone(
    llama: Path, prompt: tuple[int, ...], sampling: Sampling, reason: str
) -> None:
    bad = Request("bad", "m", "b", "p", 0, prompt, sampling, 0)
    good = make_requests(random_prompts(3, 20), GREEDY)
    replies = list(engine(llama, token_budget=200).generate([good[0], bad, *good[1:]]))
    failures = [r for r in replies if isinstance(r, RequestFailure)]
    assert [f.request_id for f in failures] == ["bad"]
    assert reason in failures[0].reason
    assert len(replies) == 4


def test_a_request_that_just_fits_is_served(llama: Path) -> None:
    (reply,) = engine(llama, stop_token_ids=()).generate(
        [Request("r", "m", "b", "p", 0, (5,) * 500, Sampling(0.0, 1.0, 0, 12), 0)]
    )
    assert isinstance(reply, Completion)


def test_the_token_budget_bounds_the_rows(llama: Path) -> None:
    requests = make_requests([(5 + i,) * 100 for i in range(8)], Sampling(1.0, 1.0, 0, 20))
    machine = engine(llama, slots=64, token_budget=400)
    rows = []
    for _ in machine.generate(requests):
        rows.append(machine.open_rows)
    assert len(rows) == 8
    assert max(rows) <= 3


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_close_to_transformers_own(folders: Any, dtype: str) -> None:
    """The first token's logits; further on, one other token changes all that follow."""
    from transformers import AutoModelForCausalLM

    from claimbench.engines.transformers.prefilling import make_prefix, prefill

    folder, model = folders("qwen2")
    rounded = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    checkpoint = engine(folder, dtype=dtype).load()
    prompts = random_prompts(4, 60)
    ours = prefill(checkpoint, prompts, make_prefix(checkpoint, ()), lambda *_: None).float()
    for prompt, row in zip(prompts, ours, strict=True):
        with torch.inference_mode():
            exact = model(torch.tensor([prompt])).logits[0, -1]
            half = rounded(torch.tensor([prompt])).logits[0, -1].float()
        assert (row - exact).abs().mean() <= 1.5 * (half - exact).abs().mean()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_generates(llama: Path, dtype: str) -> None:
    replies = run(llama, make_requests(random_prompts(6), Sampling(0.6, 0.95, 0, 20)), dtype=dtype)
    assert all(0 < reply.completion_tokens <= 20 for reply in replies.values())


@pytest.mark.parametrize(
    ("flags", "dtype", "parameters", "expected"),
    [
        ({"avx2", "fma"}, "bfloat16", 0.135, "float32"),
        ({"avx512f", "avx512bw", "avx512dq", "avx512vl"}, "bfloat16", 0.135, None),
        ({"avx2", "fma"}, "float16", 0.135, None),
        ({"avx2", "fma"}, "bfloat16", 70.6, None),
    ],
    ids=["no bfloat16 in the CPU", "in the CPU", "other checkpoint", "would not fit"],
)
def test_float32_stands_in_where_the_cpu_has_no_bfloat16(
    monkeypatch: pytest.MonkeyPatch,
    flags: set[str],
    dtype: DType,
    parameters: float,
    expected: str | None,
) -> None:
    monkeypatch.setattr(precision.processor, "flags", lambda: frozenset(flags))
    monkeypatch.setattr(precision, "whole_memory", lambda: 24 * 2**30)
    model = config.load_model("smollm2-135m-instruct").model_copy(
        update={"dtype": dtype, "parameters": parameters}
    )
    assert precision.fallback("cpu", [model]) == expected


def test_where_the_system_names_no_flags_torch_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision.processor, "flags", frozenset[str])
    model = config.load_model("smollm2-135m-instruct")
    packs = can_pack(torch.bfloat16, torch.device("cpu"))
    assert precision.fallback("cpu", [model]) == (None if packs else "float32")
    with pytest.raises(ConfigError, match="device is 'cuda:7', which is not here"):
        precision.fallback("cuda:7", [model])


def test_a_folder_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=str(tmp_path)):
        next(engine(tmp_path).generate([]))


def test_a_damaged_checkpoint_is_named(llama: Path, tmp_path: Path) -> None:
    for path in llama.iterdir():
        content = path.read_bytes()
        cut = path.suffix == ".safetensors"
        (tmp_path / path.name).write_bytes(content[: len(content) // 2] if cut else content)
    with pytest.raises(ModelError, match=str(tmp_path)):
        engine(tmp_path).load()


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    GPT2LMHeadModel(GPT2Config(vocab_size=300, n_embd=16, n_layer=1, n_head=2)).save_pretrained(
        tmp_path
    )
    save_tokenizer(tmp_path)
    with pytest.raises(ModelError, match="its type is gpt2"):
        engine(tmp_path).load()


@pytest.mark.parametrize(
    ("settings", "key"), [({"dtype": "int3"}, "dtype"), ({"device": "tpu"}, "device")]
)
def test_settings_that_are_not_known_are_refused(
    llama: Path, settings: dict[str, str], key: str
) -> None:
    with pytest.raises(ConfigError, match=key):
        engine(llama, **settings).load()


def test_overflowing_logits_end_the_engine(llama: Path) -> None:
    machine = engine(llama)
    machine.load().decoder._norm.fill_(float("inf"))
    with pytest.raises(EngineDied, match="not finite"):
        list(machine.generate(make_requests(random_prompts(2, 9), GREEDY)))


def test_provenance_names_versions_device_and_dtype(llama: Path) -> None:
    facts = engine(llama).describe()
    assert facts["dtype"] == "float32" and facts["device"] == "cpu"
    assert torch.__version__ in facts["version"]


@pytest.fixture(scope="module")
def tiny(request: pytest.FixtureRequest) -> Path:
    if chosen := os.environ.get("CLAIMBENCH_TINY"):
        return Path(chosen)
    found: Path = request.getfixturevalue("tiny_checkpoint")
    return found


@pytest.mark.slow
def test_the_tiny_real_model_greedily(tiny: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    asks = ["What is 7 + 8?", "Name three colours.", "Spell the word cat."]
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": ask}], tokenize=False, add_generation_prompt=True
        )
        for ask in asks
    ]
    prompts = [tuple(tokenizer(text, add_special_tokens=False).input_ids) for text in texts]
    requests = make_requests(prompts, Sampling(0.0, 1.0, 0, 32))
    replies = run(tiny, requests)
    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    for request in requests:
        assert with_eos(replies[request.id]) == generated(model, request)
