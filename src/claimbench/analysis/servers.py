"""What a run's server showed of itself: where the answers are, or are not, in its first replies,
and in what quantization it holds the weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from claimbench.messages import Message, Value, as_data, from_data
from claimbench.records.plain import JsonObject

_FEWEST = 4
"""Replies of one kind before they say something of the server."""
_WRONG = {
    "unended": "server-unended",
    "all reasoning": "server-all-reasoning",
    "empty": "server-empty",
}
"""The message for each kind of reply without an answer, as an engine counts them
(`first_replies` of a session)."""


def server_lines(sessions: Iterable[JsonObject]) -> list[tuple[Message, Value]]:
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


def quantizations(sessions: Iterable[JsonObject]) -> dict[str, str]:
    """By model, what a llama.cpp server said of the weights that it serves, the last it said."""
    return {
        str(interval.get("model")): str(said)
        for session in sessions
        for interval in session.get("generating", [])
        if (said := (interval.get("server") or {}).get("quantization"))
    }


def with_quantization(protocol: Mapping[str, object], said: str) -> dict[str, object]:
    """The protocol of an endpoint's cell with what is said of its weights, among the departures."""
    served = Message("weights-gguf-served", {"quantization": said})
    parts = (from_data(protocol["weights"]), served)
    weights = as_data(Message("weights-departures", {"parts": parts}))
    return {**protocol, "dtype": f"{said} (GGUF)", "weights": weights}


def _messages(counts: Counter[str]) -> Iterator[Message]:
    hidden = counts["hidden reasoning"]
    if hidden:
        yield Message("server-hidden", {"count": hidden})
    examined = counts.total() - hidden
    for kind, key in _WRONG.items():
        # Some replies are empty with any model; it is the server where most are.
        if counts[kind] >= _FEWEST and 2 * counts[kind] > examined:
            yield Message(key, {"count": counts[kind], "of": examined})
