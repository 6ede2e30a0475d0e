"""Multiple choice: which forms name a letter, and which only look like it."""

from __future__ import annotations

import pytest
from grading_samples import problem, reply

from claimbench.grading import make_grader
from claimbench.records import Grade

GRADER = make_grader("choice", {}, None)
PROBLEM = problem("right", choices=("right", "w1", "w2", "w3"))


def graded(text: str, right: str = "B") -> Grade:
    order = [1, 2, 3]
    order.insert("ABCD".index(right), 0)
    return GRADER.grade(PROBLEM, reply(text, choice_order=tuple(order)))


@pytest.mark.parametrize(
    "text",
    [
        "Answer: B",
        "answer: B",
        "Answer: $B$",
        "**Answer:** B",
        "**Answer: B**",
        "**Answer**: B",
        "### Answer: **B**",
        "Answer: (B)",
        "Answer: B) 5 m/s",
        "Answer: B. because",
        "Answer: B because of it",
        "Answer:\nB",
        "Final Answer: \\boxed{B}",
        r"\boxed{B}",
        r"\boxed{\text{B}}",
        r"\boxed{\textbf{B}}",
        r"\boxed{\mathrm{(B)}}",
        r"\boxed{(b)}",
        r"\boxed{B. 5 m/s}",
        r"$\boxed{\mathbf{B}}$",
        r"Answer: $\boxed{\text{B}}$",
        "The correct answer is **B**.",
        "The correct answer is (b).",
        "So the correct option is B.",
        "It is choice B",
        "Answer: A\nNo, wait.\nAnswer: B",
        "I think so.\n\nB",
        "I think so.\n\n**(b)**",
        "(B)",
    ],
)
def test_names_b(text: str) -> None:
    grade = graded(text)
    assert (grade.outcome, grade.answer) == ("correct", "B")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The answer is a proton.",
        "Answer: a proton",
        "Answer: A proton is heavier",
        "The answer is A proton",
        "A proton",
        "Answer: All of them",
        "The answer is not A.",
        "Vitamin A",
        "a",
        r"\boxed{}",
        r"\boxed{5}",
        "Answer: E",
        "\ud800",
    ],
)
def test_names_nothing(text: str) -> None:
    assert graded(text, right="A").outcome == "no_answer"


@pytest.mark.parametrize(
    "text",
    ["Answer: A", "Answer: A.", "Answer: A\nProton", "Answer: A) x", "Answer: A (x)", r"\boxed{A}"],
)
def test_a_is_a_letter_too(text: str) -> None:
    assert graded(text, right="A").outcome == "correct"


@pytest.mark.parametrize(
    "text", ["Answer: B or C", "Answer: B, C", r"\boxed{B, C}", "Answer: **B** and **C**"]
)
def test_several_letters_are_wrong(text: str) -> None:
    grade = graded(text)
    assert (grade.outcome, grade.answer) == ("wrong", "B, C")


def test_the_order_of_choices_decides_which_letter_is_right() -> None:
    for place, letter in enumerate("ABCD"):
        assert graded(f"Answer: {letter}", right=letter).outcome == "correct"
        other = "ABCD"[(place + 1) % 4]
        assert graded(f"Answer: {other}", right=letter).outcome == "wrong"


def test_without_order_the_gold_letter_counts_or_it_is_our_error() -> None:
    assert GRADER.grade(problem("B"), reply("Answer: B")).outcome == "correct"
    assert GRADER.grade(PROBLEM, reply("Answer: B")).outcome == "grader_error"


@pytest.mark.parametrize(
    ("text", "strict", "outcome"),
    [
        ("Answer: B", 1.0, "correct"),
        ("answer : $B", 1.0, "correct"),
        ("**Answer:** B", 0.0, "correct"),
        (r"\boxed{B}", 0.0, "correct"),
        ("Answer: C\nAnswer: B", 0.0, "correct"),
        ("Answer: B\nAnswer: C", 1.0, "wrong"),
        ("Answer: because", 1.0, "no_answer"),
    ],
)
def test_the_strict_rule_is_reported_beside(text: str, strict: float, outcome: str) -> None:
    grade = graded(text)
    assert (grade.metrics["strict"], grade.outcome) == (strict, outcome)


def test_reasoning_does_not_count() -> None:
    grader = make_grader("choice", {}, "</think>")
    grade = grader.grade(problem("B"), reply("Answer: B</think>Answer: C"))
    assert (grade.outcome, grade.metrics["strict"]) == ("wrong", 0.0)
    grade = grader.grade(problem("B"), reply("Answer: B"))
    assert (grade.outcome, grade.metrics["strict"]) == ("no_answer", 0.0)


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("Answer: A\n\nThe other option B is wrong.", "A"),
        ("Answer: B\nOption A is tempting but fails.", "B"),
        ("I would pick option C.", "C"),
        (r"Option A fails. \boxed{D} Choice B fails, too.", "D"),
    ],
)
def test_an_answer_outranks_a_later_mention_of_another_option(reply: str, letter: str) -> None:
    from claimbench.grading.choice import last_letters

    assert last_letters(reply, "ABCD") == letter
