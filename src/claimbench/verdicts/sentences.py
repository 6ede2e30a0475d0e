"""The sentence a reader needs, and the notes beside a verdict. Scores are in points."""

from __future__ import annotations

import math
from collections.abc import Sequence

from claimbench import statistics
from claimbench.records import Measurement
from claimbench.verdicts.cases import LEVEL, Case, Trial
from claimbench.verdicts.noise import Evidence, is_greedy, problems_of, score_of


def judged(trial: Trial, word: str) -> str:
    """The sentence of a case that could be tested."""
    opening = _opening(trial.case, trial.case.value)
    if word in ("lower", "higher"):
        return f"{opening}: {_apart(trial, word)}"
    if word == "reproduced":
        return f"{opening}: {_equal(trial)}"
    return f"{opening}: {_undecided(trial)}"


def untried(case: Case, measured: float | None, word: str, reason: str) -> str:
    """The sentence of a case that could not be tested, with the reason."""
    return f"{_opening(case, measured)}: {word}, because {reason}"


def readings(trials: Sequence[Trial]) -> tuple[str, ...]:
    """What each reading of the decoding would say, where they disagree."""
    greedy = min(trials, key=lambda trial: trial.noise.variance)
    sampled = max(trials, key=lambda trial: trial.noise.variance)
    return (
        "it is unknown whether a score was decoded greedily: "
        f"{sampled.word} if it was sampled, {greedy.word} if it was greedy",
    )


def left_out(measured: Evidence) -> tuple[str, ...]:
    """What could not be graded, and so does not count."""
    if not isinstance(measured, Measurement):
        return ()
    notes = []
    failed = round(measured.grader_error_share * measured.asked)
    if failed:
        notes.append(
            f"{failed} of {measured.asked} samples could not be graded, an error of ours, and are "
            "left out of the score"
        )
    score = score_of(measured)
    if score is not None and score.left_out:
        total = score.left_out + score.problems
        notes.append(f"{score.left_out} of {total} problems have no graded sample and do not count")
    return tuple(notes)


def _opening(case: Case, measured: float | None) -> str:
    digits = max(1, case.result.decimals)
    who = f"by {case.measurer}" if case.measurer else "here"
    score = "not" if measured is None else f"{measured:.{digits}f}"
    return f"{score} measured {who} against {case.result.value:.{case.result.decimals}f}"


def _apart(trial: Trial, word: str) -> str:
    found = trial.comparison
    if found is None:
        gap = abs(trial.difference)
        return (
            f"{word} by {gap:.1f} points without sampling noise, both being greedy; more than the "
            f"margin of {_margin(trial)} points"
        )
    low, high = sorted(abs(end) for end in found.interval_95)
    if trial.case.votes is not None:
        return f"{word} by {low:.1f} to {high:.1f} points at 95 %, between two votes"
    return (
        f"{word} by {low:.1f} to {high:.1f} points at 95 %; would count as reproduced only with a "
        f"margin above {rounded_up(found.needed_margin)}"
    )


def _equal(trial: Trial) -> str:
    within = f"reproduced within {_margin(trial)} points"
    if trial.comparison is None:
        return f"{within}, without sampling noise, both being greedy"
    return f"{within}; the difference is {_range(trial.comparison.interval_90)} points at 90 %"


def _undecided(trial: Trial) -> str:
    found = trial.comparison
    if found is None:
        return "inconclusive, because how it was decoded is unknown and decides the verdict"
    margin = f"{_margin(trial)} points"
    interval = _range(found.interval_95)
    if trial.word != "inconclusive":
        return (
            "inconclusive, because how it was decoded is unknown and decides the verdict; if it "
            f"was sampled, the difference is {interval} points at 95 %"
        )
    alone = ""
    if found.p_difference <= LEVEL:
        alone = f", shown to be there alone but not among {trial.family} figures judged together"
    elif found.p_equivalence is not None and found.p_equivalence <= LEVEL:
        alone = (
            f", shown to be within {margin} alone but not among {trial.family} figures judged "
            "together"
        )
    state = alone or f", neither shown to be there nor shown to be within {margin}"
    if trial.case.votes is not None:
        state = alone or ", which is not shown to be there"
    return f"inconclusive; the difference is {interval} points at 95 %{state}; {_remedy(trial)}"


def _remedy(trial: Trial) -> str:
    """Which n would decide, or that none can. A new run is judged alone, so n is that run's. From
    bounds both are told as such: samples known problem by problem make the errors smaller."""
    bounded = _bounded(trial.case)
    dominated = (
        "no number of samples can decide by the bound on the published figure's error, which a run "
        "known problem by problem would lower"
        if bounded
        else "no number of samples can decide, because the published figure's own error dominates"
    )
    if trial.case.votes is not None:
        spread = 100 * trial.case.votes.difference_se
        return (
            f"two votes of {trial.case.k} differ by {spread:.1f} points (SE) by chance, "
            "and more samples here do not make the published vote any surer"
        )
    design = _design(trial)
    gap, delta = trial.difference / 100, trial.case.delta / 100
    level = LEVEL / trial.family
    n = None if design is None else statistics.deciding_samples(design, gap, delta, level)
    if n is None:
        return dominated
    about = "at most about" if bounded else "about"
    return f"{about} {n} samples per problem in a new run would decide, if the difference stays"


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
    return statistics.Design(problems, spread, trial.published_variance)


def _margin(trial: Trial) -> str:
    return f"{trial.case.delta:.3f}".rstrip("0").rstrip(".")


def rounded_up(margin: float) -> str:
    """To one digit, upwards: at the printed margin it would indeed count."""
    return f"{math.ceil(margin * 10 - 1e-9) / 10:.1f}"


def _range(interval: tuple[float, float]) -> str:
    low, high = (round(end, 1) + 0.0 for end in interval)  # + 0.0 turns −0.0 into 0.0
    return f"{low:.1f} to {high:.1f}"
