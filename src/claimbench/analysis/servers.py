"""What the first replies of a run said of its server: where the answers are, or are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from claimbench.messages import Message, Value

_FEWEST = 4
"""Replies of one kind before they say something of the server."""
_WRONG = {
    "unended": "server-unended",
    "all reasoning": "server-all-reasoning",
    "empty": "server-empty",
}
"""The message for each kind of reply without an answer, as an engine counts them
(`first_replies` of a session)."""


def server_lines(sessions: Iterable[Mapping[str, Any]]) -> list[tuple[Message, Value]]:
    """(what, value) for each model whose server hid something, for the description of a run.
    `sessions` are those of provenance.json."""
    found: dict[str, Counter[str]] = {}
    for session in sessions:
        for interval in session.get("generating", []):
            kinds = (interval.get("server") or {}).get("first_replies", {})
            found.setdefault(str(interval.get("model")), Counter()).update(kinds)
    return [
        (Message("about-server", {"model": model}), message)
        for model, counts in found.items()
        for message in _messages(counts)
    ]


def _messages(counts: Counter[str]) -> Iterator[Message]:
    hidden = counts["hidden reasoning"]
    if hidden:
        yield Message("server-hidden", {"count": hidden})
    examined = counts.total() - hidden
    for kind, key in _WRONG.items():
        # Some replies are empty with any model; it is the server where most are.
        if counts[kind] >= _FEWEST and 2 * counts[kind] > examined:
            yield Message(key, {"count": counts[kind], "of": examined})
