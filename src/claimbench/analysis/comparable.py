"""A measured cell with what makes it comparable with another."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from claimbench.analysis.efficiency import Efficiency
from claimbench.records import Measurement


@dataclass(frozen=True)
class Measured:
    """One model on one benchmark. `contents` has each problem's digest by id, "" where the folder
    does not hold its text; `grader` names the grader with its options; `groups` has the group of
    each problem by id, where the benchmark names groups; `samples` has a key of each sample's id
    and text, none where a folder holds results alone."""

    measurement: Measurement
    contents: Mapping[str, str]
    grader: str
    efficiency: Efficiency | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    samples: npt.NDArray[np.uint64] = field(
        default_factory=lambda: np.empty(0, np.uint64), compare=False, repr=False
    )


def to_complete(measured: Measurement, folder: object) -> str:
    """What makes the samples and grades of a run folder complete, as the end of a sentence."""
    if measured.received == measured.asked:
        return f"grade its samples: claimbench grade {shlex.quote(str(folder))}"
    return "finish the run with the command that began it"
