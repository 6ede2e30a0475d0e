"""The answer first: one sentence for each verdict, how sure it is, what could change it, and the
picture of the decision. Figures arrive ready; here they become messages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

from claimbench.messages import Message, Value, term
from claimbench.records import Measurement, Verdict
from claimbench.report.answer import CARDS, Answer, level, why_open
from claimbench.report.caveats import basis_of, chips_of, table_of, truncated
from claimbench.report.comparisons import comparison_answer
from claimbench.report.document import Document, RunView
from claimbench.report.strips import odds, strip_of
from claimbench.report.tables import figure_of
from claimbench.verdicts.sentences import hangs_on_ours


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
    model, benchmark = run.titled(v.subject), _figure(run, v)
    names: dict[str, Value] = {"model": model, "benchmark": benchmark, "by": table_of(v)}
    if v.measured is None:
        return Message("answer-unmeasured", {**names, "published": v.published})
    values = {"measured": v.measured, "published": v.published}
    key = "answer-scores-partly" if v.tier == "B" else "answer-scores"
    return Message(key, {**names, **values})


def _figure(run: RunView, v: Verdict) -> str:
    return figure_of(v).replace(v.benchmark, run.titled(v.benchmark), 1)


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
    return _open_finding(v)


def _open_finding(v: Verdict) -> Value:
    if hangs_on_ours(v):
        return Message("answer-open-decoding-ours")
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


def _remedy(v: Verdict) -> Message:
    """What it would take to decide."""
    if hangs_on_ours(v):
        return Message("certainty-decoding-ours")
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
        return Message(why_open(inside, apart))
    return Message("why-inside" if v.verdict == "reproduced" else "why-apart")


# --- a score that nothing was compared with ---------------------------------------------------


def score_answer(document: Document, run: RunView, m: Measurement) -> Answer:
    """What was measured, where no published figure was judged."""
    names: Mapping[str, Value] = {
        "model": run.titled(m.model),
        "benchmark": run.titled(m.benchmark),
        "score": 100 * m.pass_at_1,
    }
    key = "answer-score" if m.complete else "answer-score-partial"
    if m.complete and math.isnan(m.pass_at_1):
        key = "answer-score-none"
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
        return _with_problem_error(_GREEDY, {}, m)
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
    return _with_problem_error(_SAMPLED, {"low": own.low, "high": own.high}, m)


_SAMPLED = ("certainty-score", "certainty-score-alike", "certainty-score-single")
_GREEDY = (
    "certainty-score-greedy",
    "certainty-score-greedy-alike",
    "certainty-score-greedy-single",
)


def _with_problem_error(
    keys: tuple[str, str, str], values: Mapping[str, Value], m: Measurement
) -> Message:
    """A sentence on a score with how far other problems would move it, where that is known: not by
    problems that all came out alike, and not by one problem."""
    known, alike, single = keys
    if math.isnan(m.problem_se):
        return Message(single, values)
    if not m.problem_se:
        return Message(alike, values)
    return Message(known, {**values, "se": 100 * m.problem_se})
