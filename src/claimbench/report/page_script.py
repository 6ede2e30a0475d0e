"""The script, style and words of report.html, and the policy that allows them alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from claimbench.grading import GRADERS
from claimbench.grading.outcomes import VALUES
from claimbench.grading.reasons import REASONS
from claimbench.messages import Message, Value, term
from claimbench.report.messages import words
from claimbench.report.theme import page_style


@cache
def asset(name: str) -> str:
    """The text of a file beside this module."""
    return (files("claimbench.report") / "assets" / name).read_text("utf-8")


SCRIPT = ("base", "tables", "texts", "problems", "samples", "reader", "begin")
"""The parts of the page's script, in the order in which they run."""


@cache
def page_script() -> str:
    """The page's own script: one function, so that its parts share names and the page none."""
    parts = "\n".join(asset(f"{name}.js") for name in SCRIPT)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


MATHS = "temml.min.js"


@cache
def maths_script() -> str:
    """The script of others that turns LaTeX into MathML."""
    return (files("claimbench.report") / "vendor" / MATHS).read_text("utf-8")


@cache
def style() -> str:
    """The page's style."""
    return page_style(asset("page.css"), asset("figure.css"))


def policy(scripts: Iterable[str], styled: str) -> str:
    """What a page with these scripts and this style allows: them alone, by their digests."""
    allowed = " ".join(map(_digest, scripts)) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; "
        f"style-src {_digest(styled)}; base-uri 'none'; form-action 'none'"
    )


@cache
def _digest(text: str) -> str:
    """Of scripts and styles that are the same on every page."""
    content = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{content}'"


def as_json(content: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")


def script_words() -> dict[str, Message]:
    """What the page's script says, by its own keys; the script puts counts into `{braces}`."""

    def places(*names: str) -> dict[str, Value]:
        return {name: f"{{{name}}}" for name in names}

    counted = {
        "shown_rows": Message("script-shown-rows", places("shown", "all")),
        "all_rows": Message("script-all-rows", places("all")),
        "rows_range": Message("script-rows-range", places("from", "to", "all")),
        "problems_range": Message("script-problems-range", places("from", "to", "all")),
        "of": Message("script-of", places("right", "all")),
        "strip": Message("script-strip", places("all", "solved", "never")),
        "pairs": Message("script-pairs", places("all", "better", "worse")),
        "problem_said": Message("script-problem-said", places("problem", "right", "all")),
        "pair_said": Message("script-pair-said", places("problem", "before", "after")),
        "only": Message("script-only", places("problem")),
        "characters": Message("script-characters", places("count")),
        "tests_said": Message("script-tests-said", places("passed", "failed", "unjudged")),
        "first_failing": Message("script-first-failing", places("test", "count")),
        "searching": Message("script-searching", places("part", "all")),
    }
    rules = {f"rule_{kind}": term("rule", kind) for kind in GRADERS}
    known = {key: rule for key, rule in rules.items() if words().knows(rule)}
    grades = {
        f"grade-{name}": Message(f"grade-{name}", places(*values))
        for name, values in REASONS.items()
    }
    plain = {key.replace("-", "_"): term("script", key) for key in SCRIPT_KEYS}
    return {
        **counted,
        **known,
        **grades,
        **plain,
        **{name: term("outcome", name) for name in OUTCOMES},
    }


SCRIPT_KEYS = (
    "nothing", "open", "previous", "next", "close", "question", "choices", "gold", "reasoning",
    "reply", "never-ended", "grade", "reason", "prompt-tokens", "tokens", "seconds", "end", "seed",
    "outcome", "answer", "stop", "length", "loop", "unknown", "loading", "failed", "sample",
    "right", "cut", "better", "worse", "against", "rule", "prompt", "prompt-unknown", "program",
    "link", "raw", "tests", "test-input", "test-expected", "test-got", "sort-by", "ascending",
    "descending",
)  # fmt: skip
OUTCOMES = (*VALUES, "ungraded")
