"""Score by token cap, and the lengths of replies."""

from __future__ import annotations

import numpy as np
import pytest
from report_toys import scores

from claimbench.analysis.lengths import cap_curve, lengths


def test_the_curve_is_the_score_under_every_cap() -> None:
    s = scores()
    curve = cap_curve(s, 100, greedy=False, exact=True)
    assert curve is not None
    assert curve.caps[-1] == 100
    for cap, score in zip(curve.caps, curve.score, strict=True):
        shares = []
        for i in range(7):
            row = [(v, t) for v, t in zip(s.value[i], s.tokens[i], strict=True) if not np.isnan(v)]
            shares.append(sum(v == 1 and t <= cap for v, t in row) / len(row))
        assert score == pytest.approx(sum(shares) / 7)
    assert list(curve.score) == sorted(curve.score)
    assert all(a <= b <= c for a, b, c in zip(curve.low, curve.score, curve.high, strict=True))
    greedy = cap_curve(s, 100, greedy=True, exact=False)
    assert greedy is not None
    assert greedy.low == greedy.score == greedy.high


def test_the_curve_of_nothing_graded_is_none() -> None:
    s = scores()
    s.value[:] = np.nan
    assert cap_curve(s, 100, greedy=False, exact=True) is None


def test_a_tiny_limit_has_as_many_caps_as_tokens() -> None:
    curve = cap_curve(scores(limit=3), 3, greedy=False, exact=True)
    assert curve is not None
    assert curve.caps == (1, 2, 3)


def test_lengths_count_every_reply_once() -> None:
    s = scores()
    found = lengths(s, 100)
    total = sum(map(sum, (found.right, found.wrong, found.cut, found.ungraded)))
    assert total == 35
    assert sum(found.right) == np.nansum(s.value)
    assert sum(found.ungraded) == 1
    assert sum(found.cut) == ((s.tokens == 100) & (s.value == 0)).sum()
    assert found.cut[:-1] == (0,) * (len(found.cut) - 1)  # at the limit is the last bin
