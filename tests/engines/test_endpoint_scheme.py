"""An address that says https of a server that speaks http, and the other way round."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from endpoint_toys import Server, openai_server
from test_engine_endpoint import engine, request

from claimbench.engines.endpoint.scheme import other_scheme
from claimbench.errors import EngineDied


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, made for this test and known to nobody."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl is not here")
    both = tmp_path_factory.mktemp("tls") / "both.pem"
    asked = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run(
        [openssl, *asked, "-days", "2", "-keyout", both, "-out", both.with_suffix(".crt")],
        check=True,
        capture_output=True,
    )
    both.write_text(both.read_text() + both.with_suffix(".crt").read_text())
    return both


@contextmanager
def speaking_tls(certificate: Path, words: bytes) -> Iterator[str]:
    """The http address of a server of https that answers plain http with `words`, as nginx does,
    or, where there are none, by hanging up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                if connection.recv(1, socket.MSG_PEEK) == b"\x16":  # a handshake begins
                    context.wrap_socket(connection, server_side=True).close()
                elif words:
                    connection.recv(65536)
                    connection.sendall(words)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        listening.shutdown(socket.SHUT_RDWR)


PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("words", [PLAIN, b""])
def test_http_for_a_server_of_https(certificate: Path, words: bytes) -> None:
    with speaking_tls(certificate, words) as url:
        meant = url.replace("http:", "https:")
        with pytest.raises(EngineDied, match="speaks https: write ") as died:
            list(engine(url).generate([request(1)]))
    assert str(died.value).endswith(f"engine.endpoint.base_url: {meant}")


def test_https_for_a_server_of_http() -> None:
    with openai_server(Server()) as url:
        with pytest.raises(EngineDied, match="speaks plain http: write ") as died:
            list(engine(url.replace("http:", "https:")).generate([request(1)]))
        assert str(died.value).endswith(f"engine.endpoint.base_url: {url}")
        assert other_scheme(url) is None


def test_an_unknown_certificate_is_https_all_the_same(certificate: Path) -> None:
    with speaking_tls(certificate, PLAIN) as url:
        assert other_scheme(url.replace("http:", "https:")) is None


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/v1", "http://127.0.0.1:port/v1"])
def test_where_nobody_answers_nothing_is_known(url: str) -> None:
    assert other_scheme(url) is None


def test_through_a_proxy_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> socket.socket:
        raise AssertionError

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    assert other_scheme("https://example.com/v1") is None
