"""What requests without a reply say: of a prompt, or of the server."""

from __future__ import annotations

from collections.abc import Hashable

from claimbench.engines.endpoint.faults import (
    NoAnswer,
    Refused,
    Unusable,
    kept_back,
    useless,
)
from claimbench.errors import EngineDied

_FEW_PROBLEMS = 3
"""Different problems in a row whose replies are of no use, or that are refused before the first
reply: it is not the prompts."""
_FEW_WORDS = 3
"""Replies in a row, of more than one problem, with an end that is not known: the run's to say."""
MOST_PROBLEMS = 8
"""The same, where the server has answered others, or was silent: hard prompts stand together."""


class Unanswered:
    """Problems of requests that were given up one after another. `key` is taken out of what the
    server says."""

    def __init__(self, key: str | None) -> None:
        self._key = key
        self._row: list[Hashable] = []
        self._kept = False

    @property
    def is_new(self) -> bool:
        """Whether no reply could be used yet."""
        return not self._kept

    def __len__(self) -> int:
        """Requests that were given up since the last usable reply."""
        return len(self._row)

    @property
    def problems(self) -> int:
        """How many different problems they are of."""
        return len(set(self._row))

    def add(self, problem: Hashable) -> None:
        self._row.append(problem)

    def end(self) -> None:
        """A reply can be used."""
        self._row.clear()
        self._kept = True

    def check(self, reason: Unusable | Refused | NoAnswer, late: bool) -> None:
        """Raises EngineDied where it is not the prompts. A server that filters some problems and
        has answered others does its work; `late`: all of these prompts are known to be hard."""
        if late:
            alike = not self._kept and len(self._row) >= MOST_PROBLEMS
        elif isinstance(reason, NoAnswer):
            alike = not self._kept and self.problems >= MOST_PROBLEMS
        elif isinstance(reason, Unusable) and reason.word:
            alike = len(self._row) >= _FEW_WORDS and self.problems > 1
        else:
            patient = self._kept and isinstance(reason, Refused)
            alike = self.problems >= (MOST_PROBLEMS if patient else _FEW_PROBLEMS)
        if alike:
            raise self._sentence(reason)

    def _sentence(self, reason: Unusable | Refused | NoAnswer) -> EngineDied:
        if isinstance(reason, Refused):
            return reason
        if isinstance(reason, NoAnswer):
            return EngineDied(kept_back(reason, self.problems))
        return EngineDied(useless(reason, self.problems, self._key))
