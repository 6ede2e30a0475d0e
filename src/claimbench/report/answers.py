"""The answer first: one sentence for each verdict, how sure it is, what could change it, and the
picture of the decision. Figures arrive ready; here they become messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from claimbench.messages import Message, Value, term
from claimbench.records import Measurement, Verdict
from claimbench.report.caveats import Chip, basis_of, chips_of, table_of, truncated
from claimbench.report.comparisons import details, found_message, names_of, outcome_message
from claimbench.report.document import Document, RunView
from claimbench.report.strips import Strip, odds, strip_of, strip_of_comparison
from claimbench.report.tables import figure_of
from claimbench.verdicts.comparisons import Compared

CARDS = 6
"""So many answers are told one by one; where there are more, a picture of all comes first."""
SYMBOLS = {"reproduced": "=", "lower": "↓", "higher": "↑", "inconclusive": "?", "better": "↑",
           "worse": "↓", "equivalent": "=", "not worse": "≥"}  # fmt: skip
"""Each verdict has a sign of its own beside its colour."""
_OTHER_SYMBOL = "×"

_LEVELS = (("very-sure", 0.001), ("sure", 0.01), ("fairly-sure", 0.05))
"""How sure a shown result is, by the probability of what it rules out."""
CERTAINTIES = (*(name for name, _ in _LEVELS), "unsure")
"""Every word for how sure it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader sees first. `run` is the run's name, empty where `scores` names it; `state` is
    the verdict's name, `measured` where there is none; `basis` says how much was measured and
    who published, `certainty` how sure it is and `why` what the picture shows."""

    run: str
    state: str
    scores: Message
    certainty: Message
    word: Message | None = None
    finding: Value = None
    basis: Message | None = None
    why: Message | None = None
    strip: Strip | None = None
    chips: tuple[Chip, ...] = ()

    @property
    def symbol(self) -> str:
        return SYMBOLS.get(self.state, _OTHER_SYMBOL)


def answers(document: Document) -> list[Answer]:
    """Comparisons, then verdicts, then what was measured and not judged; none of a kind of which
    there are more than `CARDS`."""
    judge, score = partial(verdict_answer, document), partial(score_answer, document)
    compared = [partial(comparison_answer, one) for one in document.comparisons]
    judged = [partial(judge, run, v) for run in document.runs for v in run.verdicts]
    alone = [partial(score, run, m) for run in document.runs for m in _unjudged(run)]
    return [make() for kind in (compared, judged, alone) if len(kind) <= CARDS for make in kind]


def _unjudged(run: RunView) -> Iterator[Measurement]:
    seen = {(v.subject, v.benchmark) for v in run.verdicts}
    yield from (m for m in run.measurements if (m.model, m.benchmark) not in seen)


# --- a published figure ---------------------------------------------------------------------


def verdict_answer(document: Document, run: RunView, v: Verdict) -> Answer:
    """The answer to one published figure."""
    measured = next(
        (m for m in run.measurements if (m.model, m.benchmark) == (v.subject, v.benchmark)), None
    )
    return Answer(
        run=run.name,
        state=v.verdict,
        scores=_scores(run, v),
        word=term("verdict", v.verdict),
        finding=finding_of(v),
        basis=basis_of(v, measured),
        certainty=certainty_of(v),
        why=why_of(v),
        strip=strip_of(v, document.evidence),
        chips=tuple(chips_of(v, measured, document.sources.get(v.claim))),
    )


def _scores(run: RunView, v: Verdict) -> Message:
    model, benchmark = titled(run, v.subject), _figure(run, v)
    names: dict[str, Value] = {"model": model, "benchmark": benchmark, "by": table_of(v)}
    if v.measured is None:
        return Message("answer-unmeasured", {**names, "published": v.published})
    values = {"measured": v.measured, "published": v.published}
    key = "answer-scores-partly" if v.tier == "B" else "answer-scores"
    return Message(key, {**names, **values})


def titled(run: RunView, name: str) -> str:
    """The title of a model or benchmark, its name where it has none."""
    return run.titles.get(name) or name


def _figure(run: RunView, v: Verdict) -> str:
    return figure_of(v).replace(v.benchmark, titled(run, v.benchmark), 1)


def finding_of(v: Verdict) -> Value:
    """What the verdict says, in a few words, and at which look or by which bound it does."""
    said = _finding(v)
    for sentence in _nested(v):
        if key := _BESIDE.get(sentence.key):
            name = key.removeprefix("answer-with-")
            said = Message(key, {"finding": said, name: sentence.values[name]})
    return said


def _nested(v: Verdict) -> Iterator[Message]:
    """The verdict's sentence, then the one that it says something beside, and so on."""
    sentence: Value = v.sentence
    while isinstance(sentence, Message):
        yield sentence
        sentence = sentence.values["verdict"] if sentence.key in _BESIDE else None


_BESIDE = {"verdict-with-looks": "answer-with-looks", "verdict-learned": "answer-with-plain"}
"""Sentences of verdicts that say something beside another one."""


def _finding(v: Verdict) -> Value:
    if _untried(v):
        return v.sentence.values["reason"]
    if v.difference is None:
        return v.sentence
    if v.verdict == "reproduced":
        return Message("answer-reproduced", {"margin": v.margin})
    if v.verdict in ("lower", "higher"):
        gap = abs(v.difference)
        if v.interval_95 is None:
            return Message("answer-apart-greedy", {"gap": gap, "margin": v.margin})
        return Message("answer-apart", {"gap": gap})
    return _part(v, "state") or Message("answer-open-decoding")


def _untried(v: Verdict) -> bool:
    """Whether nothing was tested, for a reason that the verdict's message has."""
    return "reason" in v.sentence.values


def _part(v: Verdict, name: str) -> Value:
    """A value of what was found, where the verdict's message has it."""
    *_, sentence = _nested(v)
    found = sentence.values.get("finding")
    return found.values.get(name) if isinstance(found, Message) else None


def certainty_of(v: Verdict) -> Message:
    """How sure the verdict is, for a reader who knows no statistics."""
    if v.verdict == "reproduced" and v.p_equivalence is not None:
        p = v.p_equivalence_adjusted or v.p_equivalence
        values: dict[str, Value] = {"level": level(p), "odds": odds(p), "margin": v.margin}
        return Message("certainty-equal", values)
    if v.verdict in ("lower", "higher") and v.p_difference is not None:
        p = v.p_difference_adjusted or v.p_difference
        return Message("certainty-apart", {"level": level(p), "odds": odds(p)})
    if _untried(v) or v.difference is None:
        return Message("certainty-none")
    return _remedy(v) if v.verdict == "inconclusive" else Message("certainty-greedy")


def level(p: float) -> Message:
    """The words for how sure it is: what is ruled out has the probability `p`."""
    name = next((name for name, most in _LEVELS if p <= most), CERTAINTIES[-1])
    return term("certainty", name)


def _remedy(v: Verdict) -> Message:
    """What it would take to decide."""
    remedy = _part(v, "remedy")
    if remedy is None:
        return Message("certainty-decoding")
    return Message("certainty-open", {"remedy": remedy})


def why_of(v: Verdict) -> Message | None:
    """What the picture shows: how the intervals lie to zero and to the margin."""
    if v.margin is None or v.difference is None:
        return None
    if v.interval_90 is None or v.interval_95 is None:
        inside = abs(v.difference) <= v.margin
        return Message("why-exact-inside" if inside else "why-exact-outside")
    inside = max(map(abs, v.interval_90)) < v.margin
    apart = v.interval_95[0] > 0 or v.interval_95[1] < 0
    if v.verdict == "inconclusive":
        return Message(_why_open(inside, apart))
    return Message("why-inside" if v.verdict == "reproduced" else "why-apart")


def _why_open(inside: bool, apart: bool) -> str:
    return "why-open-apart" if apart else "why-open-inside" if inside else "why-open"


# --- a score that nothing was compared with ---------------------------------------------------


def score_answer(document: Document, run: RunView, m: Measurement) -> Answer:
    """What was measured, where no published figure was judged."""
    names: Mapping[str, Value] = {
        "model": titled(run, m.model),
        "benchmark": titled(run, m.benchmark),
        "score": 100 * m.pass_at_1,
    }
    key = "answer-score" if m.complete else "answer-score-partial"
    counts = {} if m.complete else {"received": m.received, "asked": m.asked}
    return Answer(
        run=run.name,
        state="measured",
        scores=Message(key, {**names, **counts}),
        certainty=_score_certainty(document, run, m),
        chips=tuple(truncated(m)),
    )


def _score_certainty(document: Document, run: RunView, m: Measurement) -> Message:
    if not m.complete:
        return Message("certainty-partial")
    if m.greedy and not m.sampling_se:
        return Message("certainty-score-greedy", {"se": 100 * m.problem_se})
    own = next(
        (
            e
            for group in document.evidence
            if (group.model, group.benchmark) == (m.model, m.benchmark)
            for e in group.estimates
            if e.who == run.name and e.low is not None
        ),
        None,
    )
    if own is None:
        return Message("certainty-score-unknown")
    values: dict[str, Value] = {"low": own.low, "high": own.high, "se": 100 * m.problem_se}
    return Message("certainty-score", values)


# --- two runs -------------------------------------------------------------------------------


def comparison_answer(one: Compared) -> Answer:
    """Which of two runs is better, if either is."""
    scores: dict[str, Value] = {
        "names": names_of(one),
        "benchmark": one.variant.benchmark,
        "score": one.score,
        "reference": one.reference_score,
    }
    return Answer(
        run="",
        state=one.word,
        scores=Message("answer-compared", scores),
        word=term("comparison", one.word),
        finding=_comparison_finding(one),
        certainty=_comparison_certainty(one),
        why=_comparison_why(one),
        strip=strip_of_comparison(one),
        chips=(Chip(Message("chip-details"), (found_message(one.such), *details(one))),),
    )


def _comparison_finding(one: Compared) -> Message:
    """What the outcome says beside its word."""
    if one.word in ("better", "worse"):
        return Message("answer-apart", {"gap": abs(one.such.difference)})
    if one.word == "equivalent":
        return Message("answer-reproduced", {"margin": one.margin})
    if one.word == "inconclusive" and not (one.shown_alone or one.shown_here):
        return Message("shown-neither", {"margin": one.margin})
    return outcome_message(one)


def _comparison_certainty(one: Compared) -> Message:
    if one.word == "equivalent":
        p = one.adjusted["equivalence"]
        values: dict[str, Value] = {"level": level(p), "odds": odds(p), "margin": one.margin}
        return Message("certainty-equal", values)
    if one.word in ("better", "worse"):
        p = one.adjusted["difference"]
        return Message("certainty-apart", {"level": level(p), "odds": odds(p)})
    return Message("certainty-compared", {"detectable": one.detectable})


def _comparison_why(one: Compared) -> Message:
    low, high = one.such.interval_95
    inside = max(map(abs, one.such.interval_90)) < one.margin
    if one.word == "equivalent":
        return Message("why-inside")
    if one.word in ("better", "worse"):
        return Message("why-apart")
    return Message(_why_open(inside, low > 0 or high < 0))
