"""A plan as text for the terminal: `claimbench plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claimbench.cli.display_gpus import render_gpus
from claimbench.errors import counted
from claimbench.planning.gpu_table import gpu_table
from claimbench.records.plain import JsonObject
from claimbench.report.tables import clean

SHOWN_IDS = 12
"""Token ids of a prompt that are shown from its beginning, and from its end."""


def render(facts: JsonObject, all_choices: bool = False) -> str:
    """The plan as text; `all_choices` of spreading it over GPUs, or the best of each GPU type."""
    lines = [f"run {facts['run']}: {_samples(facts['samples'])}"]
    if lacking := facts.get("lacking"):
        lines += [f"prompts are left out: {clean(lacking, 400)}"]
    lines += [line for c in facts["cells"] if "prompt" in c for line in ["", *_cell_lines(c)]]
    if unread := [c for c in facts["cells"] if "prompt" not in c]:
        lines += [
            "",
            *(f"{c['model']} on {c['benchmark']}: {_samples(c['samples'])}" for c in unread),
        ]
    for target in facts["published"]:
        lines += ["", *_target_lines(target)]
    if weak := facts.get("refused"):
        lines += ["", f"`claimbench run` refuses this: {weak}"]
    if "gpus" in facts:
        lines.append(render_gpus(facts["gpus"], gpu_table().price_note, all_choices))
    return "\n".join(lines)


def _samples(number: int | None) -> str:
    return "an unknown number of samples" if number is None else counted(number, "sample")


def _cell_lines(cell: JsonObject) -> list[str]:
    prompt = cell["prompt"]
    ids = [str(i) for i in prompt["ids"]]
    shown = [*ids[:SHOWN_IDS], "…", *ids[-SHOWN_IDS:]] if len(ids) > 2 * SHOWN_IDS else ids
    hours = cell["hours_on_two_cpu_cores_at_most"]
    return [
        f"{cell['model']} on {cell['benchmark']}: {counted(cell['problems'], 'problem')} × "
        f"{counted(cell['samples_per_problem'], 'sample')}",
        *_look_lines(cell),
        _prompt_words(cell["prompt_tokens"]),
        f"  at most     {cell['new_tokens_at_most']:,} new tokens, {cell['disk_mib_at_most']} MiB"
        + ("" if hours is None else f", {hours} hours on two CPU cores"),
        f"  first prompt, {len(ids) or 'unknown'} tokens:",
        *(f"    | {clean(line, 400)}" for line in prompt["text"].splitlines()),
        *([f"    ids {' '.join(shown)}"] if shown else []),
    ]


def _look_lines(cell: JsonObject) -> list[str]:
    if not cell["looks"]:
        return []
    looks = ", ".join(map(str, cell["looks"]))
    return [f"  looks       at {looks} and {cell['samples_per_problem']} samples per problem"]


def _prompt_words(tokens: Mapping[str, object] | None) -> str:
    if tokens is None:
        return "  prompts     chat turns; their tokens are the server's business"
    return f"  prompts     {tokens['mean']} tokens on average, longest {tokens['longest']}"


def _target_lines(t: JsonObject) -> list[str]:
    theirs = t["published_samples"]
    return [
        f"against {t['figure']} = {t['published']}, margin {t['margin']:g} points:",
        f"  standard error at most {t['se_bound']} points; a true difference of "
        f"{t['detectable_difference']} points is found with 80% power",
        f"  chance to show equality {100 * t['power_of_equivalence']:.0f}%, to show a difference "
        f"of the margin's size {100 * t['power_of_difference']:.0f}%, both at least",
        f"  80% for equality {_needed(t)}; the published score has {theirs or 'an unknown number'}",
        *_target_look_lines(t),
    ]


def _target_look_lines(t: JsonObject) -> list[str]:
    if "looks" not in t:
        return []
    looks, (equal, apart) = ", ".join(map(str, t["looks"])), t["samples_with_looks"]
    return [
        f"  looks at {looks} of {t['samples_per_problem']} samples leave {equal:g} on average "
        f"where scores are equal, {apart:g} where they differ by two margins"
    ]


def _needed(t: JsonObject) -> str:
    """`needs 14 to 22 samples per problem (in the worst case 40)`."""
    alone = t["samples_for_power"]
    if alone[0] is None:
        return "is out of reach with any number of samples per problem"
    family = _samples_told(t["samples_for_power_in_family"])
    among = f"among {t['family']} figures judged together: {family}; " if t["family"] > 1 else ""
    worst = _samples_told([t["samples_for_the_margin"]])
    return f"needs {_samples_told(alone)} samples per problem ({among}in the worst case {worst})"


def _samples_told(needed: Sequence[int | None]) -> str:
    """`14 to 22`; `at least 158` where for the larger spread the published figure's own error
    dominates, `out of reach` where it does for all."""
    least, most = needed[0], needed[-1]
    if least is None:
        return "out of reach"
    if most is None:
        return f"at least {least}"
    return str(least) if least == most else f"{least} to {most}"
