"""The words of a report in English and Korean."""

from __future__ import annotations

from typing import NamedTuple

from claimbench.records import Value
from claimbench.report.messages import words


class Said(NamedTuple):
    """The same words in both languages."""

    en: str
    ko: str


def say(key: str, **values: object) -> Said:
    """The words of `key`, with `values` filled in."""
    return Said(*(text.format(**values) for text in WORDS[key]))


def in_both(value: Value) -> Said:
    """A message in both languages."""
    return Said(words("en").render(value), words("ko").render(value))


CLAIM_WORDS: dict[str, Said] = {
    "supported": Said("supported", "뒷받침됨"),
    "contradicted": Said("contradicted", "반박됨"),
    "mixed": Said("mixed", "엇갈림"),
    "inconclusive": Said("inconclusive", "판단 불가"),
    "untested": Said("untested", "미검증"),
    "not testable": Said("not testable", "검증 불가"),
    "benchmark": Said("benchmark", "성능 비교"),
    "efficiency": Said("efficiency", "효율"),
    "arithmetic": Said("arithmetic", "계산"),
    "artifact": Said("artifact", "공개물"),
    "leaderboard": Said("leaderboard", "순위"),
    "hardware": Said("hardware", "하드웨어"),
    "market": Said("market", "시장"),
    "opinion": Said("opinion", "의견"),
}
"""What a claim can be, and how it can stand."""

REASON_WORDS: dict[str, Said] = {
    "untested": Said("no evidence is at hand", "이를 잰 실행도, 공표된 수치도 아직 없다."),
    "status": Said("{status} (tier {tier}).", "{status}(증거 등급 {tier})."),
}
"""What a claim's reason is told with, where code composes it."""

VERDICT_WORDS: dict[str, Said] = {
    "reproduced": Said("reproduced", "재현됨"),
    "lower": Said("lower", "더 낮음"),
    "higher": Said("higher", "더 높음"),
    "inconclusive": Said("inconclusive", "판단 불가"),
    "not comparable": Said("not comparable", "비교 불가"),
}

WORDS: dict[str, Said] = {
    # the frame
    "skip": Said("Skip to the content", "본문으로 건너뛰기"),
    "contents": Said("Contents", "차례"),
    "switch_language": Said("한국어", "English"),
    "theme": Said("Dark theme", "어두운 화면"),
    "partial": Said(
        "Partial: samples or grades are still missing, so there are estimates and no verdicts.",
        "미완료: 표본이나 채점이 아직 빠져 있어 추정치만 있고 판정은 없습니다.",
    ),
    "no_script": Said(
        "Sorting, filtering and reading samples need JavaScript, which is switched off here.",
        "정렬, 필터, 표본 읽기에는 자바스크립트가 필요한데 지금은 꺼져 있습니다.",
    ),
    "many_runs": Said("{count} runs", "실행 {count}개"),
    "summary": Said("At a glance", "한눈에 보기"),
    "runs": Said("Runs", "실행"),
    "published_figures": Said("Published figures judged", "판정한 공표 수치"),
    "graded_samples": Said("Graded samples", "채점한 표본"),
    "problems": Said("Problems", "문제"),
    "no_verdicts": Said(
        "No published figure was judged in this run.", "이 실행에서 판정한 공표 수치가 없습니다."
    ),
    # verdicts
    "verdicts": Said("Verdicts on published figures", "공표 수치에 대한 판정"),
    "verdicts_caption": Said(
        "Published figures against what was measured, in percentage points. Details opens the "
        "sentence, the protocol differences and the source.",
        "공표된 수치와 측정한 값의 비교(퍼센트포인트). ‘자세히’를 누르면 설명, 프로토콜 차이, "
        "출처가 열립니다.",
    ),
    "details": Said("Details", "자세히"),
    "departures": Said("Where the protocols differ", "프로토콜이 다른 점"),
    "one_sided": Said("Stated by one side only: {count}", "한쪽만 밝힌 것: {count}개"),
    "notes": Said("Notes", "참고"),
    "source": Said("Published in", "공표된 곳"),
    "source_line": Said("line {line}", "{line}행"),
    "source_commit": Said("commit {commit}", "커밋 {commit}"),
    "setting": Said("setting", "항목"),
    # columns
    "run": Said("run", "실행"),
    "model": Said("model", "모델"),
    "benchmark": Said("benchmark", "벤치마크"),
    "published": Said("published", "공표"),
    "measured": Said("measured", "측정"),
    "difference": Said("difference", "차이"),
    "interval": Said("95 % interval", "95 % 구간"),
    "margin": Said("margin", "허용 오차"),
    "needed_margin": Said("needed", "필요 오차"),
    "tier_short": Said("tier", "등급"),
    "tier": Said("evidence tier", "증거 등급"),
    "by": Said("published by", "공표한 곳"),
    "verdict": Said("verdict", "판정"),
    "problems_n": Said("problems N", "문제 수 N"),
    "samples_n": Said("samples n", "표본 수 n"),
    "pass1": Said("pass@1", "pass@1"),
    "sampling_se": Said("sampling SE", "표집 SE"),
    "problem_se": Said("problem SE", "문제 SE"),
    "truncated": Said("truncated %", "잘림 %"),
    "no_answer": Said("no answer %", "답 없음 %"),
    "looped": Said("in a loop %", "반복에 빠짐 %"),
    "grader_errors": Said("grader errors %", "채점 오류 %"),
    "tokens_mean": Said("tokens mean", "평균 토큰"),
    "tokens_p95": Said("tokens p95", "토큰 p95"),
    "received": Said("received", "받은 표본"),
    # measurements
    "measurements": Said("Measurements", "측정값"),
    "measurements_caption": Said(
        "What was measured; scores, errors and shares in percentage points.",
        "측정한 값. 점수, 오차, 비율은 퍼센트포인트입니다.",
    ),
    "votes": Said("Votes and pass@k", "다수결과 pass@k"),
    "votes_caption": Said(
        "pass@k: the chance that at least one of k samples is right. cons@k: the share of problems "
        "that a majority vote over k samples gets right. SE between two votes: what the cons@k of "
        "two such runs differs by through chance alone. In points.",
        "pass@k는 표본 k개 가운데 하나라도 맞을 확률, cons@k는 표본 k개의 다수결이 맞히는 문제의 "
        "비율. 두 투표 사이의 표준오차는 그런 실행 두 번의 cons@k가 우연만으로 벌어지는 정도. "
        "단위는 포인트.",
    ),
    "lm_eval": Said("lm-eval's own figures", "lm-eval 자체의 수치"),
    "lm_eval_caption": Said(
        "What lm-eval's filters and metrics make of the same replies, in its own units and with "
        "its standard error; our score is the mean over all samples.",
        "같은 답변을 lm-eval의 필터와 지표로 본 값. 단위와 표준오차는 lm-eval의 것이며, "
        "우리 점수는 모든 표본의 평균입니다.",
    ),
    "agreement": Said("Their labels and our grades", "그쪽의 판정과 우리 채점"),
    "agreement_caption": Said(
        "Samples that came with a label, by who counts them as right.",
        "판정이 붙어 온 표본을 누가 맞다고 세는지에 따라 나눈 것.",
    ),
    "disagreements_caption": Said(
        "Where they differ: {shown} of {all}; tables/disagreements.csv has all.",
        "서로 다른 곳: {all}개 중 {shown}개. 전부는 tables/disagreements.csv에 있습니다.",
    ),
    # claims
    "claims": Said("The claims of the articles", "기사의 주장"),
    "claims_note": Said(
        "Claims that can be tested, each with what this report's runs, third parties and vendors "
        "say of it, apart. The verdict is that of the best tier that judges the claim's own "
        "subject. {count} further claims cannot be tested by any run; `claimbench claims` gives "
        "the reason of each.",
        "검증할 수 있는 주장과 그에 대해 이 보고서의 실행, 제3자, 제작사가 말하는 바를 따로 적은 "
        "것. 판정은 주장의 대상을 직접 판단하는 가장 높은 증거 등급의 것입니다. 나머지 {count}개는 "
        "어떤 실행으로도 검증할 수 없으며, 이유는 `claimbench claims --korean`이 보여 줍니다.",
    ),
    "claims_caption": Said(
        "Claims to which these runs speak come first. Details opens the reason and what the runs "
        "say of distilled checkpoints.",
        "이 실행들이 말해 주는 주장이 먼저 옵니다. ‘자세히’를 누르면 이유와, 증류 모델에 대해 "
        "실행들이 말하는 바가 열립니다.",
    ),
    "claim": Said("claim", "주장"),
    "kind": Said("kind", "종류"),
    "in_our_words": Said("in our words", "내용"),
    "why": Said("in our words, and why", "내용과 이유"),
    "our_runs": Said("our runs", "우리 실행"),
    "third_parties": Said("third parties", "제3자"),
    "vendors": Said("vendors", "제작사"),
    "distilled": Said("distilled", "증류 모델"),
    "proxies": Said(
        "Distilled checkpoints, beside R1: they count neither for nor against it",
        "R1 곁의 증류 모델: R1에 대한 판정에는 넣지 않음",
    ),
    "tested": Said("tested", "검증한 것"),
    "disagrees": Said("disagrees with {other}: {why}", "{other}와(과) 어긋남: {why}"),
    "claim_lines": Said("line {lines} of the article", "기사 {lines}행"),
    "spent": Said("What it took", "든 비용"),
    "spent_caption": Said(
        "A solved problem is a right sample; the tokens of wrong samples count as spent on it.",
        "푼 문제는 맞은 표본입니다. 틀린 표본의 토큰도 든 것으로 셉니다.",
    ),
    "right_samples": Said("right", "맞음"),
    "samples_count": Said("samples", "표본"),
    "tokens_per_second": Said("tokens/s", "토큰/초"),
    "tokens_per_solved": Said("tokens per solved", "푼 문제당 토큰"),
    "device": Said("device", "장치"),
    "seconds_per_solved": Said("device-seconds per solved", "푼 문제당 장치·초"),
    # figures
    "figures": Said("Figures", "그림"),
    "evidence": Said("Measured and published side by side", "측정값과 공표값 나란히 보기"),
    "evidence_title": Said(
        "{benchmark}: measured and published scores", "{benchmark}: 측정 점수와 공표 점수"
    ),
    "evidence_note": Said(
        "Points with 95 % sampling intervals; where a source gives no error, the interval is our "
        "estimate or a bound. Laboratories differ by protocol more than by chance.",
        "점과 95 % 표집 구간. 출처에 오차가 없으면 구간은 우리의 추정이나 상한입니다. 기관 사이의 "
        "차이는 우연보다 프로토콜에서 더 많이 옵니다.",
    ),
    "ours": Said("our run", "이번 실행"),
    "third_party": Said("third party", "제3자"),
    "vendor": Said("vendor", "제작사"),
    "score_axis": Said("score, points", "점수(포인트)"),
    "curves": Said("Score and length of replies", "답변의 점수와 길이"),
    "curve_title": Said(
        "{model} on {benchmark}: score by token cap", "{model}, {benchmark}: 토큰 한도별 점수"
    ),
    "curve_short": Said("Score by token cap", "토큰 한도별 점수"),
    "curve_desc": Said(
        "pass@1 had the token limit been lower: {points}.",
        "토큰 한도가 더 낮았을 때의 pass@1: {points}.",
    ),
    "curve_exact": Said(
        "Score by token cap is recomputed from the stored samples. Of a reasoning model a cut "
        "reply holds no answer, so it is what a run with that limit would have scored (but where "
        "a cut falls behind the answer). The band is the 95 % sampling interval.",
        "토큰 한도별 점수는 저장된 표본에서 다시 계산했습니다. 추론 모델은 잘린 답변에 답이 "
        "없으므로 그 한도에서 얻었을 점수입니다(답 뒤에서 잘리는 경우는 제외). 띠는 95 % 표집 "
        "구간입니다.",
    ),
    "curve_bound": Said(
        "Score by token cap is recomputed from the stored samples. Of a model without a reasoning "
        "block it is a lower bound: an answer may stand before the cut.",
        "토큰 한도별 점수는 저장된 표본에서 다시 계산했습니다. 추론 구간이 없는 모델은 잘리기 전에 "
        "답했을 수 있으므로 하한입니다.",
    ),
    "cap_axis": Said("token cap", "토큰 한도"),
    "lengths_title": Said(
        "{model} on {benchmark}: lengths of replies", "{model}, {benchmark}: 답변 길이"
    ),
    "lengths_short": Said("Lengths of replies", "답변 길이"),
    "lengths_desc": Said(
        "{right} right, {wrong} not right, {cut} not right and cut by the limit, {ungraded} not "
        "graded; by number of tokens.",
        "맞음 {right}, 틀림 {wrong}, 한도에 잘려 틀림 {cut}, 채점 안 됨 {ungraded}. 토큰 수 기준.",
    ),
    "tokens_axis": Said("tokens", "토큰"),
    "replies_axis": Said("replies", "답변 수"),
    "right": Said("right", "맞음"),
    "wrong": Said("not right", "틀림"),
    "cut": Said("not right, cut", "잘려서 틀림"),
    "ungraded": Said("not graded", "채점 안 됨"),
    "looped_note": Said(
        "{truncated} % of the replies were cut by the limit; {looped} % were cut while they "
        "repeated themselves.",
        "답변의 {truncated} %가 한도에 잘렸고, {looped} %는 같은 말을 반복하다 잘렸습니다.",
    ),
    "lengths_unknown": Said(
        "the imported outputs do not tell their tokens.",
        "가져온 출력에 토큰 수가 없습니다.",
    ),
    # samples
    "samples": Said("Samples", "표본"),
    "samples_caption": Said("Stored replies, failures first.", "저장된 답변. 틀린 것부터."),
    "samples_all": Said(
        "All {shown} stored samples are in this file.",
        "저장된 표본 {shown}개가 모두 이 파일에 있습니다.",
    ),
    "samples_some": Said(
        "{shown} of {stored} stored samples are in this file, failures first: {failures} of "
        "{failures_stored} that are not right and {right} of {right_stored} right ones. {left} are "
        "left out; they are in the run folder.",
        "저장된 표본 {stored}개 중 {shown}개가 이 파일에 있습니다(틀린 것부터). 틀린 것 "
        "{failures_stored}개 중 {failures}개, 맞은 것 {right_stored}개 중 {right}개입니다. 나머지 "
        "{left}개는 실행 폴더에 있습니다.",
    ),
    "samples_none": Said(
        "This report was made without samples and problems (--no-samples); they are in the run "
        "folder.",
        "이 보고서는 표본과 문제 없이 만들었습니다(--no-samples). 표본은 실행 폴더에 있습니다.",
    ),
    "problem": Said("problem", "문제"),
    "sample": Said("sample", "표본"),
    "outcome": Said("outcome", "결과"),
    "answer": Said("answer found", "찾은 답"),
    "tokens": Said("tokens", "토큰"),
    "end": Said("end", "끝"),
    # the rest
    "reading": Said("How to read this", "읽는 법"),
    "about": Said("The run", "실행 정보"),
    "about_many": Said("The runs", "실행 정보"),
    "filter": Said("Filter", "필터"),
    "filter_samples": Said("Filter by problem or answer", "문제나 답으로 거르기"),
    "cell": Said("Model and benchmark", "모델과 벤치마크"),
    "unknown": Said("unknown", "알 수 없음"),
    "more": Said("The other {count}", "나머지 {count}개"),
    "all": Said("all", "전체"),
}

SCRIPT_WORDS: dict[str, Said] = {
    "shown_rows": Said("{shown} of {all} rows", "{all}행 중 {shown}행"),
    "rows_range": Said("{from} to {to} of {all} samples", "표본 {all}개 중 {from}–{to}"),
    "nothing": Said("No sample matches.", "맞는 표본이 없습니다."),
    "open": Said("Read", "읽기"),
    "previous": Said("Previous", "이전"),
    "next": Said("Next", "다음"),
    "close": Said("Close", "닫기"),
    "question": Said("Question", "문제"),
    "choices": Said("Choices as shown", "보인 선택지"),
    "gold": Said("Right answer", "정답"),
    "reasoning": Said("Reasoning", "추론"),
    "reply": Said("Reply", "답변"),
    "never_ended": Said(
        "The reasoning never ended: there is no answer.", "추론이 끝나지 않아 답이 없습니다."
    ),
    "grade": Said("Grade", "채점"),
    "reason": Said("reason", "이유"),
    "prompt_tokens": Said("prompt tokens", "프롬프트 토큰"),
    "tokens": Said("tokens", "토큰"),
    "seconds": Said("seconds", "초"),
    "end": Said("end", "끝"),
    "seed": Said("seed", "시드"),
    "outcome": Said("outcome", "결과"),
    "answer": Said("answer found", "찾은 답"),
    "stop": Said("ended", "끝냄"),
    "length": Said("cut", "잘림"),
    "loop": Said("loop", "반복"),
    "unknown": Said("unknown", "알 수 없음"),
    "loading": Said("Opening…", "여는 중…"),
    "failed": Said(
        "The samples could not be unpacked: this browser is too old for it.",
        "표본을 풀 수 없습니다. 브라우저가 너무 오래되었습니다.",
    ),
    "correct": Said("right", "맞음"),
    "wrong": Said("wrong", "틀림"),
    "no_answer": Said("no answer", "답 없음"),
    "no_code": Said("no code", "코드 없음"),
    "grader_error": Said("grader error", "채점 오류"),
    "sandbox_error": Said("sandbox error", "샌드박스 오류"),
    "ungraded": Said("not graded", "채점 안 됨"),
    "sample": Said("sample", "표본"),
    "model": Said("model", "모델"),
    "benchmark": Said("benchmark", "벤치마크"),
    "run": Said("run", "실행"),
}

READING: tuple[Said, ...] = (
    Said(
        "Sampling SE: what a rerun on the same problems would vary by. A published figure on the "
        "same problems is compared with it.",
        "표집 SE: 같은 문제로 다시 실행했을 때의 변동입니다. 같은 문제에 대한 공표 수치와 비교할 "
        "때 씁니다.",
    ),
    Said(
        "Problem SE: what other problems like these would vary by.",
        "문제 SE: 비슷한 다른 문제들이었을 때의 변동입니다.",
    ),
    Said(
        "Truncated: replies cut by the token limit. No answer: replies in which no answer was "
        "found. In a loop: replies that were cut while their last characters repeated exactly (a "
        "lower bound, loops with small changes are not found).",
        "잘림: 토큰 한도에 잘린 답변. 답 없음: 답을 찾지 못한 답변. 반복에 빠짐: 마지막 글자들이 "
        "똑같이 반복되던 중에 잘린 답변(조금씩 바뀌는 반복은 찾지 못하므로 하한).",
    ),
    Said(
        "Grader errors are replies that the grader could not judge: an error of ours, left out of "
        "the score and never counted as wrong.",
        "채점 오류: 채점기가 판단하지 못한 답변입니다. 우리의 오류이므로 점수에서 빼며 틀린 것으로 "
        "세지 않습니다.",
    ),
    Said(
        "Reproduced: equal within the margin that was fixed before the run. Lower or higher: a "
        "difference is shown and equality is not. Inconclusive: neither. Not comparable: the "
        "protocols differ too much. Needed margin: the smallest margin at which the figure would "
        "count as reproduced.",
        "재현됨: 실행 전에 정한 허용 오차 안에서 같음. 더 낮음/더 높음: 차이가 입증되고 같음은 "
        "입증되지 않음. 판단 불가: 둘 다 아님. 비교 불가: 프로토콜이 너무 다름. 필요 오차: "
        "재현으로 인정될 가장 작은 허용 오차.",
    ),
    Said(
        "Evidence tiers: A our run, B a third party's raw outputs graded by us, C a third party's "
        "score, D the vendor's own figure.",
        "증거 등급: A 우리의 실행, B 제3자의 원출력을 우리가 채점, C 제3자가 보고한 점수, D "
        "제작사의 수치.",
    ),
)
