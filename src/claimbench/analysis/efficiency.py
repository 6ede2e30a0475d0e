"""What a run spent: tokens per second, tokens, device-seconds and money for each solved problem."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from claimbench.records.plain import JsonObject
from claimbench.statistics.comparison import interval

SECONDS_PER_HOUR = 3600.0
CPU_CORES, ENDPOINT, REPLICAS_ON_RAY = DEVICES = ("CPU cores", "endpoint", "replicas on Ray")
"""What generated, where no GPU is known by its name."""
_PARALLEL = ("tensor_parallel", "pipeline_parallel", "data_parallel")


class Price(Protocol):
    """A dated price of `subject` in `unit`, from its lowest to its highest value."""

    @property
    def subject(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def ends(self) -> tuple[float, float]: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model generated, over the sessions of a run whose time is known.

    `seconds` is wall-clock time from the first request to the last completion, without loading the
    model: requests overlap, so their own seconds cannot be added up. `device_seconds` counts every
    GPU of the engine, or every core where there is no GPU.
    """

    tokens: int
    seconds: float
    device_seconds: float | None
    device: str
    gpu: bool


@dataclass(frozen=True, slots=True)
class Efficiency:
    """What one model on one benchmark spent.

    A solved problem is a right sample: `tokens_per_solved` is all generated tokens, those of wrong
    samples included, over the right samples. `tokens_per_solved_se` is its standard error over
    problems like these. `tokens_per_second` and device-seconds are the model's over the whole run,
    shared out by tokens. None where nothing was solved, or the time is not known.
    """

    model: str
    benchmark: str
    samples: int
    right: float
    completion_tokens: int
    prompt_tokens: int | None
    tokens_per_solved: float | None
    tokens_per_solved_se: float | None
    tokens_per_second: float | None = None
    device_seconds_per_solved: float | None = None
    device: str = ""
    gpu: bool = False

    @property
    def tokens_interval_95(self) -> tuple[float, float] | None:
        """Of tokens per solved problem, over problems like these; None without an error."""
        if self.tokens_per_solved is None or self.tokens_per_solved_se is None:
            return None
        low, high = interval(self.tokens_per_solved, self.tokens_per_solved_se, 0.95)
        return max(low, 0.0), high

    def gpu_cost_per_solved(self, dollars_per_gpu_hour: float | None) -> float | None:
        """Dollars of rented GPU for each solved problem; None on CPUs or without a price."""
        if not self.gpu or dollars_per_gpu_hour is None or self.device_seconds_per_solved is None:
            return None
        return self.device_seconds_per_solved / SECONDS_PER_HOUR * dollars_per_gpu_hour

    def api_cost_per_solved(self, prices: Iterable[Price]) -> float | None:
        """Dollars at the subject's own dated prices per million tokens; None without them."""
        own = [figure for figure in prices if figure.subject == self.model]
        rates = {word: _price(own, word) for word in ("input", "output")}
        if not self.right or rates["input"] is None or rates["output"] is None:
            return None
        if self.prompt_tokens is None:
            return None
        spent = self.prompt_tokens * rates["input"] + self.completion_tokens * rates["output"]
        return spent / 1e6 / self.right


def _price(prices: Sequence[Price], direction: str) -> float | None:
    unit = f"US dollars per million {direction} tokens"
    return next((f.ends[1] for f in prices if f.unit == unit), None)


def tokens_per_solved(
    tokens: npt.NDArray[np.int64], value: npt.NDArray[np.float64]
) -> tuple[float | None, float | None]:
    """R = Σt/Σs over all samples, and its standard error over problems.

    `tokens` and `value` have shape (N, n); value is 1 where right, 0 where wrong, nan where not
    graded (such samples are left out of both sums). With t_i and s_i a problem's sums, the
    linearised variance of a ratio (Cochran 1977, Sampling Techniques, eq. 6.13) is
    N/(N−1)·Σ(t_i − R·s_i)²/S². (None, None) where nothing was solved; no error for one problem.
    """
    graded = np.isfinite(value)
    spent = np.where(graded, tokens, 0).sum(axis=1).astype(float)
    solved = np.where(graded, value, 0.0).sum(axis=1)
    total = float(solved.sum())
    if total == 0:
        return None, None
    ratio, count = float(spent.sum()) / total, len(spent)
    if count < 2:
        return ratio, None
    residual = spent - ratio * solved
    return ratio, float(np.sqrt(count / (count - 1) * (residual**2).sum())) / total


def paces(sessions: Iterable[JsonObject]) -> dict[str, Pace]:
    """The pace of each model from the sessions in provenance.json.

    A session that was killed has no time and is left out, with its tokens.
    """
    parts: dict[str, list[Pace]] = {}
    for session in sessions:
        for part in session.get("generating", ()):
            if part["tokens"] and part["seconds"] > 0:
                parts.setdefault(part["model"], []).append(_pace(session, part))
    return {model: _together(found) for model, found in parts.items()}


def _pace(session: JsonObject, part: JsonObject) -> Pace:
    count, device, gpu = _devices(session)
    seconds = float(part["seconds"])
    spent = None if count is None else count * seconds
    return Pace(part["tokens"], seconds, spent, device, gpu)


def _devices(session: JsonObject) -> tuple[int | None, str, bool]:
    """How many devices generated, what they are, and whether they are GPUs. Where a server at an
    endpoint generated, nothing is known."""
    engine, gpus = session.get("engine", {}), session.get("gpus", [])
    if engine.get("kind") == "endpoint" or engine.get("url"):
        return None, ENDPOINT, False
    replicas = int(engine.get("replicas", 1))
    if gpus and engine.get("device") != "cpu":
        args = engine.get("args", {})
        parts = [int(args.get(f"{key}_size", engine.get(key, 1))) for key in _PARALLEL]
        return replicas * int(np.prod(parts)), str(gpus[0].get("name", "GPU")), True
    if replicas > 1 and engine.get("device") != "cpu":
        return None, REPLICAS_ON_RAY, False  # what the driver's machine has says nothing
    if replicas > 1:
        return replicas * (engine.get("threads") or 1), CPU_CORES, False
    cores = engine.get("threads") or session.get("cpu", {}).get("cores")
    return cores, CPU_CORES, False


def _together(parts: Sequence[Pace]) -> Pace:
    spent = [part.device_seconds for part in parts]
    return Pace(
        tokens=sum(part.tokens for part in parts),
        seconds=sum(part.seconds for part in parts),
        device_seconds=None if None in spent else sum(s for s in spent if s is not None),
        device=", ".join(sorted({part.device for part in parts})),
        gpu=all(part.gpu for part in parts),
    )


def efficiency(
    model: str,
    benchmark: str,
    tokens: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    prompt_tokens: int | None,
    pace: Pace | None,
) -> Efficiency:
    """The Efficiency of one cell from its samples, shape (N, n), and the model's pace."""
    per_solved, error = tokens_per_solved(tokens, value)
    per_token = pace and pace.device_seconds and pace.device_seconds / pace.tokens
    return Efficiency(
        model=model,
        benchmark=benchmark,
        samples=int(np.isfinite(value).sum()),
        right=float(np.nansum(value)),
        completion_tokens=int(tokens.sum()),
        prompt_tokens=prompt_tokens,
        tokens_per_solved=per_solved,
        tokens_per_solved_se=error,
        tokens_per_second=pace.tokens / pace.seconds if pace else None,
        device_seconds_per_solved=per_solved * per_token if per_solved and per_token else None,
        device=pace.device if pace else "",
        gpu=pace.gpu if pace else False,
    )
