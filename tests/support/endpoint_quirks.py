"""Servers with one quirk each, served together: the quirk's number is in the path.

A quirk edits the answer of a well-behaved server, or answers in its place.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from endpoint_toys import Handler, Json, chunks_of, serving

REASONING_END = "</think>"
PROBLEMS, SAMPLES = 6, 4


@dataclass
class Reply:
    """What goes over the wire; `content` is JSON where it is no bytes."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False

    def raw(self) -> bytes:
        return (
            self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()
        )


@dataclass(frozen=True)
class Exchange:
    """One POST: the how-manieth, what was asked, the problem and seed in it, the path and the
    headers it came with."""

    number: int
    body: Json
    problem: int
    seed: int
    path: str
    headers: Mapping[str, str]

    @property
    def limit(self) -> int:
        return int(self.body.get("max_tokens", self.body.get("max_completion_tokens", 100)))

    @property
    def is_probe(self) -> bool:
        return self.limit == 1


Edit = Callable[[Exchange, Json], Any]
"""The well-behaved answer → the quirky one: JSON, or a Reply."""


@dataclass(frozen=True)
class Quirk:
    """A quirk of a server, the settings that the run has with it, and what the run does.

    `does`: `used` (every reply counts, with its right answer), `stops` (with a sentence that
    matches `words`) or `missing` (the samples of problem 0). With `used`, `words` is in the log.
    """

    title: str
    edit: Edit = lambda _, answer: answer
    does: str = "used"
    words: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    models: Callable[[], Reply] = lambda: Reply({"data": [{"id": "nobody/toy"}]})
    end: str | None = REASONING_END
    finish: str = "stop"
    environment: Mapping[str, str] = field(default_factory=dict)
    lost: int = 4
    """The most replies that are paid for and not kept."""


def answer_of(problem: int) -> str:
    return f"The answer is {problem * 7 + 3}"


def behaved(asked: Exchange) -> Json:
    """The answer of a server without a quirk: reasoning that differs by seed, then the answer."""
    thought = " ".join(f"step {i} of {asked.seed}," for i in range(10))
    words = f"{thought}{REASONING_END}{answer_of(asked.problem)}".split(" ")
    kept = words[: asked.limit]
    whole = len(kept) == len(words)
    chat = "messages" in asked.body
    text = " ".join(kept)
    own = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    prompt = len(asked.body["prompt"]) if not chat else 9
    return {
        "id": "c",
        "object": "chat.completion" if chat else "text_completion",
        "model": "nobody/toy",
        "system_fingerprint": "fp",
        "choices": [{"index": 0, "finish_reason": "stop" if whole else "length", **own}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": len(kept) + whole},
    }


@contextlib.contextmanager
def serving_all(
    quirks: list[Quirk],
) -> Iterator[tuple[Callable[[Quirk], str], list[list[Exchange]]]]:
    """All quirky servers at one port; gives the base URL of each, and what each was asked."""
    asked: list[list[Exchange]] = [[] for _ in quirks]
    lock = threading.Lock()

    class Server(Handler):
        def number(self) -> int:
            return int(self.path.split("/")[1])

        def do_GET(self) -> None:  # noqa: N802
            reply = quirks[self.number()].models()
            self.send(reply.status, reply.raw(), **dict(reply.headers))

        def do_POST(self) -> None:  # noqa: N802
            body = json.loads(self.body())
            prompt = body["prompt"] if "prompt" in body else body["messages"][0]["content"].split()
            number = self.number()
            with lock:
                seed = int(body.get("seed", 0))
                exchange = Exchange(
                    len(asked[number]), body, int(prompt[-1]), seed, self.path, dict(self.headers)
                )
                asked[number].append(exchange)
            edited = quirks[number].edit(exchange, behaved(exchange))
            reply = edited if isinstance(edited, Reply) else Reply(edited)
            if reply.hang:
                self.hang_up_later()
                return
            if body.get("stream") and not isinstance(reply.content, bytes) and reply.status == 200:
                reply = Reply(sse(chunks_of(reply.content)), headers={"Content_Type": EVENTS})
            self.send(reply.status, reply.raw(), **dict(reply.headers))

        def hang_up_later(self) -> None:
            with contextlib.suppress(OSError):
                self.connection.settimeout(60)
                self.connection.recv(1)
            self.close_connection = True

    with serving(Server) as url:
        root = url.removesuffix("/v1")
        yield lambda quirk: f"{root}/{quirks.index(quirk)}/v1", asked


EVENTS = "text/event-stream"


def sse(chunks: list[Any], end: str = "data: [DONE]\n\n") -> bytes:
    return ("".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + end).encode()


# --- edits ------------------------------------------------------------------------------------


def choice(**changes: Any) -> Edit:
    return lambda _, answer: answer | {"choices": [answer["choices"][0] | changes]}


def message(make: Callable[[str, str], Json]) -> Edit:
    """Put the reasoning and the answer elsewhere."""

    def edit(asked: Exchange, answer: Json) -> Json:
        thought, _, text = answer["choices"][0]["message"]["content"].partition(REASONING_END)
        parts = {"message": {"role": "assistant", **make(thought, text)}}
        return answer | {"choices": [answer["choices"][0] | parts]}

    return lambda asked, answer: answer if asked.is_probe else edit(asked, answer)


def usage(make: Callable[[int, int], Json]) -> Edit:
    def edit(_: Exchange, answer: Json) -> Json:
        used = answer["usage"]
        return answer | {"usage": make(used["prompt_tokens"], used["completion_tokens"])}

    return edit


def sometimes(edit: Edit, rest: int = 1) -> Edit:
    """Every third exchange, not the first."""
    return lambda asked, answer: edit(asked, answer) if asked.number % 3 == rest else answer


def for_problem_0(edit: Edit) -> Edit:
    return lambda asked, answer: (
        edit(asked, answer) if asked.problem == 0 and not asked.is_probe else answer
    )


def after_probe(edit: Edit) -> Edit:
    return lambda asked, answer: answer if asked.is_probe else edit(asked, answer)


def both(*edits: Edit) -> Edit:
    def edit(asked: Exchange, answer: Json) -> Any:
        for one in edits:
            answer = one(asked, answer)
        return answer

    return edit


def sends(content: Any, status: int = 200, **headers: str) -> Edit:
    return lambda *_: Reply(content, status, headers)


def error(status: int, words: str, code: Any = None, **headers: str) -> Edit:
    return sends({"error": {"message": words, "code": code}}, status, **headers)


def refuses(key: str, words: str) -> Edit:
    refusal = Reply({"error": {"message": words}}, 400)
    return lambda asked, answer: refusal if key in asked.body else answer


def same_for_every_seed(asked: Exchange, answer: Json) -> Json:
    thought = " ".join(f"step {i}," for i in range(40))
    text = f"{thought}{REASONING_END}{answer_of(asked.problem)}"
    return choice(message={"role": "assistant", "content": text})(asked, answer)


def just_a_letter(asked: Exchange, answer: Json) -> Json:
    used = answer["usage"] | {"completion_tokens": 6}
    text = f"{REASONING_END}{answer_of(asked.problem)}"
    return choice(message={"role": "assistant", "content": text})(asked, answer) | {"usage": used}


def ignores_max_tokens(asked: Exchange, answer: Json) -> Json:
    if "max_completion_tokens" in asked.body:
        return answer
    used = {"prompt_tokens": 9, "completion_tokens": 900}
    return choice(finish_reason="stop")(asked, answer) | {"usage": used}


def azure(asked: Exchange, answer: Json) -> Any:
    if "api-version=2026-02-01" not in asked.path:
        return Reply({"error": {"message": "Resource not found", "code": "404"}}, 404)
    key = {name.lower(): value for name, value in asked.headers.items()}.get("api-key")
    return answer if key == "k1" else Reply({"error": {"message": "no api-key"}}, 401)


def filler(words: int) -> Edit:
    """A reply that is as long as the limit."""

    def edit(asked: Exchange, answer: Json) -> Json:
        text = f"{f'on {asked.seed} ' * (words // 2)}{REASONING_END}{answer_of(asked.problem)}"
        used = answer["usage"] | {"completion_tokens": asked.limit}
        made = choice(message={"role": "assistant", "content": text})(asked, answer)
        return made | {"usage": used}

    return after_probe(edit)


PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"
THINKS = {"type": "thinking", "thinking": [{"type": "text", "text": "so "}]}
FULL = filler(100)

QUIRKS = [
    Quirk("none: a server that behaves"),
    *(
        Quirk(f"`finish_reason` {word}", choice(finish_reason=word))
        for word in ("eos", "eos_token", "stop_sequence", "end_turn", "STOP")
    ),
    *(
        Quirk(f"`finish_reason` {word}", both(FULL, choice(finish_reason=word)), finish="length")
        for word in ("max_tokens", "MAX_TOKENS", "model_length")
    ),
    Quirk(
        "an unknown `finish_reason`",
        after_probe(choice(finish_reason="flourished")),
        "stops",
        r"finish_reason 'flourished'.*engine\.endpoint\.finish_reasons",
    ),
    Quirk(
        "an unknown `finish_reason` that `finish_reasons` explains",
        after_probe(choice(finish_reason="flourished")),
        settings={"finish_reasons": {"flourished": "stop"}},
    ),
    Quirk(
        "an unknown `finish_reason` of replies as long as `max_tokens`",
        both(FULL, choice(finish_reason="flourished")),
        finish="length",
    ),
    Quirk(
        "`finish_reason` null for whole replies",
        after_probe(choice(finish_reason=None)),
        "stops",
        "finish_reason 'null'",
    ),
    Quirk("`finish_reason` null now and then", sometimes(choice(finish_reason=None))),
    Quirk("`finish_reason` abort now and then", sometimes(choice(finish_reason="abort"))),
    Quirk(
        "`finish_reason` insufficient_system_resource now and then",
        sometimes(choice(finish_reason="insufficient_system_resource")),
    ),
    Quirk(
        "`content_filter` for one problem",
        for_problem_0(choice(finish_reason="content_filter")),
        "missing",
    ),
    Quirk("SAFETY for one problem", for_problem_0(choice(finish_reason="SAFETY")), "missing"),
    Quirk(
        "content as a list of parts",
        message(lambda t, a: {"content": [{"type": "text", "text": t + REASONING_END}, a]}),
    ),
    Quirk(
        "content as a list of parts, the thinking among them",
        message(lambda t, a: {"content": [THINKS, {"type": "text", "text": a}]}),
    ),
    Quirk(
        "content with parts that are no text",
        choice(message={"content": [{"type": "image_url", "image_url": {}}]}),
        "stops",
        "first answer cannot be used.*part of type 'image_url'",
    ),
    *(
        Quirk(
            f"the reasoning in the field `{name}`",
            message(lambda t, a, name=name: {name: t, "content": a}),  # type: ignore[misc]
        )
        for name in ("reasoning_content", "reasoning")
    ),
    Quirk(
        "the whole reply in the field of the reasoning, end tag included",
        message(lambda t, a: {"reasoning_content": t + REASONING_END + a, "content": None}),
    ),
    Quirk(
        "the whole reply in the field of the reasoning, of a model that does not reason",
        message(lambda t, a: {"reasoning_content": a, "content": ""}),
        end=None,
    ),
    Quirk(
        "the whole reply in the field of the reasoning, without the end tag",
        message(lambda t, a: {"reasoning_content": t + a, "content": ""}),
        "stops",
        "16 of 16 replies stand whole in the field of the reasoning",
        lost=0,
    ),
    Quirk(
        "empty replies",
        message(lambda t, a: {"content": ""}),
        "stops",
        "16 of 16 replies are empty",
        lost=0,
    ),
    Quirk(
        "reasoning hidden, its tokens counted as such",
        both(
            message(lambda t, a: {"content": a}),
            usage(
                lambda p, c: {
                    "prompt_tokens": p,
                    "completion_tokens": c,
                    "completion_tokens_details": {"reasoning_tokens": c // 2},
                }
            ),
        ),
        words="keeps the reasoning of its replies to itself",
    ),
    Quirk(
        "reasoning hidden, its tokens only in the count",
        message(lambda t, a: {"content": a}),
        words="keeps the reasoning of its replies to itself",
    ),
    Quirk(
        "reasoning hidden without a trace",
        both(
            message(lambda t, a: {"content": a}),
            after_probe(usage(lambda p, c: {"prompt_tokens": p, "completion_tokens": 5})),
        ),
        "stops",
        r"16 of 16 replies never end their reasoning.*engine\.endpoint\.reasoning: hidden",
        lost=0,
    ),
    Quirk(
        "reasoning hidden without a trace, and `reasoning: hidden`",
        both(
            message(lambda t, a: {"content": a}),
            after_probe(usage(lambda p, c: {"prompt_tokens": p, "completion_tokens": 5})),
        ),
        settings={"reasoning": "hidden"},
        words="keeps the reasoning of its replies to itself",
    ),
    Quirk(
        "whole numbers of tokens as floats",
        usage(lambda p, c: {"prompt_tokens": float(p), "completion_tokens": float(c)}),
    ),
    Quirk(
        "usage without the tokens of the reasoning, which the total holds",
        both(
            message(lambda t, a: {"reasoning_content": t, "content": a}),
            after_probe(
                usage(
                    lambda p, c: {
                        "prompt_tokens": p,
                        "completion_tokens": 5,
                        "completion_tokens_details": {"reasoning_tokens": c - 5},
                        "total_tokens": p + c,
                    }
                )
            ),
        ),
    ),
    Quirk(
        "usage with null details",
        usage(
            lambda p, c: {
                "prompt_tokens": p,
                "completion_tokens": c,
                "completion_tokens_details": None,
            }
        ),
    ),
    Quirk("no usage", usage(lambda p, c: {}), "stops", "does not say its usage", lost=1),
    Quirk("no usage now and then", sometimes(usage(lambda p, c: {}))),
    Quirk(
        "`max_completion_tokens` only",
        refuses("max_tokens", "Unsupported parameter: use 'max_completion_tokens' instead."),
    ),
    Quirk(
        "`max_tokens` ignored",
        ignores_max_tokens,
        "stops",
        "generated 900 tokens where max_tokens is 1.*engine.endpoint.unsupported",
        lost=1,
    ),
    Quirk(
        "`max_tokens` ignored, and named in `unsupported`",
        ignores_max_tokens,
        settings={"unsupported": ["max_tokens"]},
    ),
    Quirk(
        "one token refused as too few",
        lambda asked, answer: (
            Reply({"error": {"message": "max_tokens must be at least 16"}}, 400)
            if asked.is_probe
            else answer
        ),
    ),
    Quirk("`n` refused", refuses("n", "unknown parameter n"), "stops", "engine.endpoint.unsupp"),
    Quirk(
        "`n` refused, and named in `unsupported`",
        refuses("n", "unknown parameter n"),
        settings={"unsupported": ["n"]},
    ),
    Quirk(
        "`stream_options` refused",
        refuses("stream_options", "no stream_options here"),
        "stops",
        "engine.endpoint.unsupported",
        settings={"stream": True},
    ),
    Quirk(
        "`stream_options` refused, and named in `unsupported`",
        refuses("stream_options", "no stream_options here"),
        settings={"stream": True, "unsupported": ["stream_options"]},
    ),
    Quirk("`top_k` refused", refuses("top_k", "no top_k"), "stops", "engine.endpoint.unsupported"),
    Quirk(
        "`top_k` refused, and named in `unsupported`",
        refuses("top_k", "no top_k"),
        settings={"unsupported": ["top_k"]},
    ),
    Quirk("402", error(402, "Insufficient Balance"), "stops", "account has nothing left.*402"),
    Quirk(
        "429 as no money is left",
        error(429, "You exceeded your quota", "insufficient_quota"),
        "stops",
        "account has nothing left",
    ),
    Quirk("429 with `retry-after-ms`", sometimes(error(429, "slow", retry_after_ms="20"))),
    Quirk("429 without a word", sometimes(sends(b"", 429))),
    Quirk("529, overloaded", sometimes(error(529, "overloaded"))),
    Quirk(
        "503 while the model loads", lambda a, x: error(503, "loading")(a, x) if a.number < 3 else x
    ),
    Quirk("500 for one problem", for_problem_0(error(500, "CUDA error")), "missing"),
    Quirk("silence for one problem", for_problem_0(lambda *_: Reply("", hang=True)), "missing"),
    Quirk(
        "an error with status 200 now and then",
        sometimes(sends({"error": {"message": "upstream is busy", "code": 429}})),
    ),
    Quirk(
        "an error with status 200 and code 402",
        sends({"error": {"message": "add credits", "code": 402}}),
        "stops",
        "account has nothing left",
    ),
    Quirk("403 on GET /models", models=lambda: Reply({"error": "forbidden"}, 403)),
    Quirk("401 on GET /models", models=lambda: Reply({"error": "who are you"}, 401)),
    Quirk("404 on GET /models", models=lambda: Reply(b"not found", 404)),
    Quirk("500 on GET /models", models=lambda: Reply(b"oops", 500)),
    Quirk("HTML on GET /models", models=lambda: Reply(PAGE)),
    Quirk("an empty list on GET /models", models=lambda: Reply({"data": []})),
    Quirk("another shape on GET /models", models=lambda: Reply({"models": ["toy"]})),
    Quirk(
        "HTML instead of JSON",
        sends(PAGE),
        "stops",
        r"first answer cannot be used: .*page of HTML \(Sign in\)",
        lost=1,
    ),
    Quirk("HTML instead of JSON now and then", sometimes(sends(PAGE))),
    Quirk("an empty body", sends(b""), "stops", "first answer cannot be used: .*is empty", lost=1),
    Quirk(
        "text instead of JSON", sends(b"OK"), "stops", "cannot be used: .*not JSON .'OK'", lost=1
    ),
    Quirk(
        "two choices", lambda _, x: x | {"choices": x["choices"] * 2}, "stops", "one choice", lost=1
    ),
    Quirk(
        "an answer compressed unasked, now and then",
        sometimes(sends(b"x", Content_Encoding="gzip")),
    ),
    Quirk(
        "another model than asked for",
        lambda _, answer: answer | {"model": "somebody/else"},
        "stops",
        "answers with model 'somebody/else'",
    ),
    Quirk(
        "another name for the model, and `alias: true`",
        lambda _, answer: answer | {"model": "toy-2026"},
        settings={"alias": True},
    ),
    Quirk(
        "a model that changes on the way",
        lambda asked, answer: answer | ({"model": "v2"} if asked.number > 6 else {}),
        "stops",
        "answers with model 'v2'",
    ),
    Quirk(
        "a prompt with a token more (token ids)",
        usage(lambda p, c: {"prompt_tokens": p + 1, "completion_tokens": c}),
        "stops",
        "did not use the prompt",
        settings={"prompt": "token_ids"},
    ),
    Quirk("token ids and nothing of vLLM's", settings={"prompt": "token_ids"}),
    Quirk(
        "the seed ignored, or a cache",
        same_for_every_seed,
        "stops",
        "gives the same reply to different seeds.*8 of 8",
        lost=0,
    ),
    Quirk("short replies that are often equal", after_probe(just_a_letter)),
    Quirk(
        "a reply cut by the server's own limit",
        both(message(lambda t, a: {"content": t}), after_probe(choice(finish_reason="length"))),
        "stops",
        "larger context",
    ),
    Quirk(
        "an `api-version` that is needed",
        azure,
        "stops",
        "HTTP 404",
    ),
    Quirk(
        "an `api-version` that is needed and set (Azure)",
        azure,
        settings={"api_version": "2026-02-01", "key_env": "QUIRK_KEY"},
        environment={"QUIRK_KEY": "k1"},
    ),
    Quirk(
        "a proxy variable that catches 127.0.0.1",
        does="stops",
        words="environment variable http_proxy sends requests for 127.0.0.1 .* this machine's own",
        environment={"http_proxy": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": ""},
    ),
    Quirk(
        "a stream without [DONE]",
        lambda _, answer: Reply(sse(chunks_of(answer), ""), headers={"Content_Type": EVENTS}),
        settings={"stream": True},
    ),
    Quirk(
        "a stream with comments and empty deltas",
        lambda _, answer: Reply(
            b": ping\n\n" + sse([{"choices": []}, *chunks_of(answer)]),
            headers={"Content_Type": EVENTS},
        ),
        settings={"stream": True},
    ),
    Quirk(
        "a stream with parts",
        message(lambda t, a: {"reasoning_content": t, "content": a}),
        settings={"stream": True},
    ),
]
