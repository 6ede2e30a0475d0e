"""Every gold answer of the benchmarks at hand: right against itself and against other writings of
it, and 2,000 perturbed ones that are never right."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator

import pytest
from grading_samples import problem, reply
from test_grading_latex import SHARED

from claimbench.grading import GradingPool, make_grader
from claimbench.grading.extract import last_box

pytestmark = [pytest.mark.shared, pytest.mark.slow]

FILES = {
    "aime24": "integer",
    "aime25": "integer",
    "gsm8k": "number",
    "math500": "latex",
    "benchmarks/amc23": "number",
    "benchmarks/hmmt_feb_2024": "latex",
    "benchmarks/hmmt_feb_2025": "latex",
    "benchmarks/minerva_math": "latex",
    "benchmarks/olympiadbench": "latex",
}
PERTURBED = 2_000
SEED = 17


def golds(name: str) -> list[str]:
    path = SHARED / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"no benchmark file at {path}")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [gold_of(row) for row in rows]


def gold_of(row: dict[str, object]) -> str:
    if "final_answer" in row:
        answers = row["final_answer"]
        return str(answers[0] if isinstance(answers, list) else answers).strip()
    if "answer" in row:
        return str(row["answer"]).rpartition("####")[2].strip()
    return last_box(str(row["solution"])) or ""


def outcomes(pairs: list[tuple[str, str, str]]) -> Iterator[tuple[tuple[str, str, str], str]]:
    """(grader, gold, box) with the outcome of each."""
    graders = {kind: make_grader(kind, {}, None) for kind in ("integer", "number", "latex")}
    with GradingPool(2) as pool:
        for place, (kind, gold, box) in enumerate(pairs):
            text = f"Therefore the answer is $\\boxed{{{box}}}$."
            pool.submit(graders[kind], problem(gold), reply(text, id=str(place)))
        for grade in pool.drain():
            yield pairs[int(grade.sample_id)], grade.outcome


def inside(gold: str) -> str:
    """A gold without the dollar signs and the full stop of the sentence it was taken from."""
    return gold.rstrip(". ").strip("$ ")


REWRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda gold: gold,
    "display fractions": lambda gold: gold.replace("\\frac", "\\dfrac"),
    "bold": lambda gold: rf"\mathbf{{{gold}}}",
    "coloured": lambda gold: rf"\color{{blue}}{{{gold}}}",
    "boxed again": lambda gold: rf"\boxed{{{gold}}}",
    "spaced": lambda gold: rf"\ {gold}\ ",
    "tightened": lambda gold: re.sub(r"\s*([-+=,])\s*", r"\1", gold),
    "spread": lambda gold: re.sub(r"(?<=[\w}])([-+=])(?=[\w\\])", r" \1 ", gold),
    "sized brackets": lambda gold: re.sub(
        r"(?<!left)(?<![A-Za-z\\])\(([^()]*)\)", r"\\left(\1\\right)", gold
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_golds_are_right_against_themselves(name: str) -> None:
    pairs = [
        (FILES[name], gold, rewrite(inside(gold)))
        for gold in golds(name)
        for rewrite in REWRITINGS.values()
    ]
    assert [pair for pair, outcome in outcomes(pairs) if outcome != "correct"] == []


# --- perturbations -------------------------------------------------------------------------------

SYMMETRIC = re.compile(r"\\pm|^-?0$|\\emptyset|infty|\\text|mbox|[a-z]{4}|=|\\in|<|>|\\le|\\ge")
"""Golds of which a multiple or the negative may be the same, or cannot be written by a prefix."""


def other_digit(gold: str, rng: random.Random) -> str | None:
    places = [match.start() for match in re.finditer(r"(?<![_\[])\d", gold)]
    if not places:
        return None
    place = rng.choice(places)
    if gold[place] in "01" and re.search(r"[.0]", gold):
        return None  # 0x, x^0, 2.0
    return gold[:place] + str((int(gold[place]) + 4) % 9 + 1) + gold[place + 1 :]


def prefixed(prefix: str) -> Callable[[str, random.Random], str | None]:
    return lambda gold, rng: None if SYMMETRIC.search(gold) else prefix + gold


def suffixed(suffix: str) -> Callable[[str, random.Random], str | None]:
    return lambda gold, rng: (
        None if SYMMETRIC.search(gold) or not _is_single(gold) else gold + suffix
    )


def _is_single(gold: str) -> bool:
    return re.fullmatch(r"-?[\d.]+|-?\\frac\{\d+\}\{\d+\}|\d*\\sqrt\{\d+\}", gold) is not None


def one_more(gold: str, rng: random.Random) -> str | None:
    return f"{gold}, 7919" if _is_single(gold) else None


def one_less(gold: str, rng: random.Random) -> str | None:
    plain = re.fullmatch(r"[-\d, ]+", gold) and ", " in gold
    return gold.rpartition(",")[0] if plain else None


def brackets(gold: str, rng: random.Random) -> str | None:
    match = re.fullmatch(r"(?:\\left)?\(([^()\[\]{}]+,[^()\[\]{}]+?)(?:\\right)?\)", gold)
    if match is None or "infty" in gold:
        return None
    return rng.choice([rf"\{{{match[1]}\}}", rf"[{match[1]}]", rf"({match[1]}]"])


PERTURBATIONS: list[Callable[[str, random.Random], str | None]] = [
    other_digit,
    other_digit,
    other_digit,
    *map(prefixed, (r"\neq ", r"\ge ", "> ", r"\text{not }", r"\text{at least }")),
    *map(
        suffixed,
        (
            r" \text{ million}",
            r"\text{ is wrong}",
            r"\text{ squared}",
            "t",
            "i",
            r"\pi",
            " + 1",
            "^{7}",
            r"\text{ thirds}",
            r"\text{ or } 7919",
            r" \times 10^{3}",
        ),
    ),
    one_more,
    one_less,
    brackets,
]


def perturbed(count: int) -> list[tuple[str, str, str]]:
    rng = random.Random(SEED)
    chosen = [(kind, inside(gold)) for name, kind in FILES.items() for gold in golds(name)]
    pairs: list[tuple[str, str, str]] = []
    while len(pairs) < count:
        kind, gold = rng.choice(chosen)
        wrong = rng.choice(PERTURBATIONS)(gold, rng)
        if wrong is not None and gold not in ("0", "1", "-1"):
            pairs.append((kind, gold, wrong))
    return pairs


def test_perturbed_golds_are_never_right() -> None:
    found = list(outcomes(perturbed(PERTURBED)))
    assert len(found) == PERTURBED
    assert [pair for pair, outcome in found if outcome == "correct"] == []
