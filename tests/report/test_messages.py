"""Messages: the catalogues agree with one another and with the source, and nothing reads prose."""

from __future__ import annotations

import pytest

from claimbench.errors import ConfigError
from claimbench.messages import Message, Texts, term
from claimbench.report.messages import english, languages, plain, words
from claimbench.report.messages.entries import Entries


def test_a_message_is_said_in_each_language() -> None:
    found = Message("apart", {"verdict": term("verdict", "lower"), "low": 1.54, "high": 7.86,
                              "needed": 7.34})  # fmt: skip
    assert languages()[0] == "en"
    assert english(found) == (
        "lower by 1.5 to 7.9 points at 95%; would count as reproduced only with a margin above 7.4"
    )
    assert words("ko").render(found).startswith("더 낮음. 95% 구간에서 차이는 1.5~7.9포인트")


def test_values_of_every_kind() -> None:
    assert english(None) == "unknown"
    assert words("ko").render((1, "two", None, Texts({"en": "three", "ko": "셋"}))) == (
        "1, two, 알 수 없음, 셋"
    )
    assert words("ko").render(Texts({"en": "only English"})) == "only English"
    long = "x" * 9000
    told = english(Message("departure", {"setting": "prompt", "published": long, "measured": None}))
    assert told == f"prompt: {long} published, unknown measured"
    values = {"setting": "stop", "published": ("a", 1), "measured": 1e-7}
    assert english(Message("departure", values)) == "stop: [a, 1] published, 1e-07 measured"


def test_what_no_catalogue_has_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        english(Message("nonsense"))
    with pytest.raises(ValueError, match="apart"):
        english(Message("apart", {"low": 1.0}))
    with pytest.raises(ConfigError, match=r"--language kr: .*known are en, ko"):
        words("kr")


def test_a_catalogue_may_name_its_other_messages() -> None:
    told = (
        "-us = claimbench\nhead = On { -us }: { both }\n# A note.\nboth =\n    one\n    and two\n"
    )
    wrong = "head = The second.\nbroken = { $\nlast = { nowhere }\n"
    found = Entries("en", told + wrong)
    assert found.has("head")
    assert found.format("head", {}) == ("On claimbench: one\nand two", [])
    assert found.has("both")
    assert not found.has("broken")
    assert not found.has("nowhere")
    assert found.has("last")
    assert found.format("last", {})[1]


def test_json_has_the_sentence_and_the_message() -> None:
    found = plain({"sentence": term("verdict", "lower"), "notes": (Message("note-own-bound"),)})
    assert found == {
        "sentence": "lower",
        "sentence_message": {"key": "verdict-lower", "values": {}},
        "notes": ["our own error is a bound: one sample per problem"],
        "note_messages": [{"key": "note-own-bound", "values": {}}],
    }
