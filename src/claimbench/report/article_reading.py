"""A page for each article, for somebody who has read it: Markdown and HTML, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape as html_escape
from itertools import groupby
from string import Template

from claimbench.claims.catalogue import load_catalogue
from claimbench.claims.schema import Article
from claimbench.messages import Value, term
from claimbench.report.article_reader import PLAIN, ReaderClaim, counted, reader_claim
from claimbench.report.messages import ENGLISH, Words, languages, words
from claimbench.report.page_script import policy
from claimbench.report.tables import escape
from claimbench.report.theme import page_style
from claimbench.verdicts.articles.results import ClaimVerdict

SYMBOLS: Mapping[str, str] = {
    "holds": "✓", "fails": "✗", "in part": "±", "open": "?", "beyond testing": "–",
}  # fmt: skip


def reading_files(
    articles: Sequence[Article], verdicts: Sequence[ClaimVerdict]
) -> Mapping[str, str]:
    """File name → content: README and one page an article in Markdown, one page of all in HTML; a
    language other than English has its name before the ending."""
    names = load_catalogue()
    by_article = {
        name: [reader_claim(v, names) for v in group]
        for name, group in groupby(verdicts, key=lambda v: v.claim.article)
    }
    known = [(article, by_article[article.id]) for article in articles if article.id in by_article]
    found: dict[str, str] = {}
    for language in languages():
        say, end = words(language), "" if language == ENGLISH else f".{language}"
        found[f"articles/README{end}.md"] = _front(known, say, end)
        for article, claims in known:
            found[f"articles/{article.id}{end}.md"] = _page(article, claims, say)
        found[f"articles/articles{end}.html"] = _html(known, say)
    return found


Known = Sequence[tuple[Article, Sequence[ReaderClaim]]]


def _front(known: Known, say: Words, end: str) -> str:
    heads = [say.say("reader-article"), say.say("reader-date"), *(_plain(p, say) for p in PLAIN)]
    rows = [
        [
            f"[{_outlet(article, say)}]({article.id}{end}.md)",
            str(article.date),
            *_counts(claims),
        ]
        for article, claims in known
    ]
    every = [claim for _, claims in known for claim in claims]
    rows.append([f"**{say.say('reader-all')}**", "", *_counts(every)])
    lines = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
    parts = [f"# {say.say('reader-title')}", say.say("reader-intro"), "\n".join(lines)]
    return "\n\n".join([*parts, say.say("reader-plain-words")]) + "\n"


def _outlet(article: Article, say: Words) -> str:
    return escape(say.render(article.named))


def _counts(claims: Iterable[ReaderClaim]) -> list[str]:
    return [str(count) for count in counted(claims).values()]


def _plain(plain: str, say: Words) -> str:
    return say.render(term("plain", plain))


def _about(article: Article, say: Words) -> str:
    """Where the article is, and how its day is known."""
    link = article.url or say.say("reader-no-link")
    return link if article.date_stated else f"{link} {say.say('reader-day-inferred')}"


def _page(article: Article, claims: Sequence[ReaderClaim], say: Words) -> str:
    parts = [f"# {_outlet(article, say)}, {article.date}", _about(article, say)]
    parts += [_summary(claims, say), *(_claim(claim, say) for claim in claims)]
    return "\n\n".join(parts) + "\n"


def _summary(claims: Sequence[ReaderClaim], say: Words) -> str:
    return " · ".join(f"{_plain(p, say)}: {n}" for p, n in counted(claims).items())


def _claim(claim: ReaderClaim, say: Words) -> str:
    speaker = f" ({escape(say.render(claim.speaker))})" if claim.speaker else ""
    lines = [
        f"## {SYMBOLS[claim.plain]} {escape(say.render(claim.text))}{speaker}",
        f"**{_plain(claim.plain, say)}.** {escape(say.render(claim.sentence))}",
    ]
    if claim.figure is not None:
        lines.append(f"{say.say('reader-figure')}: {escape(say.render(claim.figure))}")
        lines.append(f"{say.say('reader-source')}: {escape(_joined(claim.sources, say))}")
    lines.append(f"{say.say('reader-settles')}: {escape(say.render(claim.settles))}")
    folded = "\n".join(
        f"- {escape(say.render(label))}: {escape(say.render(value))}"
        for label, value in claim.details
    )
    summary = say.say("reader-details")
    return "\n\n".join([*lines, f"<details><summary>{summary}</summary>\n\n{folded}\n\n</details>"])


_COMMIT = re.compile(r"\b([0-9a-f]{7})[0-9a-f]{33}\b")


def _joined(values: Sequence[Value], say: Words) -> str:
    """Sources one after the other; seven digits of a commit find it."""
    return _COMMIT.sub(r"\1", "; ".join(say.render(value) for value in values))


# --- HTML -----------------------------------------------------------------------------------

STYLE = """
body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: var(--bg); color: var(--ink);
  font: 1rem/1.55 system-ui, "Noto Sans KR", sans-serif; overflow-wrap: anywhere;
  word-break: keep-all; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
article { border: 1px solid var(--rule); border-radius: .5rem; padding: .8rem 1rem;
  margin: .8rem 0; background: var(--panel); }
article h3 { font-size: 1rem; margin: .4rem 0; } article p { margin: .35rem 0; }
.word { display: inline-block; border-radius: 1rem; padding: 0 .7rem; font-weight: 600; }
.holds { background: var(--good-bg); color: var(--good); }
.fails { background: var(--lower-bg); color: var(--lower); }
.in-part { background: var(--higher-bg); color: var(--higher); }
.open, .beyond-testing { background: var(--unsure-bg); color: var(--unsure); }
.soft, details { color: var(--soft); font-size: .9rem; } a { color: var(--accent); }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--rule); padding: .3rem .5rem; text-align: left;
  overflow-wrap: normal; white-space: nowrap; }
td:first-child { white-space: normal; min-width: 9rem; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 560px) {
  td:nth-child(2), th:nth-child(2) { display: none; }
  th { white-space: normal; } td, th { padding: .2rem .3rem; }
  table { font-size: .8rem; } td:first-child { min-width: 5rem; }
}
"""

PAGE = Template(
    '<!doctype html>\n<html lang="$language">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="$policy">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>$title</title>\n<style>$style</style>\n</head>\n<body>\n<main>\n$body\n</main>\n"
    "</body>\n</html>\n"
)


def _html(known: Known, say: Words) -> str:
    body = [f"<h1>{_h(say.say('reader-title'))}</h1>", f"<p>{_h(say.say('reader-intro'))}</p>"]
    body += [_html_front(known, say), f"<p class=soft>{_h(say.say('reader-plain-words'))}</p>"]
    body += [_html_article(article, claims, say) for article, claims in known]
    style = page_style(STYLE, "")
    return PAGE.substitute(
        language=say.language,
        title=_h(say.say("reader-title")),
        style=style,
        policy=policy((), style),
        body="\n".join(body),
    )


def _h(text: str) -> str:
    return html_escape(text)


def _html_front(known: Known, say: Words) -> str:
    heads = [say.say("reader-article"), say.say("reader-date"), *(_plain(p, say) for p in PLAIN)]
    rows = [
        f'<tr><td><a href="#{_h(article.id)}">{_h(say.render(article.named))}</a></td>'
        f"<td>{article.date}</td>{_cells(claims)}</tr>"
        for article, claims in known
    ]
    every = [claim for _, claims in known for claim in claims]
    rows.append(f"<tr><td>{_h(say.say('reader-all'))}</td><td></td>{_cells(every)}</tr>")
    head = "".join(f"<th scope=col>{_h(one)}</th>" for one in heads)
    return f"<div class=wide><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def _cells(claims: Iterable[ReaderClaim]) -> str:
    return "".join(f"<td class=n>{count}</td>" for count in _counts(claims))


def _html_article(article: Article, claims: Sequence[ReaderClaim], say: Words) -> str:
    about = _h(_about(article, say))
    if article.url:
        address = _h(article.url)
        about = about.replace(address, f'<a href="{address}">{address}</a>')
    head = (
        f'<h2 id="{_h(article.id)}">{_h(say.render(article.named))}, {article.date}</h2>'
        f"<p class=soft>{about}</p><p>{_h(_summary(claims, say))}</p>"
    )
    return "\n".join([head, *(_html_claim(claim, say) for claim in claims)])


def _html_claim(claim: ReaderClaim, say: Words) -> str:
    speaker = f" <span class=soft>({_h(say.render(claim.speaker))})</span>" if claim.speaker else ""
    word = f'<span class="word {claim.plain.replace(" ", "-")}">' + (
        f"{SYMBOLS[claim.plain]} {_h(_plain(claim.plain, say))}</span>"
    )
    lines = [f"<h3>{_h(say.render(claim.text))}{speaker}</h3>"]
    lines.append(f"<p>{word} {_h(say.render(claim.sentence))}</p>")
    if claim.figure is not None:
        lines.append(f"<p>{_h(say.say('reader-figure'))}: {_h(say.render(claim.figure))}</p>")
        places = _h(_joined(claim.sources, say))
        lines.append(f"<p class=soft>{_h(say.say('reader-source'))}: {places}</p>")
    settles = _h(say.render(claim.settles))
    lines.append(f"<p class=soft>{_h(say.say('reader-settles'))}: {settles}</p>")
    folded = "".join(
        f"<li>{_h(say.render(label))}: {_h(say.render(value))}</li>"
        for label, value in claim.details
    )
    lines.append(f"<details><summary>{_h(say.say('reader-details'))}</summary><ul>{folded}</ul>"
                 "</details>")  # fmt: skip
    return f'<article id="{_h(claim.id)}">{"".join(lines)}</article>'
