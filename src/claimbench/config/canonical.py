"""A configuration as plain data, and the digest of such data."""

from __future__ import annotations

import hashlib
import json

from pydantic import BaseModel

from claimbench.records.plain import JsonDict


def plain(config: BaseModel) -> JsonDict:
    """A configuration as plain JSON-able data, every default written out."""
    return dict(config.model_dump(mode="json"))


def digest(data: object) -> str:
    """SHA-256 (hex) of plain data in canonical JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
