"""When requests without a reply say that it is the server, and when that it is a prompt."""

from __future__ import annotations

import pytest

from claimbench.engines.endpoint.faults import NoAnswer, Refused, Unusable
from claimbench.engines.endpoint.unanswered import Unanswered
from claimbench.errors import EngineDied

FILTERED = NoAnswer("filtered")
UNUSABLE = Unusable("no text")


def give_up(
    row: Unanswered, problems: list[int], reason: NoAnswer | Unusable | Refused, late: bool = False
) -> None:
    for problem in problems:
        row.add(problem)
        row.check(reason, late)


def test_one_problem_of_many_samples_stops_nothing() -> None:
    for reason in (FILTERED, UNUSABLE, Refused("refused.", 400, "too long")):
        give_up(Unanswered(None), [0] * 64, reason)


@pytest.mark.parametrize(("reason", "most"), [(UNUSABLE, 3), (FILTERED, 8)])
def test_so_many_problems_before_the_first_reply_stop_the_run(
    reason: NoAnswer | Unusable, most: int
) -> None:
    give_up(Unanswered(None), list(range(most - 1)), reason)
    with pytest.raises(EngineDied, match=rf"{reason}.*{most} problems in a row"):
        give_up(Unanswered(None), list(range(most)), reason)


def test_three_ends_that_nobody_knows_stop_the_run_unless_all_are_of_one_problem() -> None:
    unknown = Unusable("not known", "flourished")
    give_up(Unanswered(None), [0] * 64, unknown)
    give_up(Unanswered(None), [0, 1], unknown)
    for problems in ([0, 0], [0, 1], [0] * 7):
        row = Unanswered(None)
        give_up(row, problems, unknown)
        with pytest.raises(EngineDied, match="'flourished'"):
            give_up(row, [2], unknown)


def test_a_server_that_has_answered_may_refuse_more_and_filter_all() -> None:
    row, refused = Unanswered(None), Refused("refused.", 400, "too long")
    row.end()
    give_up(row, list(range(100)), FILTERED)
    row.end()
    give_up(row, list(range(7)), refused)
    with pytest.raises(Refused, match=r"refused\."):
        give_up(row, [7], refused)
    row.end()
    give_up(row, [0, 1], UNUSABLE)
    with pytest.raises(EngineDied, match=r"no text.*3 problems in a row"):
        give_up(row, [2], UNUSABLE)


def test_the_last_round_is_of_hard_prompts_unless_nothing_else_was_answered() -> None:
    row = Unanswered(None)
    row.end()
    give_up(row, list(range(100)), UNUSABLE, late=True)
    with pytest.raises(EngineDied):
        give_up(Unanswered(None), [0] * 8, UNUSABLE, late=True)


def test_the_key_is_not_repeated() -> None:
    with pytest.raises(EngineDied) as caught:
        give_up(Unanswered("sk-1"), [1, 2, 3], Unusable("who knows", "ends with sk-1"))
    assert "sk-1" not in str(caught.value)
    assert "[key]" in str(caught.value)
