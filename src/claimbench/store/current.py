"""Which stored rows count: of samples the first of each id, of grades those of what is stored now.

A grade names what it judged: the grader, the reply and the problem with its gold. One whose reply
or problem is not the stored one (lines lost in a power cut and asked again, parts of two runs put
together, a text edited) is as good as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from claimbench.errors import StoreError
from claimbench.store.digests import text_key
from claimbench.store.index import first_of_each, last_of_each, line_number, positions
from claimbench.store.rows import Index


@dataclass(frozen=True)
class Judge:
    """A grader's digest, and the digest (16 hex digits) of each problem by its id."""

    grader: str
    problems: Mapping[str, str]

    @cached_property
    def _table(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
        """The problems' keys, sorted, and their digests."""
        pairs = sorted((text_key(name), int(found, 16)) for name, found in self.problems.items())
        table = np.array(pairs, dtype=np.uint64).reshape(-1, 2)
        return table[:, 0].copy(), table[:, 1].copy()

    def grades(self, records: Index, samples: Index) -> Index:
        """The last grade of each of `samples` among all grades' `records`, in their order."""
        own = _kept(records, records["grader"] == text_key(self.grader))
        at = positions(own["id"], samples["id"])
        if not len(samples):
            return own[:0]
        same = (at >= 0) & (own["sample_digest"] == samples["digest"][at])
        known, digests = self._digests_of(samples["problem"][at])
        return last_of_each(_kept(own, same & known & (own["problem_digest"] == digests)))

    def _digests_of(
        self, keys: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint64]]:
        """Whether each problem is known, and its digest."""
        names, digests = self._table
        if not len(names):
            return np.zeros(len(keys), dtype=np.bool_), np.zeros(len(keys), dtype=np.uint64)
        at = np.minimum(np.searchsorted(names, keys), len(names) - 1)
        return names[at] == keys, digests[at]


def _kept(records: Index, mask: npt.NDArray[np.bool_]) -> Index:
    """`records[mask]`, without a copy where that is all of them."""
    return records if mask.all() else records[mask]


def distinct_samples(parts: list[Path], records: Index) -> Index:
    """The first record of each sample. Raises StoreError where a later one of the same id is
    another reply: which of them was graded cannot be known."""
    first = first_of_each(records)
    if len(first) == len(records):
        return first
    at = positions(records["id"], first["id"])
    differing = np.flatnonzero(records["digest"] != first["digest"][at])
    if len(differing):
        later = records[differing[0]]
        places = [_place(parts, record) for record in (first[at[differing[0]]], later)]
        raise StoreError(
            f"{places[0]} and {places[1]} are two replies to the same request (id "
            f"{later['id'].tobytes().hex()}): parts of two runs are mixed here; move one of the "
            "two files and its .idx out of the folder and run the same command again."
        )
    return first


def _place(parts: list[Path], record: np.void) -> str:
    part = parts[int(record["part"])]
    return f"{part}:{line_number(part, int(record['offset']))}"
