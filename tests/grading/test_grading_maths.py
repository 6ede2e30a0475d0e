"""Which part of a reply counts, where its answer stands, and the two number graders."""

from __future__ import annotations

import pickle
import time
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from grading_samples import problem, reply
from hypothesis import given
from hypothesis import strategies as st

from claimbench.errors import ConfigError
from claimbench.grading import GRADERS, make_grader
from claimbench.grading.extract import last_box
from claimbench.grading.numerals import to_fraction
from claimbench.grading.reasons import NEVER_ENDED
from claimbench.grading.reply import counted_text

NUMBER = make_grader("number", {}, None)
INTEGER = make_grader("integer", {}, None)
REASONER = make_grader("integer", {}, "</think>")


def another(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return ("numpy",) if isinstance(value, tuple) else "another"


class TestCountedText:
    def test_only_the_end_tag_is_needed(self) -> None:
        assert counted_text(reply("because</think>\n5"), "</think>") == "\n5"

    def test_the_last_end_tag_decides(self) -> None:
        text = "a</think>\\boxed{1}<think>b</think>\\boxed{2}"
        assert counted_text(reply(text), "</think>") == "\\boxed{2}"

    def test_reasoning_that_never_ends_counts_for_nothing(self) -> None:
        assert counted_text(reply("<think>so \\boxed{5}"), "</think>") is None

    def test_a_server_may_have_split_the_reply(self) -> None:
        assert counted_text(reply("5", reasoning="because"), "</think>") == "5"

    def test_without_a_reasoning_block_the_whole_reply_counts(self) -> None:
        sample = reply("a</think>b", finish_reason="length")
        assert counted_text(sample, None) == "a</think>b"

    def test_a_reply_that_opens_its_reasoning_is_split_whatever_is_known_of_its_model(self) -> None:
        assert counted_text(reply("\n<think>\n5</think>\\boxed{6}"), None) == "\\boxed{6}"
        assert counted_text(reply("<think>\nso \\boxed{5}, but"), None) is None
        assert counted_text(reply("I use <think> tags: \\boxed{5}"), None) is not None

    def test_a_grader_of_another_tool_may_read_the_reasoning_as_that_tool_does(self) -> None:
        assert counted_text(reply("<think>5"), None, as_marked=False) == "<think>5"


class TestLastBox:
    @pytest.mark.parametrize(
        ("text", "content"),
        [
            (r"\boxed{5}", "5"),
            (r"\boxed{4}, no: \boxed{5}", "5"),
            (r"\boxed{\frac{1}{2}} is it", r"\frac{1}{2}"),
            (r"\boxed{\left\{ x \right.}", r"\left\{ x \right."),
            (r"\boxed{\boxed{3}, 4}", "{3}, 4"),
            (r"\fbox{7}", "7"),
            (r"\boxed {7}", "7"),
            (r"\boxed{5} and put it in \boxed{}", "5"),
            (r"\boxed{5} so \boxed{1", "5"),
            (r"\boxed{1 + \boxed{5}", "5"),
            (r"\boxed{}", None),
            (r"\boxed{12", None),
            (r"\boxed", None),
            ("no box", None),
            ("", None),
        ],
    )
    def test_last_complete_outermost(self, text: str, content: str | None) -> None:
        assert last_box(text) == content

    @given(st.text(alphabet="{}\\boxed 5", max_size=60))
    def test_any_soup_gives_balanced_braces_or_nothing(self, text: str) -> None:
        content = last_box(text)
        if content is not None:
            plain = content.replace("\\\\", "").replace("\\{", "").replace("\\}", "")
            assert plain.count("{") == plain.count("}")

    @pytest.mark.parametrize("piece", ["{", "}", "\\boxed{", "\\boxed{}", "\\boxed", "\\"])
    def test_a_megabyte_of_rubbish_takes_under_two_seconds(self, piece: str) -> None:
        text = "\\boxed{5}" + piece * (1_000_000 // len(piece))
        start = time.process_time()
        last_box(text)
        assert time.process_time() - start < 2


class TestToFraction:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("016", 16),
            ("16.0", 16),
            ("16.", 16),
            ("-3", -3),
            ("\u22123", -3),
            ("+3", 3),
            ("1,234", 1234),
            ("1{,}234", 1234),
            (r"10,\!080", 10080),
            ("$18", 18),
            (r"\$18.50", Fraction(37, 2)),
            ("-$5", -5),
            ("$-5", -5),
            ("18 dollars", 18),
            ("18 dollars per day", 18),
            (r"18\text{ cm}^2", 18),
            (r"\text{18}", 18),
            (r"90^\circ", 90),
            (r"90^{\circ}", 90),
            ("20%", 20),
            (r"20\%", 20),
            ("x = 5", 5),
            ("m+n = 5 + 4 = 9", 9),
            ("1/2", Fraction(1, 2)),
            (r"\frac{1}{2}", Fraction(1, 2)),
            (r"-\dfrac{10}{4}", Fraction(-5, 2)),
            (r"\frac12", Fraction(1, 2)),
            (".5", Fraction(1, 2)),
            ("**18**", 18),
            ("\u200f18\u200e", 18),
            ("５", 5),
        ],
    )
    def test_reads(self, text: str, value: Fraction | int) -> None:
        assert to_fraction(text) == value

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "x",
            "5 + 4",
            "3 and 4",
            "3, 4",
            "3,45",
            "1,2,3",
            "(3, 4)",
            "5 million",
            "80k",
            r"5\text{ million}",
            "1/0",
            r"\frac{1}{0}",
            "2^{10}",
            "3 hours 40 minutes",
            "5 > 4",
            "1e5",
            "2. Compute",
            "\x00",
            "\ud800",
            "9" * 5000,
        ],
    )
    def test_refuses_what_is_not_one_number(self, text: str) -> None:
        assert to_fraction(text) is None

    @given(st.integers(-(10**15), 10**15), st.sampled_from(["{}", "{:,}", "{}.00", " {} "]))
    def test_every_writing_of_an_integer(self, number: int, form: str) -> None:
        assert to_fraction(form.format(number)) == number


class TestNumber:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            (r"5 apples, so \boxed{18}", "18"),
            ("She makes 9 * 2 = $18.\n#### 18", "18"),
            ("#### 3\nno\n#### $18.00 per day", "$18.00 per day"),
            ("#### 2. Compute\nThe answer is 18.", "18"),
            ("The answer is: **18** dollars, not 20", "18"),
            ("The final answer to this is 3 + 15 = 18 eggs", "18 eggs"),
            ("**Answer:**\n18", "18"),
            ("Answer: $\\frac{36}{2}$", r"\frac{36}{2}"),
            ("so it must be 18", "18"),
            ("20-2, that is 18, 'kay", "18"),
            ("1,018 - 1,000 = 18", "18"),
            ("a 5-18", "18"),
        ],
    )
    def test_finds_the_answer_and_finds_it_right(self, text: str, answer: str) -> None:
        grade = NUMBER.grade(problem("18"), reply(text))
        assert (grade.outcome, grade.value, grade.answer) == ("correct", 1.0, answer)

    @pytest.mark.parametrize(
        "text",
        [
            r"\boxed{17}, well, 18",
            r"\boxed{1.8}",
            r"\boxed{-18}",
            r"\boxed{18000}",
            r"\boxed{18 \text{ thousand}}",
            r"\boxed{18, 19}",
            "#### 17",
            "18 or 17",
            "The answer is -18",
            "The answer is 1/18",
        ],
    )
    def test_wrong_stays_wrong(self, text: str) -> None:
        grade = NUMBER.grade(problem("18"), reply(text))
        assert (grade.outcome, grade.value) == ("wrong", 0.0)

    @pytest.mark.parametrize("text", ["", "I cannot say.", "</think>", "\x00", "\ud83d", "H2O"])
    def test_no_answer(self, text: str) -> None:
        grade = NUMBER.grade(problem("18"), reply(text))
        assert (grade.outcome, grade.value, grade.answer) == ("no_answer", 0.0, None)

    def test_the_rules_are_an_option(self) -> None:
        strict = make_grader("number", {"find": ["hashes"]}, None)
        assert strict.grade(problem("18"), reply(r"\boxed{18}")).outcome == "no_answer"
        assert strict.grade(problem("18"), reply("#### 18")).outcome == "correct"

    def test_a_gold_that_is_no_number_is_our_error(self) -> None:
        grade = NUMBER.grade(problem("eighteen"), reply(r"\boxed{18}"))
        assert (grade.outcome, grade.value) == ("grader_error", None)

    def test_a_lone_surrogate_in_the_answer_can_be_stored(self) -> None:
        grade = NUMBER.grade(problem("18"), reply("\\boxed{\ud800 5}"))
        assert grade.answer is not None
        assert grade.answer.encode("utf-8")


class TestInteger:
    @pytest.mark.parametrize(
        "box", ["16", "016", "16.0", r"\text{16}", "n = 16", "$16$", r"16^\circ"]
    )
    def test_sixteen(self, box: str) -> None:
        assert INTEGER.grade(problem("016"), reply(f"\\boxed{{{box}}}")).outcome == "correct"

    @pytest.mark.parametrize("box", ["160", "16.5", "-16", "16, 17", r"\frac{16}{3}", "16!", "1 6"])
    def test_not_sixteen(self, box: str) -> None:
        assert INTEGER.grade(problem("16"), reply(f"\\boxed{{{box}}}")).outcome == "wrong"

    def test_the_last_number_of_a_cut_off_reply_is_no_answer(self) -> None:
        sample = reply("then 12 and 16", finish_reason="length")
        assert INTEGER.grade(problem("16"), sample).outcome == "no_answer"

    def test_a_cut_off_reply_with_an_answer_is_graded_as_it_stands(self) -> None:
        sample = reply(r"\boxed{16} to check this, take", finish_reason="length")
        assert INTEGER.grade(problem("16"), sample).outcome == "correct"

    def test_a_box_inside_the_reasoning_does_not_count(self) -> None:
        sample = reply(r"maybe \boxed{16}</think>I do not know.")
        assert REASONER.grade(problem("16"), sample).outcome == "no_answer"

    def test_reasoning_that_never_ends_is_no_answer(self) -> None:
        grade = REASONER.grade(problem("16"), reply(r"so \boxed{16}"))
        assert (grade.outcome, grade.reason) == ("no_answer", NEVER_ENDED)

    def test_only_reasoning_is_no_answer(self) -> None:
        assert REASONER.grade(problem("16"), reply("16</think>")).outcome == "no_answer"


class TestMakeGrader:
    def test_unknown_names_come_with_the_nearest_known_one(self) -> None:
        with pytest.raises(ConfigError, match="did you mean 'integer'"):
            make_grader("integers", {}, None)
        with pytest.raises(ConfigError, match="did you mean 'find'"):
            make_grader("number", {"finds": []}, None)
        with pytest.raises(ConfigError, match="did you mean 'hashes'"):
            make_grader("number", {"find": ["hash"]}, None)
        with pytest.raises(ConfigError, match="list of rules"):
            make_grader("number", {"find": "box"}, None)
        with pytest.raises(ConfigError, match="reasoning_end"):
            make_grader("number", {}, "")

    def test_the_digest_follows_every_setting_and_nothing_else(self) -> None:
        graders = [make_grader(kind, {}, end) for kind in GRADERS for end in (None, "</think>")]
        graders.append(make_grader("number", {"find": ["box"]}, None))
        assert len({grader.digest for grader in graders}) == len(graders)
        assert make_grader("number", {}, None).digest == NUMBER.digest

    @pytest.mark.parametrize("kind", GRADERS)
    def test_every_option_is_part_of_the_digest(self, kind: str) -> None:
        """Or stored grades would count under other options. `min_isolation` and the place of
        lm-eval's folder change no grade."""
        grader: Any = make_grader(kind, {}, None)
        for name in {f.name for f in fields(grader)} - {"min_isolation", "include"}:
            other: Any = make_grader(kind, {}, None)
            object.__setattr__(other, name, another(getattr(other, name)))
            assert other.digest != grader.digest, f"{kind}: {name}"

    def test_a_value_of_another_kind_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="option 'metric' must be a text, not 1"):
            make_grader("lm-eval", {"metric": 1}, None)
        with pytest.raises(ConfigError, match="option 'multiple_target' must be a whole number"):
            make_grader("lm-eval", {"multiple_target": True}, None)

    @pytest.mark.parametrize("kind", GRADERS)
    def test_graders_can_be_pickled(self, kind: str) -> None:
        grader = make_grader(kind, {}, "</think>")
        assert pickle.loads(pickle.dumps(grader)) == grader
        assert pickle.loads(pickle.dumps(grader)).digest == grader.digest


def test_a_denied_number_is_no_answer() -> None:
    from claimbench.grading.extract import number_after_phrase

    assert number_after_phrase("So the answer is not 18.") is None
    assert number_after_phrase("So the answer is 18.") == "18"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("36,50 €", Fraction(73, 2)),
        ("1.250,5", Fraction(2501, 2)),
        ("0,375", Fraction(3, 8)),
        ("1,250", Fraction(1250)),
        ("1,00,000", Fraction(100_000)),
        ("5, 7", None),
        ("5,7,9", None),
        ("10⁴", None),
        ("5万", None),
        ("5х", None),
        ("5元", Fraction(5)),
    ],
)
def test_commas_and_units_of_other_languages(text: str, value: Fraction | None) -> None:
    assert to_fraction(text, decimal_comma=True) == value


def test_a_gold_has_no_decimal_comma() -> None:
    assert to_fraction("2,7") is None


@pytest.mark.parametrize(
    ("text", "gold", "outcome"),
    [
        ("That makes 7 dozen.", "7", "correct"),
        ("That makes 7 million.", "7", "wrong"),
        ("That makes 7 million.", "7000000", "correct"),
        (r"\boxed{7\text{ dozen}}", "7", "wrong"),
        ("The answer is 7 or 8.", "7", "wrong"),
        ("The answer is 0.5 or 1/2.", "0.5", "correct"),
    ],
)
def test_words_behind_the_number_of_a_sentence(text: str, gold: str, outcome: str) -> None:
    assert NUMBER.grade(problem(gold), reply(text)).outcome == outcome
