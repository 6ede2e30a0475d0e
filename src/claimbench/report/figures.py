"""The figures of a report: scores side by side, score by token cap, lengths of replies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from claimbench.analysis.lengths import CapCurve, Lengths
from claimbench.messages import Message, term
from claimbench.report import svg
from claimbench.report.tables import clean, heading
from claimbench.verdicts.comparisons import Compared
from claimbench.verdicts.side_by_side import Estimate, EvidenceGroup

_ROW = 22
_LABELS = 250
_WIDTH = 760
_PANEL = (440, 260)
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 22, 66

_DRAWN = 1024
"""Figures of cells whose lines are kept: a file, the page and a report over many runs show them."""

_CLASS = {"ours": "ours", "recorded": "ours", "third party": "third", "vendor": "vendor"}


# --- measured and published side by side ------------------------------------------------------


def forest(pen: svg.Pen, name: str, benchmark: str, groups: Sequence[EvidenceGroup]) -> str:
    """Every score of `benchmark` with its 95 % interval, model by model."""
    low, high = _range([e for group in groups for e in group.estimates])
    x = svg.linear(low, high, _LABELS, _WIDTH - 130)
    rows, y = list[str](), 30.0
    for group in groups:
        rows.append(svg.words(0, y + 4, group.model, "strong"))
        y += _ROW
        for estimate in group.estimates:
            rows.append(_estimate(estimate, x, y))
            y += _ROW
        y += 8
    axis = _score_axis(pen, x, svg.ticks(low, high, 6), 14, y - 8)
    rows.append(pen.words(_LABELS - 20, 14, heading("tier"), "tick middle"))
    said = "; ".join(_told(g, e) for g in groups for e in g.estimates)
    return pen.figure(
        name,
        (_WIDTH, int(y + 40)),
        Message("page-evidence-title", {"benchmark": benchmark}),
        said,
        [*axis, *rows, *_legend(pen, y + 32, {e.origin for g in groups for e in g.estimates})],
    )


def _range(estimates: Iterable[Estimate]) -> tuple[float, float]:
    """Of all intervals, a little wider, within 0 and 100."""
    ends = [v for e in estimates for v in (e.value, e.low, e.high) if v is not None]
    pad = max(1.0, 0.06 * (max(ends) - min(ends)))
    return max(0.0, min(ends) - pad), min(100.0, max(ends) + pad)


def _score_axis(
    pen: svg.Pen, x: svg.Scale, values: Sequence[float], top: float, bottom: float
) -> Iterable[str]:
    for value in values:
        yield svg.line(x(value), top, x(value), bottom, "grid")
        yield svg.words(x(value), bottom + 14, f"{value:g}", "tick middle")
    yield pen.words(x(values[-1]) + 22, bottom + 14, Message("page-score-axis"), "tick")


def _estimate(e: Estimate, x: svg.Scale, y: float) -> str:
    kind = _CLASS[e.origin]
    label = e.who if len(e.who) <= 32 else e.who[:31] + "…"
    parts = [
        svg.words(14, y + 4, label, "label"),
        svg.words(_LABELS - 20, y + 4, e.tier, "tick middle"),
    ]
    text = f"{e.value:.1f}"
    if e.low is not None and e.high is not None:
        parts.append(svg.line(x(e.low), y, x(e.high), y, f"interval {kind}"))
        text += f"  [{e.low:.1f}, {e.high:.1f}]"
    parts.append(_mark(e.origin, x(e.value), y))
    parts.append(svg.words(_WIDTH - 120, y + 4, text, "number"))
    return svg.element("g", *parts)


def _mark(origin: str, x: float, y: float) -> str:
    """Each origin has a shape of its own beside its colour."""
    kind = _CLASS[origin]
    if origin == "ours":
        return svg.element("circle", cx=x, cy=y, r=5.0, class_="mark ours")
    if origin == "recorded":
        return svg.element("circle", cx=x, cy=y, r=4.0, class_="ring ours")
    r = 5.0
    square = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
    diamond = [(x, y - 6.5), (x + 6.5, y), (x, y + 6.5), (x - 6.5, y)]
    return svg.path(diamond if kind == "vendor" else square, f"mark {kind}", closed=True)


def _told(group: EvidenceGroup, e: Estimate) -> str:
    interval = "" if e.low is None or e.high is None else f" ({e.low:.1f}–{e.high:.1f})"
    return f"{clean(group.model)}, {clean(e.who)} [{e.tier}]: {e.value:.1f}{interval}"


def _legend(pen: svg.Pen, y: float, drawn: Collection[str]) -> Iterable[str]:
    """The origins that are drawn."""
    for i, origin in enumerate(name for name in _CLASS if name in drawn):
        x = 20.0 + 150 * i
        yield _mark(origin, x, y - 4)
        yield pen.words(x + 14, y, term("origin", origin), "tick")


# --- score by token cap -----------------------------------------------------------------------


def curve(pen: svg.Pen, name: str, model: str, benchmark: str, c: CapCurve) -> str:
    """pass@1 as a function of the token cap, with its 95 % band."""
    parts = [
        _curve_drawn(c),
        *_axis_names(pen, Message("page-score-axis"), Message("page-cap-axis")),
    ]
    every = max(1, len(c.caps) // 5)
    shown = list(zip(c.caps, c.score, strict=True))[every - 1 :: every]
    points = ", ".join(f"{cap}: {100 * score:.1f}" for cap, score in shown)
    title = Message("page-curve-title", {"model": model, "benchmark": benchmark})
    return pen.figure(name, _PANEL, title, Message("page-curve-desc", {"points": points}), parts)


@lru_cache(maxsize=_DRAWN)
def _curve_drawn(c: CapCurve) -> str:
    width, height = _PANEL
    top = max(0.05, *c.high)
    x = svg.linear(0, c.caps[-1], _LEFT, width - _RIGHT)
    y = svg.linear(0, top, height - _BOTTOM, _TOP)
    upper = [(x(cap), y(v)) for cap, v in zip(c.caps, c.high, strict=True)]
    lower = [(x(cap), y(v)) for cap, v in zip(c.caps, c.low, strict=True)]
    middle = [(x(0), y(0)), *((x(cap), y(v)) for cap, v in zip(c.caps, c.score, strict=True))]
    return "".join(
        [
            *_frame(x, y, (0, c.caps[-1]), (0, top), 100),
            svg.path([*upper, *reversed(lower)], "band", closed=True),
            svg.path(middle, "curve"),
        ]
    )


def _frame(
    x: svg.Scale,
    y: svg.Scale,
    across: tuple[float, float],
    up: tuple[float, float],
    unit: float = 1,
) -> Iterable[str]:
    """Grid lines with their values; `unit` turns the vertical values into what is printed."""
    left, right = x(across[0]), x(across[1])
    for value in svg.ticks(up[0] * unit, up[1] * unit, 4):
        at = y(value / unit)
        yield svg.line(left, at, right, at, "grid")
        yield svg.words(left - 6, at + 4, svg.short(value), "tick end")
    for value in svg.ticks(*across, 5):
        yield svg.words(x(value), y(up[0]) + 16, svg.short(value), "tick middle")
    yield svg.line(left, y(up[0]), right, y(up[0]), "axis")


def _axis_names(pen: svg.Pen, up: Message, across: Message) -> Iterable[str]:
    width, height = _PANEL
    yield pen.words(0, 11, up, "tick")
    yield pen.words((_LEFT + width - _RIGHT) / 2, height - _BOTTOM + 34, across, "tick middle")


# --- two runs, problem by problem -----------------------------------------------------------


def paired(pen: svg.Pen, name: str, one: Compared) -> str:
    """The change of every problem in points, the largest loss first, and the mean change with its
    95 % interval on such problems."""
    width, height = _PANEL
    gains = [100 * change.gain for change in one.changes]
    same = [0.0] * (one.common - len(gains))
    ordered = sorted([*gains, *same])
    x = svg.linear(0, max(1, one.common - 1), _LEFT, width - _RIGHT)
    y = svg.linear(-100, 100, height - _BOTTOM, _TOP)
    low, high = (max(-100.0, min(100.0, end)) for end in one.such.interval_95)
    corners = [(x(0), y(low)), (x(one.common - 1), y(low))]
    corners += [(x(one.common - 1), y(high)), (x(0), y(high))]
    mean = y(one.such.difference)
    parts = [
        *_change_grid(y),
        svg.path(corners, "band", closed=True),
        svg.path([(x(0), mean), (x(one.common - 1), mean)], "curve"),
        *(svg.element("circle", cx=x(i), cy=y(v), r=2.5, class_=f"mark {_side(v)}")
          for i, v in enumerate(ordered)),
        *_axis_names(pen, Message("page-change-axis"), Message("page-problems-axis")),
    ]  # fmt: skip
    title = Message("page-paired-title", {"names": one.variant.run, "reference": one.reference.run})
    described = {"better": one.better, "worse": one.worse, "same": len(same)}
    return pen.figure(name, _PANEL, title, Message("page-paired-desc", described), parts)


def _change_grid(y: svg.Scale) -> Iterable[str]:
    for value in (-100, -50, 0, 50, 100):
        class_ = "axis" if value == 0 else "grid"
        yield svg.line(_LEFT, y(value), _PANEL[0] - _RIGHT, y(value), class_)
        yield svg.words(_LEFT - 6, y(value) + 4, str(value).replace("-", "−"), "tick end")


def _side(gain: float) -> str:
    return "ours" if gain > 0 else "vendor" if gain < 0 else "third"


# --- lengths ----------------------------------------------------------------------------------

KINDS = ("right", "wrong", "cut", "ungraded")


def histogram(pen: svg.Pen, name: str, model: str, benchmark: str, found: Lengths) -> str:
    """Replies by number of tokens, stacked by what became of them."""
    title = Message("page-lengths-title", {"model": model, "benchmark": benchmark})
    counts = {kind: sum(getattr(found, kind)) for kind in KINDS}
    parts = [
        _histogram_drawn(found),
        *_axis_names(pen, Message("page-replies-axis"), Message("page-tokens-axis")),
        *_kinds(pen, counts, _PANEL[1]),
    ]
    return pen.figure(name, _PANEL, title, Message("page-lengths-desc", counts), parts)


@lru_cache(maxsize=_DRAWN)
def _histogram_drawn(found: Lengths) -> str:
    width, height = _PANEL
    series = [getattr(found, kind) for kind in KINDS]
    most = max(1, *map(sum, zip(*series, strict=True)))
    x = svg.linear(0, found.edges[-1], _LEFT, width - _RIGHT)
    y = svg.linear(0, most, height - _BOTTOM, _TOP)
    frame = _frame(x, y, (0, found.edges[-1]), (0, most))
    return "".join([*frame, *_bars(found, series, x, y)])


def _bars(
    found: Lengths, series: Sequence[Sequence[int]], x: svg.Scale, y: svg.Scale
) -> Iterable[str]:
    for i, (left, right) in enumerate(zip(found.edges, found.edges[1:], strict=False)):
        below = 0
        for kind, values in zip(KINDS, series, strict=True):
            if values[i]:
                top, bottom = y(below + values[i]), y(below)
                yield svg.element(
                    "rect", x=x(left) + 0.5, y=top, width=x(right) - x(left) - 1,
                    height=max(bottom - top, 0.5), class_=f"bar {kind}",
                )  # fmt: skip
                below += values[i]


def _kinds(pen: svg.Pen, counts: Mapping[str, int], height: int) -> Iterable[str]:
    """The legend, of the kinds that occur."""
    x = float(_LEFT)
    for kind in KINDS:
        if counts[kind]:
            box = {"x": x, "y": height - 15.0, "width": 9.0, "height": 9.0}
            yield svg.element("rect", **box, class_=f"bar {kind}")
            yield pen.words(x + 13, height - 7, term("replies", kind), "tick")
            x += 108 if kind == "cut" else 78
