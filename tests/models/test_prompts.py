"""Prompts, token by token: BOS, system text, forced prefix, nothing cut, under both templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ASSISTANT, BOS, FIRST_TEMPLATE, SECOND_TEMPLATE, USER, make_r1_like_tokenizer

from claimbench import config
from claimbench.benchmarks import loading as benchmarks
from claimbench.config import ModelConfig
from claimbench.errors import PromptError
from claimbench.models import checkpoints
from claimbench.models.prompts import Prompt, PromptMaker, choice_order
from claimbench.records import Problem, Turn

R1 = config.load_model("r1-distill-qwen-1.5b")
AIME = config.load_benchmark("aime24")
PROBLEM = Problem("aime24", "1", question=r"Find \frac{a}{b} for {x}.", gold="secret")


def changed(model: ModelConfig, **rules: Any) -> ModelConfig:
    return model.model_copy(update={"prompt": model.prompt.model_copy(update=rules)})


def make(tokenizer: Any, model: ModelConfig = R1, problem: Problem = PROBLEM) -> Prompt:
    return PromptMaker(model, AIME, tokenizer, (), 100).prompt(problem)


def test_both_templates_give_the_same_ids(first_tokenizer: Any, second_tokenizer: Any) -> None:
    first, second = make(first_tokenizer), make(second_tokenizer)
    assert first == second
    assert first.text == (
        f"{BOS}{USER}{PROBLEM.question}\nPlease reason step by step, and put your final answer "
        f"within \\boxed{{}}.{ASSISTANT}<think>\n"
    )
    ids = list(first.ids)
    token = first_tokenizer.convert_tokens_to_ids
    assert ids.count(token(BOS)) == 1
    assert ids.count(token("<think>")) == 1
    assert first_tokenizer.encode(first.text).count(token(BOS)) == 2  # the trap is real


def test_the_gold_answer_is_not_in_the_prompt(first_tokenizer: Any) -> None:
    assert "secret" not in make(first_tokenizer).text


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        (FIRST_TEMPLATE.replace("{{ bos_token }}", "{{ bos_token }}You help. "), "prompt.head"),
        (FIRST_TEMPLATE.replace("{{ bos_token }}", ""), "prompt.head"),
        (
            FIRST_TEMPLATE.replace("{{ bos_token }}", "{{ bos_token }}{{ bos_token }}"),
            "prompt.head",
        ),
        (SECOND_TEMPLATE.replace("<think>\\n", "<think>"), "prompt.tail"),
        (FIRST_TEMPLATE.replace("m['content'] }}{% else", "m['content'][:9] }}{% else"), "prompt"),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused(template: str, rule: str) -> None:
    with pytest.raises(PromptError, match=rule):
        make(make_r1_like_tokenizer(template))


def test_a_broken_rule_shows_what_the_prompt_has_in_its_place() -> None:
    for template, words in (
        (FIRST_TEMPLATE.replace("{{ bos_token }}", "You help. "), r"head \(it begins 'You help\. "),
        (SECOND_TEMPLATE.replace("<think>\\n", "<think>"), r"tail \(it ends '.*<think>\\n'\)"),
    ):
        with pytest.raises(PromptError, match=words):
            make(make_r1_like_tokenizer(template))


@pytest.mark.parametrize("text", [BOS, "<think>\n", USER])
def test_control_tokens_in_a_problem_are_refused_or_harmless(
    first_tokenizer: Any, text: str
) -> None:
    problem = Problem("aime24", "1", question=f"What is {text} here?")
    if text == USER:
        assert make(first_tokenizer, problem=problem)
        return
    with pytest.raises(PromptError, match="problem 1"):
        make(first_tokenizer, problem=problem)


def test_a_cut_turn_is_refused(first_tokenizer: Any) -> None:
    class Cutting:
        def __getattr__(self, name: str) -> Any:
            return getattr(first_tokenizer, name)

        def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
            ids: list[int] = first_tokenizer.encode(text, add_special_tokens=add_special_tokens)
            return ids if len(ids) < 60 else [*ids[:30], *ids[-20:]]

    with pytest.raises(PromptError, match="do not decode to the prompt"):
        make(Cutting())


def test_a_prompt_is_never_cut_to_fit_the_context(first_tokenizer: Any) -> None:
    need = len(make(first_tokenizer).ids) + 100
    assert make(first_tokenizer, R1.model_copy(update={"context": need}))
    with pytest.raises(PromptError, match=f"need {need} tokens.*lower sampling.max_tokens"):
        make(first_tokenizer, R1.model_copy(update={"context": need - 1}))


def test_few_shot_turns_stand_before_the_question(first_tokenizer: Any) -> None:
    shots = (Turn("user", "What is 1 + 1?"), Turn("assistant", "It is 2."))
    prompt = PromptMaker(R1, AIME, first_tokenizer, shots, 10).prompt(PROBLEM)
    assert prompt.text.startswith(f"{BOS}{USER}What is 1 + 1?{ASSISTANT}It is 2.")
    assert prompt.text.endswith("<think>\n")


def test_choices_stand_in_the_order_of_the_seed(first_tokenizer: Any) -> None:
    gpqa = config.load_benchmark("gpqa_diamond")
    problem = Problem("gpqa_diamond", "1", question="Which?", choices=("w", "x", "y", "z"))
    orders = {choice_order(problem, seed) for seed in range(200)}
    assert len(orders) == 24
    assert choice_order(problem, 3) == choice_order(problem, 3)
    maker = PromptMaker(R1, gpqa, first_tokenizer, (), 10)
    text = maker.prompt(problem, (2, 0, 3, 1)).text
    assert "Which?\n\nA) y\nB) w\nC) z\nD) x" in text


@pytest.mark.slow
@pytest.mark.shared
def test_real_r1_tokenizer_gives_the_known_ids(shared: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(shared / "tokenizers" / "r1-distill-qwen")
    newer = AutoTokenizer.from_pretrained(shared / "tokenizers" / "r1-distill-qwen")
    newer.chat_template = tokenizer.chat_template.replace(
        "{{'<｜Assistant｜>'}}{% endif %}", "{{'<｜Assistant｜><think>\\n'}}{% endif %}"
    )
    assert newer.chat_template != tokenizer.chat_template
    for name in ("aime24", "aime25", "math500"):
        benchmark = config.load_benchmark(name)
        for problem in benchmarks.load_problems(benchmark, shared / "data"):
            first = PromptMaker(R1, benchmark, tokenizer, (), 32768).prompt(problem)
            second = PromptMaker(R1, benchmark, newer, (), 32768).prompt(problem)
            assert first == second
            assert first.ids[:2] == (151646, 151644)  # BOS, User
            assert first.ids[-3:] == (151645, 151648, 198)  # Assistant, <think>, newline
            assert first.ids.count(151646) == first.ids.count(151648) == 1
            assert 151643 not in first.ids
    # Encoding the rendered text with default settings doubles the BOS.
    assert tokenizer.encode(first.text)[:2] == [151646, 151646]


@pytest.mark.slow
def test_tiny_model_sends_its_system_text_once_and_bos_per_turn(tiny_checkpoint: Path) -> None:
    model = config.load_model("smollm2-135m-instruct")
    tokenizer = checkpoints.load_tokenizer(checkpoints.Checkpoint(tiny_checkpoint, "test"))
    shots = (Turn("user", "1 + 1?"), Turn("assistant", "2"))
    prompt = PromptMaker(model, AIME, tokenizer, shots, 10).prompt(PROBLEM)
    assert prompt.text.count("You are a helpful AI assistant named SmolLM") == 1
    assert prompt.ids.count(1) == 5  # system, two few-shot turns, question, reply
    with pytest.raises(PromptError, match=r"prompt\.head"):
        PromptMaker(changed(model, system=None, head="<|im_start|>user\n"), AIME, tokenizer).prompt(
            PROBLEM
        )


def test_bos_count_is_a_rule_of_the_model(first_tokenizer: Any) -> None:
    with pytest.raises(PromptError, match=r"prompt.bos_count.*1 × BOS, 2 expected"):
        make(first_tokenizer, changed(R1, bos_count=2))


def test_text_goes_out_without_turns_and_with_one_bos(first_tokenizer: Any) -> None:
    asked = Problem("aime24", "1", text="Question: 1 + 1?\nAnswer:")
    prompt = make(first_tokenizer, problem=asked)
    assert prompt.text == BOS + str(asked.text)
    assert prompt.ids.count(first_tokenizer.convert_tokens_to_ids(BOS)) == 1
    with pytest.raises(PromptError, match="2 × BOS, 1 expected"):
        make(first_tokenizer, problem=Problem("aime24", "1", text=f"{BOS}Question: 1 + 1?"))
    long = Problem("aime24", "1", text="word " * 40_000)
    with pytest.raises(PromptError, match=r"lower sampling\.max_tokens"):
        make(first_tokenizer, problem=long)


def test_ready_messages_may_bring_a_system_text_and_begin_the_reply(first_tokenizer: Any) -> None:
    plain = changed(R1, forced_prefix="", tail=ASSISTANT)
    turns = (Turn("system", "Add."), Turn("user", "1 + 1?"), Turn("assistant", "It is"))
    asked = Problem("aime24", "1", messages=turns)
    assert make(first_tokenizer, plain, asked).text == f"{BOS}Add.{USER}1 + 1?{ASSISTANT}It is"
    with pytest.raises(PromptError, match="forced_prefix"):
        make(first_tokenizer, problem=asked)


def test_variants_break_a_rule_on_purpose_and_are_asserted(
    first_tokenizer: Any, second_tokenizer: Any
) -> None:
    token = first_tokenizer.convert_tokens_to_ids
    twice = config.load_model("r1-distill-qwen-7b~double-bos")
    bare = config.load_model("r1-distill-qwen-7b~no-think-prefix")
    assert twice.subject == bare.subject == "r1-distill-qwen-7b"
    plain = list(make(first_tokenizer).ids)
    for tokenizer in (first_tokenizer, second_tokenizer):
        assert list(make(tokenizer, twice).ids) == [token(BOS), *plain]
        ids = list(make(tokenizer, bare).ids)
        assert ids == plain[: len(ids)] and ids[-1] == token(ASSISTANT)
    with pytest.raises(PromptError, match="bos_count"):
        make(first_tokenizer, changed(twice, bos_count=1))
    with pytest.raises(PromptError, match="tail"):
        make(second_tokenizer, changed(bare, cut_end=""))
