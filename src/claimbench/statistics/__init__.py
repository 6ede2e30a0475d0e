"""Pure functions on arrays: estimators, standard errors, tests, votes and power.

`variance` says how large the errors are, `comparison` tests differences, `votes` holds pass@k and
cons@k, `power` says what a run can show before it is made. No names, no files; randomness comes in
as an argument. Everything is a fraction in [0, 1]. The rules are told in docs/statistics.md.
"""

from claimbench.statistics.comparison import (
    Comparison,
    bootstrap,
    compare,
    deterministic_equal,
    holm,
    interval,
    p_above,
    p_below,
    p_difference,
    p_equivalence,
    paired,
    quantile,
)
from claimbench.statistics.power import (
    Design,
    deciding_samples,
    detectable_difference,
    margin_reached,
    power_of_difference,
    power_of_equivalence,
    required_samples,
)
from claimbench.statistics.variance import (
    Score,
    allowed_samples,
    bound_variance,
    combined_df,
    measure,
    problem_variance,
    problem_variance_bound,
    published_variance,
    rounding_variance,
    sampling_variance,
    seed_variance,
    unit_variance,
)
from claimbench.statistics.votes import (
    NO_ANSWER,
    VoteScore,
    cons_at_k,
    exact_vote_chances,
    pass_at_k,
    vote_chance,
)

__all__ = [
    "NO_ANSWER",
    "Comparison",
    "Design",
    "Score",
    "VoteScore",
    "allowed_samples",
    "bootstrap",
    "bound_variance",
    "combined_df",
    "compare",
    "cons_at_k",
    "deciding_samples",
    "detectable_difference",
    "deterministic_equal",
    "exact_vote_chances",
    "holm",
    "interval",
    "margin_reached",
    "measure",
    "p_above",
    "p_below",
    "p_difference",
    "p_equivalence",
    "paired",
    "pass_at_k",
    "power_of_difference",
    "power_of_equivalence",
    "problem_variance",
    "problem_variance_bound",
    "published_variance",
    "quantile",
    "required_samples",
    "rounding_variance",
    "sampling_variance",
    "seed_variance",
    "unit_variance",
    "vote_chance",
]
