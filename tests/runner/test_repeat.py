"""`claimbench repeat`: a share of a run generated again, on scripted engines; on the real model in
tests/journey/test_tiny_model.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from pipeline_toys import Toy, answer
from scripted import ScriptedEngine

from claimbench.analysis.repeats import Repeat, Twice, repeat_of
from claimbench.engines.base import Answer
from claimbench.errors import ConfigError, IncompleteRun
from claimbench.grading import make_grader
from claimbench.messages import Message
from claimbench.records import CellName, Completion, Problem, Request, Sampling
from claimbench.report.messages import english
from claimbench.report.repeats import details, headline, to_json
from claimbench.runner import preparing, repeating
from claimbench.runner.generate import sample_of
from claimbench.statistics import exact_interval

pytestmark = pytest.mark.slow

CELL = CellName("toy", "sums")


@pytest.fixture
def finished(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    run = Toy(toy, monkeypatch)
    run.run()
    return run


def repeat(toy: Toy, share: float, engine: ScriptedEngine, *options: str) -> Repeat:
    """What the repeat of the toy's one cell comes to."""
    toy.engine = engine
    experiment = repeating.experiment_of(toy.out, options)
    out = toy.root / "again"
    plan = preparing.plan(experiment, toy.root / "data", False, lambda _: None, root=out)
    (found,) = repeating.repeat(toy.out, plan, share, out, lambda _: None, lambda _: None)
    return found


def test_the_same_engine_gives_the_same_texts_and_a_bound(finished: Toy) -> None:
    engine = ScriptedEngine(answer, shuffle=9)
    found = repeat(finished, 0.5, engine)
    assert found.repeated == engine.delivered == found.samples // 2
    assert (found.equal, found.flips, found.first) == (found.repeated, 0, ())
    # Nothing flipped in n: (1 - p)^n = 5 %.
    low, high = found.flips_interval
    assert low == 0
    assert (1 - high) ** len(found.graded) == pytest.approx(0.05)
    words = [english(line) for line in details(found)]
    assert any(re.search(r"none of \d+ \(with 95% confidence at most [\d.]+%\)", w) for w in words)


def test_a_larger_share_goes_on_with_the_smaller_one(finished: Toy) -> None:
    first = repeat(finished, 0.25, ScriptedEngine(answer))
    more = ScriptedEngine(answer)
    found = repeat(finished, 1.0, more)
    assert more.delivered == found.samples - first.repeated
    keys = {(t.problem, t.sample_index) for t in found.twice}
    assert {(t.problem, t.sample_index) for t in first.twice} < keys


def test_what_differs_is_counted_where_it_begins(finished: Toy) -> None:
    """Another engine says another number for every problem: right answers turn wrong."""

    def other(request: Request) -> str:
        said = answer(request)
        return re.sub(r"is \d+", "is 1001", said)

    found = repeat(finished, 1.0, ScriptedEngine(other))
    changed = [t for t in found.twice if not t.equal]
    assert changed
    assert all("1001" in t.after and "1001" not in t.before for t in changed)
    assert found.down == sum(bool(t.right_before) for t in found.twice)
    assert found.up == 0
    assert found.first is not None and len(found.first) == len(changed)
    assert min(found.first) > 3
    assert found.scores is not None and found.scores[1] == 0
    low, high = found.move_interval
    assert low < -found.scores[0] < high < 0


def test_stored_ids_say_where_replies_part() -> None:
    one = Twice("p", 0, "abc", "abd", True, True, ((1, 2, 3), (1, 2, 4)))
    two = Twice("p", 1, "a b", "a c", True, True)
    assert repeat_of(CellName("m", "b"), 2, [one], None).first == (2,)
    assert repeat_of(CellName("m", "b"), 2, [one, two], None).first is None
    assert repeat_of(CellName("m", "b"), 2, [one, two], lambda text: [*map(ord, text)]).first == (
        2,
        2,
    )


def test_settings_of_the_engine_are_changed_and_named(finished: Toy) -> None:
    repeat(finished, 0.1, ScriptedEngine(answer), "slots=3")
    changed = repeating.changed_settings(finished.out, finished.root / "again")
    assert changed == [("slots", "none", "3")]
    assert repeating.experiment_of(finished.out, ["endpoint"]).run.engine.given == {}


def test_an_unfinished_run_is_refused(finished: Toy) -> None:
    for part in (finished.out / "samples").glob("*/*/*"):
        part.unlink()
    engine = ScriptedEngine(answer)
    with pytest.raises(IncompleteRun, match=r"that were drawn are not there; finish the run"):
        repeat(finished, 1.0, engine)
    assert engine.delivered == 0


def test_the_run_itself_is_no_place_for_the_repeat(finished: Toy) -> None:
    experiment = repeating.experiment_of(finished.out)
    plan = preparing.plan(experiment, finished.root / "data", False, lambda _: None)
    with pytest.raises(ConfigError, match="is the run itself"):
        repeating.repeat(finished.out, plan, 1.0, finished.out, lambda _: None, lambda _: None)


def test_ten_percent_flips_are_in_the_interval() -> None:
    """A scripted engine whose second replies flip the grade one time in ten, for 100 seeds."""
    held = net = 0
    for seed in range(100):
        found = repeat_of(CELL, 400, flipping(seed, 0.1, 200), None)
        low, high = found.flips_interval
        held += low <= 0.1 <= high
        net += found.move_interval[0] <= 0 <= found.move_interval[1]
    assert held >= 93
    assert net >= 93


def test_the_exact_interval_holds_as_often_as_it_says() -> None:
    """Over 2,000 seeds at three shares; SciPy's closed form is the source of the ends."""
    ends = {k: exact_interval(k, 150) for k in range(151)}
    for share in (0.02, 0.1, 0.5):
        drawn = np.random.default_rng(7).binomial(150, share, 2000)
        held = [ends[int(k)][0] <= share <= ends[int(k)][1] for k in drawn]
        assert 0.94 < sum(held) / len(held) <= 1
    assert exact_interval(0, 0) == (0, 1)


def test_an_engine_that_never_flips_gives_zero_and_a_bound() -> None:
    found = repeat_of(CELL, 400, flipping(5, 0.0, 200), None)
    assert (found.flips, found.flips_interval[0]) == (0, 0)
    assert found.flips_interval[1] == pytest.approx(1 - 0.05 ** (1 / 200))
    assert found.move_interval == (-found.flips_interval[1], found.flips_interval[1])


def flipping(seed: int, share: float, count: int) -> list[Twice]:
    """Replies of two scripted engines, graded: half are right at first."""
    rng = np.random.default_rng(seed)
    grader = make_grader("integer", {}, None)
    problem = Problem("p", "sums", "How many?", "4")
    right = {str(i): bool(r < 0.5) for i, r in enumerate(rng.random(count))}
    flip = {str(i): bool(r < share) for i, r in enumerate(rng.random(count))}
    sampling = Sampling(1.0, 1.0, 0, 10)
    requests = [Request(str(i), "toy", "sums", "p", i, (1,), sampling, i) for i in range(count)]

    def graded(script: dict[str, str]) -> dict[str, tuple[str, bool]]:
        engine, found = ScriptedEngine(script, shuffle=seed), {}
        for request, reply in zip(requests, sorted_by_id(engine.generate(requests)), strict=True):
            grade = grader.grade(problem, sample_of(request, reply))
            found[request.id] = reply.text, grade.value == 1
        return found

    before = graded({i: f"The answer is {4 if right[i] else 5}" for i in right})
    after = graded({i: f"The answer is {4 if right[i] != flip[i] else 5}" for i in right})
    return [
        Twice("p", int(i), before[i][0], after[i][0], before[i][1], after[i][1]) for i in before
    ]


def sorted_by_id(replies: Iterable[Answer]) -> list[Completion]:
    found = [reply for reply in replies if isinstance(reply, Completion)]
    return sorted(found, key=lambda reply: int(reply.request_id))


def test_words_and_data_say_the_same() -> None:
    twice = [
        Twice("a", 0, "same", "same", True, True),
        Twice("b", 0, "one two", "one six", True, False),
        Twice("c", 0, "one", "two", None, True),
    ]
    found = repeat_of(CELL, 30, twice, lambda text: [hash(word) for word in text.split()])
    (cell,) = json.loads(to_json([found], [("slots", "4", "8")]))["cells"]
    assert (cell["repeated"], cell["equal_texts"], cell["graded"]) == (3, 1, 2)
    assert (cell["to_right"], cell["to_wrong"], cell["first_differing_tokens"]) == (0, 1, [2, 1])
    assert english(headline(found)) == "toy on sums: 3 of 30 samples generated again"
    text = "\n".join(map(english, details(found)))
    assert "equal texts: 1 of 3 (33.3%" in text
    assert "from token 1.5 on (median; at the earliest from token 1 on)" in text
    assert "grades that flip: 1 of 2 (50.0%" in text and "0 to right, 1 to wrong" in text
    assert "100.0% then, 50.0% now" in text and "move by −50.0 points" in text
    assert isinstance(headline(found), Message)
