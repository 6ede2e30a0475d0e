"""What lm-eval's tasks lack or ask in vain is one sentence, before a model is loaded."""

from __future__ import annotations

import pytest

pytest.importorskip("lm_eval")

from lm_eval_toys import Lab

from claimbench.errors import ConfigError, DataError, InputError
from claimbench.messages import from_data
from claimbench.records import Request
from claimbench.report.messages import english


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("gsm8kk", r"has no such task; did you mean gsm8k\?"),
        ("hellaswag", "kind multiple_choice compares log-likelihoods"),
        ("humaneval", "outside of claimbench's sandbox"),
        ("mbpp_plus_instruct", "outside of claimbench's sandbox"),
        pytest.param(
            "polemo2_in",
            r"its metric f1 is a program on the hub.*cache.*evaluate\.load\('f1'\)",
            marks=pytest.mark.slow,  # evaluate imports all that transformers has
        ),
        pytest.param(
            "meqsum",
            r"its metric bleu is a program on the hub.*evaluate\.load\('bleu'\)",
            marks=pytest.mark.slow,
        ),
        ("squadv2", "is a Python class"),
        (
            "triviaqa",
            r"dataset mandarjoshi/trivia_qa cannot be loaded.*trivia_qa_rc_nocontext.jsonl",
        ),
    ],
)
def test_other_tasks_are_refused_in_one_sentence(lab: Lab, task: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        lab.plan([f"lm-eval:{task}"])
    assert "\n" not in str(refused.value)


def test_a_missing_column_or_split_is_named(lab: Lab) -> None:
    (lab.data / "gsm8k_train.jsonl").unlink()
    with pytest.raises(DataError, match=r"5 few-shot examples.*gsm8k_train\.jsonl"):
        lab.plan(["lm-eval:gsm8k"])
    (lab.data / "aime25.jsonl").write_text('{"question": "?", "answer": "1"}\n')
    with pytest.raises(InputError, match=r"'problem' is undefined.*columns"):
        lab.plan(["lm-eval:aime25"])


@pytest.mark.slow
def test_a_reasoning_model_is_not_stopped_inside_its_reasoning(lab: Lab) -> None:
    path = lab.root / "configs" / "models" / "plain.yaml"
    rules = '  forced_prefix: "<think>\\n"\n  reasoning_end: "</think>"\n'
    text = path.read_text().replace('tail: "<｜Assistant｜>"', 'tail: "<｜Assistant｜><think>\\n"')
    path.write_text(text.replace("stop_tokens", rules + "stop_tokens"))
    with pytest.raises(ConfigError, match=r"'Question:'.*inside the reasoning.*until: drop"):
        lab.plan(["lm-eval:aime24"])
    with pytest.raises(ConfigError, match="chat: false"):
        lab.plan(["lm-eval:aime24"], until="drop", chat=False)
    plan = lab.plan(["lm-eval:aime24"], until="drop")
    assert plan.cells[0].sampling.stop == ()

    def reply(request: Request) -> str:
        gold = lab.golds[request.benchmark, request.problem_id]
        return (
            f"It is ${gold}$." if request.problem_id == "00000" else f"Hm $1$.</think>\n\n${gold}$"
        )

    (measured,) = lab.run(plan, reply=reply).measurements
    assert measured.right == (0, 1, 1, 1, 1, 1)  # the first never ended its reasoning
    assert measured.no_answer_share == pytest.approx(1 / 6)
    said = [english(from_data(one)) for one in measured.protocol["departures_from_task"]]
    assert "no stop at 'Question:'" in said
    assert "column Problem read from problem" in said
    assert "temperature 0.6 (task: 0)" in said
