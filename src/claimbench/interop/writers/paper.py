r"""Tables for a paper: LaTeX with booktabs, or Markdown, of measurements and of verdicts.

Scores are in percent, as the report has them; the caption says what the errors are. A paper inputs
the file: `\input{measurements.tex}` with `\usepackage{booktabs}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from claimbench.interop.results import Results
from claimbench.records import Measurement
from claimbench.report.messages import english
from claimbench.report.tables import clean, points, samples_of, sampling_error
from claimbench.store.files import write_whole

_SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--",
    "≤": r"$\leq$", "−": r"$-$", "±": r"$\pm$", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
_SPECIALS = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")
MEASURED = (
    "Model", "Benchmark", "Problems", "Samples", "pass@1", "Sampling SE", "Problem SE", "Truncated",
)  # fmt: skip
JUDGED = ("Model", "Benchmark", "Published", "Measured", "Difference", "95% interval", "Verdict")
LEFT = 2
"""Columns of names; the others are figures."""

Rows = list[tuple[str, ...]]


def write_latex(results: Results, out: Path, samples: bool) -> list[Path]:
    """`measurements.tex`, and `verdicts.tex` where the run was judged. There are no texts in them,
    with `samples` or without."""
    return _write(results, out, ".tex", _latex)


def write_markdown(results: Results, out: Path, samples: bool) -> list[Path]:
    """The same as `.md`."""
    return _write(results, out, ".md", _markdown)


def _write(
    results: Results, out: Path, ending: str, text: Callable[[str, Sequence[str], Rows], str]
) -> list[Path]:
    name = results.root.resolve().name
    tables: list[tuple[str, str, Sequence[str], Rows]] = [
        ("measurements", _measured_caption(name), MEASURED, _measured(results))
    ]
    if judged := _judged(results):
        tables.append(("verdicts", _judged_caption(name), JUDGED, judged))
    written = []
    for stem, caption, columns, rows in tables:
        path = out / f"{stem}{ending}"
        write_whole(path, [text(caption, columns, rows)])
        written.append(path)
    return written


def _measured_caption(name: str) -> str:
    return (
        f"Scores of the run {name}, in percent. Sampling SE: what the same problems again would "
        "vary by; problem SE: what other problems like these would. Truncated: replies that the "
        "token limit cut."
    )


def _judged_caption(name: str) -> str:
    return (
        f"Published figures against the run {name}, in percent; differences in points. Reproduced: "
        "equal within the margin fixed before the run; lower, higher: a difference is shown and "
        "equality is not; inconclusive: neither."
    )


def _measured(results: Results) -> Rows:
    return [_measured_row(m) for m in results.records]


def _measured_row(m: Measurement) -> tuple[str, ...]:
    return (
        clean(m.model),
        clean(m.benchmark),
        str(m.problems),
        samples_of(m),
        points(m.pass_at_1),
        english(sampling_error(m)),
        points(m.problem_se, 2),
        points(m.truncated_share),
    )


def _judged(results: Results) -> Rows:
    return [
        (
            clean(str(v["subject"])),
            clean(str(v["benchmark"]) + ("" if v["metric"] == "pass@1" else f" {v['metric']}")),
            _figure(v["published"]),
            _figure(v["measured"]),
            _figure(v["difference"], sign=True),
            _interval(v["interval_95"]),
            clean(str(v["verdict"])),
        )
        for v in results.verdicts
    ]


def _figure(value: object, sign: bool = False) -> str:
    if not isinstance(value, int | float):
        return "–"
    return f"{value:{'+' if sign else ''}.1f}".replace("-", "−")


def _interval(bounds: object) -> str:
    if not isinstance(bounds, list | tuple) or len(bounds) != 2:
        return "–"
    return f"[{_figure(bounds[0], sign=True)}, {_figure(bounds[1], sign=True)}]"


def _latex(caption: str, columns: Sequence[str], rows: Rows) -> str:
    """A `table` with booktabs' rules; its label is the file's stem."""
    aligned = "l" * LEFT + "r" * (len(columns) - LEFT)
    lines = [
        "% \\usepackage{booktabs}",
        "\\begin{table}",
        "\\centering",
        f"\\caption{{{in_latex(caption)}}}",
        f"\\begin{{tabular}}{{{aligned}}}",
        "\\toprule",
        _latex_row(columns),
        "\\midrule",
        *map(_latex_row, rows),
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(map(in_latex, cells)) + r" \\"


def in_latex(text: str) -> str:
    """`text` as LaTeX prints it, whatever it holds."""
    return _SPECIALS.sub(lambda found: _SPECIAL[found.group()], text)


def _markdown(caption: str, columns: Sequence[str], rows: Rows) -> str:
    rule = ["---"] * LEFT + ["---:"] * (len(columns) - LEFT)
    lines = [_markdown_row(cells) for cells in (columns, rule)]
    lines += [_markdown_row([_inert(cell) for cell in row]) for row in rows]
    return "\n".join([*lines, "", _inert(caption), ""])


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _inert(text: str) -> str:
    """Text that makes no markup of its own."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)
