"""Colours, light and dark, for the page and for figures in files of their own.

Marks of different kinds differ in lightness and shape as well, and every colour stands beside a
word: nothing is told by colour alone. Blue against orange is told apart with any colour blindness.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

PALETTE: Mapping[str, tuple[str, str]] = {
    "bg": ("#ffffff", "#14171b"),
    "panel": ("#f6f7f9", "#1c2025"),
    "ink": ("#1b1f24", "#e7e9ec"),
    "soft": ("#57606a", "#a3acb6"),
    "rule": ("#dfe3e8", "#30363d"),
    "line": ("#a9b2bc", "#5a646f"),
    "accent": ("#0b57a4", "#7db8f0"),
    "ours": ("#0b5fae", "#6cb0ee"),
    "third": ("#8a5200", "#dda255"),
    "vendor": ("#6b3fa0", "#c5a5ef"),
    "wrong": ("#d9722e", "#e58a4d"),
    "wrong-ink": ("#a33b00", "#f5a271"),
    "cut": ("#f0c39b", "#8f5f3b"),
    "ungraded": ("#9aa3ad", "#6d7680"),
    "good": ("#00604a", "#78d6b9"),
    "good-bg": ("#e0f3ed", "#12332b"),
    "lower": ("#9c3900", "#ffb288"),
    "lower-bg": ("#fceadf", "#3d2415"),
    "higher": ("#6b2d87", "#dcabf3"),
    "higher-bg": ("#f4e8f9", "#331d3f"),
    "unsure": ("#46505b", "#bcc4cd"),
    "unsure-bg": ("#eceff2", "#2b3138"),
}


def page_style(page: str, figure: str) -> str:
    """The page's style: the palette as variables, which a switch and the system's wish set."""
    light, dark = (_variables(theme) for theme in (0, 1))
    named = {name.replace("-", "_"): f"var(--{name})" for name in PALETTE}
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        "@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) "
        f"{{ color-scheme: dark; {dark} }} }}\n"
        f":root[data-theme=dark] {{ color-scheme: dark; {dark} }}\n"
        f"{page.replace('$print', light)}{Template(figure).substitute(named)}"
    )


def figure_style(figure: str) -> str:
    """The style of a figure in its own file: plain colours, which every program can show."""
    light, dark = (_coloured(figure, theme) for theme in (0, 1))
    return f"{light}@media (prefers-color-scheme: dark) {{ {dark} }}"


def _variables(theme: int) -> str:
    return " ".join(f"--{name}: {colours[theme]};" for name, colours in PALETTE.items())


def _coloured(figure: str, theme: int) -> str:
    named = {name.replace("-", "_"): colours[theme] for name, colours in PALETTE.items()}
    return Template(figure).substitute(named)
