"""Which of http and https a server speaks, where the address in the run file says the other."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import SplitResult, urlsplit

from claimbench.engines.endpoint.proxies import proxy_words

_SECONDS = 3.0
"""For each of the two tries; a server that nothing has reached yet has had more."""
_PORTS = {"http": 80, "https": 443}


def other_scheme(base_url: str) -> str | None:
    """One sentence where the server of `base_url` speaks the other of http and https, else None:
    also where requests go through a proxy, or nobody answers."""
    parts = urlsplit(base_url)
    if proxy_words(base_url):
        return None
    try:
        tls = _speaks_tls(parts)
        other = not tls and _speaks_http(parts) if parts.scheme == "https" else tls
    except (OSError, ValueError):
        return None
    if not other:
        return None
    spoken, right = ("https", "https") if tls else ("plain http", "http")
    meant = parts._replace(scheme=right).geturl()
    return f"The server {parts.netloc} speaks {spoken}: write engine.endpoint.base_url: {meant}"


def _speaks_tls(parts: SplitResult) -> bool:
    """Whether a handshake succeeds, whoever's the certificate is. Servers of https may answer plain
    http too, with an error: so this alone tells them apart."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with _connected(parts) as plain:
        try:
            context.wrap_socket(plain, server_hostname=parts.hostname).close()
        except (ssl.SSLError, ConnectionError, TimeoutError):
            return False
    return True


def _speaks_http(parts: SplitResult) -> bool:
    with _connected(parts) as plain:
        plain.sendall(f"HEAD / HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode("ascii", "ignore"))
        return plain.recv(5) == b"HTTP/"


def _connected(parts: SplitResult) -> socket.socket:
    address = (parts.hostname or "", parts.port or _PORTS[parts.scheme])
    return socket.create_connection(address, timeout=_SECONDS)
