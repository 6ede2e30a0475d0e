"""What a verdict says, in Korean: told again from the same figures and sentences."""

from __future__ import annotations

import re

from claimbench.records import Verdict
from claimbench.report.words import VERDICT_WORDS, Said
from claimbench.verdicts.sentences import rounded_up

_DEPARTURE = re.compile(r"(?P<key>[^:]+): (?P<published>.*) published, (?P<measured>.*) measured")

_NOTES: tuple[tuple[str, str], ...] = (
    (
        r"our own error is a bound: one sample per problem",
        "우리 쪽 오차는 상한임: 문제당 표본이 하나뿐",
    ),
    (
        r"the samples per problem behind (.+)'s score are unknown: (\d+), the fewest its source "
        r"allows, are assumed",
        "{0} 점수의 문제당 표본 수를 알 수 없어, 출처가 허용하는 최소인 {1}개로 가정함",
    ),
    (
        r"the error of (.+)'s score is a bound from the score alone",
        "{0} 점수의 오차는 점수만으로 구한 상한임",
    ),
    (
        r"(\d+) of (\d+) samples could not be graded, .+",
        "표본 {1}개 중 {0}개를 채점하지 못해(우리의 오류) 점수에서 뺌",
    ),
    (
        r"(\d+) of (\d+) problems have no graded sample and do not count",
        "문제 {1}개 중 {0}개는 채점된 표본이 없어 세지 않음",
    ),
    (
        r"it is unknown whether a score was decoded greedily: (.+) if it was sampled, (.+) if it "
        r"was greedy",
        "점수가 그리디 디코딩으로 나왔는지 알 수 없음: 표집했다면 {0}, 그리디였다면 {1}",
    ),
)

_REMEDIES: tuple[tuple[str, str], ...] = (
    (
        r"at most about (\d+) samples per problem in a new run would decide",
        "차이가 그대로라면 새 실행에서 문제당 표본 많아야 약 {0}개로 결정됨",
    ),
    (
        r"about (\d+) samples per problem in a new run would decide",
        "차이가 그대로라면 새 실행에서 문제당 표본 약 {0}개로 결정됨",
    ),
    (
        r"no number of samples can decide by the bound",
        "공표 수치의 오차를 상한으로만 알아 표본을 늘려도 결정할 수 없으나, 문제별로 아는 실행이면 "
        "오차가 줄어듦",
    ),
    (
        r"no number of samples can decide",
        "공표 수치 자체의 오차가 커서 표본을 늘려도 결정할 수 없음",
    ),
    (
        r"two votes of (\d+) differ by (.+) points \(SE\)",
        "표본 {0}개의 투표 두 번은 우연만으로 {1}포인트(표준오차) 벌어짐",
    ),
)


_NEITHER = "차이도 같음도 입증되지 않음"

_STATES: tuple[tuple[str, str], ...] = (
    (
        r"shown to be there alone but not among (\d+)",
        "이 수치만 보면 차이가 입증되나 함께 판정한 {0}개 가운데서는 입증되지 않음",
    ),
    (
        r"shown to be within .+ alone but not among (\d+)",
        "이 수치만 보면 같음이 입증되나 함께 판정한 {0}개 가운데서는 입증되지 않음",
    ),
    (
        r"how it was decoded is unknown",
        "표집했다고 볼 때의 값임. 디코딩 방식을 알 수 없고 그에 따라 판정이 갈림",
    ),
)
"""What an undecided difference is, where it is not simply neither."""

_REASONS: tuple[tuple[str, str], ...] = (
    (
        r"a vote of \d+ needs (\d+) samples per problem, not (.+)",
        "투표 한 번에 문제당 표본 {0}개가 필요하나 {1}개뿐임",
    ),
    (
        r"one vote of (\d+) samples per problem hides",
        "문제당 표본 {0}개의 투표 한 번으로는 실행 사이의 오차를 알 수 없음",
    ),
    (r"(.+) was not measured", "{0}: 재지 않음"),
    (r"the number of problems is unknown", "문제 수를 알 수 없어 오차를 구할 수 없음"),
    (r"(.+) is no share of right answers", "{0}: 정답 비율이 아님"),
)
"""Why there was no test."""


def departure(text: str) -> tuple[str, str, str] | None:
    """A protocol difference as (setting, published, measured); None where it is told otherwise."""
    match = _DEPARTURE.fullmatch(text.replace("\n", " "))
    return None if match is None else (match["key"], match["published"], match["measured"])


def sentence(verdict: Verdict) -> Said:
    """What a reader needs, in both languages."""
    return Said(verdict.sentence, f"{_opening(verdict)}: {_judgement(verdict)}")


def note(text: str) -> Said:
    """A note beside a verdict; one that is not known here stays English."""
    for pattern, korean in _NOTES:
        if match := re.fullmatch(pattern, text):
            words = (VERDICT_WORDS.get(g, Said(g, g)).ko for g in match.groups())
            return Said(text, korean.format(*words))
    return Said(text, text)


def _opening(v: Verdict) -> str:
    measured = "측정값 없음" if v.measured is None else f"측정 {v.measured:.1f}"
    return measured if v.published is None else f"{measured}, 공표 {v.published:.1f}"


def _judgement(v: Verdict) -> str:
    word = VERDICT_WORDS.get(v.verdict, Said(v.verdict, v.verdict)).ko
    if v.interval_95 is None or v.interval_90 is None or v.needed_margin is None:
        return f"{word}{_because(v)}"
    if v.verdict in ("lower", "higher"):
        low, high = sorted(abs(end) for end in v.interval_95)
        side = "낮음" if v.verdict == "lower" else "높음"
        return (
            f"95 % 수준에서 {low:.1f}~{high:.1f}포인트 {side}. 재현으로 인정되려면 허용 오차가 "
            f"{rounded_up(v.needed_margin)}포인트를 넘어야 함"
        )
    if v.verdict == "reproduced":
        return (
            f"허용 오차 {v.margin:g}포인트 안에서 재현됨. 차이의 90 % 구간은 "
            f"{_range(v.interval_90)}포인트"
        )
    return (
        f"{word}. 차이의 95 % 구간은 {_range(v.interval_95)}포인트로, "
        f"{_found(_STATES, v.sentence) or _NEITHER}{_remedy(v.sentence)}"
    )


def _because(v: Verdict) -> str:
    """Why there was no test."""
    if v.se == 0 and v.margin is not None:
        return f" (둘 다 그리디 디코딩이라 표집 오차 없음, 허용 오차 {v.margin:g}포인트)"
    _, _, reason = v.sentence.partition(", because ")
    if found := departure(reason):
        return " ({}: 공표 {}, 측정 {})".format(*found)
    return f" ({_found(_REASONS, reason) or reason})" if reason else ""


def _remedy(text: str) -> str:
    told = _found(_REMEDIES, text)
    return f". {told}" if told else ""


def _found(pairs: tuple[tuple[str, str], ...], text: str) -> str:
    """The Korean words of the first pattern that the text holds, "" where it holds none."""
    for pattern, korean in pairs:
        if match := re.search(pattern, text):
            return korean.format(*match.groups())
    return ""


def _range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:+.1f} ~ {bounds[1]:+.1f}".replace("-", "−")
