"""A configuration as plain data, and the digest of such data."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel


def plain(config: BaseModel) -> dict[str, Any]:
    """A configuration as plain JSON-able data, every default written out."""
    return dict(config.model_dump(mode="json"))


def digest(data: object) -> str:
    """SHA-256 (hex) of plain data in canonical JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
