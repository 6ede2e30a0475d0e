"""Whether the rows of an import can be graded at all, and what to doubt of them."""

from __future__ import annotations

from collections.abc import Sequence

from claimbench.errors import ConfigError, DataError, counted
from claimbench.grading import GRADERS, make_grader
from claimbench.grading.fitness import cannot_apply
from claimbench.interop.golds import is_worked
from claimbench.interop.survey import SHOWN_IDS, Survey
from claimbench.interop.wanted import Wanted
from claimbench.messages import Message

SHOWN_CHARACTERS = 40


def own_graders() -> list[str]:
    """The graders that need nothing but golds from a file."""
    return [name for name in GRADERS if name not in ("label", "lm-eval", "code")]


def doubts(found: Survey, label_only: bool) -> list[Message]:
    """Why a score of these rows may be of something else than their answers: for the terminal and
    the report."""
    notes = []
    numbers = (
        ("import-by-id", found.ways.by_id),
        ("import-other-gold", found.ways.other_gold),
        ("import-denied", found.ways.denied),
    )
    notes += [Message(key, {"count": n, "rows": found.rows}) for key, n in numbers if n]
    if label_only:
        return notes
    silent = (("import-no-response", found.no_response), ("import-empty", found.empty))
    notes += [Message(key, {"count": n, "rows": found.rows}) for key, n in silent if n]
    if found.unended and 2 * found.unended >= found.rows:
        every = found.unended == found.rows
        key = "import-no-reasoning-end" if every else "import-few-reasoning-ends"
        counts = {} if every else {"count": found.unended, "rows": found.rows}
        notes.append(Message(key, {"tag": found.reasoning_end or "</think>", **counts}))
    return notes + found.lengths.notes()


def check_found(found: Survey, wanted: Wanted, ids: Sequence[str]) -> None:
    """Refuse rows that cannot be graded. `ids` are those of the problems that they were to have."""
    if not found.rows:
        raise DataError(_nothing_fits(found, wanted, ids))
    graded = wanted.benchmark or wanted.grader
    if graded and found.no_response and not wanted.missing_as_wrong:
        raise DataError(_no_response(found, wanted))
    if wanted.grader:
        _check_golds(found, wanted, wanted.grader)
    if not graded and not found.labels:
        raise DataError(
            f"{wanted.path.name} brings no labels: say how to grade it, with --benchmark (our "
            f"golds and grader) or --grader ({', '.join(own_graders())}; the file's golds)"
        )


def _no_response(found: Survey, wanted: Wanted) -> str:
    """How many rows have nothing to grade, and what can be done about it. They are neither left out
    nor called wrong unasked: the one raises a score, the other lowers it."""
    has = "has" if found.no_response == 1 else "have"
    labels = ", or leave out --benchmark and --grader, for the labels alone" if found.labels else ""
    return (
        f"{wanted.path.name}: {found.no_response} of {found.rows} rows {has} no response (the "
        f"first: {found.without_response}): complete the file, or add --missing-as-wrong, which "
        f"counts each as a reply without an answer{labels}"
    )


def _nothing_fits(found: Survey, wanted: Wanted, ids: Sequence[str]) -> str:
    """Why an import has no row, with ids of both sides where they have some."""
    what = f"a problem of {wanted.benchmark}" if wanted.benchmark else "a row"
    more = f"; first: {found.examples[0]}" if found.examples else ""
    if ids:
        theirs = f"their ids are {_listed(found.ids)}" if found.ids else "they name no ids"
        more += f"; {theirs}, ours {_listed(ids)}"
    return (
        f"{wanted.path.name}: none of {counted(found.unmatched, 'row')} has {what} (by its "
        "question, with white space folded, by a question like it where the gold is the same, or "
        f"by its id){more}"
    )


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(ascii(name[:SHOWN_CHARACTERS]) for name in ids[:SHOWN_IDS])
    return shown + (", …" if len(ids) > SHOWN_IDS else "")


def _check_golds(found: Survey, wanted: Wanted, grader: str) -> None:
    """Refuse golds by which a grader can judge nothing."""
    if grader == "code":
        raise ConfigError(
            f"--grader code: {wanted.path.name} brings no tests; they are those of one of our "
            "benchmarks, named with --benchmark"
        )
    if found.without_gold:
        raise DataError(
            f"{found.without_gold}: there is no gold answer to grade by; name one of our "
            "benchmarks with --benchmark, or the column of the golds in a --mapping"
        )
    if grader not in own_graders():
        return
    problems = list(found.problems.values())
    worked = sum(is_worked(problem.gold) for problem in problems)
    if grader != "choice" and 2 * worked > len(problems):
        example = ascii(problems[0].gold[:SHOWN_CHARACTERS])
        raise DataError(
            f"{wanted.path.name}: {worked} of {len(problems)} golds are whole solutions, such as "
            f"{example}: say in a --mapping what stands before the answer (gold_after), or a "
            "pattern for it (gold_pattern)"
        )
    if why := cannot_apply(make_grader(grader, {}, None), problems):
        raise DataError(
            f"{wanted.path.name}: no gold is one that --grader {grader} can judge by (problem "
            f"{ascii(why[:120])[1:-1]}): name another grader, or say in a --mapping where in the "
            "gold the answer stands (gold_after, gold_pattern)"
        )
