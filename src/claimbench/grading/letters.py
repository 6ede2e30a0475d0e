r"""The letter that a reply to a multiple-choice question states.

Three ranks of forms, of which the first that occurs decides, by its last occurrence:

1. a statement: `Answer: C` (in the languages of simple-evals), a box, `<answer>C</answer>`;
2. a sentence: "the answer should be C", "C is correct", "the right choice is C", "option C";
3. the last line: `C`, `C) 10 m`.

So a reply that has answered may go on to say when another option would hold, and what simple-evals'
strict rule finds as a letter of its own is found here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from claimbench.grading.phrases import ANSWER_WORDS, EASTERN, EUROPEAN_CHOICE

# What may stand around a letter: Markdown, LaTeX, brackets, quotes.
_COMMAND = r"\\(?:boxed|fbox|text(?:bf|it|rm)?|math(?:bf|rm|it|sf)|textbf|left|bf)"
_OPEN = rf"(?:[ \t]*(?:\*{{1,3}}|_{{1,2}}|\$+|\\\(|\\\[|[({{\[<\"'`]|{_COMMAND}))"
_CLOSE = r"[*_$)}\]>\"'`]|\\\)|\\\]|\\right"

_NOT = r"(?:is|was)[ \t]+(?:not|wrong|incorrect|false|invalid)\b|(?:isn|wasn)['’]t\b"
_DENIED = re.compile(
    rf"[ \t]*(?:\?|[.)]?[ \t]+(?:{_NOT})|(?:이|가)[ \t]*(?:아니|아닙)|是?(?:错|錯|不))"
)
"""What follows a letter that a sentence asks about or denies: `C?`, `B is wrong`. `Answer: B`
counts whatever follows, as in the strict rule."""
_CHOOSE = (
    r"(?:\b(?:I|[Ww]e)(?:['’](?:d|ll|m|re)|[ \t]+(?:am|are|would|will|should|must))?"
    r"|[Ll]et(?:['’]s|[ \t]me)|(?m:^)(?:(?:So|Thus|Hence|Therefore|Then)\b,?)?)[ \t]*"
    r"\b(?:[Cc]hoos(?:e|ing)|[Ss]elect(?:ing)?|[Pp]ick(?:ing)?"
    r"|(?:go|going)[ \t]+with|settle[ \t]+(?:on|for)|opt[ \t]+for)[ \t]+"
)
_WIDE = str.maketrans(
    "".join(chr(ord("Ａ") + place) for place in range(26)) + "（）［］【】「」『』“”„‘’",
    "".join(chr(ord("A") + place) for place in range(26)) + '()[][]"""""""\'\'',
)
"""Wide letters and the brackets and quotes of other scripts."""
_MARKS = r"[ \t]*[*_]{0,3}[ \t]*"
_BE = (
    r"(?:(?:is|are|was|be|equals|seems|looks)|(?:seems|appears)[ \t]+to[ \t]+be"
    r"|(?:should|must|would|will|could|can|may|might|has[ \t]to|have[ \t]to|ought[ \t]to)[ \t]+"
    r"(?:(?:only|then|thus|therefore|surely|certainly|definitely|clearly)[ \t]+)?be)"
)
_ADVERB = (
    r"(?:,?[ \t]+(?:thus|therefore|then|clearly|likely|most[ \t]likely|probably|indeed|simply),?)?"
)
_ABOUT = (
    r"(?:[ \t]+(?:here|to[ \t]+(?:the|this)[ \t]+(?:question|problem)"
    r"|that[ \t]+(?:best[ \t]+)?(?:fits|matches)(?:[ \t]+best)?))?"
)
_LEFT = (
    r"(?:(?:\bleft[ \t]+with|\b(?:that|this|which)[ \t]+leaves)"
    r"|(?:^|[.;:][ \t]+|\b(?:so|thus|hence|therefore),?[ \t]+)"
    r"it(?:['’]s|[ \t]+(?:is|must[ \t]+be)))"
)
"""What names the letter that is left: "we are left with C", "so it must be C"."""
_NOUN = r"(?:(?:the[ \t]+)?(?:option|choice|letter|answer)[ \t]+)?"

_RIGHT = (
    r"(?:the[ \t]+)?(?:correct|right|answer\b|most[ \t]+(?:likely|accurate|plausible)"
    r"|(?:best|most[ \t]+\w{1,12})[ \t]+(?:answer|choice|option)"
    r"|only[ \t]+(?:one|option|choice)[ \t]+that[ \t]+(?:fits|works|matches|holds|satisfies))"
)
"""What calls the letter before it right."""
_LONE = r"(?<!or )(?<!nor )(?<!and )(?<!ing but )(?<!ll but )(?<!ne but )(?<!xcept )(?<![\w+])"
"""What does not stand before a letter that alone is called right."""
_HOLDS = (
    r"(?:satisfies|meets|fits|matches|works|remains(?![ \t]+\w)|holds"
    r"|is[ \t]+(?:correct|consistent|true))\b"
)

_FOREIGN_NOUN = r"(?:(?:la|l['’]|die|der|das|a|el)[ \t]*)?(?:opci[óo]n|op[çc][ãa]o|option)[ \t]+"
_FOREIGN_RIGHT = (
    r"(?:(?:[选選][项項])?(?:是|为|為|が|은|는|이|가)[ \t]*最?(?:正确|正確|正解|정답)"
    r"|(?:es|est|ist|è|é)[ \t]+(?:(?:la|die|der|das|a)[ \t]+)?"
    r"(?:respuesta|opción|réponse|bonne|richtig|corr|Antwort|resposta))"
)
"""What calls the letter before it right: `C est la bonne réponse`, `C是正确的`."""


def last_letters(text: str, letters: str) -> str | None:
    """The letter that the highest form names (several, as "B, C", where it names several)."""
    text = text if text.isascii() else text.translate(_WIDE)
    for forms in _forms(letters):
        named = _last_named(forms, text)
        if named is not None:
            return named
    return _last_line_letter(text, letters)


def _last_named(forms: tuple[re.Pattern[str], ...], text: str) -> str | None:
    found = [
        (match.start("letter"), answer)
        for form in forms
        for match in form.finditer(text)
        if (answer := _named(match))
    ]
    return max(found)[1] if found else None


_COLON = rf"(?P<colon>[\"']?{_MARKS}(?:[:：]|=>?|-?->|→|⇒|[ \t][-–—][ \t]){_MARKS}\s{{0,3}}){_NOUN}"


@lru_cache(maxsize=8)
def _forms(letters: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    """The statements and the sentences. Groups: `colon` (a lower-case letter may follow it),
    `open` (what wraps the letter), `letter`, `close`, `more` (letters after)."""
    span = f"{letters[0]}-{letters[-1]}"
    letter = rf"(?P<letter>[{span}{span.lower()}])(?![A-Za-z0-9])(?P<close>(?:{_CLOSE}){{0,4}})"
    joint = r"\s{0,3}(?:,|/|&|\band\b|\bor\b)\s{0,3}(?:\band\b|\bor\b)?\s{0,3}[({*]{0,3}"
    more = rf"(?P<more>(?:{joint}[{span}]\b){{0,8}})"
    named = rf"(?P<open>{_OPEN}{{0,8}})[ \t]*{letter}{more}"
    whole = rf"(?P<colon>)(?P<open>{_OPEN}{{0,4}}){letter}"
    box = rf"(?P<colon>)(?P<open>\\(?:boxed|fbox)[ ]?{{{_OPEN}{{0,6}})[ ]?{letter}{more}"
    bare_box = rf"(?P<colon>\\boxed[ ]?)(?P<open>){letter}{more}"
    return (
        (*_statements(named), re.compile(box), re.compile(bare_box)),
        (*_sentences(named, whole), *_foreign_sentences(named, whole)),
    )


def _statements(named: str) -> Iterator[re.Pattern[str]]:
    heading = r"^[ \t#*_]{0,12}(?:final[ \t]+)?answer(?P<colon>[ \t#*_:]{0,12}\n\s{0,3})"
    tag = rf"(?P<colon><answer>\s{{0,8}}){_NOUN}"
    yield re.compile(rf"(?i:\banswer|{ANSWER_WORDS}){_COLON}{named}")
    yield re.compile(rf"(?:{EASTERN})(?P<colon>)[ \t:：]{{0,3}}{named}")
    yield re.compile(rf"(?im:{heading}){named}")
    yield re.compile(rf"(?i:{tag}){named}")


def _sentences(named: str, whole: str) -> Iterator[re.Pattern[str]]:
    be = rf"(?P<colon>){_ADVERB}[ \t]+{_BE}{_ADVERB}{_MARKS}:?{_MARKS}\s{{0,3}}{_NOUN}"
    called = rf"{_BE}{_ADVERB}[ \t]+"
    just = r"it[ \t]+is(?=[.!]?(?:\s|$))"
    chosen = r"(?P<colon>)\b(?:option|choice)[ \t]*[*_]{0,3}[ \t]*"
    instead = r"(?:isn['’]t|is[ \t]+not)[ \t]+\W{0,3}[A-Z]\W{1,6}(?:but|it['’]s|it[ \t]+is)"
    correct = (
        r"(?:correct|right|true)[ \t]+(?:one|statement|response|selection|match|pair|structure"
        r"|description|explanation|combination)|letter"
    )
    result = r"correct|result|response|solution|selection|conclusion"
    alone = r"(?=[ \t]*(?:$|[\n.,;:!)\]]|because\b|since\b|as\b|due\b))"
    yield re.compile(rf"(?i:(?:\banswer|\boption|\bchoice){_ABOUT}{be}){named}")
    yield re.compile(rf"(?i:\b(?:{correct}){be}){named}(?m:{alone})")
    yield re.compile(rf"(?im:{_LEFT}(?P<colon>)[ \t]+{_NOUN}){named}(?m:{alone})")
    yield re.compile(rf"(?im:^\W{{0,4}}(?:{result}){_COLON}){named}(?m:{alone})")
    yield re.compile(rf"{instead}(?P<colon>)[ \t]+{named}")
    aside = r"(?:[ \t]\([^()\n]{1,60}\)|,)?"
    yield re.compile(rf"{_LONE}{whole}(?P<more>){aside}[ \t]+(?:{called}(?i:{_RIGHT})|{just})")
    yield re.compile(
        rf"(?:mak|leav)(?:es|ing){_NOUN}[ \t]+{whole}(?P<more>)[ \t]+(?:as[ \t]+)?(?i:{_RIGHT})"
    )
    yield re.compile(
        rf"nly(?<=\b[Oo]nly)(?<![Nn]ot [Oo]nly)[ \t]+{_NOUN}{whole}(?P<more>)[ \t]+{_HOLDS}"
    )
    yield re.compile(rf"(?i:\b(?:option|choice)){_COLON}{named}")
    yield re.compile(rf"(?im:{chosen}){named}(?m:{alone})")
    yield re.compile(rf"(?i:\boption|\bchoice)[ \t]+{whole}(?P<more>)[ \t]+best[ \t]+[a-z]{{4}}")
    yield re.compile(rf"(?P<colon>){_CHOOSE}{_NOUN}{named}(?m:{alone})")
    yield re.compile(rf"(?i:\banswer(?P<colon>)[ \t]*[*_]{{0,3}}[ \t]*){named}")


def _foreign_sentences(named: str, whole: str) -> Iterator[re.Pattern[str]]:
    taken = r"(?<!不)(?:选择|選擇|选|選)(?P<colon>)[ \t:：]{0,3}(?:[选選][项項])?"
    european = rf"(?i:{EUROPEAN_CHOICE})(?P<colon>)[ \t]*:?{_MARKS}(?:{_FOREIGN_NOUN})?"
    yield re.compile(european + named)
    yield re.compile(rf"(?<![A-Za-z+]){whole}(?P<more>)[ \t]*{_FOREIGN_RIGHT}")
    yield re.compile(taken + named)


def _named(match: re.Match[str]) -> str | None:
    if not (match["colon"] or match["more"]) and _DENIED.match(match.string, match.end()):
        return None
    wrapped = bool(match["open"].strip())
    letter = match["letter"]
    if not wrapped and letter.islower() and not _may_be_lower(match):
        return None
    if not wrapped and _is_article(match):
        return None
    return ", ".join([letter.upper(), *re.findall(r"[A-Z]\b", match["more"])])


def _may_be_lower(match: re.Match[str]) -> bool:
    """Whether a small letter names an option: it ends the line after a colon, or after "answer is"
    (where it is no article and no `i`)."""
    said_last = match.end() == match.end("more") and match["letter"] not in "ai"
    is_answer = said_last and re.match(r"(?i)answer|option|choice", match.group()) is not None
    return (bool(match["colon"]) or is_answer) and _ends(match)


def _ends(match: re.Match[str]) -> bool:
    """Whether nothing follows on the line: `Answer: c`."""
    return re.match(r"[ \t.)*_$]*(?:\n|$|</)", match.string[match.end() :][:20]) is not None


_AFTER_ARTICLE = re.compile(r"[ \t]+(?!because\b|since\b|as\b|due\b|is\b|\()[A-Za-z]")


def _is_article(match: re.Match[str]) -> bool:
    """Whether an unwrapped `A` (or `I`) begins a phrase: `Answer: A proton`."""
    follows = _AFTER_ARTICLE.match(match.string, match.end("letter"))
    stands_alone = match["close"] or match["more"] or follows is None
    return match["letter"] in "AI" and not stands_alone


# --- the last line -------------------------------------------------------------------------------

MAX_LINE = 200
LAST_LINES = 6
_THEREFORE = re.compile(
    r"^(?:(?:so|thus|hence|therefore)(?:\s*[,:]|\s)|[=-]?>|→|⇒)\s*", re.IGNORECASE
)


def _last_line_letter(text: str, letters: str) -> str | None:
    """The letter of the last line: the whole of it, capital or in brackets, or the option that it
    quotes, unless the lines before quote others."""
    lines = [line.strip() for line in text.rstrip()[-LAST_LINES * MAX_LINE :].splitlines()]
    if not lines:
        return None
    span = f"{letters[0]}-{letters[-1]}"
    line = _THEREFORE.sub("", lines[-1])
    whole = re.fullmatch(
        rf"{_OPEN}*?(?:([{span}])|\(([{span}{span.lower()}])\))(?:{_CLOSE}|\.)*", line
    )
    if whole:
        return (whole[1] or whole[2]).upper()
    option = re.compile(rf"[*_]*(?:([{span}])[*_]*[).:]|\(([{span}])\))[*_]*[ \t]+\S")
    quoted = [match for line in lines[-LAST_LINES:] if (match := option.match(line))]
    if len(quoted) != 1 or not option.match(lines[-1]):
        return None
    return quoted[0][1] or quoted[0][2]
