"""What the first replies say of the server: where the answers are, and whether seeds count.

A gateway that hides the reasoning, a reasoning parser that does not fit the model, a cache that
gives everyone the same reply: each makes figures of nothing, without any error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from claimbench.engines.base import Log
from claimbench.engines.endpoint.usage import Usage
from claimbench.errors import EngineDied
from claimbench.records.runs import Completion, Request

FIRST = 16
"""Replies that are examined before the run goes on unexamined."""
_FEWEST = 4
"""Replies of a run that ends before, from which on it is warned."""
_SPARE = 8
"""Tokens without a character of their own: start, end, turns."""
_REPEATS = 8
"""Replies in a row, equal to another one of their problem, before the seed counts as ignored."""
_LONG = 200
"""Characters from which on two equal replies under two seeds are no chance. Shorter ones, such as
the letter of a choice, or the answer after a reasoning that is hidden, are often equal."""
_CAPPED = 64
"""Tokens from which on it is no chance that three quarters of the replies have as many as the
longest."""
_WARM = 0.3
"""Below this temperature even long replies are often equal: programs, for example."""

_SEEMS = {
    "unended": (
        "never end their reasoning, though the server says that they are whole; the server seems "
        "to keep the reasoning to itself, or not to let the model reason. If the replies are the "
        "answers, set engine.endpoint.reasoning: hidden; else mend the server's chat template"
    ),
    "all reasoning": (
        "stand whole in the field of the reasoning, with no answer beside it; the server's "
        "reasoning parser seems not to fit the model: start the server without it, or with the "
        "model's own"
    ),
    "empty": (
        "are empty; the server seems to drop what the model writes: look at one of its replies, "
        "and at its reasoning and tool parsers"
    ),
}


def settled(completion: Completion, used: Usage, end: str | None, hidden: bool) -> Completion:
    """The completion with its answer and its reasoning where they belong. `end` is the tag that
    ends the model's reasoning, `hidden` whether the run says that the server hides it."""
    text, reasoning = completion.text, completion.reasoning
    if reasoning and not text.strip():
        if end is None:  # the model does not reason: a parser put its answer there
            return replace(completion, text=reasoning, reasoning=None)
        before, tag, after = reasoning.rpartition(end)
        if tag:
            return replace(completion, text=after, reasoning=before)
    unended = end is not None and reasoning is None and end not in text
    if unended and text.strip() and (hidden or _hides(text, used)):
        # An empty reasoning of its own: what is there is the answer.
        return replace(completion, reasoning="")
    return completion


def _hides(text: str, used: Usage) -> bool:
    """Whether tokens were generated that the reply does not show: the server counts them as
    reasoning, or counts more tokens than the reply has characters."""
    return used.reasoning > 0 or used.completion > len(text) + _SPARE


class Examiner:
    """Looks at the first whole replies of a session. `end` is the tag that ends the reasoning."""

    def __init__(self, end: str | None, log: Log) -> None:
        self._end, self._log = end, log
        self._found: Counter[str] = Counter()
        self._lengths: Counter[int] = Counter()
        self._hidden = self._all = self._empty = 0

    @property
    def _seen(self) -> int:
        return self._found.total()

    def add(self, completion: Completion) -> None:
        """Raises EngineDied where none of the first replies holds an answer."""
        if completion.reasoning == "":
            self._note_hidden()
        self._all += 1
        written = completion.text.strip() or (completion.reasoning or "").strip()
        self._empty += not written and completion.completion_tokens > _SPARE
        # A reply that was cut off may well lack its answer.
        if completion.finish_reason != "stop" or self._seen >= FIRST:
            return
        self._found[self._kind(completion)] += 1
        self._lengths[completion.completion_tokens] += 1
        if self._seen == FIRST and (sentence := self._wrong()):
            raise EngineDied(
                f"{sentence}. The replies are kept; run again when that is mended "
                f"(engine.endpoint.examine: false goes on)."
            )
        if self._seen == FIRST:
            self._note_cut()

    def _note_cut(self) -> None:
        """A limit of the server's own that it does not give as the reason."""
        most = max(self._lengths)
        if most >= _CAPPED and self._lengths[most] * 4 >= FIRST * 3:
            self._log(
                f"{self._lengths[most]} of {FIRST} replies have {most} tokens, and none has more: "
                f"the server seems to cut them, though it says that they are whole; look at its "
                f"own limit of tokens"
            )

    def remark(self) -> str:
        """What is wrong with some replies of the session; empty where nothing is."""
        if not self._empty:
            return ""
        return (
            f"{self._empty} of {self._all} replies are empty, though the server counts tokens in "
            f"them, and are graded as they are; look at its reasoning and tool parsers"
        )

    def complaint(self) -> str:
        """What is wrong with all replies of a session that ended before the first were all there:
        of those `add` says it. Empty where one has an answer."""
        return "" if self._seen >= FIRST else self._wrong()

    def _wrong(self) -> str:
        if self._seen < _FEWEST:
            return ""
        kind, count = self._found.most_common(1)[0]
        if kind == "answered" or count < self._seen:
            return ""
        return f"{count} of {count} replies {_SEEMS[kind]}"

    def facts(self) -> dict[str, int]:
        """How many of the first replies were of each kind, for provenance."""
        return {**dict(self._found), **({"hidden reasoning": self._hidden} if self._hidden else {})}

    def _kind(self, completion: Completion) -> str:
        if not completion.text.strip():
            return "all reasoning" if (completion.reasoning or "").strip() else "empty"
        open_end = self._end is not None and completion.reasoning is None
        return "unended" if open_end and str(self._end) not in completion.text else "answered"

    def _note_hidden(self) -> None:
        self._hidden += 1
        if self._hidden == 1:
            self._log(
                "the server keeps the reasoning of its replies to itself; what it shows is taken "
                "as the answer"
            )


class SeedCheck:
    """Notices a server that gives every seed the same reply."""

    def __init__(self) -> None:
        self._first: dict[object, tuple[int, str]] = {}
        self._equal = 0
        self._problems: set[object] = set()
        self._passed = False

    def add(self, request: Request, completion: Completion) -> None:
        """Raises EngineDied once the first replies to a problem are all the same."""
        sampled = request.sampling.temperature >= _WARM and request.sampling.top_k != 1
        whole = f"{completion.reasoning or ''}{completion.text}"
        if self._passed or not sampled or len(whole) < _LONG:
            return
        prompt = (request.model, request.benchmark, request.problem_id)
        seed, text = self._first.setdefault(prompt, (request.seed, whole))
        if seed == request.seed:
            return
        if text != whole:
            self._passed, self._first = True, {}
            return
        self._equal += 1
        self._problems.add(prompt)
        if self._equal >= _REPEATS and len(self._problems) > 1:
            raise EngineDied(
                f"The server gives the same reply to different seeds ({self._equal} of "
                f"{self._equal} replies repeat another of their problem word for word): it ignores "
                f"the seed, or a cache answers; switch that off, and begin the run anew "
                f"(engine.endpoint.examine: false goes on)."
            )
