"""Verdicts: what a measurement makes of a published figure, and scores of an article's claim.

`judge_published`, `judge_family` and `judge_all` judge published figures; `judge_claim` judges an
article's claim from its benchmarks. Neither knows how samples arose or what files hold them.
"""

from claimbench.verdicts.cases import Case, default_margin
from claimbench.verdicts.claims import (
    Pair,
    Scope,
    claim_sentence,
    compare_scores,
    judge_claim,
    outcomes_of,
)
from claimbench.verdicts.composition import (
    COMPOSITION,
    Outcome,
    Quantifier,
    Relation,
    compose,
    relation_p,
)
from claimbench.verdicts.noise import is_greedy
from claimbench.verdicts.protocol import ProtocolDifference, compare_protocols, one_sided
from claimbench.verdicts.published import judge_all, judge_family, judge_published

__all__ = [
    "COMPOSITION",
    "Case",
    "Outcome",
    "Pair",
    "ProtocolDifference",
    "Quantifier",
    "Relation",
    "Scope",
    "claim_sentence",
    "compare_protocols",
    "compare_scores",
    "compose",
    "default_margin",
    "is_greedy",
    "judge_all",
    "judge_claim",
    "judge_family",
    "judge_published",
    "one_sided",
    "outcomes_of",
    "relation_p",
]
