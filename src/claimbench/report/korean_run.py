"""What a report says of its runs, in Korean: their description, the values of settings, the tables
about lm-eval and about imports. Told again from the English words; what is not known here stays."""

from __future__ import annotations

import re
from collections.abc import Iterable

from claimbench.report.tables import Table, clean
from claimbench.report.words import SCRIPT_WORDS, WORDS, Said

_LABELS: tuple[tuple[str, str], ...] = (
    ("Sampling", "표집"),
    ("Seed", "시드"),
    ("Engine", "엔진"),
    ("Prompts", "프롬프트"),
    ("Checkpoint of (.+)", "{0}의 체크포인트"),
    ("Departure of (.+)", "{0}의 다른 점"),
    ("Outputs of", "출력을 만든 이"),
    ("Read from", "읽은 파일"),
    ("Digest of the files", "파일의 다이제스트"),
    ("Protocol as stated", "밝혀진 프로토콜"),
    ("Stated by the importer", "가져온 사람이 밝힌 것"),
    ("Unknown", "알 수 없는 것"),
    ("Note", "참고"),
    ("Left out, for example", "빠진 것의 예"),
    ("Outcomes of (.+) on (.+)", "결과: {0}, {1}"),
    ("Isolation of (.+) on (.+)", "격리: {0}, {1}"),
    ("LiveCodeBench's quirks, (.+) on (.+)", "LiveCodeBench의 별난 점: {0}, {1}"),
    ("LiveCodeBench's extraction, (.+) on (.+)", "LiveCodeBench의 코드 추출: {0}, {1}"),
    (r"Rating of (.+) on (.+) \(an estimate\)", "레이팅(추정): {0}, {1}"),
)

_VALUES: tuple[tuple[str, str], ...] = (
    # whose outputs, and what is stated of them
    (
        r"a user of (.+) \(not our run; evidence tier (.)\)",
        "{0} 사용자(우리 실행이 아님, 증거 등급 {1})",
    ),
    (r"(.+) \(not our run; evidence tier (.)\)", "{0}(우리 실행이 아님, 증거 등급 {1})"),
    ("nothing", "없음"),
    ("nothing of the protocol", "프로토콜 가운데에는 없음"),
    # prompts to an endpoint
    (
        "token ids, asserted before they are sent; the server's own count of them agrees",
        "보내기 전에 확인한 토큰 id. 서버가 센 수도 같음",
    ),
    (
        "chat turns: the template is the server's; its tokens are as many as ours, and the same "
        "where the server tells them",
        "대화 턴. 템플릿은 서버의 것이며 토큰 수가 우리와 같고, 서버가 알려 주는 곳에서는 토큰도 "
        "같음",
    ),
    (
        "chat turns only: the template is the server's and is not checked",
        "대화 턴만 보냄. 템플릿은 서버의 것으로 확인하지 않음",
    ),
    # programs
    ("namespaces", "네임스페이스"),
    ("landlock", "랜드록"),
    ("seccomp", "시스템 호출 필터"),
    ("rlimits", "자원 제한"),
    ("no program was run", "실행한 프로그램 없음"),
    (
        r"(\d+) passes run again test by test, (\d+) of them disagreed",
        "통과 {0}개를 테스트마다 따로 다시 실행, 그중 {1}개가 다름",
    ),
    (
        r"(\d+) graded with the asserts beside the solution \(weaker\)",
        "{0}개는 풀이와 같은 곳에서 단언문을 돌려 채점(더 약함)",
    ),
    (
        r"they decide here: (\d+) programs are right with them and (\d+) without",
        "이것이 결과를 가름: 적용하면 프로그램 {0}개, 적용하지 않으면 {1}개가 맞음",
    ),
    (r"takes another program from (\d+) replies", "응답 {0}개에서 다른 프로그램을 고름"),
    (r"(\d+) more are right, (\d+) fewer", "정답이 {0}개 늘고 {1}개 줄어듦"),
    (r"(\d+) verdicts differ", "판정 {0}개가 다름"),
    # notes of imports
    (
        r"their labels are taken as they are: nothing was graded by us \(tier C\)",
        "그쪽의 판정을 그대로 받음. 우리가 채점한 것은 없음(등급 C)",
    ),
    (r"(\d+) rows fit no problem and are left out", "{0}행은 맞는 문제가 없어 뺌"),
    (
        r"(\d+) of (\d+) responses were matched by their id alone: their questions are not ours "
        "word by word",
        "답변 {1}개 중 {0}개는 id만으로 맞춤. 문제 글이 우리 것과 글자 그대로 같지는 않음",
    ),
    (
        r"no response holds (.+), which ends this model's reasoning: if the file's maker cut the "
        "reasoning off, each counts as wrong here for want of it",
        "추론을 끝내는 {0}이(가) 어느 답변에도 없음. 파일을 만든 이가 추론을 잘라 냈다면 그 때문에 "
        "모두 틀린 것으로 셈",
    ),
    (
        r"(\d+) of (\d+) responses have no label of theirs",
        "답변 {1}개 중 {0}개에 그쪽의 판정이 없음",
    ),
    ("tokens are not told", "토큰 수가 없음"),
    ("finish reasons are not told", "끝난 이유가 없음"),
    (r"only the rows of the model (.+) are taken", "모델 {0}의 행만 받음"),
    (
        r"labels are those of lm-eval's filter (.+); other filters are left out",
        "판정은 lm-eval 필터 {0}의 것이며 다른 필터는 뺌",
    ),
    (
        r"no results_<date>\.json of the same date lies beside the samples",
        "표본 옆에 같은 날짜의 results_<date>.json이 없음",
    ),
    (
        r"no results_<date>\.json of the same date was found",
        "같은 날짜의 results_<date>.json이 없음",
    ),
    ("lighteval keeps no finish reason", "lighteval은 끝난 이유를 남기지 않음"),
    (
        "a submission does not tell its model, its sampling or its tokens",
        "제출물에는 모델, 표집 설정, 토큰 수가 없음",
    ),
    (
        "their labels are those of the base tests, as the benchmark's are",
        "그쪽의 판정은 벤치마크처럼 기본 테스트의 것",
    ),
    (
        "the solutions EvalPlus ran are kept, which its own sanitizer cut out of the replies",
        "EvalPlus가 실행한 풀이(정리 도구가 답변에서 잘라 낸 것)를 보관함",
    ),
    (r"the log's status is (.+), not success", "로그의 상태가 success가 아니라 {0}"),
)

_TITLES: tuple[tuple[str, str], ...] = (
    ("Outputs of a user of (.+): (.+) on (.+)", "{0} 사용자의 출력: {1}, {2}"),
    ("Outputs of (.+): (.+) on (.+)", "{0}의 출력: {1}, {2}"),
)

_SETTINGS: tuple[tuple[str, str], ...] = (
    ("unknown", WORDS["unknown"].ko),
    ("none", "없음"),
    ("the pinned checkpoint", "고정한 체크포인트"),
    ("the server's own", "서버의 것"),
    ("as the server's chat template has it", "서버의 채팅 템플릿대로"),
    ("chat turns", "대화 턴"),
    ("applied", "적용"),
    ("with (.+) before it", "앞에 {0} 붙임"),
    ("claimbench, task and metrics by lm-eval (.+)", "claimbench, 과제와 지표는 lm-eval {0}"),
    ("lm-eval's task (.+), version (.+)", "lm-eval의 과제 {0}, 버전 {1}"),
    (
        "lm-eval (.+), which runs programs outside of the sandbox",
        "lm-eval {0}, 프로그램을 샌드박스 밖에서 실행",
    ),
)
"""Values that our own protocol has; those of published tables stay as their source has them."""

_COLUMNS: dict[str, str] = {
    "lm-eval's metric": "lm-eval의 지표",
    "lm-eval's filter": "lm-eval의 필터",
    "lm-eval's value": "lm-eval의 값",
    "lm-eval's stderr": "lm-eval의 표준오차",
    "mean over all samples": "모든 표본의 평균",
    "our pass@1": "우리 pass@1",
    "both right": "둘 다 맞음",
    "both wrong": "둘 다 틀림",
    "they right, we wrong": "그쪽 맞음, 우리 틀림",
    "they wrong, we right": "그쪽 틀림, 우리 맞음",
    "not graded by us": "우리 채점 없음",
    "no label of theirs": "그쪽 판정 없음",
    "agreement": "일치",
    "samples n": "표본 수 n",
    "SE between two votes": "두 투표 사이의 표준오차",
    "theirs": "그쪽",
    "ours": "우리",
    "gold": "정답",
    "their answer": "그쪽이 찾은 답",
    "our answer": "우리가 찾은 답",
    "their reason": "그쪽의 이유",
    "our reason": "우리의 이유",
    "problem": WORDS["problem"].ko,
    "sample": WORDS["sample"].ko,
    "model": WORDS["model"].ko,
    "benchmark": WORDS["benchmark"].ko,
    "run": WORDS["run"].ko,
}
_OUTCOMES = {**SCRIPT_WORDS, "right": WORDS["right"], "not graded": WORDS["ungraded"]}
_OF_OUTCOMES = ("theirs", "ours")
CELL_LENGTH = 300


def description(about: Iterable[tuple[str, str]]) -> list[tuple[Said, Said]]:
    """The description of a run, (what, value) by (what, value)."""
    return [(Said(what, _told(what, _LABELS)), _value(value)) for what, value in about]


def title(text: str) -> Said:
    """The title of a run: that of an import is put together, any other is the run file's own."""
    return Said(text, _told(text, _TITLES))


def setting(text: str) -> Said:
    """The value of a setting on one side of a comparison."""
    return Said(text, _told(text, _SETTINGS))


def table_in_both(table: Table) -> tuple[list[Said], list[list[Said]]]:
    """Columns and rows of a table about lm-eval or an import."""
    heads = [Said(name, _COLUMNS.get(name, name)) for name in table.columns]
    rows = [
        [_cell(name, text) for name, text in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    return heads, rows


def _cell(column: str, text: str) -> Said:
    if column in _OF_OUTCOMES and text in _OUTCOMES:
        return Said(text, _OUTCOMES[text].ko)
    shown = clean(text, CELL_LENGTH)
    return Said(shown, shown)


def _value(text: str) -> Said:
    """Words that were put together are told again part by part: `namespaces; 3 passes …`."""
    whole = _told(text, _VALUES)
    if whole != text:
        return Said(text, whole)
    parts = [_counts(_told(part, _VALUES)) for part in text.split("; ")]
    return Said(text, "; ".join(parts))


def _counts(text: str) -> str:
    """`correct 5, no_code 1`, which is how many samples had which outcome."""
    pairs = [re.fullmatch(r"(\w+) (\d+)", part) for part in text.split(", ")]
    told = [f"{_OUTCOMES[p[1]].ko} {p[2]}" for p in pairs if p and p[1] in _OUTCOMES]
    return ", ".join(told) if len(told) == len(pairs) else text


def _told(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for pattern, korean in pairs:
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return korean.format(*match.groups())
    return text
