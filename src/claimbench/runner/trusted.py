"""Run folders that are to be evidence: those that prove themselves, and those that do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claimbench.errors import ClaimbenchError
from claimbench.runner.verify import refuse_wrong
from claimbench.verdicts.articles.runs import load_runs, run_folders


@dataclass(frozen=True, slots=True)
class Trusted:
    """`folders` prove themselves; `damaged` says of each other one why it does not."""

    folders: tuple[Path, ...]
    damaged: Mapping[Path, str]


def trusted(named: Sequence[Path]) -> Trusted:
    """The run folders among `named`, or one folder down.

    A folder that was named itself raises what is wrong with it. One that merely lies among others
    is left out, so that it stops nobody from reading the rest.
    """
    asked_for = {path.resolve() for path in named}
    good, damaged = list[Path](), dict[Path, str]()
    for root in run_folders(named):
        try:
            refuse_wrong(root)
            load_runs([root])
        except ClaimbenchError as error:
            if root.resolve() in asked_for:
                raise
            damaged[root] = str(error)
        else:
            good.append(root)
    return Trusted(tuple(good), damaged)
