"""The picture of a decision: a difference with its intervals on one line with zero, the margin and
other laboratories, drawn and in letters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claimbench.messages import Message, Value, term
from claimbench.records import Verdict
from claimbench.report import svg
from claimbench.verdicts.side_by_side import EvidenceGroup

Interval = tuple[float, float]

_WIDTH, _LEFT, _RIGHT = 360, 12.0, 348.0
_OURS, _THEIRS, _AXIS = 26.0, 52.0, 22.0
_LETTERS = 49
"""Characters of a strip in letters."""
NOT_WIDER = 8.0
"""An interval is drawn up to so many times what matters; beyond that it has no end."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A difference in points. `margin` is ±δ; `interval_90` and `interval_95` are None where no
    chance plays a part; `others` are what other laboratories found, as differences from the same
    published score, and `usual` the difference that 95 % of laboratories stay below."""

    difference: float
    margin: float | None
    interval_90: Interval | None
    interval_95: Interval | None
    others: tuple[float, ...] = ()
    usual: float | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is drawn, in the order of the legend."""
        drawn = {
            "zero": True,
            "margin": self.margin is not None,
            "found": True,
            "interval-90": self.interval_90 is not None,
            "interval-95": self.interval_95 is not None,
            "others": bool(self.others),
            "usual": self.usual is not None,
        }
        return tuple(kind for kind, there in drawn.items() if there)

    @property
    def ends(self) -> Interval:
        """What the line spans: everything that is drawn, as far as it matters, and a little more;
        zero is always on it."""
        core = [0.0, self.difference, *(self.interval_90 or ())]
        core += [end for m in (self.margin,) if m is not None for end in (-m, m)]
        span = max(max(core) - min(core), 1.0)
        rest = [*(self.interval_95 or ()), *self.others]
        rest += [end for u in (self.usual,) if u is not None for end in (-u, u)]
        far = (min(core) - NOT_WIDER * span, max(core) + NOT_WIDER * span)
        every = [*core, *(min(max(value, far[0]), far[1]) for value in rest)]
        pad = 0.06 * (max(every) - min(every))
        return min(every) - pad, max(every) + pad


KINDS = ("zero", "margin", "found", "interval-90", "interval-95", "others", "usual")


def strip_of(v: Verdict, evidence: Iterable[EvidenceGroup] = ()) -> Strip | None:
    """The strip of a verdict; None where there is no difference. `evidence` has what others found
    on the same model and benchmark."""
    if v.difference is None or v.published is None or v.margin is None:
        return None
    table = v.claim.partition(":")[0]
    others = tuple(
        e.value - v.published
        for group in evidence
        if (group.model, group.benchmark, v.metric) == (v.subject, v.benchmark, "pass@1")
        for e in group.estimates
        if e.origin == "third party" and e.tier == "C" and e.who.partition(" ")[0] != table
    )
    usual = None if v.laboratories is None else v.laboratories.half_width
    # Between two votes equality is out of reach, and so no margin decides.
    margin = v.margin if v.p_equivalence is not None or v.interval_95 is None else None
    return Strip(v.difference, margin, v.interval_90, v.interval_95, others, usual)


# --- drawn ------------------------------------------------------------------------------------


def draw(pen: svg.Pen, name: str, strip: Strip) -> str:
    """The strip as a figure of 360 units, which a phone shows whole."""
    low, high = strip.ends
    x = svg.linear(low, high, _LEFT, _RIGHT)
    bottom = (_THEIRS if _second_line(strip) else _OURS) + 16
    parts = [
        *_ground(strip, x, bottom),
        *_theirs(strip, x),
        *_ours(strip, x),
        *_values(strip, x, bottom),
    ]
    title = Message("strip-title", {"difference": strip.difference})
    return pen.figure(name, (_WIDTH, int(bottom + _AXIS)), title, described(strip), parts)


def _second_line(strip: Strip) -> bool:
    return bool(strip.others) or strip.usual is not None


def _ground(strip: Strip, x: svg.Scale, bottom: float) -> Iterable[str]:
    """The margin as a band, and zero."""
    if strip.margin is not None:
        left, right = x(-strip.margin), x(strip.margin)
        yield svg.element(
            "rect", x=left, y=6.0, width=right - left, height=bottom - 6, class_="margin"
        )
        for end in (left, right):
            yield svg.line(end, 6, end, bottom, "margin-edge")
    yield svg.line(x(0), 2, x(0), bottom + 4, "zero")
    yield svg.line(_LEFT, bottom, _RIGHT, bottom, "axis")


def _ours(strip: Strip, x: svg.Scale) -> Iterable[str]:
    for kind, interval in (("wide", strip.interval_95), ("narrow", strip.interval_90)):
        if interval is not None:
            left, right = (min(max(x(end), _LEFT), _RIGHT) for end in interval)
            yield svg.line(left, _OURS, right, _OURS, f"interval ours {kind}")
    yield svg.element("circle", cx=x(strip.difference), cy=_OURS, r=5.5, class_="mark ours")


def _theirs(strip: Strip, x: svg.Scale) -> Iterable[str]:
    if strip.usual is not None:
        left, right = (min(max(x(end), _LEFT), _RIGHT) for end in (-strip.usual, strip.usual))
        yield svg.line(left, _THEIRS, right, _THEIRS, "interval third usual")
    r = 4.0
    for value in strip.others:
        at = x(value)
        corners = [(at - r, _THEIRS - r), (at + r, _THEIRS - r)]
        corners += [(at + r, _THEIRS + r), (at - r, _THEIRS + r)]
        yield svg.path(corners, "mark third", closed=True)


def _values(strip: Strip, x: svg.Scale, bottom: float) -> Iterable[str]:
    """Zero and the ends of the margin, and round values where they leave room."""
    taken = [0.0, *(end for m in (strip.margin,) if m is not None for end in (-m, m))]
    if x(max(taken)) - x(0) < 24 and len(taken) > 1:  # Too close to print all three.
        taken = [taken[0]]
    low, high = strip.ends
    for value in svg.ticks(low, high, 6):
        if all(abs(x(value) - x(other)) > 30 for other in taken):
            taken.append(value)
    for value in taken:
        at = min(max(x(value), _LEFT + 10), _RIGHT - 10)
        yield svg.words(at, bottom + 16, signed_short(value), "tick middle")


def signed_short(value: float) -> str:
    """`+6`, `−2.5`, `0`: as few digits as there are."""
    return "0" if abs(value) < 1e-9 else f"{value:+.3g}".replace("-", "−")


def described(strip: Strip) -> Message:
    """What is drawn, for those who do not see it: one sentence for each thing."""
    parts = [Message("strip-said-found", {"difference": strip.difference})]
    if strip.margin is not None:
        parts.append(Message("strip-said-margin", {"margin": strip.margin}))
    for level, interval in ((90, strip.interval_90), (95, strip.interval_95)):
        if interval is not None:
            ends: dict[str, Value] = {"low": interval[0], "high": interval[1]}
            parts.append(Message("strip-said-interval", {"level": level, **ends}))
    if strip.others:
        parts.append(
            Message("strip-said-others", {"values": tuple(map(signed_short, strip.others))})
        )
    if strip.usual is not None:
        parts.append(Message("strip-said-usual", {"half": strip.usual}))
    return Message("strip-said", {"parts": tuple(parts)})


WORDS = {"margin": "margin", "interval-90": "interval", "interval-95": "interval"}
"""The words of the glossary that a legend has."""


def legend(strip: Strip) -> list[tuple[str, Message]]:
    """The kinds that are drawn, with their words."""
    return [(kind, term("strip", kind)) for kind in strip.kinds]


# --- in letters -------------------------------------------------------------------------------

LETTERS = {"margin": "[ ]", "found": "●", "interval-90": "━", "interval-95": "─", "zero": "│",
           "others": "◆", "usual": "‹ ›"}  # fmt: skip
"""What stands for what is drawn."""


def in_letters(strip: Strip, width: int = 80) -> str:
    """The strip in one line: `−8.4  ··[··──━━●━━│···]··  +8.4`, no longer than `width` letters."""
    low, high = strip.ends
    ends = signed_short(round(low, 1)), signed_short(round(high, 1))
    letters = max(1, min(_LETTERS, width - sum(map(len, ends)) - 4))
    cells = ["·"] * letters

    def at(value: float) -> int:
        place = round((value - low) / (high - low) * (letters - 1))
        return min(max(place, 0), letters - 1)

    for letter, interval in (("─", strip.interval_95), ("━", strip.interval_90)):
        if interval is not None:
            first, last = at(interval[0]), at(interval[1])
            cells[first : last + 1] = letter * (last + 1 - first)
    for letter, value in _points(strip):
        cells[at(value)] = letter
    return f"{ends[0]}  {''.join(cells)}  {ends[1]}"


def _points(strip: Strip) -> Sequence[tuple[str, float]]:
    """Single letters, the most important last: it stays where two share a place."""
    marks = [("│", 0.0)]
    if strip.usual is not None:
        marks += [("‹", -strip.usual), ("›", strip.usual)]
    if strip.margin is not None:
        marks += [("[", -strip.margin), ("]", strip.margin)]
    marks += [("◆", value) for value in strip.others]
    return [*marks, ("●", strip.difference)]


def odds(p: float) -> int:
    """The N of "in fewer than one of N runs", rounded down to one digit, at most 10,000."""
    if p <= 0.0001:
        return 10_000
    whole = max(1, math.floor(1 / p + 1e-9))
    power = int(10 ** (len(str(whole)) - 1))
    return whole // power * power
