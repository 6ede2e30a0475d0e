"""A plan as text for the terminal: `claimbench plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from claimbench.planning.gpus import gpu_table
from claimbench.report.tables import clean

SHOWN_IDS = 12
"""Token ids of a prompt that are shown from its beginning, and from its end."""


def render(facts: Mapping[str, Any]) -> str:
    """The plan as text."""
    lines = [f"run {facts['run']}: {facts['samples']} samples"]
    if lacking := facts.get("lacking"):
        lines += [f"prompts and power are left out: {clean(lacking, 400)}"]
    else:
        lines += [line for cell in facts["cells"] for line in ["", *_cell_lines(cell)]]
    for target in facts["published"]:
        lines += ["", *_target_lines(target)]
    if "gpus" in facts:
        lines.append(render_gpus(facts["gpus"], gpu_table().price_note))
    return "\n".join(lines)


def _cell_lines(cell: Mapping[str, Any]) -> list[str]:
    prompt = cell["prompt"]
    ids = [str(i) for i in prompt["ids"]]
    shown = [*ids[:SHOWN_IDS], "…", *ids[-SHOWN_IDS:]] if len(ids) > 2 * SHOWN_IDS else ids
    return [
        f"{cell['model']} on {cell['benchmark']}: {cell['problems']} problems × "
        f"{cell['samples_per_problem']} samples",
        _prompt_words(cell["prompt_tokens"]),
        f"  at most     {cell['new_tokens_at_most']:,} new tokens, {cell['disk_mib_at_most']} MiB, "
        f"{cell['hours_on_two_cpu_cores_at_most']} hours on two CPU cores",
        f"  first prompt, {len(ids) or 'unknown'} tokens:",
        *(f"    | {clean(line, 400)}" for line in prompt["text"].splitlines()),
        *([f"    ids {' '.join(shown)}"] if shown else []),
    ]


def _prompt_words(tokens: Mapping[str, Any] | None) -> str:
    if tokens is None:
        return "  prompts     chat turns; their tokens are the server's business"
    return f"  prompts     {tokens['mean']} tokens on average, longest {tokens['longest']}"


def _target_lines(t: Mapping[str, Any]) -> list[str]:
    needed = t["samples_for_the_margin"]
    words = (
        f"{needed} samples per problem" if needed else "no number of samples: its own error rules"
    )
    return [
        f"against {t['figure']} = {t['published']}, margin {t['margin']:g} points:",
        f"  standard error at most {t['se_bound']} points; a true difference of "
        f"{t['detectable_difference']} points is found with 80 % power",
        f"  chance to show equality {100 * t['power_of_equivalence']:.0f} %, to show a difference "
        f"of the margin's size {100 * t['power_of_difference']:.0f} %; 80 % for equality needs "
        f"{words} (this figure alone, before Holm's correction over its table)",
    ]


def render_gpus(entries: Sequence[Mapping[str, Any]], price_note: str) -> str:
    """The entries of `gpu_plan` as text."""
    lines: list[str] = []
    for entry in entries:
        lines += ["", f"{entry['model']} on GPUs"]
        lines += [
            f"  {e['benchmark']:<14} {e['samples']:>6} samples × {e['mean_tokens']:,} tokens "
            f"= {e['tokens'] / 1e6:,.1f} million ({e['source']})"
            for e in entry["expected"]
        ]
        lines += _gpu_lines(entry)
    if any(entry["gpus"] for entry in entries):
        lines += [
            "",
            f"Hours are a roofline, not a measurement (docs/gpus.md). Prices: {price_note}.",
        ]
    return "\n".join(lines)


def _gpu_lines(entry: Mapping[str, Any]) -> list[str]:
    if entry["why_not"]:
        return [f"  no GPU estimate: {entry['why_not']}"]
    head = "  GPU          GPUs  weights  KV room  seqs  longest    hours  GPU-hours       USD"
    return [head, *(_gpu_line(row) for row in entry["gpus"]), *_departures(entry["gpus"])]


def _gpu_line(row: Mapping[str, Any]) -> str:
    name = f"  {row['title']:<12}"
    if not row["fits"]:
        return f"{name} does not fit on eight"
    return (
        f"{name} {row['tensor_parallel']:>4}  {row['weights_gib_per_gpu']:>3.0f} GiB"
        f"  {row['kv_room_gib_per_gpu']:>3.0f} GiB  {row['sequences_together']:>4}"
        f"  {row['sequences_of_longest']:>7}  {row['hours']:>7,.1f}  {row['gpu_hours']:>9,.1f}"
        f"  {row['usd']:>8,.0f}"
    )


def _departures(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"  {row[k]}" for row in rows for k in ("departure", "unconfirmed") if k in row]
