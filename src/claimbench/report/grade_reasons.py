"""Why a grade is what it is, in words."""

from __future__ import annotations

from claimbench.messages import Message
from claimbench.records import Reason
from claimbench.report.messages import Words, words


def known_reason(reason: Reason) -> Reason:
    """The reason as the catalogues have it; of another version's, which they lack, the key."""
    if not isinstance(reason, Message):
        return reason
    try:
        words().render(reason)
    except (KeyError, ValueError):
        return reason.key
    return reason


def in_words(reason: Reason, known: Words | None = None) -> str:
    """What a reader is shown of a reason, in English where no words are given."""
    return (known or words()).render(known_reason(reason))
