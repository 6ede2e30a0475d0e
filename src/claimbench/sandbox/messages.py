"""Requests and replies over two pipes, between a program and the tests that call it.

Both sides may ask: the tests for a call of the program, the program for a call of a function that
the tests handed to it. Who waits for a reply answers what is asked of it meanwhile.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from claimbench.sandbox import codec
from claimbench.sandbox.interpreter import write_all
from claimbench.sandbox.plain import NotPlain

CALLS: Final = 5
ANSWERS: Final = 6
"""Descriptors of a child of two: what it reads, and what it writes."""
_REQUEST, _REPLY = b"?", b"!"


class Gone(BaseException):
    """The other side has ended, or sends what is no message. Nothing that a test catches."""


class Peer:
    """One end. `serve` makes the reply to a request, both as bytes."""

    def __init__(self, serve: Callable[[bytes], bytes]) -> None:
        self._stream = open(CALLS, "rb", closefd=False)  # noqa: SIM115
        self._serve = serve
        self.requests = 0

    def ask(self, request: bytes) -> bytes:
        """The reply to a request. Raises Gone where none comes."""
        self.requests += 1
        self._send(_REQUEST, request)
        while True:
            message = self._receive()
            if message is None:
                raise Gone(LOST)
            if message[:1] == _REPLY:
                return message[1:]
            self._send(_REPLY, self._serve(message[1:]))

    def serve_all(self) -> None:
        """Answer requests until the other side hangs up."""
        while (message := self._receive()) is not None:
            self._send(_REPLY, self._serve(message[1:]))

    def _receive(self) -> bytes | None:
        try:
            return _read_message(self._stream)
        except (OSError, ValueError, NotPlain) as error:
            raise Gone(str(error)) from error

    def _send(self, tag: bytes, data: bytes) -> None:
        try:
            write_all(ANSWERS, (len(data) + 1).to_bytes(8, "little") + tag + data)
        except OSError as error:
            raise Gone(LOST) from error


LOST: Final = "the solution ended before it answered"
"""Words of a record that say that the other process tells why."""


def _read_message(stream: io.BufferedReader) -> bytes | None:
    """The next message, None at the end. Raises NotPlain where it is longer than any may be."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    length = int.from_bytes(head, "little")
    if length > codec.MAX_BYTES:
        raise NotPlain("it is too large")
    data = stream.read(length)
    return data if len(data) == length else None
