"""Whether the environment sends requests through a proxy, for messages about connections."""

from __future__ import annotations

import os
import urllib.request
from urllib.parse import urlsplit

_LOCAL = ("127.0.0.1", "localhost", "::1", "0.0.0.0")


def proxy_words(base_url: str) -> str:
    """` (…)` where a proxy variable catches this address, else nothing. The proxy's own address is
    left out: it may hold a password."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if not _caught(parts.scheme, host):
        return ""
    names = (f"{parts.scheme}_proxy", f"{parts.scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    name = next((name for name in names if os.environ.get(name)), names[0])
    own = ", though it is this machine's own" if host in _LOCAL else ""
    return (
        f" (the environment variable {name} sends requests for {host} through a proxy{own}: add "
        f"{host} to no_proxy if the proxy does not know it)"
    )


def _caught(scheme: str, host: str) -> bool:
    proxies = urllib.request.getproxies_environment()
    known = proxies.get(scheme) or proxies.get("all")
    return bool(known) and not urllib.request.proxy_bypass_environment(host)  # type: ignore[attr-defined]
