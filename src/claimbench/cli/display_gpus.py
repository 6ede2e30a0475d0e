"""What `claimbench plan` shows of GPUs, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = (
    "  GPU           TP × replicas  weights  KV room  seqs  longest    hours  GPU-hours       USD"
)


def render_gpus(entries: Sequence[Mapping[str, Any]], price_note: str, whole: bool = False) -> str:
    """The entries of `gpu_plan` as text: of each GPU type its cheapest, its fastest and the run's
    own choice, or the `whole` list."""
    lines: list[str] = []
    for entry in entries:
        lines += ["", f"{entry['model']} on GPUs"]
        lines += [
            f"  {e['benchmark']:<14} {e['samples']:>6} samples × {e['mean_tokens']:,} tokens "
            f"= {e['tokens'] / 1e6:,.1f} million ({e['source']})"
            for e in entry["expected"]
        ]
        lines += _gpu_lines(entry, whole)
    if any(entry["gpus"] for entry in entries):
        lines += ["", *_legend(price_note, whole)]
    return "\n".join(lines)


def _legend(price_note: str, whole: bool) -> list[str]:
    more = "" if whole else " All choices of a GPU type: --gpu NAME."
    return [
        f"TP × replicas: GPUs that share one copy of the weights × copies.{more}",
        "Set engine.tensor_parallel to take a choice; replicas run on Ray (engine.replicas).",
        f"Hours are a roofline, not a measurement (docs/gpus.md). Prices: {price_note}.",
    ]


def _gpu_lines(entry: Mapping[str, Any], whole: bool) -> list[str]:
    if entry["why_not"]:
        return [f"  no GPU estimate: {entry['why_not']}"]
    shown = [row for row in entry["gpus"] if whole or not row["fits"] or _mark(row)]
    return [_HEAD, *(_gpu_line(row) for row in shown), *_notes(entry["gpus"])]


def _gpu_line(row: Mapping[str, object]) -> str:
    name = f"  {row['title']:<12}"
    if not row["fits"]:
        if "tensor_parallel" in row:
            return f"{name}  {_spread(row)}  does not fit  (this run)"
        return f"{name}  does not fit on the GPUs of one node"
    return (
        f"{name}  {_spread(row)}  {row['weights_gib_per_gpu']:>3.0f} GiB"
        f"  {row['kv_room_gib_per_gpu']:>3.0f} GiB  {row['sequences_together']:>4}"
        f"  {row['sequences_of_longest']:>7}  {row['hours']:>7,.1f}  {row['gpu_hours']:>9,.1f}"
        f"  {row['usd']:>8,.0f}  {_mark(row)}"
    ).rstrip()


def _spread(row: Mapping[str, object]) -> str:
    return f"{row['tensor_parallel']:>6} × {row['replicas']:<4}"


def _mark(row: Mapping[str, object]) -> str:
    marks = {"cheapest": "cheapest", "fastest": "fastest", "own": "this run"}
    return ", ".join(word for key, word in marks.items() if row[key])


def _notes(rows: Sequence[Mapping[str, object]]) -> list[str]:
    notes = [row[key] for row in rows for key in ("departure", "unconfirmed") if key in row]
    return [f"  {note}" for note in dict.fromkeys(notes)]
