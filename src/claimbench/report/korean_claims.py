"""Why a claim stands as it does, in Korean: told again from the findings and the claim's tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from claimbench.report.words import CLAIM_WORDS, REASON_WORDS
from claimbench.verdicts.articles.published_data import number_told
from claimbench.verdicts.articles.results import ClaimVerdict, Finding
from claimbench.verdicts.claims import NO_ERROR, why_untried

_RELATIONS = {"ahead": "앞섬", "on par": "대등", "at least": "뒤지지 않음"}
_QUANTIFIERS = {
    "some": "벤치마크 {n}개 중 일부",
    "all": "벤치마크 {n}개 모두",
    "listed": "벤치마크 {n}개 각각",
}
_STATES = {
    "holds": "성립",
    "fails": "불성립",
    "open": "미결",
    "untested": "미측정",
    "not comparable": "비교 불가",
    NO_ERROR: "오차를 알 수 없음",
}
_QUANTITIES = {
    "tokens_per_second": "초당 토큰",
    "tokens_per_solved": "푼 문제당 토큰",
    "gpu_seconds_per_solved": "푼 문제당 GPU·초",
    "cost_per_solved": "푼 문제당 비용",
    "active_parameters": "활성 매개변수",
    "training_gpu_hours": "학습 GPU 시간",
    "price_per_token": "토큰 가격",
}
_SIDES = {"lower": "더 낮음", "higher": "더 높음"}
_FIELDS = {
    "licence": "사용권",
    "weights_public": "가중치 공개",
    "base_model": "바탕 모델",
    "parameters": "매개변수 수",
    "release_date": "공개일",
}
_ANSWERS = {"yes": "예", "no": "아니요"}
_BOUNDS = {"at least": "하한", "at most": "상한", "about": "어림값"}
_NOTES = (
    (r"the figures of (.+) are the vendors' \(D\)", r"\1의 수치는 제작사의 것(D)"),
    (
        r"the figures of (.+) stand in another table \((.+)\), by another protocol",
        r"\1의 수치는 다른 표(\2)의 것으로 프로토콜이 다름",
    ),
    (r"weights: (.+)", r"가중치: \1"),
    (r"measured as (.+) on (.+)", r"측정: \1, \2"),
)


def reason_in_korean(v: ClaimVerdict) -> str:
    """What is written beside the claim, else the decisive findings with their working."""
    told = ". ".join(_told(v, finding) for finding in v.decisive)
    if v.tier is None:
        return v.claim.reason_ko or told or REASON_WORDS["untested"].ko
    status = REASON_WORDS["status"].ko.format(status=CLAIM_WORDS[v.status].ko, tier=v.tier)
    return f"{status} {told}"


def what_in_korean(v: ClaimVerdict, finding: Finding) -> str:
    """What a finding tested: `deepseek-r1, o1-1217 대비 뒤지지 않음(벤치마크 8개 각각)`."""
    spec = _spec(v, finding)
    if v.claim.kind == "benchmark":
        named, relation = spec["benchmarks"], _RELATIONS[spec["relation"]]
        where = _QUANTIFIERS[spec["quantifier"]].format(n=len(named))
        where = named[0] if len(named) == 1 else where
        return f"{finding.model}, {spec['reference']} 대비 {relation}({where})"
    if v.claim.kind == "efficiency":
        quantity, side = _QUANTITIES[spec["quantity"]], _SIDES[spec["relation"]]
        if finding.model:  # A distilled checkpoint's own.
            return f"{finding.model}의 {quantity}"
        return f"{quantity}: {spec['subject']}, {spec['reference']} 대비 {side}"
    if v.claim.kind == "artifact":
        return f"{spec['repository']}의 {_FIELDS[spec['field']]}"
    return "수치로 계산한 값"


def _spec(v: ClaimVerdict, finding: Finding) -> Mapping[str, Any]:
    """The test that a finding is about, as its article file has it."""
    (given,) = (v.claim.test or {}).values()
    found: Mapping[str, Any] = given if v.claim.kind == "arithmetic" else given[finding.test]
    return found


def _told(v: ClaimVerdict, finding: Finding) -> str:
    who = f"{finding.source}: " if finding.tier in ("A", "B", "C") else ""
    told = f"{who}{what_in_korean(v, finding)}: {CLAIM_WORDS[finding.verdict].ko}"
    working = "; ".join(_working(v, finding))
    notes = "; ".join(_notes(_spec(v, finding), finding))
    return told + (f"; {working}" if working else "") + (f" ({notes})" if notes else "")


def _working(v: ClaimVerdict, finding: Finding) -> Iterable[str]:
    spec = _spec(v, finding)
    if finding.tier is None:
        yield f"{spec['subject']} 및 {spec['reference']}의 실행이 필요하나 없음"
    elif v.claim.kind == "benchmark":
        yield from _states(finding.figures)
    elif v.claim.kind == "artifact":
        yield _answers(spec, finding.figures[0])
    elif "working" in finding.figures[0]:
        yield from _sum(spec.get("desk") or spec, finding.figures[0])
    else:
        yield from map(_compared, finding.figures)


def _states(figures: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    by_state: dict[str, list[str]] = {}
    for figure in figures:
        by_state.setdefault(_state(figure), []).append(figure["benchmark"])
    for state, word in _STATES.items():
        if state in by_state:
            yield f"{word}: {', '.join(by_state[state])}"


def _state(figure: Mapping[str, Any]) -> str:
    if "difference" in figure:
        return str(figure["state"])
    return why_untried(figure["reason"])


def _answers(spec: Mapping[str, Any], figure: Mapping[str, Any]) -> str:
    recorded = spec["recorded_ko"] if figure["found"] == spec["recorded"] else ""
    claimed, found = spec["expected"], recorded or figure["found"]
    return f"주장 {_ANSWERS.get(claimed, claimed)}, 확인 {_ANSWERS.get(found, found)}"


def _sum(spec: Mapping[str, Any], figure: Mapping[str, Any]) -> Iterable[str]:
    """The working of a sum, and which of its inputs are weak."""
    working, value = figure["working"].replace(" to ", "~"), _range(*figure["value"])
    yield f"{working} = {value}{_unit(spec)}, 주장은 {_range(*figure['claimed'])}"
    for bound in figure["bounds"]:
        name, _, word = bound.removesuffix(" this").partition(" is ")
        yield f"{name}: {_BOUNDS.get(word, word)}"
    if figure["unconfirmed"]:
        yield f"출처에서 확인하지 못함: {', '.join(figure['unconfirmed'])}"


def _unit(spec: Mapping[str, Any]) -> str:
    unit = str(spec["unit_ko"] or spec["unit"])
    return f" {unit}" if unit[0] == "(" or unit.isascii() else unit


def _range(low: float | None, high: float | None) -> str:
    """A side that is None has no end."""
    if low is None and high is None:
        return "알 수 없음"
    if high is None:
        return f"{number_told(low or 0.0)} 이상"
    if low is None:
        return f"{number_told(high)} 이하"
    ends = number_told(low), number_told(high)
    return ends[0] if low == high else "~".join(ends)


def _compared(figure: Mapping[str, Any]) -> str:
    """One benchmark on which a run measured both models."""
    sides = (figure["subject"], figure["reference"])
    told = ("알 수 없음" if side is None else f"{side[0]:.4g}" for side in sides)
    return f"{figure['benchmark']}: {' 대 '.join(told)}"


def _notes(spec: Mapping[str, Any], finding: Finding) -> Iterable[str]:
    """Those of the article file as it has them, those that code composed told again."""
    desk = spec.get("desk") or {}
    written = {test.get("note"): test.get("note_ko") for test in (spec, desk)}
    if finding.tier is None and spec["note"]:
        yield spec["note_ko"]
    yield from (written.get(note) or _composed(note) for note in finding.notes)


def _composed(note: str) -> str:
    for pattern, korean in _NOTES:
        if match := re.fullmatch(pattern, note):
            return match.expand(korean)
    return note
