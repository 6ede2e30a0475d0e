"""Verdicts: what a measurement makes of a published figure, and scores of an article's claim.

`judge_all` judges published figures, `articles` the claims of articles. Neither knows how samples
arose, what files hold them, or words: they hand on messages.
"""

from claimbench.verdicts.cases import Case, default_margin
from claimbench.verdicts.claims import (
    Pair,
    Scope,
    claim_message,
    compare_scores,
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
from claimbench.verdicts.protocol import ProtocolDifference, compare_protocols, forbidding
from claimbench.verdicts.published import judge_all, judge_family

__all__ = [
    "COMPOSITION",
    "Case",
    "Outcome",
    "Pair",
    "ProtocolDifference",
    "Quantifier",
    "Relation",
    "Scope",
    "claim_message",
    "compare_protocols",
    "compare_scores",
    "compose",
    "default_margin",
    "forbidding",
    "is_greedy",
    "judge_all",
    "judge_family",
    "outcomes_of",
    "relation_p",
]
