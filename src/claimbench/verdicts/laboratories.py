"""Third parties' figures by model and benchmark."""

from __future__ import annotations

from collections.abc import Iterable

from claimbench import statistics
from claimbench.records import PublishedResult
from claimbench.verdicts.noise import SHARES


class ThirdParties:
    """What others than the vendor and us report, one figure of each table."""

    def __init__(self, results: Iterable[PublishedResult]) -> None:
        self._figures: dict[str, dict[str, dict[str, float]]] = {}
        for result in results:
            if result.tier == "C" and result.metric in SHARES:
                models = self._figures.setdefault(result.benchmark, {})
                models.setdefault(result.subject, {}).setdefault(result.table, result.value)

    def spread(self, subject: str, benchmark: str) -> statistics.LaboratorySpread | None:
        """How far laboratories lie apart on the model, or on the benchmark's models; None where
        too few measured."""
        models = self._figures.get(benchmark, {})
        own = list(models.get(subject, {}).values())
        others = [list(found.values()) for name, found in models.items() if name != subject]
        return statistics.laboratory_spread(own, others)
