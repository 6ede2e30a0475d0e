"""Claims of articles and published figures: read from seeds/, checked strictly.

catalogue   the models, benchmarks and metrics that may be named
sources     where something is written down, and what counts as a record
schema      what an article file holds, and how a claim of each kind is tested
articles    seeds/articles/*.yaml → Article, Claim; checks against the text when it is at hand
published   seeds/published/*.yaml → PublishedResult, Figure
formula     a tiny safe expression language
decided     claims that need no run: arithmetic and artifacts
"""

from claimbench.claims.articles import (
    benchmark_tests,
    copied_words,
    efficiency_tests,
    load_articles,
    load_claims,
    related_claims,
)
from claimbench.claims.catalogue import Catalogue, load_catalogue, published_as
from claimbench.claims.decided import (
    ArithmeticResult,
    ArtifactResult,
    SecondValue,
    judge_arithmetic,
    judge_artifacts,
    record_place,
    recorded_facts,
)
from claimbench.claims.pairs import PublishedPair, published_pairs
from claimbench.claims.published import load_figures, load_published, select_published
from claimbench.claims.schema import (
    Article,
    BenchmarkTest,
    ClaimSpec,
    EfficiencyTest,
    Figure,
)

__all__ = [
    "ArithmeticResult",
    "Article",
    "ArtifactResult",
    "BenchmarkTest",
    "Catalogue",
    "ClaimSpec",
    "EfficiencyTest",
    "Figure",
    "PublishedPair",
    "SecondValue",
    "benchmark_tests",
    "copied_words",
    "efficiency_tests",
    "judge_arithmetic",
    "judge_artifacts",
    "load_articles",
    "load_catalogue",
    "load_claims",
    "load_figures",
    "load_published",
    "published_as",
    "published_pairs",
    "record_place",
    "recorded_facts",
    "related_claims",
    "select_published",
]
