"""Addresses that may hold something secret: a user, a password, a query or a fragment."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{0,30}://\S*")


def bare(address: str) -> str:
    """The address without what may be secret in it."""
    return re.split(r"[?#]", re.sub(r"//.*@", "//", address, count=1), maxsplit=1)[0]


def holds_secret(text: str) -> bool:
    """Whether an address in `text` has more to it than its bare form."""
    return any(bare(found) != found for found in _ADDRESS.findall(text))


def is_servers(address: str) -> bool:
    """Whether this is the address of a server of http or https, with a port that there can be if
    any, and nothing secret in it."""
    try:
        parts = urlsplit(address)
        fits = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return fits and bool(re.fullmatch(r"https?://\S+", address)) and not holds_secret(address)
