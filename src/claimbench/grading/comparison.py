r"""Whether an answer says what the gold says: the plain part, without sympy.

Both sides come into one notation (`notation`), the answer loses what only names its value
(`N = `), and then the answer is refused where it plainly says something else; what is left is
compared exactly (`exact`) or is a question for math-verify. The refusals are there because
math-verify drops what it does not read, and so finds `\neq 5`, `5 \text{ is wrong}` and `5t`
equal to 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from claimbench.grading.arithmetic import letters_of, tokens_of
from claimbench.grading.brackets import without_labels
from claimbench.grading.exact import exact_verdict, is_point
from claimbench.grading.figures import without_half_day, without_modulus, write_power
from claimbench.grading.intervals import as_interval, names_another
from claimbench.grading.notation import canonical, has_percent
from claimbench.grading.reading import normalise, outer_brackets, read, split_outside
from claimbench.grading.words import CHANGING


@dataclass(frozen=True, slots=True)
class Comparison:
    """Gold and answer in one notation, and the verdict; None where math-verify has to look."""

    gold: str
    answer: str
    verdict: bool | None


@lru_cache(maxsize=65_536)
def compare(gold: str, answer: str) -> Comparison:
    """The plain comparison of a gold with an answer."""
    if gold == answer and gold.strip():
        return Comparison(gold, answer, True)
    one, other = canonical(gold), canonical(answer)
    if names_another(one, other):
        return Comparison(one, other, False)
    one = as_interval(one)
    other = as_interval(_alike(one, other))
    verdict = _verdict(one, other)
    if verdict is not True and has_percent(gold) != has_percent(answer):
        verdict = _as_hundredth(one, other, has_percent(gold)) or verdict
    if verdict is not True:
        verdict = _as_programs_write(one, other) or _with_decimal_comma(one, other) or verdict
    return Comparison(one, other, verdict)


def is_plain(gold: str) -> bool:
    """Whether a gold in one notation can be evaluated without math-verify."""
    return read(normalise(gold)) is not None


def _alike(gold: str, answer: str) -> str:
    """The answer without what the gold leaves out: a modulus, a name, an approximation."""
    if ("mod" in answer or "\\equiv" in answer) and not ("mod" in gold or "\\equiv" in gold):
        answer = without_modulus(answer)
    if "\\approx" in answer and "\\approx" not in gold:
        answer = _without_approximation(answer)
    if answer[:1] == "(" and (option := _OPTION.match(answer)):
        answer = _without_option(gold, answer, option)
    if ".m." in answer and ".m." not in gold:
        answer = without_half_day(answer)
    if (":" in answer or "：" in answer) and ":" not in gold:
        answer = _LABEL.sub("", answer)
    if answer.count("=") > 1 and "=" not in gold and outer_brackets(gold)[0] == "()":
        answer = without_labels(split_outside(answer, ",")) or answer
    if outer_brackets(gold)[0] == "()" and _splits(outer_brackets(gold)[1]):
        answer = _as_tuple(gold, answer)
    return _value(answer) if "=" in answer and "=" not in gold else answer


def _without_option(gold: str, answer: str, option: re.Match[str]) -> str:
    """`(B) 12` as the letter where the gold is one, else as the value."""
    if _LONE_OPTION.fullmatch(gold):
        return f"({option[1]})" if gold.startswith("(") else option[1]
    return answer if option[1] in gold else answer[option.end() :]


def _as_tuple(gold: str, answer: str) -> str:
    """The tuple that an answer is beside a gold that is one: `P(3, -1)`, and `3, -1` where the gold
    is surely a point and no interval."""
    if _POINT.fullmatch(answer):
        return answer[1:].strip()
    bare = _splits(answer) and not outer_brackets(answer)[0] and not re.search(r"=|\\pm", answer)
    return f"({answer})" if bare and is_point(read(normalise(gold))) else answer


def _verdict(gold: str, answer: str) -> bool | None:
    if not answer:
        return False
    if words := _words(gold):
        return _compare_words(gold, words, answer)
    if _says_otherwise(gold, answer):
        return False
    if _repeats(gold, answer):
        return True
    return exact_verdict(gold, answer)


def _as_hundredth(gold: str, answer: str, gold_has_it: bool) -> bool | None:
    """`50\\%` is a half, too: math-verify and Qwen's grader accept both readings."""
    if gold_has_it:
        return exact_verdict(rf"\frac{{{gold}}}{{100}}", answer)
    return exact_verdict(gold, rf"\frac{{{answer}}}{{100}}")


def _as_programs_write(gold: str, answer: str) -> bool | None:
    """`2e-1` is a fifth where a program wrote it, and less than twice Euler's number in a formula:
    the other side says which is meant, so both readings count."""
    one, other = write_power(gold), write_power(answer)
    if one is None and other is None:
        return None
    return exact_verdict(one or gold, other or answer)


_DECIMAL_COMMA = re.compile(r"(-?\d+),(\d\d?)")


def _with_decimal_comma(gold: str, answer: str) -> bool | None:
    """`2,5` is two and a half where the gold is one value, and a list of 2 and 5 else."""
    if "," not in answer or "," in gold:
        return None
    found = _DECIMAL_COMMA.fullmatch(answer.replace("{,}", ","))
    return exact_verdict(gold, f"{found[1]}.{found[2]}") if found else None


# --- names ---------------------------------------------------------------------------------------

_POINT = re.compile(r"[A-Z]\s?\([^()]*,[^()]*\)")
_LABEL = re.compile(r"^\s*\\text\{[^{}\d:：]{1,60}[:：]\s*\}\s*")
_OPTION = re.compile(r"^\(([A-H])\)\s*(?=[-\d\\.])")
_LONE_OPTION = re.compile(r"\(?([A-H])\)?")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_RELATION = re.compile(r"<|>|\\[lg]e(?![A-Za-z])|\\ne(?![A-Za-z])|\\not(?![A-Za-z])")
_ONE_LETTER = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
_SOLVED_FOR = re.compile(r"\^|\\sqrt|\\frac|\||\d\s*[A-Za-z]|\d\s*\\cdot|[A-Za-z]\s*[-+/]\s*\d")


def _value(answer: str) -> str:
    """What stands right of the last `=`, where the left only names it or computes it."""
    left, _, right = answer.rpartition("=")
    if _ONE_LETTER.fullmatch(right.strip()) and not _ONE_LETTER.search(left):
        left, right = right, left
    plain = _IN_BRACKETS.sub("()", left) + right
    if _names_a_value(left) and right.strip() and not _RELATION.search(plain):
        return right.strip()
    return answer


def _names_a_value(left: str) -> bool:
    r"""`x`, `f(2)`, `m + n`, `\angle ABC`, `100 + 114`; but `x^2` and `2x` say what x is."""
    if _splits(left) and not outer_brackets(left.strip())[0]:
        return False
    words = re.findall(r"[a-z']+", left.lower())
    if not CHANGING.isdisjoint(words):
        return False
    letters = set(_ONE_LETTER.findall(left))
    return len(letters) != 1 or "(" in left or _SOLVED_FOR.search(left) is None


def _without_approximation(answer: str) -> str:
    r"""`\frac13 \approx 0.33` is a third, `x \approx 0.33` is 0.33."""
    left, _, right = answer.partition("\\approx")
    exact = left.rpartition("=")[2].strip()
    return left if exact and not re.fullmatch(r"[A-Za-z]?", exact) else right.strip()


# --- words ---------------------------------------------------------------------------------------

_TEXT = re.compile(r"\\text\{([^{}]*)\}")
_BARE_WORD = re.compile(r"(?<![A-Za-z\\{])[A-Za-z][a-z'’]{2,}(?![A-Za-z])")
_SENTENCE = re.compile(r"(?=.*[A-Za-z]{4})[A-Za-z]+(?:[ '’-][A-Za-z'’]+)*")
"""Words without a command; `p - q` and `abc` are formulas."""
_ARTICLE = re.compile(r"^(?:an?|the)\s")


def _words(text: str) -> str:
    """The words of an answer that is nothing but words, folded; else ""."""
    bare = _TEXT.sub(r" \1 ", text)
    if "\\text" not in text and not _SENTENCE.fullmatch(text):
        return ""
    if not re.fullmatch(r"[A-Za-z'’ ,.()-]+", bare) or len(re.sub(r"[^A-Za-z]", "", bare)) < 2:
        return ""
    return _folded(bare)


def _folded(words: str) -> str:
    plain = re.sub(r"\s+", " ", re.sub(r"[().,\s]+", " ", words)).strip().lower()
    return _ARTICLE.sub("", plain).replace("-", " ")


def _compare_words(gold: str, words: str, answer: str) -> bool | None:
    """Text with text: the same words, as a set where the gold is a list of them."""
    bare = _TEXT.sub(r" \1 ", answer)
    if re.search(r"\\[a-zA-Z]|\d|[=<>^_]", bare):
        return exact_verdict(gold, answer)
    if _folded(bare).removesuffix("s") == words.removesuffix("s"):  # No solution, no solutions.
        return True
    if "," in gold and "," in answer:
        return sorted(map(_folded, _members(gold))) == sorted(map(_folded, _members(answer)))
    return False


def _members(text: str) -> list[str]:
    return _TEXT.sub(r" \1 ", text).split(",")


# --- refusals ------------------------------------------------------------------------------------


def _says_otherwise(gold: str, answer: str) -> bool:
    """Whether the answer plainly says something else than the gold."""
    return (
        (_RELATION.search(answer) is not None and _RELATION.search(gold) is None)
        or (_has_text(answer) and not _has_text(gold))
        or (".m." in gold and gold[gold.index(".m.") - 1] + ".m." not in answer)
        or ("dots" in answer and "dots" not in gold)
        or (_BASED.search(answer) is not None and "_" not in gold)
        or _brackets_differ(gold, answer)
        or _has_other_letters(gold, answer)
    )


_BASED = re.compile(r"\d\s?_\s?\{?\s?(?:\d|[A-Za-z\\])")
"""A numeral in a stated base, of which math-verify sees the digits only."""


def _has_text(text: str) -> bool:
    return "\\text" in text or _BARE_WORD.search(text) is not None or _has_other_script(text)


def _has_other_script(text: str) -> bool:
    return not text.isascii() and _OTHER_SCRIPT.search(text) is not None


_OTHER_SCRIPT = re.compile(r"[Ѐ-ԯ\u0590-\u0fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def _brackets_differ(gold: str, answer: str) -> bool:
    r"""A set is no pair and no interval; neither is a bare list or `\pm`."""
    ours, theirs = outer_brackets(gold)[0], outer_brackets(answer)[0]
    if not _splits(outer_brackets(gold)[1]) and "\\pm" not in answer:
        return False
    if ours == "{}":
        return theirs not in ("{}", "")
    if ours == "":
        return False
    return theirs == "{}" or (theirs == "" and (_splits(answer) or "\\pm" in answer))


def _splits(text: str) -> bool:
    return len(split_outside(text, ",")) > 1


def _has_other_letters(gold: str, answer: str) -> bool:
    """Whether the answer has a variable that the gold has not (i may be imaginary)."""
    if "=" in gold or "=" in answer or "\\text" in gold or "\\mid" in answer:
        return False
    return not _letters(answer) <= _letters(gold) | {"i"}


def _letters(text: str) -> set[str]:
    return letters_of(tokens_of(_ENVIRONMENT.sub("", text)))


_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[a-z]+\}|\\mathbb\s?\{?[A-Z]\}?")


def _repeats(gold: str, answer: str) -> bool:
    """Whether a bare list gives the gold, one value, several times: `1/2, 0.5`."""
    if "," not in answer or _splits(gold) or outer_brackets(answer)[0]:
        return False
    parts = split_outside(answer, ",")
    return len(parts) > 1 and all(exact_verdict(gold, part.strip()) is True for part in parts)
