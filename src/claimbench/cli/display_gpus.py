"""What `claimbench plan` shows of GPUs, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claimbench.records.plain import JsonObject

_HEAD = (
    "  GPU           TP × replicas  weights  KV room  seqs  longest    hours  GPU-hours       USD"
)


_LAPTOP_HEAD = "  laptop               quantized  weights  KV room  together    hours"
_LAPTOP_LEGEND = (
    "Laptops run llama.cpp: engine.kind llamacpp with a GGUF file (docs/laptop.md). A quantization",
    "is a departure in every verdict. Hours are a roofline, not a measurement.",
)


def render_gpus(entries: Sequence[JsonObject], price_note: str, whole: bool = False) -> str:
    """The entries of `gpu_plan` as text: of each GPU type its cheapest, its fastest and the run's
    own choice, or the `whole` list."""
    lines: list[str] = []
    for entry in entries:
        lines += ["", f"{entry['model']} on {_where(entry)}"]
        lines += [
            f"  {e['benchmark']:<14} {e['samples']:>6} samples × {e['mean_tokens']:,} tokens "
            f"= {_tokens(e['tokens'])} ({e['source']})"
            for e in entry["expected"]
        ]
        on_gpus = {**entry, "gpus": [row for row in entry["gpus"] if "laptop" not in row]}
        on_laptops = [row for row in entry["gpus"] if "laptop" in row]
        lines += _gpu_lines(on_gpus, whole) if on_gpus["gpus"] or entry["why_not"] else []
        lines += _laptop_lines(on_laptops)
    lines += _total_lines(entries)
    rows = [row for entry in entries for row in entry["gpus"]]
    if any("laptop" not in row for row in rows):
        lines += ["", *_legend(price_note, whole)]
    if any("laptop" in row for row in rows):
        lines += ["", *_LAPTOP_LEGEND]
    return "\n".join(lines)


def _tokens(count: float) -> str:
    """`3.2 million`; fewer than a tenth of a million are counted."""
    return f"{count / 1e6:,.1f} million" if count >= 1e5 else f"{count:,.0f}"


def _where(entry: JsonObject) -> str:
    laptops = entry["gpus"] and all("laptop" in row for row in entry["gpus"])
    return "laptops" if laptops and not entry["why_not"] else "GPUs"


def _legend(price_note: str, whole: bool) -> list[str]:
    more = "" if whole else " All choices of a GPU type: --gpu NAME."
    return [
        f"TP × replicas: GPUs that share one copy of the weights × copies.{more}",
        "Set engine.tensor_parallel and engine.replicas to take a choice.",
        f"Hours are a roofline, not a measurement (docs/gpus.md). Prices: {price_note}.",
    ]


def _laptop_lines(rows: Sequence[JsonObject]) -> list[str]:
    return [_LAPTOP_HEAD, *(_laptop_line(row) for row in rows)] if rows else []


def _laptop_line(row: JsonObject) -> str:
    name = f"  {row['title']:<20} {row['dtype']:<9}  {row['weights_gib_per_gpu']:>3.0f} GiB"
    if not row["fits"]:
        return f"{name}  does not fit beside the longest request"
    return (
        f"{name}  {row['kv_room_gib_per_gpu']:>3.0f} GiB  {row['sequences_together']:>8}"
        f"  {row['hours']:>7,.1f}"
    )


def _gpu_lines(entry: JsonObject, whole: bool) -> list[str]:
    if entry["why_not"]:
        return [f"  no GPU estimate: {entry['why_not']}"]
    shown = [row for row in entry["gpus"] if whole or not row["fits"] or _mark(row)]
    return [_HEAD, *(_gpu_line(row) for row in shown), *_look_lines(entry), *_notes(entry["gpus"])]


def _look_lines(entry: JsonObject) -> list[str]:
    """What the declared looks leave of the GPU-hours, of each GPU type's cheapest choice."""
    return [
        f"  {row['title']}, cheapest, {_with_looks(*row['gpu_hours_with_looks'])}"
        for row in _cheapest(entry)
        if row["gpu_hours_with_looks"][1] < row["gpu_hours"]
    ]


def _cheapest(entry: JsonObject) -> list[JsonObject]:
    """The cheapest choice of each GPU type."""
    return [row for row in entry["gpus"] if row["fits"] and row.get("cheapest")]


def _with_looks(equal: float, apart: float) -> str:
    return (
        f"with the looks: {equal:,.1f} GPU-hours on average where scores are equal, "
        f"{apart:,.1f} where they differ by two margins"
    )


def _total_lines(entries: Sequence[JsonObject]) -> list[str]:
    """The GPU-hours of several models, of each GPU type that all of them fit on."""
    chosen = [{row["title"]: row for row in _cheapest(entry)} for entry in entries]
    titles = [title for title in chosen[0] if all(title in one for one in chosen)] if chosen else []
    lines = []
    for title in titles if len(chosen) > 1 else ():
        rows = [one[title] for one in chosen]
        total = sum(row["gpu_hours"] for row in rows)
        equal, apart = (sum(row["gpu_hours_with_looks"][i] for row in rows) for i in (0, 1))
        looks = f"; {_with_looks(equal, apart)}" if apart < total else ""
        count = len(rows)
        lines.append(
            f"All {count} models on {title}, each at its cheapest: {total:,.1f} GPU-hours{looks}"
        )
    return ["", *lines] if lines else []


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
