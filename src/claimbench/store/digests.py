"""Short digests: what the index keeps of a name or a reply, and what a grade names."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from claimbench.records.plain import JsonObject

OPENING = 800
"""Characters, about 200 tokens: replies that are equal so far, and at least so long, are copies."""


@lru_cache(maxsize=1 << 16)
def text_key(text: str) -> int:
    """The 64-bit key under which the index keeps a problem id or a grader digest. Among 10,000
    problems the chance of any two sharing one is below 1e-11."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def reply_digest(values: JsonObject) -> int:
    """The 64-bit digest of what a sample says, by its keys: all that a grader or a statistic reads
    of it, and its token ids. Equal before a row is stored and after it is read."""
    text, reasoning = values["text"], values.get("reasoning")
    order = "".join([f"{place} " for place in values.get("choice_order") or ()])
    facts = (
        f"{values['problem_id']} {values['sample_index']} {values['finish_reason']} "
        f"{values['prompt_tokens']} {values['completion_tokens']} {order}{len(text)}"
    )
    digest = hashlib.sha256(facts.encode("utf-8", "surrogatepass"))
    digest.update(_as_bytes(text))
    if reasoning is not None:
        digest.update(b"\0" + _as_bytes(reasoning))
    if (answer := values.get("stated_answer")) is not None:
        digest.update(b"\1" + _as_bytes(answer))
    if (ids := values.get("packed_ids")) is not None:
        digest.update(b"\2" + _as_bytes(ids))
    return int.from_bytes(digest.digest()[:8], "little")


def hex_digest(number: int) -> str:
    """A 64-bit digest as 16 hex digits."""
    return number.to_bytes(8, "big").hex()


def _as_bytes(text: str) -> bytes:
    """`text` in UTF-8. Two surrogates that spell a character are that character, as in JSON."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _joined(text).encode("utf-8", "surrogatepass")


def _joined(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def opening_key(reasoning: str | None, text: str) -> int:
    """The key of how a reply opens: equal for equal openings, odd where the reply is as long as
    OPENING; shorter replies may well be equal by chance."""
    reply = ((reasoning or "") + text)[: 2 * OPENING]  # Each character may be two surrogates.
    try:
        opening = reply[:OPENING].encode()
    except UnicodeEncodeError:
        reply = _joined(reply)
        opening = reply[:OPENING].encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(opening, digest_size=8).digest()
    return int.from_bytes(digest, "little") & ~1 | (len(reply) >= OPENING)
