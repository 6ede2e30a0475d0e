"""Article verdicts: all evidence at hand → every claim's verdict, and every re-measured figure's.

results             one source's result on one test, and a claim's verdict from all of them
sources, runs       who measured what: vendors, third parties, our own run folders
benchmark_claims, published_data, efficiency_claims    claims by kind
claims, reported    all claims of all articles; as a report shows them
filters             claims of one article, kind or status
"""

from claimbench.analysis.efficiency import Efficiency, efficiency, paces
from claimbench.verdicts.articles.claims import Evidence, judge_claims, load_evidence
from claimbench.verdicts.articles.filters import choose, unheard
from claimbench.verdicts.articles.reported import judge_reported
from claimbench.verdicts.articles.results import STATUSES, ClaimVerdict, Finding
from claimbench.verdicts.articles.runs import Run, default_results, run_folders
from claimbench.verdicts.remeasured import judge_published_evidence

__all__ = [
    "STATUSES",
    "ClaimVerdict",
    "Efficiency",
    "Evidence",
    "Finding",
    "Run",
    "choose",
    "default_results",
    "efficiency",
    "judge_claims",
    "judge_published_evidence",
    "judge_reported",
    "load_evidence",
    "paces",
    "run_folders",
    "unheard",
]
