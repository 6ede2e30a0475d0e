"""How replies in other languages than English state an answer: `Antwort: 5`, 정답은 B, 答案是 7."""

from __future__ import annotations

import re

ANSWER_WORDS = (
    r"\bAntwort|\bR[ée]ponse|\bRespuesta|\bRisposta|\bResposta|\bJawaban|\bJibu|\bĐáp[ \t]án"
    r"|Ответ|답변|정답|답|答案|答え|正解|回答|解答|答|उत्तर|উত্তর|الإجابة|الجواب"
)
"""Words for "answer" (those of simple-evals, and 正解, Đáp án)."""
EASTERN = (
    r"(?:답변|정답|답)(?:은|는)|(?:答案|回答|解答)(?:应该|應該)?(?:是|为|為|选|選)"
    r"|(?:答え|正解|解答)は"
)
"""Answer and verb in one word: 정답은 B, 答案是 B."""
_IS = (
    r"(?:[ \t]+(?!no\b|non\b|não\b)[^\W\d_]{1,20}){0,3}?[ \t]+"
    r"(?:ist|lautet|est|es|è|é)"
    r"(?:[ \t]+(?:also|daher|somit|donc|ainsi|entonces|pues|quindi))?(?!\w)"
)
_NOUNS = r"\bAntwort|\bR[ée]ponse|\bRespuesta|\bRisposta|\bResposta"
EUROPEAN = rf"(?:{_NOUNS}){_IS}"
"""Answer and verb: `La respuesta correcta es`, `Die Antwort lautet`."""
EUROPEAN_CHOICE = rf"(?:{_NOUNS}|\bopci[óo]n|\bop[çc][ãa]o|\boption|\balternativa|\bopzione){_IS}"
"""The same of a choice: `La opción correcta es`."""
_COLON = r"[ \t*_]{0,4}[:：=]"
STATED = re.compile(
    rf"(?:{EASTERN})|(?i:{EUROPEAN})|(?i:{ANSWER_WORDS})(?:은|는|は|为|為|是)?{_COLON}"
)
"""What states an answer."""
FINAL = re.compile(
    rf"(?m:^[ \t#*_>]{{0,12}})(?:(?:{EASTERN})|(?i:{ANSWER_WORDS}){_COLON})"
    r"|(?:最终|最終|최종[ \t]?)(?:答案|答え|解答|정답|답)(?:是|为|為|は|은|는)?[ \t*_]{0,4}[:：=]?"
)
"""What states a final answer: it counts even after an earlier box."""
_HINTS = ("antwort", "reponse", "respuesta", "risposta", "resposta", "jawaban", "jibu")


def may_state(text: str) -> bool:
    """Whether a look for STATED or FINAL is worth its time: most replies are in plain English."""
    if not text.isascii():
        return True
    lower = text.lower()
    return any(hint in lower for hint in _HINTS)


DENIED_BEHIND = re.compile(r"아니|아닙|ではな|じゃな|でない")
"""Denials that follow what they deny: 정답은 5가 아니다."""
DENIED_FIRST = r"nicht\b|kein|pas\b|不是|不"
"""Denials that stand before it: `Die Antwort ist nicht 5`."""
