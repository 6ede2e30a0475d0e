"""What a reader needs of a verdict, and the notes beside it, as messages. Scores are in points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claimbench import statistics
from claimbench.messages import Message, Value, term
from claimbench.records import Laboratories, Measurement, Verdict
from claimbench.verdicts import looks
from claimbench.verdicts.cases import LEVEL, Case, Trial
from claimbench.verdicts.noise import Evidence, is_greedy, problems_of, score_of

NOT_STATED = "note-decoding-not-stated"
"""The note that the replies' own decoding decides the verdict, and is not known."""


def judged(trial: Trial, word: str, labs: Laboratories | None = None) -> Message:
    """The message of a case that could be tested; a difference with how it stands among `labs`."""
    if word in ("lower", "higher"):
        found = _apart(trial, word)
    elif word == "reproduced":
        found = _equal(trial)
    else:
        found = _undecided(trial)
    values: dict[str, Value] = {"scores": _scores(trial.case), "finding": found}
    made = Message("verdict-judged", values)
    if labs is not None and word in ("lower", "higher"):
        key = "among-laboratories-unusual" if labs.unusual else "among-laboratories-usual"
        usual = Message(key)
        made = Message("verdict-among-laboratories", {**values, "laboratories": usual})
    seen = looks.in_sentence(trial.case, word)
    return made if seen is None else Message("verdict-with-looks", {"verdict": made, "looks": seen})


def untried(case: Case, word: str, reason: Message) -> Message:
    """The message of a case that could not be tested, with the reason."""
    values: Mapping[str, Value] = {
        "scores": _scores(case),
        "verdict": term("verdict", word),
        "reason": reason,
    }
    return Message("verdict-untried", values)


def readings(trials: Sequence[Trial]) -> tuple[Message, ...]:
    """What each reading of the decoding would say, where they disagree: the first takes what is
    unknown for sampled, the last for greedy. Of measured replies it can be stated."""
    sampled, greedy = trials[0], trials[-1]
    values: Mapping[str, Value] = {
        "sampled": term("verdict", sampled.word),
        "greedy": term("verdict", greedy.word),
    }
    measured = sampled.case.measured
    ours = isinstance(measured, Measurement) and measured.greedy is None
    return (Message(NOT_STATED if ours else "note-decoding-unknown", values),)


def hangs_on_ours(verdict: Verdict) -> bool:
    """Whether the verdict hangs on how the measured replies were decoded, which nothing states."""
    return any(note.key == NOT_STATED for note in verdict.notes)


def copies(measured: Evidence) -> tuple[Message, ...]:
    """That samples are copies of others, and what the verdict rests on then."""
    if not isinstance(measured, Measurement) or not (measured.draws and measured.draws.effective):
        return ()
    draws = measured.draws
    values: dict[str, Value] = {"distinct": draws.distinct, "samples": sum(measured.counted)}
    if draws.times > 1:
        return (Message("note-every-draw-repeated", {**values, "times": draws.times}),)
    return (Message("note-copies", values),)


def two_quantities(trial: Trial) -> tuple[Message, ...]:
    """That a greedy score beside a sampled one is another quantity."""
    if trial.comparison is None or not trial.greedy:
        return ()
    return (Message("note-greedy-and-sampled"),)


def left_out(measured: Evidence) -> tuple[Message, ...]:
    """What could not be graded, and so does not count."""
    if not isinstance(measured, Measurement):
        return ()
    notes = []
    failed = round(measured.grader_error_share * measured.asked)
    if failed:
        notes.append(Message("note-not-graded", {"failed": failed, "samples": measured.asked}))
    score = score_of(measured)
    if score is not None and score.left_out:
        total = score.left_out + score.problems
        notes.append(Message("note-problems-left-out", {"left": score.left_out, "total": total}))
    return tuple(notes)


def _scores(case: Case) -> Message:
    """Both scores; of a vote that was not taken only the published one."""
    digits = max(1, case.result.decimals)
    published: dict[str, Value] = {
        "published": case.result.value,
        "published_digits": case.result.decimals,
    }
    if case.unmeasured:
        return Message("scores-not-measured", published)
    values = {**published, "measured": case.value, "digits": digits}
    if case.measurer:
        return Message("scores-measured-by", {**values, "measurer": case.measurer})
    return Message("scores-measured", values)


def _apart(trial: Trial, word: str) -> Message:
    found, verdict = trial.comparison, term("verdict", word)
    if found is None:
        gap, margin = abs(trial.difference), trial.case.delta
        return Message("apart-greedy", {"verdict": verdict, "gap": gap, "margin": margin})
    low, high = sorted(abs(end) for end in found.interval_95)
    ends: Mapping[str, Value] = {"verdict": verdict, "low": low, "high": high}
    if trial.case.votes is not None:
        return Message("apart-votes", ends)
    return Message("apart", {**ends, "needed": found.needed_margin})


def _equal(trial: Trial) -> Message:
    margin = trial.case.delta
    if trial.comparison is None:
        return Message("equal-greedy", {"margin": margin})
    low, high = trial.comparison.interval_90
    return Message("equal", {"margin": margin, "low": low, "high": high})


def _undecided(trial: Trial) -> Message:
    found = trial.comparison
    if found is None:
        return Message("undecided-decoding")
    low, high = found.interval_95
    if trial.word != "inconclusive":
        return Message("undecided-if-sampled", {"low": low, "high": high})
    values: Mapping[str, Value] = {
        "low": low,
        "high": high,
        "state": _state(trial, found),
        "remedy": _remedy(trial),
    }
    return Message("undecided", values)


def _state(trial: Trial, found: statistics.Comparison) -> Message:
    """What a figure alone would show, where it is not simply neither."""
    margin, family = trial.case.delta, trial.family
    if not _shown_after_looks(trial) and found.p_difference <= LEVEL:
        return Message("shown-apart-at-one-look")
    if found.p_difference <= LEVEL:
        return Message("shown-apart-alone", {"family": family})
    if trial.case.votes is not None:
        return Message("shown-no-difference")
    equal = looks.p_values(trial)[1]
    if found.p_equivalence is not None and found.p_equivalence <= LEVEL:
        if equal is None or equal > LEVEL:
            return Message("shown-equal-at-one-look", {"margin": margin})
        return Message("shown-equal-alone", {"margin": margin, "family": family})
    return Message("shown-neither", {"margin": margin})


def _shown_after_looks(trial: Trial) -> bool:
    """Whether the difference is shown for this figure alone, its looks considered."""
    p_value = looks.p_values(trial)[0]
    return p_value is not None and p_value <= LEVEL


def _remedy(trial: Trial) -> Message:
    """Which n would decide, or that none can. A new run is judged alone, so n is that run's. From
    bounds both are said as such: samples known problem by problem make the errors smaller."""
    bounded = _bounded(trial.case)
    if trial.case.votes is not None:
        spread = 100 * trial.case.votes.difference_se
        return Message("remedy-votes", {"k": trial.case.k, "spread": spread})
    n = samples_to_decide(trial)
    if n is None and is_greedy(trial.case.measured):
        return Message("remedy-none-greedy")
    if n is None:
        return Message("remedy-none-by-bound" if bounded else "remedy-none")
    return Message("remedy-samples-at-most" if bounded else "remedy-samples", {"n": n})


def samples_to_decide(trial: Trial) -> int | None:
    """The n with which a new run decides with a probability of 80 %, whatever the other figures of
    the family do; None where no n does, or where more samples change nothing."""
    design = _design(trial)
    if design is None:
        return None
    gap, delta = trial.difference / 100, trial.case.delta / 100
    return statistics.deciding_samples(design, gap, delta, LEVEL / trial.family)


def _bounded(case: Case) -> bool:
    """Whether the published figure's error is the bound only because the measured side is not known
    problem by problem."""
    if case.result.sd is not None or is_greedy(case.result) or is_greedy(case.measured):
        return False
    score = score_of(case.measured)
    return score is None or score.unit_variance is None


def _design(trial: Trial) -> statistics.Design | None:
    """A new run of ours against the same published figure; None where more samples change nothing
    (greedy decoding), or not simply (a vote), or where N is unknown."""
    case = trial.case
    problems = problems_of(case.result, case.measured)
    if case.votes is not None or problems is None or is_greedy(case.measured):
        return None
    score = score_of(case.measured)
    value = case.value / 100
    spread = value * (1 - value)
    if score is not None and score.unit_variance is not None:
        spread = score.unit_variance * problems
    return statistics.Design(problems, spread, trial.published_variance, value)
