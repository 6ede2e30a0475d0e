"""Choosing claims by article, kind and status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from claimbench.claims.schema import Kind
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.verdicts.articles.claims import Evidence
from claimbench.verdicts.articles.results import STATUSES, ClaimVerdict


def choose(
    verdicts: Sequence[ClaimVerdict],
    article: str | None = None,
    kind: str | None = None,
    status: str | None = None,
) -> list[ClaimVerdict]:
    """The verdicts that fit every name given. Raises ConfigError with the nearest known name."""
    _check("--article", article, {v.claim.article for v in verdicts})
    _check("--kind", kind, get_args(Kind))
    _check("--status", status, STATUSES)
    return [
        v
        for v in verdicts
        if article in (None, v.claim.article)
        and kind in (None, v.claim.kind)
        and status in (None, v.status)
    ]


def unheard(evidence: Evidence, verdicts: Sequence[ClaimVerdict]) -> list[str]:
    """The runs that speak to none of the claims: neither a claim's subject nor a model distilled
    from it was measured on one of its benchmarks."""
    heard = [f.source for v in verdicts for f in (*v.evidence, *v.proxies)]
    return [p.name for p in evidence.scores.parties if p.measured and p.name not in heard]


def _check(option: str, name: str | None, known: Iterable[str]) -> None:
    if name is not None and name not in (known := tuple(known)):
        raise ConfigError(f"{option} {name}: there is none of this name{nearest(name, known)}")
