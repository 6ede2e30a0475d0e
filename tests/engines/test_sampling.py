"""Drawing tokens: exact top-k and top-p against a plain reference, and counter-based randomness."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from claimbench.records import Sampling

torch = pytest.importorskip("torch")

from claimbench.engines.transformers.sampling import (  # noqa: E402
    Draw,
    _penalize,
    draw_tokens,
    uniforms,
)


def reference(logits: list[float], sampling: Sampling, u: float) -> int:
    """One token in float64, written as the definition reads: sort, cut, invert."""
    scores = np.asarray(logits, dtype=np.float64) / sampling.temperature
    probs = np.exp(scores - scores.max())
    probs /= probs.sum()
    if sampling.top_p >= 1 and not sampling.top_k and not sampling.min_p:
        order = np.arange(len(probs))
    else:
        order = np.lexsort((np.arange(len(probs)), -probs))
    kept = probs[order]
    if sampling.min_p:
        kept = kept[kept >= sampling.min_p * kept[0]]
        kept /= kept.sum()
    if sampling.top_k:
        kept = kept[: sampling.top_k] / kept[: sampling.top_k].sum()
    if sampling.top_p < 1:
        before = np.cumsum(kept) - kept
        kept = kept[before < sampling.top_p]
    return int(order[np.searchsorted(np.cumsum(kept), u * kept.sum(), side="right")])


def sharp_and_flat(rows: int, vocabulary: int) -> torch.Tensor:
    """Rows from nearly certain to nearly uniform, so that every level of the search is used."""
    scale = torch.logspace(1, -2, rows)[:, None]
    return torch.randn(rows, vocabulary, generator=torch.Generator().manual_seed(3)) * scale


@pytest.mark.parametrize("vocabulary", [7, 64, 1000, 4160])
@pytest.mark.parametrize(
    ("top_p", "top_k"), [(0.95, 0), (0.3, 0), (0.999, 0), (1.0, 0), (1.0, 5), (0.9, 100), (0.5, 1)]
)
def test_matches_the_definition(vocabulary: int, top_p: float, top_k: int) -> None:
    logits = sharp_and_flat(40, vocabulary)
    sampling = Sampling(0.6, top_p, top_k, 10)
    draws = [Draw(sampling, seed, seed % 3) for seed in range(40)]
    u = uniforms([d.seed for d in draws], [d.position for d in draws])
    expected = [reference(row.tolist(), sampling, x) for row, x in zip(logits, u, strict=True)]
    assert draw_tokens(logits, draws) == expected


def test_the_whole_vocabulary_is_sorted_only_where_the_cut_lies_far() -> None:
    """Flat rows need far more tokens than the prefilter looks at."""
    logits = torch.zeros(3, 4096) + torch.linspace(0, 1e-3, 4096)
    sampling = Sampling(1.0, 0.95, 0, 10)
    drawn = {
        token
        for seed in range(300)
        for token in draw_tokens(logits, [Draw(sampling, seed * 3 + i, 0) for i in range(3)])
    }
    # The 5 % least likely are cut off (their share is a little below 5 % of the tokens).
    assert 190 < min(drawn) < 260
    assert max(drawn) > 4000


def test_ties_are_cut_by_token_id() -> None:
    logits = torch.zeros(1, 4096)
    drawn = {draw_tokens(logits, [Draw(Sampling(1.0, 1.0, 3, 1), s, 0)])[0] for s in range(100)}
    assert drawn == {0, 1, 2}


def test_greedy_takes_the_first_of_the_largest() -> None:
    logits = torch.zeros(2, 500)
    logits[0, [77, 300]] = 5.0
    logits[1, 499] = 1.0
    draws = [Draw(Sampling(0.0, 1.0, 0, 1), s, 0) for s in (1, 2)]
    assert draw_tokens(logits, draws) == [77, 499]


def test_rows_with_different_settings_do_not_touch_each_other() -> None:
    logits = sharp_and_flat(6, 1000)
    settings = [(0.0, 1.0, 0), (0.6, 0.95, 0), (1.0, 1.0, 0), (0.6, 0.95, 4), (2.0, 0.5, 0)]
    draws = [Draw(Sampling(*settings[i % 5], 9), 11 * i, i) for i in range(6)]
    alone = [draw_tokens(logits[i : i + 1], draws[i : i + 1])[0] for i in range(6)]
    assert draw_tokens(logits, draws) == alone
    backwards = draw_tokens(logits.flip(0), draws[::-1])
    assert backwards[::-1] == alone


def test_frequencies_follow_the_probabilities() -> None:
    probs = torch.tensor([[0.5, 0.3, 0.15, 0.05]])
    count = 20_000
    draws = [Draw(Sampling(1.0, 1.0, 0, 1), seed, 4) for seed in range(count)]
    drawn = Counter(draw_tokens(probs.log().expand(count, -1), draws))
    for token, prob in enumerate(probs[0].tolist()):
        sd = (prob * (1 - prob) / count) ** 0.5
        assert abs(drawn[token] / count - prob) < 4 * sd


def test_uniforms_are_reproducible_spread_and_unrelated() -> None:
    seeds = [*range(-50, 50), 2**64 - 1, 2**80 + 700]
    u = np.stack([uniforms(seeds, [position] * len(seeds)) for position in range(200)])
    assert (u == np.stack([uniforms(seeds, [p] * len(seeds)) for p in range(200)])).all()
    assert u.min() >= 0 and u.max() < 1
    assert abs(u.mean() - 0.5) < 0.01 and abs(u.var() - 1 / 12) < 0.005
    neighbours = np.corrcoef(u[:, :-1].ravel(), u[:, 1:].ravel())[0, 1]
    following = np.corrcoef(u[:-1].ravel(), u[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.03 and abs(following) < 0.03
    assert len(np.unique(u)) == u.size - 200  # seed -1 is 2**64 - 1, taken modulo 2**64


def test_logits_that_are_not_finite_are_refused() -> None:
    logits = torch.zeros(1, 100)
    logits[0, 3] = float("nan")
    for temperature in (0.0, 0.6):
        with pytest.raises(FloatingPointError):
            draw_tokens(logits, [Draw(Sampling(temperature, 0.95, 0, 1), 1, 0)])


@pytest.mark.parametrize("vocabulary", [7, 1000, 4160])
@pytest.mark.parametrize(
    ("min_p", "top_p", "top_k"),
    [(0.05, 1.0, 0), (0.3, 0.9, 0), (0.01, 0.95, 20), (1.0, 1.0, 0), (1e-6, 0.9, 0)],
)
def test_min_p_matches_the_definition(
    vocabulary: int, min_p: float, top_p: float, top_k: int
) -> None:
    logits = sharp_and_flat(40, vocabulary)
    sampling = Sampling(0.6, top_p, top_k, 10, min_p=min_p)
    draws = [Draw(sampling, seed, seed % 3) for seed in range(40)]
    u = uniforms([d.seed for d in draws], [d.position for d in draws])
    expected = [reference(row.tolist(), sampling, x) for row, x in zip(logits, u, strict=True)]
    assert draw_tokens(logits, draws) == expected


def test_penalties_are_those_of_transformers_and_of_openai() -> None:
    transformers = pytest.importorskip("transformers")
    logits = sharp_and_flat(1, 500)
    before = logits.clone()
    prompt, reply = [3, 3, 9, 100], [9, 7, 7]
    sampling = Sampling(1.0, 1.0, 0, 9, presence_penalty=0.7, repetition_penalty=1.3)
    repeats = transformers.RepetitionPenaltyLogitsProcessor(1.3)
    expected = repeats(torch.tensor([prompt + reply]), logits.clone())
    expected[0, [7, 9]] -= 0.7
    penalized = _penalize(logits, [Draw(sampling, 1, 3, prompt, reply)])
    assert torch.equal(penalized, expected)
    assert torch.equal(logits, before)  # More samples are drawn from the same logits.


def test_a_penalty_changes_the_greedy_token_of_its_row_alone() -> None:
    logits = torch.zeros(2, 500)
    logits[:, 77], logits[:, 78] = 5.0, 4.0
    plain, penal = Sampling(0.0, 1.0, 0, 1), Sampling(0.0, 1.0, 0, 1, presence_penalty=2.0)
    draws = [Draw(plain, 1, 1, (), [77]), Draw(penal, 1, 1, (), [77])]
    assert draw_tokens(logits, draws) == [77, 78]
    assert draw_tokens(logits, [Draw(penal, 1, 0, [77], [])] * 2) == [77, 77]
