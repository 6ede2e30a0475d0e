"""Drawing next tokens: penalties, temperature, min-p, top-k and top-p, exactly and in this order,
with one random number per token. vLLM has the same order, and so the same distribution.

A draw depends only on the row's own logits, its seed and its position in the completion, never on
the rows beside it. The order of equally probable tokens is by token id, so it is defined as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from claimbench.records.runs import Sampling

_GROUP = 64
"""Tokens per group of the vocabulary; see `_largest`."""
_LEVELS = (64, 1024)
"""How many of the likeliest tokens are looked at before the whole vocabulary is sorted."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides one row's next token, beside its logits. `prompt` and `reply` are the tokens so
    far, which penalties look at."""

    sampling: Sampling
    seed: int
    position: int
    prompt: Sequence[int] = ()
    reply: Sequence[int] = ()

    @property
    def penalized(self) -> bool:
        return self.sampling.repetition_penalty != 1 or self.sampling.presence_penalty != 0


def draw_tokens(logits: torch.Tensor, draws: Sequence[Draw]) -> list[int]:
    """The next token id of every row; `logits` has the shape (rows, vocabulary), any float type.

    Raises FloatingPointError when a row's logits are not finite.
    """
    logits = _penalize(logits, draws)
    tokens = [0] * len(draws)
    greedy = [i for i, draw in enumerate(draws) if draw.sampling.temperature == 0]
    random = [i for i, draw in enumerate(draws) if draw.sampling.temperature != 0]
    for rows, choose in ((greedy, _argmax), (random, _sample)):
        if not rows:
            continue
        part = logits if len(rows) == len(draws) else logits[rows]
        chosen = choose(part, [draws[i] for i in rows])
        for i, token in zip(rows, chosen.tolist(), strict=True):
            tokens[i] = token
    return tokens


def _penalize(logits: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """The logits with the penalties of the rows that have some; the given ones stay as they are,
    since more samples are drawn from them."""
    rows = [i for i, draw in enumerate(draws) if draw.penalized]
    if not rows:
        return logits
    changed = logits.to(torch.float32, copy=True)
    for i in rows:
        _penalize_row(changed[i], draws[i])
    return changed


def _penalize_row(scores: torch.Tensor, draw: Draw) -> None:
    """In place: repetition (Keskar et al. 2019, section 4.1; prompt and reply), then presence (the
    reply). A token that stands several times in an index gets one and the same value."""
    penalty = draw.sampling.repetition_penalty
    reply = torch.tensor(draw.reply, dtype=torch.long, device=scores.device)
    if penalty != 1:
        seen = torch.cat([torch.tensor(draw.prompt, device=scores.device).long(), reply])
        values = scores[seen]
        scores[seen] = torch.where(values > 0, values / penalty, values * penalty)
    scores[reply] = scores[reply] - draw.sampling.presence_penalty


def uniforms(seeds: Sequence[int], positions: Sequence[int]) -> NDArray[np.float64]:
    """Numbers in [0, 1), one per (seed, position): a counter-based generator.

    The counter is mixed with the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), the
    seed twice, so that neighbouring seeds are unrelated.
    """
    mask = (1 << 64) - 1
    key = _mix64(np.array([seed & mask for seed in seeds], dtype=np.uint64))
    counter = np.asarray(positions, dtype=np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        bits = _mix64(key + counter * np.uint64(0x9E3779B97F4A7C15))
        bits = _mix64(bits ^ key)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix64(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _argmax(logits: torch.Tensor, _draws: Sequence[Draw]) -> torch.Tensor:
    """The first of the largest logits; found group by group, as a reduction over the short inner
    dimension is several times faster on a CPU than over the whole vocabulary."""
    grouped = _grouped(logits, float("-inf"))
    peaks = grouped.amax(-1)
    _assert_finite(peaks.amax(-1))
    group = peaks.argmax(-1, keepdim=True)
    inside = grouped.take_along_dim(group[..., None], 1)[:, 0].argmax(-1)
    return group[:, 0] * _GROUP + inside


def _sample(logits: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    device = logits.device
    settings = torch.tensor(
        [
            (d.sampling.temperature, d.sampling.top_p, d.sampling.top_k, d.sampling.min_p)
            for d in draws
        ],
        dtype=torch.float64,
        device=device,
    )
    u = torch.from_numpy(uniforms([d.seed for d in draws], [d.position for d in draws])).to(device)
    probs = _probabilities(logits, settings[:, :1])
    whole = torch.tensor(
        [d.sampling.top_p >= 1 and d.sampling.top_k <= 0 and d.sampling.min_p <= 0 for d in draws],
        device=device,
    )
    if bool(whole.all()):
        return _invert_whole(probs, u)
    if not bool(whole.any()):
        return _draw_filtered(probs, settings[:, 1:], u)
    tokens = torch.empty(len(draws), dtype=torch.long, device=device)
    tokens[whole] = _invert_whole(probs[whole], u[whole])
    rest = ~whole
    tokens[rest] = _draw_filtered(probs[rest], settings[rest, 1:], u[rest])
    return tokens


def _probabilities(logits: torch.Tensor, temperature: torch.Tensor) -> torch.Tensor:
    """float32 (rows, vocabulary). The peak is taken off first: a tiny temperature cannot make it
    overflow."""
    scores = logits.float()
    peak = _grouped(scores, float("-inf")).amax(-1).amax(-1, keepdim=True)
    _assert_finite(peak)
    scores = scores.sub_(peak) if scores is not logits else scores - peak
    return torch.softmax(scores.div_(temperature.to(scores.dtype)), dim=-1)


def _invert_whole(probs: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """Inverse of the cumulative distribution over the whole vocabulary, in token order."""
    grouped = _grouped(probs, 0.0)
    mass = grouped.sum(-1, dtype=torch.float64)
    group, left = _invert(mass, u)
    inside = grouped.take_along_dim(group[:, None, None], 1)[:, 0].double()
    return group * _GROUP + _step(inside, left)


def _draw_filtered(probs: torch.Tensor, cuts: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """Draw among the likeliest tokens; `cuts` are (rows, 3): top_p, top_k, min_p. A row whose cut
    lies beyond those looked at (or whose top_k or min_p, which top_p is relative to) is looked at
    again with more, at last with the whole vocabulary."""
    vocabulary = probs.shape[1]
    tokens = torch.empty(len(probs), dtype=torch.long, device=probs.device)
    rows = torch.arange(len(probs), device=probs.device)
    for count in [k for k in _LEVELS if k < vocabulary] + [vocabulary]:
        values, ids = _largest(probs[rows] if len(rows) < len(probs) else probs, count)
        keep = _kept(values, *cuts[rows].T)
        kept = torch.where(keep, values, 0.0)
        chosen = ids.gather(1, _invert(kept, u[rows])[0][:, None])[:, 0]
        known = _cut_is_inside(values, keep) & _mass_is_known(values, *cuts[rows, 1:].T)
        done = known | (count == vocabulary)
        tokens[rows[done]] = chosen[done]
        rows = rows[~done]
        if not len(rows):
            break
    return tokens


def _kept(
    values: torch.Tensor, top_p: torch.Tensor, top_k: torch.Tensor, min_p: torch.Tensor
) -> torch.Tensor:
    """Which of the sorted probabilities stay: those of at least min_p times the largest, the top_k
    largest, and of these (renormalised) the fewest whose sum reaches top_p (Holtzman et al. 2020);
    the first always stays."""
    rank = torch.arange(values.shape[1], device=values.device)
    limit = torch.where(top_k > 0, top_k, float("inf"))[:, None]
    inside = (rank < limit) & (values >= min_p[:, None] * values[:, :1])
    before = values.cumsum(-1) - values
    mass = torch.where(inside, values, 0.0).sum(-1, keepdim=True)
    mass = torch.where(limit.isinf() & (min_p[:, None] <= 0), torch.ones_like(mass), mass)
    keep = inside & ((before < top_p[:, None] * mass) | (top_p[:, None] >= 1))
    keep[:, 0] = True
    return keep


def _mass_is_known(values: torch.Tensor, top_k: torch.Tensor, min_p: torch.Tensor) -> torch.Tensor:
    """Whether every token that top_k and min_p leave is among those looked at."""
    looked = values.shape[1]
    below = values[:, -1] < min_p * values[:, 0]
    return torch.where(top_k > 0, (top_k <= looked) | below, (min_p <= 0) | below)


def _cut_is_inside(values: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
    """Whether no token outside could belong: the last kept one is strictly likelier than the last
    one looked at."""
    last = keep.sum(-1, keepdim=True) - 1
    return (values.gather(1, last) > values[:, -1:])[:, 0]


def _largest(probs: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The `count` largest values of every row in float64, largest first, ties by token id, and
    their ids.

    The `count` largest lie in the `count` groups with the largest peaks, so only those are read.
    """
    if count >= probs.shape[1]:
        values, ids = probs.sort(dim=-1, descending=True, stable=True)
        return values.double(), ids
    grouped = _grouped(probs, 0.0)
    peaks = grouped.amax(-1)
    groups = peaks.topk(min(count, peaks.shape[1]), dim=-1, sorted=False).indices
    near = grouped.take_along_dim(groups[..., None], 1).flatten(1)
    values, places = near.topk(count, dim=-1, sorted=False)
    ids = groups.gather(1, places // _GROUP) * _GROUP + places % _GROUP
    ids, order = ids.sort(dim=-1)
    values, order = values.gather(1, order).sort(dim=-1, descending=True, stable=True)
    return values.double(), ids.gather(1, order)


def _invert(mass: torch.Tensor, u: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The place where the running sum passes u of its total, and what of it lies in that place."""
    sums = mass.cumsum(-1)
    target = u[:, None] * sums[:, -1:]
    place = torch.searchsorted(sums, target, right=True)[:, 0]
    place = torch.minimum(place, _last_positive(mass))
    before = sums.gather(1, place[:, None]) - mass.gather(1, place[:, None])
    return place, target - before


def _step(mass: torch.Tensor, left: torch.Tensor) -> torch.Tensor:
    place = torch.searchsorted(mass.cumsum(-1), left, right=True)[:, 0]
    return torch.minimum(place, _last_positive(mass))


def _last_positive(mass: torch.Tensor) -> torch.Tensor:
    """Rounding may carry a target past the end of the sum; it belongs to the last token then."""
    places = torch.arange(mass.shape[1], device=mass.device)
    return torch.where(mass > 0, places, 0).amax(-1)


def _grouped(values: torch.Tensor, fill: float) -> torch.Tensor:
    """(rows, groups, _GROUP), padded with `fill` where the vocabulary is no multiple."""
    missing = -values.shape[1] % _GROUP
    if missing:
        values = torch.nn.functional.pad(values, (0, missing), value=fill)
    return values.view(len(values), -1, _GROUP)


def _assert_finite(peaks: torch.Tensor) -> None:
    if not bool(torch.isfinite(peaks).all()):
        raise FloatingPointError("the model's logits are not finite")
