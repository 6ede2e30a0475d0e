"""What can go wrong with a server, and what is done about it.

    Fault         passes: try again after a while (429, 5xx, cut connection)
    Unreachable   a Fault: there is no connection
    Malformed     a Fault: an answer that cannot be read; as the first answer it stops the run
    Unusable      a Malformed: a reply was made and paid for, and is none of ours; asked again last
    Silent        a Fault: no whole answer in the time given; tried fewer times, as it costs hours
    NoAnswer      this request got something that is no answer (content_filter): asked again later
    EngineDied    will not pass by trying again: the run stops with one sentence
    Refused       an EngineDied: the server does not take what was sent; of one prompt among others
                  that it takes, the request is asked again last

A server's words may be hostile and may hold the key: they are cut short, and the key is taken out.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from claimbench.errors import EngineDied

_PASSING = {408, 409, 423, 424, 425, 429, 499}
"""424 and 499 are of gateways: what stands behind them failed, or was hung up on."""
_OF_EVERYTHING = {401, 404, 405}
"""Refusals that say nothing of a prompt: the key, the address, the model."""
_LONGEST_WORDS = 240


class Fault(Exception):
    """A failure that passes. `wait` is what the server asked for, in seconds; `attempts` how often
    the request was tried when it was given up, `most` how often it may be."""

    def __init__(self, reason: str, wait: float | None = None, most: int | None = None) -> None:
        super().__init__(reason)
        self.wait, self.most = wait, most
        self.attempts = 1


class Unreachable(Fault):
    """No connection: the host is unknown, refuses it, or does not answer."""


class Malformed(Fault):
    """An answer that is none, such as a page of HTML. `passing`: the next one may be better, also
    from a server that has given none of use."""

    passing = False


class Unusable(Malformed):
    """A reply without a choice, a text, an end or its usage; each costs as much as one of use.
    `word` is a finish reason that does not say whether the reply is whole."""

    def __init__(
        self, reason: str, word: str = "", most: int | None = None, *, passing: bool = False
    ) -> None:
        super().__init__(reason, most=most)
        self.word, self.passing = word, passing


class Silent(Fault):
    """The time of an attempt is over."""


class NoAnswer(Exception):
    """The server answered, but gave no reply of the model."""


class Refused(EngineDied):
    """The server refused a request; `words` are its own, made safe."""

    def __init__(self, sentence: str, status: int, words: str) -> None:
        super().__init__(sentence)
        self.status, self.words = status, words

    @property
    def of_a_prompt(self) -> bool:
        """Whether another prompt may be taken: this one may be too long, or against the server's
        rules."""
        return self.status not in _OF_EVERYTHING


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a request is tried, and how long to wait between: `first` seconds, doubled every
    time up to `longest`, of which a random half is left out so that requests do not return all at
    once. What a server asks for (Retry-After) counts where it is more, up to `most`. A server that
    was never reached is tried for `start` seconds."""

    attempts: int = 8
    first: float = 1.0
    longest: float = 60.0
    most: float = 600.0
    start: float = 10.0

    @property
    def most_waited(self) -> float:
        """Seconds between the first attempt and the last where nothing is left out."""
        return sum(self._longest(attempt) for attempt in range(1, self.attempts))

    def wait(self, attempt: int, fault: Fault, rng: random.Random) -> float:
        """Seconds until the next attempt, after `attempt` of them (from 1)."""
        own = self._longest(attempt) * rng.uniform(0.5, 1.0)
        if fault.wait is None:
            return own
        return min(max(fault.wait, 0.0), self.most) + own

    def _longest(self, attempt: int) -> float:
        return min(self.first * 2.0 ** (attempt - 1), self.longest)


def refusal(status: int, headers: Mapping[str, str], words: str, code: str | None) -> Exception:
    """What an HTTP error status means. `words` are the server's, already made safe."""
    said = f"HTTP {status}" + (f": {words}" if words else "")
    if status == 402 or (status == 429 and code == "insufficient_quota"):
        return EngineDied(
            f"The server's account has nothing left ({said}); fill it up, and run again."
        )
    if status in _PASSING or status >= 500:
        return Fault(f"the server answered {said}", retry_after(headers))
    sentence = f"The server refused a request ({said}); {_advice(status)}."
    return Refused(sentence, status, words)


def _advice(status: int) -> str:
    if status in (401, 403):
        return (
            "check the key in the environment variable that engine.endpoint.key_env names, and "
            "what it may do"
        )
    if status == 404:
        return "check engine.endpoint.base_url (it ends in /v1), engine.endpoint.model and prompt"
    return (
        "a parameter that the server does not take can be named in engine.endpoint.unsupported; a "
        "prompt that is too long needs a server with a larger context, or a lower "
        "sampling.max_tokens"
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a retry-after-ms or Retry-After header, a number or a date; None without a
    readable one."""
    if re.fullmatch(r"\d+(\.\d+)?", exact := (headers.get("retry-after-ms") or "").strip()):
        return float(exact) / 1000
    text = (headers.get("retry-after") or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def safe_words(said: object, key: str | None) -> str:
    """A server's words in one short printable line, without the key."""
    text = said if isinstance(said, str) else str(said or "")
    if key:
        text = text.replace(key, "[key]")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_WORDS else line[:_LONGEST_WORDS] + "…"


def unreachable(host: str, fault: Fault) -> str:
    """What to do where no connection comes about."""
    return (
        f"The server {host} (engine.endpoint.base_url) cannot be reached: {fault}; "
        f"{fault.attempts} attempts. Check the address and that the server is up, and run the same "
        f"command again."
    )


def gone(fault: Fault) -> str:
    """What to do where a server has stopped to answer."""
    return (
        f"The server does not serve requests any more ({fault}; {fault.attempts} attempts each); "
        f"look after it, and run the same command again."
    )


def useless(fault: Unusable, problems: int, key: str | None) -> str:
    """What to do where a server gives replies that are none of ours."""
    if fault.word:
        return (
            f"The server ends its replies with finish_reason {safe_words(fault.word, key)!r}, of "
            f"which it is not known whether they are whole; say it in engine.endpoint."
            f"finish_reasons (stop: whole, length: cut by max_tokens), and run the same command "
            f"again."
        )
    return (
        f"The server's replies cannot be used: {fault} ({problems} problems in a row); mend that, "
        f"and run the same command again."
    )


def kept_back(reason: NoAnswer, problems: int) -> str:
    """What to do where a server gives replies of its own in place of the model's."""
    return (
        f"None of the first replies is the model's: {reason}, for {problems} problems in a row; "
        f"look at the server's filters, and run the same command again."
    )
