"""What `claimbench verify` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from claimbench.errors import counted
from claimbench.report.messages import english
from claimbench.report.tables import clean
from claimbench.verdicts.registration import state_message

if TYPE_CHECKING:
    from claimbench.runner.verify import Verified


def lines(found: Verified) -> Iterator[str]:
    """A line for each fault, then the counts and the folder's digest."""
    for lack in found.missing:  # First: figures that miss a grade are wrong by it.
        yield f"missing  {clean(lack, 600)}"
    for fault in found.wrong:
        yield f"wrong    {clean(fault, 600)}"
    state = "everything fits together" if found.good else "do not trust its results as they are"
    if not found.wrong and found.missing:
        state = "what is there fits together"
    yield (
        f"{clean(str(found.root))}: {counted(found.samples, 'sample')}, "
        f"{counted(found.grades, 'grade')}; {state}"
    )
    if found.registration.state != "not registered":
        yield clean(english(state_message(found.registration)), 1000)
    yield f"digest of the folder: {found.digest}"


def as_data(found: Verified) -> dict[str, object]:
    """The same as plain data."""
    return {
        "folder": str(found.root),
        "good": found.good,
        "wrong": list(found.wrong),
        "missing": list(found.missing),
        "samples": found.samples,
        "grades": found.grades,
        "sha256": found.digest.sha256,
        "files": found.digest.files,
        "bytes": found.digest.bytes,
        "date": found.digest.date,
        "registration": asdict(found.registration),
    }
