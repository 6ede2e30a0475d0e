"""More servers with one quirk each: other shapes, other wrappings, one prompt refused."""

from __future__ import annotations

import gzip
import json
from typing import Any

from endpoint_quirks import (
    EVENTS,
    PAGE,
    REASONING_END,
    Edit,
    Exchange,
    Quirk,
    Reply,
    after_probe,
    choice,
    error,
    for_problem_0,
    message,
    refuses,
    sends,
    sometimes,
    sse,
    usage,
)
from endpoint_toys import Json, chunks_of

STREAM = {"stream": True}
WHOLE = REASONING_END.join
"""Reasoning and answer in one text."""


def with_problem_0(edit: Edit) -> Edit:
    """Of problem 0, also where it is the first question."""
    return lambda asked, answer: edit(asked, answer) if asked.problem == 0 else answer


def in_charset(asked: Exchange, answer: Json) -> Reply:
    text = f"é {answer['choices'][0]['message']['content']}"
    made = choice(message={"content": text})(asked, answer)
    kind = "application/json; charset=iso-8859-1"
    return Reply(
        json.dumps(made, ensure_ascii=False).encode("latin-1"), 200, {"Content-Type": kind}
    )


def coded(pack: Any, name: str) -> Edit:
    return lambda _, answer: Reply(
        pack(json.dumps(answer).encode()), headers={"Content-Encoding": name}
    )


def in_delta(_: Exchange, answer: Json) -> Json:
    first = answer["choices"][0]
    moved = {**{k: v for k, v in first.items() if k != "message"}, "delta": first["message"]}
    return answer | {"choices": [moved]}


def usage_in_choice(asked: Exchange, answer: Json) -> Json:
    return choice(usage=answer["usage"])(asked, answer) | {"usage": None}


def two_choices(_: Exchange, answer: Json) -> Json:
    return answer | {"choices": answer["choices"] * 2}


def not_in_events(_: Exchange, answer: Json) -> Reply:
    lines = "".join(f"data: {json.dumps(chunk)}\n" for chunk in chunks_of(answer))
    return Reply(lines.encode(), headers={"Content-Type": EVENTS})


def all_again(_: Exchange, answer: Json) -> Reply:
    """A stream whose pieces are all that was said so far."""
    chunks, said = chunks_of(answer), ""
    for chunk in chunks:
        for one in chunk["choices"]:
            said += one["delta"].get("content", "")
            one["delta"] = {"content": said}
    return Reply(sse(chunks), headers={"Content-Type": EVENTS})


def onward(status: int, to: str) -> Edit:
    return sends(b"", status, Location=to)


TOO_LONG = error(400, "this model's maximum context length is 50 tokens")
MORE = [
    Quirk(
        "`finish_reason` empty for whole replies",
        after_probe(choice(finish_reason="")),
        "stops",
        "finish_reason 'null'",
    ),
    *(
        Quirk(f"`finish_reason` {words}", choice(finish_reason=word))
        for words, word in (
            ("FINISH_REASON_STOP", "FINISH_REASON_STOP"),
            ("stop-sequence", "stop-sequence"),
            ("stop between spaces", " stop "),
            ("as an object (SGLang's own)", {"type": "stop", "matched": 2}),
        )
    ),
    Quirk(
        "an unknown `finish_reason` for one problem",
        for_problem_0(choice(finish_reason="function_call")),
        "missing",
    ),
    Quirk(
        "`finish_reason` error for every reply",
        after_probe(choice(finish_reason="error")),
        "stops",
        r"replies cannot be used: .*finish_reason error.*\(3 problems in a row\)",
        lost=18,
    ),
    Quirk(
        "content as one part, without a list",
        message(lambda t, a: {"content": {"type": "text", "text": WHOLE((t, a))}}),
    ),
    Quirk(
        "parts of unknown types beside the text",
        message(
            lambda t, a: {
                "content": [
                    {"type": "note", "note": 1},
                    {"type": "text", "text": None},
                    {"type": "annotated", "text": WHOLE((t, a))},
                ]
            }
        ),
    ),
    Quirk(
        "thinking that is redacted, beside the answer",
        message(
            lambda t, a: {
                "content": [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": a}]
            }
        ),
        words="keeps the reasoning of its replies to itself",
    ),
    Quirk(
        "content that is a number",
        message(lambda t, a: {"content": 7}),
        "stops",
        "replies cannot be used: .*holds no text .3 problems",
    ),
    Quirk(
        "content that is an object without a text",
        message(lambda t, a: {"content": {"a": 1}}),
        "stops",
        "replies cannot be used: .*holds a part of type",
    ),
    Quirk(
        "the whole reply in the field `refusal`",
        message(lambda t, a: {"content": None, "refusal": WHOLE((t, a))}),
    ),
    Quirk("a `delta` in place of the message, without a stream", in_delta),
    Quirk("an answer in Latin-1 that says so", in_charset),
    *(
        Quirk(f"the reasoning in the field `{name}`", message(make), words="^$")
        for name, make in (
            ("thinking", lambda t, a: {"thinking": t, "content": a}),
            ("reasoning.text", lambda t, a: {"reasoning": {"text": t}, "content": a}),
            ("reasoning_details", lambda t, a: {"reasoning_details": [{"text": t}], "content": a}),
        )
    ),
    Quirk(
        "tokens counted in texts",
        usage(lambda p, c: {"prompt_tokens": str(p), "completion_tokens": str(c)}),
    ),
    Quirk(
        "usage as `input_tokens` and `output_tokens`",
        usage(lambda p, c: {"input_tokens": p, "output_tokens": c}),
    ),
    Quirk(
        "usage as prompt and total", usage(lambda p, c: {"prompt_tokens": p, "total_tokens": p + c})
    ),
    Quirk("usage in the choice", usage_in_choice),
    Quirk(
        "usage of zeros",
        usage(lambda p, c: {"prompt_tokens": 0, "completion_tokens": 0}),
        "stops",
        "first answer cannot be used: .*does not say its usage",
        lost=1,
    ),
    Quirk(
        "two choices, but not at first",
        after_probe(two_choices),
        "stops",
        "replies cannot be used: .*one choice, but 2 .3 problems",
    ),
    Quirk(
        "no usage any more from the sixth reply on",
        lambda asked, answer: answer | ({"usage": None} if asked.number > 5 else {}),
        "stops",
        "replies cannot be used: .*does not say its usage .*3 problems in a row",
        lost=3 * 6,
    ),
    Quirk(
        "replies of one length, called whole",
        after_probe(usage(lambda p, c: {"prompt_tokens": p, "completion_tokens": 80})),
        words="16 of 16 replies have 80 tokens, and none has more",
    ),
    Quirk(
        "an answer of another shape with its words",
        sends({"detail": "Not Found"}),
        "stops",
        "first answer cannot be used: .*one choice .'Not Found'",
        lost=1,
    ),
    Quirk(
        "JSON though a stream was asked for",
        lambda _, answer: Reply(json.dumps(answer).encode()),
        settings=STREAM,
    ),
    Quirk(
        "HTML though a stream was asked for",
        sends(PAGE),
        "stops",
        r"first answer cannot be used: .*page of HTML \(Sign in\)",
        settings=STREAM,
        lost=1,
    ),
    Quirk(
        "a stream whose lines are no events",
        not_in_events,
        "stops",
        "first answer cannot be used: .*no events of a stream",
        settings=STREAM,
        lost=1,
    ),
    Quirk("a stream whose pieces repeat all before", all_again, settings=STREAM),
    Quirk(
        "a stream that was not asked for",
        lambda _, answer: Reply(sse(chunks_of(answer)), headers={"Content-Type": EVENTS}),
        "stops",
        r"first answer cannot be used: .*stream.*engine\.endpoint\.stream: true",
        lost=1,
    ),
    Quirk("an answer compressed unasked", coded(gzip.compress, "gzip")),
    Quirk("a Content-Encoding that is none", coded(bytes, "UTF-8")),
    Quirk(
        "an answer that only says it is compressed",
        coded(bytes, "gzip"),
        "stops",
        "first answer cannot be used: .*cannot be unpacked",
        lost=1,
    ),
    Quirk(
        "a compression that is not read",
        coded(bytes, "br"),
        "stops",
        r"first answer cannot be used: .*compressed \(br\)",
        lost=1,
    ),
    *(
        Quirk(f"{status} for one problem", for_problem_0(error(status, "no")), "missing")
        for status in (400, 403, 413, 422, 451)
    ),
    Quirk("the first problem's prompt refused, always", with_problem_0(TOO_LONG), "missing"),
    Quirk("500 for the first problem, always", with_problem_0(error(500, "CUDA")), "missing"),
    Quirk(
        "every prompt refused, but not the first question",
        after_probe(TOO_LONG),
        "stops",
        "refused a request .*maximum context length",
        lost=3,
    ),
    Quirk("`temperature` refused", refuses("temperature", "only 1"), "stops", "engine.endpoint.un"),
    *(
        Quirk(f"{status} now and then", sometimes(error(status, "try again")))
        for status in (424, 499)
    ),
    Quirk(
        "an error with status 200 and the code as a text",
        sends({"error": {"message": "who are you", "code": "401"}}),
        "stops",
        "refused a request .HTTP 401.*check the key",
    ),
    Quirk(
        "a redirection that loses the question",
        onward(301, "/elsewhere/v1/chat/completions"),
        "stops",
        r"first answer cannot be used: .*/elsewhere/v1/chat/completions \(HTTP 301\)",
        lost=1,
    ),
    Quirk(
        "a redirection to another host",
        onward(308, "http://other.invalid/v1/chat/completions"),
        "stops",
        "first answer cannot be used: .*sends requests on to http://other.invalid/v1",
        lost=1,
    ),
    Quirk("a page of a longer list on GET /models", models=lambda: page({"id": "another"})),
    Quirk("names that are null on GET /models", models=lambda: Reply({"data": [{"id": None}]})),
    Quirk("an empty name for the model", lambda _, answer: answer | {"model": ""}),
]

EMPTY_OF_0 = Quirk("empty replies to one problem", for_problem_0(choice(message={"content": ""})))


def page(*rows: Json) -> Reply:
    return Reply({"data": list(rows), "has_more": True})
