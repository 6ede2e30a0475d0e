"""A scripted OpenAI-compatible server, and a proxy that injects faults before it."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


def adding(prompt: str, seed: int) -> str:
    """The toy project's sums, wrong for one seed in four."""
    first, second = re.findall(r"What is (\d+) \+ (\d+)", prompt)[-1]
    return f"Adding.</think>The answer is {int(first) + int(second) + (seed % 4 == 0)}"


class Server:
    """Answers as `reply(prompt text, seed)` says. `decode` turns token ids into text; a token of
    the reply is a word. `change` may edit every answer; `seen` keeps every body that was asked."""

    def __init__(
        self,
        decode: Callable[[list[int]], str] = lambda ids: " ".join(map(str, ids)),
        reply: Callable[[str, int], str] = adding,
        model: str = "nobody/toy",
    ) -> None:
        self.decode, self.reply, self.model = decode, reply, model
        self.change: Callable[[Json, Json], Json] = lambda answer, body: answer
        self.key: str | None = None
        self.delay = 0.0
        self.seen: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.open = self.most_open = 0

    @property
    def asked(self) -> list[Json]:
        """The bodies of samples: without the probe of one token."""
        return [body for body in self.seen if body["max_tokens"] > 1]

    def answer(self, body: Json) -> Json:
        chat = "messages" in body
        if chat:
            prompt = "\n".join(turn["content"] for turn in body["messages"])
            counted = len(prompt.split())
        else:
            prompt, counted = self.decode(body["prompt"]), len(body["prompt"])
        words = self.reply(prompt, body.get("seed", 1)).split(" ")
        kept = words[: body["max_tokens"]]
        text = " ".join(kept)
        choice: Json = {"index": 0, "finish_reason": "stop" if kept == words else "length"}
        choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        if body.get("return_token_ids") and not chat:
            choice |= {"prompt_token_ids": body["prompt"], "token_ids": list(range(len(kept)))}
        usage = {"prompt_tokens": counted, "completion_tokens": len(kept) + (kept == words)}
        answer = {
            "id": "c",
            "object": "chat.completion" if chat else "text_completion",
            "model": self.model,
            "system_fingerprint": "fp_1",
            "choices": [choice],
            "usage": usage,
        }
        return self.change(answer, body)


def chunks_of(answer: Json) -> list[Json]:
    """A whole answer as the chunks of a stream: one word each, usage in the last."""
    choice = answer["choices"][0]
    top = {key: answer[key] for key in ("id", "object", "model", "system_fingerprint")}
    made = []
    parts = choice["message"] if "message" in choice else {"text": choice["text"]}
    for key, text in parts.items():
        for word in re.findall(r"\S+\s*|\s+", text or "") if key != "role" else []:
            piece = {key: word}
            inner = {"delta": piece} if "message" in choice else piece
            made.append({**top, "choices": [{"index": 0, "finish_reason": None, **inner}]})
    end = {"delta": {}} if "message" in choice else {"text": ""}
    extra = {k: choice[k] for k in ("prompt_token_ids", "token_ids") if k in choice}
    last = {"index": 0, "finish_reason": choice["finish_reason"], **end, **extra}
    return [*made, {**top, "choices": [last]}, {**top, "choices": [], "usage": answer["usage"]}]


@contextlib.contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """Serve on a port, a free one by default; gives the base URL."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            """Clients that hang up are what these tests are about."""

    with Quiet(("127.0.0.1", port), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_address[1]}/v1"
        finally:
            httpd.shutdown()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's terminal."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def openai_server(server: Server, port: int = 0) -> contextlib.AbstractContextManager[str]:
    """`server` on a port."""

    class OpenAI(Handler):
        def do_GET(self) -> None:
            self.send(
                200, json.dumps({"data": [{"id": server.model, "root": "/weights"}]}).encode()
            )

        def do_POST(self) -> None:
            server.headers.append(dict(self.headers))
            if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                said = {"error": {"message": f"bad key: {self.headers.get('Authorization')}"}}
                self.body()
                return self.send(401, json.dumps(said).encode())
            body = json.loads(self.body())
            server.seen.append(body)
            server.open += 1
            server.most_open = max(server.most_open, server.open)
            time.sleep(server.delay)
            answer = server.answer(body)
            server.open -= 1
            if body.get("stream"):
                lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks_of(answer)]
                stream = "".join([*lines, "data: [DONE]\n\n"]).encode()
                return self.send(200, stream, Content_Type="text/event-stream")
            return self.send(200, json.dumps(answer).encode())

    return serving(OpenAI, port)


def faulty_proxy(base_url: str, faults: Callable[[int, bytes], str | None]) -> Any:
    """A proxy before `base_url`; `faults(n, body)` names the fault of the n-th POST, None for
    none."""
    host, port = re.findall(r"//([\d.]+):(\d+)", base_url)[0]
    count = iter(range(10**9))
    lock = threading.Lock()

    class Proxy(Handler):
        def forward(self, body: bytes | None = None) -> tuple[int, bytes, str]:
            upstream = http.client.HTTPConnection(host, int(port))
            names = ("Content-Type", "Authorization")
            sent = {name: self.headers[name] for name in names if name in self.headers}
            upstream.request(self.command, self.path, body, sent)
            got = upstream.getresponse()
            content = got.read(), got.getheader("Content-Type", "")
            upstream.close()
            return got.status, *content

        def do_GET(self) -> None:
            status, content, kind = self.forward()
            self.send(status, content, Content_Type=kind)

        def do_POST(self) -> None:
            body = self.body()
            with lock:
                fault = faults(next(count), body)
            if fault in FAULTS:
                return FAULTS[fault](self)
            status, content, kind = self.forward(body)
            if fault == "cut":
                return self.cut(content[: len(content) // 2], len(content), kind)
            if fault is not None:
                content = json.dumps(EDITS[fault](json.loads(content))).encode()
            return self.send(status, content, Content_Type=kind)

        def cut(self, part: bytes, promised: int, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(part)
            self.wfile.flush()
            self.hang_up()

        def hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def refuse(self, status: int, **headers: str) -> None:
            self.send(status, b'{"error": {"message": "try again", "code": null}}', **headers)

    return serving(Proxy)


def _hang(proxy: Any) -> None:
    with contextlib.suppress(OSError):
        proxy.connection.settimeout(60)
        proxy.connection.recv(1)  # until the client gives up
    proxy.close_connection = True


def _stream(*datas: str) -> Callable[[Any], None]:
    """A stream of these data lines, as a server that has lost its mind would send them."""
    raw = "".join(f"data: {data}\n\n" for data in (*datas, "[DONE]")).encode("latin-1")

    def send(proxy: Any) -> None:
        proxy.send(200, raw, Content_Type="text/event-stream")

    return send


def _open_end(proxy: Any, status: int, kind: str) -> None:
    """Begin an answer that does not say how long it is."""
    proxy.send_response(status)
    proxy.send_header("Content-Type", kind)
    proxy.end_headers()
    proxy.close_connection = True


def _endless(status: int, kind: str, piece: bytes, pause: float = 0.0) -> Callable[[Any], None]:
    """An answer of `piece` again and again, until the client hangs up."""

    def send(proxy: Any) -> None:
        _open_end(proxy, status, kind)
        with contextlib.suppress(OSError):
            while True:
                proxy.wfile.write(piece)
                time.sleep(pause)

    return send


def _packed(proxy: Any) -> None:
    """Ten megabytes of nothing, in ten kilobytes."""
    proxy.send(200, gzip.compress(b" " * 10**7), Content_Encoding="gzip")


_EVENTS = "text/event-stream"
_LONG_CHUNK = b'data: {"choices": [{"text": "%s"}]}\n\n' % (b"a" * 4000)
_TWO = '{"model": "nobody/toy", "choices": [{"index": 0, "text": "a"}, {"index": 1, "text": "b"}]}'
FAULTS: dict[str | None, Callable[[Any], None]] = {
    "stream: two choices": _stream(_TWO),
    "stream: a number for choices": _stream('{"choices": 5}'),
    "stream: a number for a choice": _stream('{"choices": [5]}'),
    "stream: a text for a delta": _stream('{"choices": [{"delta": "a"}]}'),
    "stream: a list": _stream("[1]"),
    "stream: no UTF-8": _stream('{"choices": [{"text": "\xe2\x82"}]}'),
    "stream: an error": _stream('{"error": {"message": "out of memory"}}'),
    "429": lambda proxy: proxy.refuse(429, Retry_After="0.05"),
    "500": lambda proxy: proxy.refuse(500),
    "503": lambda proxy: proxy.refuse(503, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT"),
    "hang": _hang,
    "refused": lambda proxy: proxy.hang_up(),
    "garbage": lambda proxy: proxy.send(200, b"<html>busy</html>"),
    "half": lambda proxy: proxy.send(200, b'{"choices": [{"te'),
    "list": lambda proxy: proxy.send(200, b"[1, 2]"),
    "endless": _endless(200, "application/json", b" " * 2**16),
    "endless 500": _endless(500, "application/json", b" " * 2**16),
    "stream: endless": _endless(200, _EVENTS, _LONG_CHUNK * 20),
    "packed": _packed,
    "trickle": _endless(200, "application/json", b" ", 0.05),
    "stream: trickle": _endless(200, _EVENTS, b": still here\n\n", 0.05),
}
EDITS: dict[str, Callable[[Json], Json]] = {
    "empty": lambda answer: answer | {"choices": []},
    "no text": lambda answer: answer | {"choices": [{"finish_reason": "stop"}]},
    "no usage": lambda answer: answer | {"usage": None},
    "two": lambda answer: answer | {"choices": answer["choices"] * 2},
    "huge usage": lambda answer: _counted(answer, 10**30),
    "NaN usage": lambda answer: _counted(answer, float("nan")),
    "null": lambda answer: _finished(answer, None),
    "abort": lambda answer: _finished(answer, "abort"),
    "filter": lambda answer: _finished(answer, "content_filter"),
    "wrong model": lambda answer: answer | {"model": "somebody/else"},
}
PASSING = ("429", "500", "503", "hang", "refused", "cut", "garbage", "half", "list", "empty")
UNBOUNDED = ("endless", "endless 500", "packed")
PASSING_EDITS = ("no text", "no usage", "null", "abort", "two", "huge usage", "NaN usage")
STREAMS = tuple(
    fault for fault in FAULTS if str(fault).startswith("stream") and fault != "stream: trickle"
)


def _finished(answer: Json, reason: str | None) -> Json:
    return answer | {"choices": [{**answer["choices"][0], "finish_reason": reason}]}


def _counted(answer: Json, tokens: float) -> Json:
    return answer | {"usage": {**answer["usage"], "completion_tokens": tokens}}
