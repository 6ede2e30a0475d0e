"""seeds/articles/*.yaml: articles and their claims, checked among themselves and against the text
when it is at hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from claimbench.claims.catalogue import Catalogue, load_catalogue, refusal
from claimbench.claims.published import load_figures
from claimbench.claims.schema import (
    LACKS,
    TEST_KEYS,
    ArithmeticTest,
    Article,
    BenchmarkTest,
    ClaimSpec,
    EfficiencyTest,
    Figure,
    Link,
)
from claimbench.config.canonical import plain
from claimbench.config.models import subject_of
from claimbench.config.paths import seeds_dir, shipped_seeds_dir
from claimbench.config.yamlfile import Key, Marks, load_yaml, nearest, parse
from claimbench.errors import ConfigError, counted
from claimbench.messages import Disagreement, Texts
from claimbench.records import Claim
from claimbench.records.plain import JsonDict

COPIED_RUN = 6
"""So many words in a row that equal the article's are a copy."""


@dataclass(frozen=True)
class _Open:
    """An article file being read."""

    path: Path
    marks: Marks
    article: Article

    def refuse(self, key: Key, sentence: str) -> ConfigError:
        return refusal(self.path, self.marks, key, sentence)


OWN_ARTICLES = Path("seeds", "articles")

_Test = BenchmarkTest | EfficiencyTest

Links = dict[str, dict[str, Disagreement | None]]
"""By a claim's id: the claims about the same thing, and in what they disagree."""


def load_articles(folder: Path | None = None, texts: Path | None = None) -> tuple[Article, ...]:
    """Every article of a folder, in the order of file names.

    `texts` is a folder with the articles' own files: digest, lines and wording are then checked
    too. Raises ConfigError by file, line and key.
    """
    folder = folder or seeds_dir() / "articles"
    opened = [_open(path) for path in _article_files(folder)]
    published = folder.parent / "published"
    catalogue, figures = load_catalogue(published), load_figures(published)
    known = _unique_ids(opened)
    for one in opened:
        for i, claim in enumerate(one.article.claims):
            _check_lines(one, i, claim)
            _check_links(one, i, claim, known)
            _check_names(one, i, claim, catalogue)
            _check_figures(one, i, claim, figures)
        if texts is not None and (texts / one.article.file).exists():
            _check_text(one, texts / one.article.file)
    return tuple(one.article for one in opened)


def _article_files(folder: Path) -> list[Path]:
    """The files of a folder; beside the shipped ones those of ./seeds/articles, where
    `claimbench new article` writes."""
    is_shipped = folder == shipped_seeds_dir() / "articles"
    found = {path.name: path for path in OWN_ARTICLES.glob("*.yaml")} if is_shipped else {}
    return [
        *sorted(folder.glob("*.yaml")),
        *(p for n, p in sorted(found.items()) if not (folder / n).exists()),
    ]


def load_claims(folder: Path | None = None) -> tuple[Claim, ...]:
    """Every claim as a record. `test` is plain data under the key of the kind (docs/claims.md)."""
    articles = load_articles(folder)
    links = related_claims(articles)
    return tuple(_record(article, claim, links) for article in articles for claim in article.claims)


def related_claims(articles: tuple[Article, ...]) -> Links:
    """For each claim the claims about the same thing, both ways round, with the disagreement
    (None where they agree)."""
    links: dict[str, dict[str, Disagreement | None]] = {
        c.id: {} for a in articles for c in a.claims
    }
    for article in articles:
        for claim in article.claims:
            for link in claim.related:
                found = _disagreement(link)
                links[claim.id][link.claim] = found
                links[link.claim].setdefault(claim.id, found and found.seen_from_there)
    return links


def _disagreement(link: Link) -> Disagreement | None:
    found = link.disagreement
    return Disagreement(Texts(found.here), Texts(found.there)) if found else None


def benchmark_tests(claim: Claim) -> tuple[BenchmarkTest, ...]:
    """The comparisons of a benchmark claim, typed; empty for other claims."""
    found = (claim.test or {}).get("tests", [])
    return tuple(BenchmarkTest.model_validate(test) for test in found)


def efficiency_tests(claim: Claim) -> tuple[EfficiencyTest, ...]:
    """The measures of an efficiency claim, typed; empty for other claims."""
    found = (claim.test or {}).get("measures", [])
    return tuple(EfficiencyTest.model_validate(test) for test in found)


def claim_tests(models: Iterable[str]) -> JsonDict:
    """The articles' claims about one of the models, or what it is a variant of, and how each is
    tested, without the notes."""
    subjects = set(map(subject_of, models))
    found: JsonDict = {}
    for claim in load_claims():
        tests: list[_Test] = [*benchmark_tests(claim), *efficiency_tests(claim)]
        if any(subjects & {test.subject, test.reference} for test in tests):
            found[claim.id] = {f"test {i}": _as_data(test) for i, test in enumerate(tests, 1)}
    return found


def _as_data(test: _Test) -> JsonDict:
    return {k: v for k, v in plain(test).items() if k != "note" and v is not None}


def copied_words(ours: str, theirs: str, run: int = COPIED_RUN) -> str:
    """The first `run` words in a row of `ours` that `theirs` has too, else "". Punctuation and
    line breaks do not count."""
    words, other = _words(ours), f" {' '.join(_words(theirs))} "
    for i in range(len(words) - run + 1):
        piece = " ".join(words[i : i + run])
        if f" {piece} " in other:
            return piece
    return ""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _open(path: Path) -> _Open:
    data, marks = load_yaml(path)
    opened = _Open(path, marks, parse(Article, data, path, marks))
    if opened.article.id != path.stem:
        raise opened.refuse(("id",), f"must be the file's name, {path.stem}")
    return opened


def _unique_ids(files: list[_Open]) -> set[str]:
    known: set[str] = set()
    for one in files:
        for i, claim in enumerate(one.article.claims):
            if not re.fullmatch(rf"{re.escape(one.article.id)}-\d+", claim.id):
                raise one.refuse(("claims", i, "id"), f"must be {one.article.id}- and a number")
            if claim.id in known:
                raise one.refuse(("claims", i, "id"), f"{claim.id} is given twice")
            known.add(claim.id)
    return known


def _check_links(one: _Open, i: int, claim: ClaimSpec, known: set[str]) -> None:
    for j, link in enumerate(claim.related):
        if link.claim not in known or link.claim == claim.id:
            sentence = f"there is no other claim {link.claim}{nearest(link.claim, known)}"
            raise one.refuse(("claims", i, "related", j, "claim"), sentence)


def _check_names(one: _Open, i: int, claim: ClaimSpec, catalogue: Catalogue) -> None:
    tests = [("tests", j, test) for j, test in enumerate(claim.tests)]
    measures = [("measures", j, measure) for j, measure in enumerate(claim.measures)]
    for key, j, test in (*tests, *measures):
        for role in ("subject", "reference"):
            name = getattr(test, role)
            if name not in catalogue.models:
                sentence = f"model {name} is not defined{nearest(name, catalogue.models)}"
                raise one.refuse(("claims", i, key, j, role), sentence)
    for j, test in enumerate(claim.tests):
        for k, named in enumerate(test.benchmarks):
            try:
                catalogue.split(named)
            except ValueError as error:
                place: Key = ("claims", i, "tests", j, "benchmarks", k)
                raise one.refuse(place, str(error)) from error


def _check_figures(one: _Open, i: int, claim: ClaimSpec, figures: dict[str, Figure]) -> None:
    for key, name in _figures_of(claim):
        if name not in figures:
            sentence = f"figure {name} is not in seeds/published{nearest(name, figures)}"
            raise one.refuse(("claims", i, *key), sentence)


def _figures_of(claim: ClaimSpec) -> Iterator[tuple[Key, str]]:
    sums: list[tuple[Key, ArithmeticTest | None]] = [(("arithmetic",), claim.arithmetic)]
    for j, measure in enumerate(claim.measures):
        place: Key = ("measures", j, "from_figures")
        sums += [((*place, k), one) for k, one in enumerate(measure.from_figures)]
        yield from ((("measures", j, "figures", k), n) for k, n in enumerate(measure.figures))
    for key, arithmetic in sums:
        for name, given in arithmetic.inputs.items() if arithmetic else ():
            if given.figure:
                yield (*key, "inputs", name, "figure"), given.figure


def _check_lines(one: _Open, i: int, claim: ClaimSpec) -> None:
    if (last := max(claim.line_numbers)) > one.article.lines:
        has = counted(one.article.lines, "line")
        raise one.refuse(("claims", i, "lines"), f"line {last}, but the article has {has}")


def _check_text(one: _Open, path: Path) -> None:
    article = one.article
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != article.sha256:
        raise one.refuse(("sha256",), f"the text {path.name} has another digest ({found})")
    text = content.decode("utf-8")
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != article.lines:
        raise one.refuse(
            ("lines",), f"the text has {counted(len(lines), 'line')}, not {article.lines}"
        )
    for i, claim in enumerate(article.claims):
        for number in claim.line_numbers:
            if not 1 <= number <= len(lines) or not lines[number - 1].strip():
                raise one.refuse(("claims", i, "lines"), f"the text has nothing on line {number}")
        for key in ("text", "reason", "note"):
            for language, ours in getattr(claim, key).items():
                if copy := copied_words(ours, text):
                    sentence = f"copies the article's words ({copy})"
                    raise one.refuse(("claims", i, key, language), sentence)


def _record(
    article: Article, claim: ClaimSpec, links: dict[str, dict[str, Disagreement | None]]
) -> Claim:
    key = TEST_KEYS.get(claim.kind)
    tested = key is not None and bool(getattr(claim, key))
    return Claim(
        id=claim.id,
        article=article.id,
        lines=claim.lines,
        kind=claim.kind,
        text=Texts(claim.text),
        test={key: claim.model_dump(mode="json")[key]} if tested and key else None,
        reason=Texts(claim.reason),
        lacks="" if tested else claim.lacks or LACKS[claim.kind],
        related=tuple(links[claim.id]),
        disagreements={other: why for other, why in links[claim.id].items() if why},
        speaker=Texts(claim.speaker),
        note=Texts(claim.note),
    )
