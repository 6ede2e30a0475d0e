"""The nouns of claimbench: frozen records that the stages hand to one another.

A stage imports this package and nothing of the other stages.
"""

from claimbench.records.judged import (
    Claim,
    Fragility,
    Laboratories,
    LearnedBound,
    LooksTaken,
    PublishedResult,
    Source,
    Verdict,
)
from claimbench.records.runs import (
    NEUTRAL,
    CellName,
    Completion,
    Draws,
    Exposure,
    FinishReason,
    Grade,
    Looks,
    Measurement,
    Problem,
    Request,
    RequestFailure,
    Role,
    Sample,
    Sampling,
    Tier,
    Turn,
    Vote,
)

__all__ = [
    "NEUTRAL",
    "CellName",
    "Claim",
    "Completion",
    "Draws",
    "Exposure",
    "FinishReason",
    "Fragility",
    "Grade",
    "Laboratories",
    "LearnedBound",
    "Looks",
    "LooksTaken",
    "Measurement",
    "Problem",
    "PublishedResult",
    "Request",
    "RequestFailure",
    "Role",
    "Sample",
    "Sampling",
    "Source",
    "Tier",
    "Turn",
    "Verdict",
    "Vote",
]
