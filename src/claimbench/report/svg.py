"""Small SVG figures with text: elements, scales and axes. Colours come from CSS classes, so that a
figure follows the theme of the page it stands in; a file of its own carries the same rules."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape

from claimbench.messages import Value
from claimbench.report.page_words import PageWords
from claimbench.report.tables import clean

Scale = Callable[[float], float]


def element(tag: str, *content: str, **attributes: str | float | None) -> str:
    """`<tag …>content</tag>`; content is markup already, attributes are escaped here. `class_` and
    `aria_label` become `class` and `aria-label`; None leaves an attribute out."""
    shown = "".join([f' {_name(k)}="{_plain(v)}"' for k, v in attributes.items() if v is not None])
    return f"<{tag}{shown}>{''.join(content)}</{tag}>" if content else f"<{tag}{shown}/>"


@cache
def _name(argument: str) -> str:
    return argument.rstrip("_").replace("_", "-")


def _plain(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    # Most are names of classes, and this is much quicker.
    return escape(text) if _MARKED.search(text := str(value)) else text


_MARKED = re.compile("[&<>\"']")


def words(x: float, y: float, text: str, class_: str) -> str:
    """A line of text that is the same in every language."""
    return element("text", escape(clean(text)), x=float(x), y=float(y), class_=class_)


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes the words of a figure in the languages of its page."""

    page: PageWords

    def words(self, x: float, y: float, value: Value, class_: str) -> str:
        """A line of text."""
        return self._said("text", value, x=float(x), y=float(y), class_=class_)

    def _said(self, tag: str, value: Value, **attributes: str | float) -> str:
        text, others = self.page.waiting(value)
        waiting = {name.replace("-", "_"): other for name, other in others.items()}
        return element(tag, escape(text), **attributes, **waiting)

    def figure(
        self,
        name: str,
        size: tuple[int, int],
        title: Value,
        description: Value,
        parts: Iterable[str],
    ) -> str:
        """A whole figure. `name` is unique in its page; readers who do not see it get
        `description`."""
        width, height = size
        return element(
            "svg",
            self._said("title", title, id=f"{name}-title"),
            self._said("desc", description, id=f"{name}-desc"),
            *parts,
            class_="figure",
            role="img",
            aria_labelledby=f"{name}-title {name}-desc",
            viewBox=f"0 0 {width} {height}",
            width=str(width),
            height=str(height),
        )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def path(points: Iterable[tuple[float, float]], class_: str, closed: bool = False) -> str:
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return element("path", d=f"M{steps}{' Z' if closed else ''}", class_=class_)


def standalone(svg: str, style: str) -> str:
    """The figure as a file of its own."""
    head, rest = svg.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{rest}\n'


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """low → start, high → end."""
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values between `low` and `high`, `about` so many."""
    raw = (high - low) / max(about, 1) or 1.0
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def short(value: float) -> str:
    """4096 → 4.1k; 20 → 20."""
    if value >= 1000:
        return f"{value / 1000:.1f}".removesuffix(".0") + "k"
    return f"{value:g}"
