"""Data for a page's script: compressed, and in letters that no element can be ended by."""

from __future__ import annotations

import base64
import gzip
import json


def compressed(content: object) -> bytes:
    """`content` as JSON, compressed; equal contents give equal bytes."""
    text = json.dumps(content, separators=(",", ":"))  # ASCII: lone surrogates survive.
    return gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0)


def in_letters(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def encoded(content: object) -> str:
    """`content` as a page takes it."""
    return in_letters(compressed(content))
