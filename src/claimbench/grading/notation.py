r"""One notation for answers: what can be written in several ways without another meaning is
written in one.

`canonical` is applied to the gold and to the answer alike. Each rule is a line of `RULES` with its
reason and its source; none of them evaluates anything. What it leaves (`\text{…}` that is no unit,
relation signs) is for `claims` to judge.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from claimbench.grading import brackets, figures, texts
from claimbench.grading.numerals import CURRENCY_COMMAND, CURRENCY_SIGNS, write_scripts

MAX_CHARACTERS = 2000

_PLAIN = re.compile(r"-?\d{1,3}(?:\d*|(?:,\d{3})+)(?:\.\d+)?")
"""Nothing to rewrite, and most answers are so."""


@dataclass(frozen=True)
class Rule:
    """One rewriting: what it makes the same, why that is right, and who does it so."""

    name: str
    why: str
    source: str
    rewrite: Callable[[str], str]


@lru_cache(maxsize=16_384)
def canonical(text: str) -> str:
    """`text` in the one notation; text longer than MAX_CHARACTERS is left as it is."""
    text = text.strip()
    if _PLAIN.fullmatch(text) or len(text) > MAX_CHARACTERS:
        return text
    for rule in RULES:
        text = rule.rewrite(text)
    return text.strip()


# --- characters ----------------------------------------------------------------------------------

_CHARACTERS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "×": r"\times ",
        "·": r"\cdot ",
        "⋅": r"\cdot ",
        "∙": r"\cdot ",
        "÷": r"\div ",
        "π": r"\pi ",
        "∞": r"\infty ",
        "≤": r"\le ",
        "⩽": r"\le ",
        "≥": r"\ge ",
        "⩾": r"\ge ",
        "≠": r"\ne ",
        "≈": r"\approx ",
        "±": r"\pm ",
        "∪": r"\cup ",
        "∩": r"\cap ",
        "∈": r"\in ",
        "∅": r"\emptyset ",
        "⌀": r"\emptyset ",
        "°": r"^\circ ",
        "º": r"^\circ ",
        "⁄": "/",
        "∶": ":",
        **dict.fromkeys(CURRENCY_SIGNS, ""),
        "ℝ": r"\mathbb{R}",
        "θ": r"\theta ",
        "α": r"\alpha ",
        "β": r"\beta ",
        "λ": r"\lambda ",
        "√": r"\sqrt",
    }
)
_UNBRACED_ROOT = re.compile(r"√\s?(\d+(?:\.\d+)?|[A-Za-z])")
_HIGHER_ROOTS = {"∛": r"\sqrt[3]", "∜": r"\sqrt[4]"}
_HIGHER_ROOT = re.compile(r"([∛∜])\s?(?:(\d+(?:\.\d+)?|[A-Za-z])|\(([^()]*)\)|(?=\{))")


def _write_ascii(text: str) -> str:
    if text.isascii():
        return text
    text = write_scripts(_UNBRACED_ROOT.sub(r"√{\1}", text))
    text = _HIGHER_ROOT.sub(_higher_root, text)
    text = "".join(_vulgar_fraction(char) for char in text).translate(_CHARACTERS)
    text = unicodedata.normalize("NFKC", text)
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _higher_root(match: re.Match[str]) -> str:
    inside = match[2] or match[3]
    return _HIGHER_ROOTS[match[1]] + (f"{{{inside}}}" if inside else "")


def _vulgar_fraction(char: str) -> str:
    decomposed = unicodedata.decomposition(char)
    if not decomposed.startswith("<fraction>"):
        return char
    above, _, below = unicodedata.normalize("NFKC", char).partition("⁄")
    return rf"\frac{{{above}}}{{{below}}}"


# --- style ---------------------------------------------------------------------------------------

_COLOUR = re.compile(r"\\(?:color|textcolor|colorbox)\s?\{[\w!. ]*\}")
_SWITCH = re.compile(
    r"\\(?:displaystyle|textstyle|scriptstyle|tiny|small|normalsize|large|Large|LARGE|huge|Huge"
    r"|bf|bfseries|it|rm|sf|tt|boldmath|limits|nolimits|[bB]igg?[lrm]?|left\.|right\.|left|right"
    r"|phantom\{[^{}]*\})(?![A-Za-z])\s?"
)
_STYLE_GROUP = re.compile(
    r"\{\s*\\(?:rm|bf|it|sf|tt)(?![A-Za-z])\s*|\\(?:rm|bf|it|sf|tt)\s*\{(?=[^{}]*\})"
)
_ARRAY = re.compile(r"[(\[]\s*\\begin\{array\}\s*\{[^{}]*\}(.*)\\end\{array\}\s*[)\]]", re.DOTALL)
_UNBRACED = re.compile(r"\\(?:mathrm|mathbf|mathit|text|textbf)\s+([A-Za-z0-9])(?![A-Za-z])")
_LONE_GROUP = re.compile(r"(?<![\w\\^_}\])])\{([\d.]+|[A-Za-z]|[-+])\}")
_FRACTIONS = re.compile(r"\\(?:[dtcs]|nice)frac(?![A-Za-z])")
_OVER = re.compile(r"\{([^{}]*)\\over(?![A-Za-z])([^{}]*)\}")
_CHOOSE = re.compile(r"\{([^{}]*)\\choose(?![A-Za-z])([^{}]*)\}")
_BINOMIAL = re.compile(r"\\[dt]?binom\s?(\d)\s?(\d)")
_QUANTITY = re.compile(r"\\(?:(?:SI|qty)\s?\{([^{}]*)\}\s?\{[^{}]*\}|num\s?\{([^{}]*)\})")
"""A number and its unit as the package siunitx writes them."""
_RARE = ("SI", "qty", "num", "binom", "choose")
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\\lbrace(?![A-Za-z])\s?", r"\{"),
        (r"\\rbrace(?![A-Za-z])\s?", r"\}"),
        (r"\\lbrack(?![A-Za-z])\s?", "["),
        (r"\\rbrack(?![A-Za-z])\s?", "]"),
        (r"\\varnothing(?![A-Za-z])|\\\{\s*\\\}", r"\emptyset"),
        (r"\\(?:textdegree|degree|deg)(?![A-Za-z])", r"^\circ"),
        (r"\\le(?:qslant|q)(?![A-Za-z])|<=", r"\le "),
        (r"\\ge(?:qslant|q)(?![A-Za-z])|>=", r"\ge "),
        (r"\\gt(?![A-Za-z])", ">"),
        (r"\\lt(?![A-Za-z])", "<"),
        (r"\\neq(?![A-Za-z])|\\not\s?=|!=", r"\ne "),
        (r"\\imath(?![A-Za-z])", "i"),
        (r"\\log\s?_\s?(?:e(?![A-Za-z])|\{\s?e\s?\})", r"\ln "),
        (r"(?<=\\begin\{)(?:small|b|B)?matrix(?=\})", "pmatrix"),
        (r"(?<=\\end\{)(?:small|b|B)?matrix(?=\})", "pmatrix"),
    )
)


def _drop_style(text: str) -> str:
    if "\\" not in text:
        return texts.without_braces(_LONE_GROUP.sub(r"\1", text) if "{" in text else text)
    text = _UNBRACED.sub(r" \1", text)
    if any(name in text for name in _RARE):
        text = _QUANTITY.sub(r"\1\2", _CHOOSE.sub(r"\\binom{\1}{\2}", text))
        text = _BINOMIAL.sub(r"\\binom{\1}{\2}", text)
    text = _SWITCH.sub("", _STYLE_GROUP.sub(r"\\mathrm{", _COLOUR.sub("", text)))
    text = _ARRAY.sub(r"\\begin{pmatrix}\1\\end{pmatrix}", text)
    text = _LONE_GROUP.sub(r"\1", text)
    return texts.without_braces(
        texts.unwrap(_OVER.sub(r"\\frac{\1}{\2}", _FRACTIONS.sub(r"\\frac", text)))
    )


def _name_alike(text: str) -> str:
    if text.isalnum():
        return text
    for pattern, name in _NAMES:
        text = pattern.sub(lambda _, name=name: name, text)  # type: ignore[misc]
    return text


# --- spaces and marks ----------------------------------------------------------------------------

_DELIMITERS = re.compile(r"(?<!\\)\$|\\[()](?![A-Za-z])|\\!|\*\*")
_FULL_STOP = re.compile(r"(?:[\s.,;]|\\checkmark)+$")
_PROOF_ENDS = ("∎", "■", r"\blacksquare", r"\square", r"\Box", r"\qed", r"\qedsymbol")
_POWER_STARS = re.compile(r"(?<=[A-Za-z0-9)])\s?\*\*\s?(-?\d{1,9}|[A-Za-z]|\([^()]*\))(?!\*)")
"""A program's power; Markdown's stars stand around what is bold."""
_DOLLAR = re.compile(r"\\\$|\b[A-Z]{1,3}(?=\\?\$\s?\d)")
_SPACE = re.compile(
    r"(?<!\\)\\(?:q?quad|enspace|space|thinspace|hfill|nobreakspace|hspace\*?\{[^{}]*\}|[,;: >])"
    r"(?![A-Za-z])|(?<!\\)\\[,;:> ]|~|\s+|\\+$"
)
_DEGREE = re.compile(r"\s?\^\s?(?:\\circ|\{\s?\\circ\s?\})(?![A-Za-z])")
_DEGREE_O = re.compile(r"(?<=\d)\^\s?\{{0,2}\s?o\s?\}{0,2}(?![A-Za-z])")
_PERCENT = re.compile(r"\s*\\?%|\s*\\text\{\s?(?:%|per ?cent|pct)\.?\s?\}|(?<=\d)\s*per ?cent\b")
_TRIGONOMETRIC = re.compile(r"\\?(?:sin|cos|tan|cot|sec|csc)")


def _drop_marks(text: str) -> str:
    if "$" in text:
        text = _DOLLAR.sub("", text)
    if "**" in text and not text.endswith("**"):
        text = _POWER_STARS.sub(r"^{\1}", text)
    if text.endswith(_PROOF_ENDS):
        text = _without_proof_end(text)
    return _FULL_STOP.sub("", CURRENCY_COMMAND.sub("", _DELIMITERS.sub("", text)))


def _without_proof_end(text: str) -> str:
    r"""`12 \quad \blacksquare` as 12; the sign alone is left as it is."""
    end = next(end for end in _PROOF_ENDS if text.endswith(end))
    return text.removesuffix(end).rstrip().removesuffix(r"\quad") or text


def _one_space(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _drop_degrees(text: str) -> str:
    r"""In `\sin 30^\circ` the sign is a factor, pi/180; by itself it only says what is counted."""
    if "circ" not in text and "^" not in text:
        return text
    text = _DEGREE_O.sub(r"^\\circ", text)
    if _TRIGONOMETRIC.search(text):
        return re.sub(r"(\d+)" + _DEGREE.pattern, r"{(\\frac{\1\\pi}{180})}", text)
    return _DEGREE.sub("", text)


def _drop_percent(text: str) -> str:
    return _PERCENT.sub("", text) if "%" in text or "c" in text else text


def has_percent(text: str) -> bool:
    """Whether a raw answer has a percent sign: it may be meant as a hundredth."""
    return "%" in text or "percent" in text or "per cent" in text


HENDRYCKS = "MATH (Hendrycks et al. 2021), math_equivalence.py"
MINERVA = "Minerva (Lewkowycz et al. 2022), appendix D.1"
MATH_VERIFY = "math-verify 0.9, README and tests"
QWEN = "Qwen2.5-Math, evaluation/parser.py and grader.py"

RULES: tuple[Rule, ...] = (
    Rule("characters", "signs of Unicode are the signs of LaTeX", MATH_VERIFY, _write_ascii),
    Rule("periods", "digits that repeat before dots", "the dots' meaning", figures.write_period),
    Rule("row gaps", "space between the rows of a matrix", MATH_VERIFY, brackets.drop_row_gaps),
    Rule("grouping", "spaces and braced commas group thousands", QWEN, figures.ungroup),
    Rule("style", "bold, colour, size, boxes and sizes of brackets", QWEN, _drop_style),
    Rule("marks", "dollar signs, maths delimiters, Markdown stars", HENDRYCKS, _drop_marks),
    Rule("spaces", "spacing commands are spaces", HENDRYCKS, _one_space),
    Rule("names", "one name for each sign of several names", MATH_VERIFY, _name_alike),
    Rule("brackets", "turned and angled brackets", "ISO 80000-2, 2-7.9", brackets.write_alike),
    Rule("gaps", "spaces between groups of three digits", "SI Brochure, 5.4.4", figures.close_gaps),
    Rule("bases", "a base in words, a numeral in brackets", MATH_VERIFY, brackets.write_base),
    Rule("degrees", "degrees count, they do not multiply", HENDRYCKS, _drop_degrees),
    Rule("percent", "percent signs count, they do not multiply", HENDRYCKS, _drop_percent),
    Rule("plain maths", "sqrt(5), 3pi and 5*x are read as meant", MATH_VERIFY, figures.as_latex),
    Rule("decimals", "repeating decimals and mixed numbers", MATH_VERIFY, figures.as_fractions),
    Rule("base ten", "base ten need not be stated", MATH_VERIFY, figures.drop_base_ten),
    Rule("half days", "a.m. and p.m. in one writing", "the words' meaning", figures.write_half_day),
    Rule("ordinals", "the ending of an ordinal", MATH_VERIFY, figures.drop_ordinal),
    Rule("scaling words", "5 million is 5,000,000", "the words' meaning", figures.scale),
    Rule("units", "a unit or counted noun at the end", f"{HENDRYCKS}; {MINERVA}", texts.drop_unit),
    Rule("named numbers", "a name or currency before a number", MINERVA, texts.drop_name),
    Rule("lists", "'and' and 'or' between members are commas", MINERVA, texts.join_list),
)
"""In the order in which they are applied."""
