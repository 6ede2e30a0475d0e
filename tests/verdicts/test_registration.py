"""In what a run differs from what was registered before it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from claimbench.records import NOT_REGISTERED, Change
from claimbench.store.registration import SECTIONS, Code, Registered, code_now, register
from claimbench.verdicts.registration import (
    change_messages,
    changed,
    concerning,
    standing,
)

FACTS: dict[str, dict[str, Any]] = {
    **{section: {} for section in SECTIONS},
    "figures": {"paper:m:aime24:pass@1": {"value": 72.6, "samples": 64}},
    "margins": {"paper:m:aime24:pass@1": 3.0},
    "protocol": {"temperature": 0.6, "engine version": None},
    "samples": {"m/aime24": 64},
    "looks": {"m/aime24": [32, 64]},
    "claims": {"a-1": {"test 1": {"relation": "ahead", "margin": {"aime24": 3.0}}}},
}


def facts(**sections: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {**FACTS, **sections}


@pytest.fixture
def registered() -> Registered:
    return register("try", FACTS)


def test_equal_facts_do_not_differ() -> None:
    assert changed(FACTS, facts()) == ()


def test_a_value_that_changed_is_named_with_both() -> None:
    figure = "paper:m:aime24:pass@1"
    now = facts(
        figures={figure: {"value": 79.8, "samples": 64}},
        looks={"m/aime24": [32, 64, 128]},
    )
    assert changed(FACTS, now) == (
        Change("figures", f"{figure}, value", 72.6, 79.8),
        Change("looks", "m/aime24", "[32, 64]", "[32, 64, 128]"),
    )


def test_what_came_or_went_is_none_on_one_side() -> None:
    now = facts(samples={"n/aime24": 64})
    assert changed(FACTS, now) == (
        Change("samples", "m/aime24", 64, None),
        Change("samples", "n/aime24", None, 64),
    )


def test_what_was_left_open_cannot_differ(registered: Registered) -> None:
    now = facts(protocol={"temperature": 0.6, "engine version": "0.33"})
    assert registered.left_open == ["engine version"]
    assert changed(FACTS, now) == ()
    assert changed(now, FACTS) == (Change("protocol", "engine version", "0.33", None),)


def test_a_run_of_the_same_facts_and_code_is_as_registered(registered: Registered) -> None:
    later = registered.at + datetime.timedelta(microseconds=1)
    found = standing(registered, FACTS, [code_now()], later)
    assert (found.state, found.changes, found.late) == ("as registered", (), "")
    assert found.digest == registered.digest


def test_a_registration_after_the_first_sample_is_late(registered: Registered) -> None:
    earlier = registered.at - datetime.timedelta(seconds=1)
    found = standing(registered, FACTS, [code_now()], earlier)
    assert found.state == "not as registered" and found.changes == ()
    assert [message.key for message in change_messages(found)] == ["registration-late"]


def test_other_code_is_named_once_for_each_source(registered: Registered) -> None:
    other = Code(version="9", source="ffff")
    found = standing(registered, FACTS, [other, code_now(), other], None)
    assert found.state == "not as registered"
    assert [(c.thing, c.now) for c in found.changes] == [("code", "9, source ffff")]


def test_another_commit_of_the_same_source_is_the_same_code(registered: Registered) -> None:
    same = code_now().model_copy(update={"commit": "0" * 40})
    assert standing(registered, FACTS, [same], None).state == "as registered"


def test_a_claims_test_concerns_that_claim_alone(registered: Registered) -> None:
    now = facts(claims={"a-1": {"test 1": {"relation": "at least", "margin": {"aime24": 3.0}}}})
    found = standing(registered, now, [code_now()], None)
    assert concerning(found).state == "as registered"
    assert concerning(found, "a-2").state == "as registered"
    own = concerning(found, "a-1")
    assert own.state == "not as registered"
    assert own.changes == (Change("claims", "a-1, test 1, relation", "ahead", "at least"),)
    assert concerning(NOT_REGISTERED, "a-1") == NOT_REGISTERED
