"""report.html for everybody: every width, both languages, both themes, keyboard, screen reader,
paper. One Chromium for all of it."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Page, browse, why_absent
from report_toys import HOSTILE, Reply, lifelike, measurement, write_run

from claimbench.claims.articles import load_articles
from claimbench.grading.reasons import reason
from claimbench.messages import Departure, Message
from claimbench.records import CellName, Verdict
from claimbench.report import Document, RunView
from claimbench.report.article_reading import reading_files
from claimbench.report.html import render_html
from claimbench.runner import reporting
from claimbench.store import RunStore
from claimbench.store.prompts import write_prompts
from claimbench.verdicts.articles.claims import judge_claims, load_evidence

absent = None if os.environ.get("CLAIMBENCH_BROWSER") == "required" else why_absent()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(absent is not None, reason=absent or "")]
AXE = Path(__file__).parents[2] / ".axe" / "axe.min.js"
WIDTHS = (360, 390, 768, 1280, 1920)
FORMULAS = (
    r"so $\frac{1}{2}$, \(x^2\) and $$\sum_{i=1}^n i$$ but \[\href{javascript:window.hacked=7}{x}\]"
    r" \boxed{\frac{1}{3}} \boxed{<img src=x onerror=window.hacked=8>} \boxed{open"
)


def replies(model: str, benchmark: str, i: int, turn: int) -> Reply:
    if turn == 0:
        text = f"{FORMULAS} {HOSTILE[i % len(HOSTILE)]}"
        return f"thinking</think>{text}", "wrong", text, 200 + i
    return lifelike({model: 0.5})(model, benchmark, i, turn)


def why(i: int, outcome: str) -> Message:
    """Of a problem with ten tests, the first that fails, with hostile texts."""
    text = HOSTILE[i % len(HOSTILE)]
    what = reason("line", line=2, got=text, expected=text)
    how = reason("for-input", what=what, input=text)
    right = outcome == "correct"
    found = reason("passes", count=10) if right else reason("test", test=4, count=10, how=how)
    return reason("program", what=found, isolation="seccomp")


class Read(Page):
    """An open page without samples, or without a script."""

    def __init__(self, driver: Any, path: Path) -> None:
        self.driver = driver
        self.path = path
        self.driver.get(f"file://{path}")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Few verdicts, many verdicts, two runs compared."""
    root = tmp_path_factory.mktemp("results")
    tables = {"published": ["deepseek-r1", "open-r1"], "margins": {"aime24": 3.0}}
    models = ("r1-distill-qwen-1.5b", "r1-distill-qwen-7b")
    cells = [(model, name) for model in models for name in ("aime24", "gpqa_diamond")]
    write_run(root / "many", cells, lifelike(dict.fromkeys(models, 0.5)), **tables)
    write_run(root / "few", cells[2:3], replies, why=why, **tables)
    write_run(root / "other", cells[2:3], lifelike({models[1]: 0.3}, 1), **tables)
    with RunStore.existing(root / "few", writer=True) as store:
        asked = {(f"q{i}", ()): f"<|im_start|>user\n{HOSTILE[i % 8]}<|im_end|>" for i in range(30)}
        write_prompts(store, CellName(*cells[2]), asked.items())
    crowd = [(f"m{i:02}", "aime24") for i in range(55)]
    write_run(
        root / "crowd", crowd, lifelike(dict.fromkeys(dict(crowd), 0.5)), problems=1, samples=1
    )
    made = []
    for name in ("many", "few", "other", "crowd"):
        with RunStore.existing(root / name, writer=True) as store:
            made.append(reporting.report(store))
    reporting.combine(made[1:3], root / "both")
    named = {name: root / name / "report.html" for name in ("many", "few", "both", "crowd")}
    (root / "both" / "verdicts.json").write_text("[]")
    return named


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browse(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


def shown(
    chromium: Any, path: Path, width: int, theme: str = "light", language: str = "en"
) -> Page:
    """The page as a window of that width shows it."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    opened = Page(chromium, path)
    opened.run(
        "localStorage.setItem('claimbench-theme', arguments[0]);"
        "localStorage.setItem('claimbench-language', arguments[1])",
        theme,
        language,
    )
    opened.load()
    opened.wait(lambda: opened.run("return 'ready' in document.documentElement.dataset"))
    return opened


VIEWS = [
    (width, ("light", "dark")[i % 2], ("en", "ko")[i // 2 % 2]) for i, width in enumerate(WIDTHS)
]
EVERY = [
    (width, theme, language)
    for width in (390, 768, 1280, 1920)
    for theme in ("light", "dark")
    for language in ("en", "ko")
]


@pytest.mark.parametrize("name", ["few", "many", "both"])
def test_the_page_never_scrolls_sideways(chromium: Any, pages: dict[str, Path], name: str) -> None:
    for width, theme, language in [*EVERY, *VIEWS]:
        opened = shown(chromium, pages[name], width, theme, language)
        opened.run(
            "for (const d of document.querySelectorAll('main details')) d.open = true;"
            "document.querySelector('#verdict-table .disclose')?.click()"
        )
        wide, inner = opened.run("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= inner, (name, width, theme, language)


def test_the_answer_comes_first_and_opens(chromium: Any, pages: dict[str, Path]) -> None:
    for width, theme, language in EVERY:
        opened = shown(chromium, pages["few"], width, theme, language)
        card = opened.find("main section:first-of-type .card")
        assert card.rect["y"] < 700
        scores = opened.texts(".card .scores")[0]
        assert "r1-distill-qwen-7b" in scores and "%" in scores
        size = opened.run(
            "return parseFloat(getComputedStyle(document.querySelector('.scores')).fontSize)"
        )
        assert size >= 20
        opened.click(".card .caveat summary")
        assert opened.texts(".card .caveat .opened")[0]
        strip = opened.find(".card svg.figure").rect
        assert strip["x"] >= 0 and strip["x"] + strip["width"] <= width
        sure = {"en": "How sure?", "ko": "얼마나 확실한가"}[language]
        assert sure in opened.texts(".card h4")


def test_of_many_the_picture_comes_first(chromium: Any, pages: dict[str, Path]) -> None:
    opened = shown(chromium, pages["many"], 1280)
    fields = opened.run("return document.querySelectorAll('.matrix tbody tr').length")
    assert fields == 2
    counted = sum(int(text) for text in opened.texts(".matrix .chip b") if text.isdigit())
    single = [text for text in opened.texts(".matrix .chip b") if not text.isdigit()]
    assert counted + len(single) == len(opened.verdicts)
    opened.run("for (const b of document.querySelectorAll('#verdict-table .disclose')) b.click()")
    drawn = opened.run(
        "return [...document.querySelectorAll('.legend .key')].map(k => k.className)"
    )
    assert "key others" in drawn and "key usual" in drawn


def test_a_phone_sees_cards(chromium: Any, pages: dict[str, Path]) -> None:
    opened = shown(chromium, pages["many"], 390, language="ko")
    cell = opened.find("#verdict-table tbody tr td:nth-of-type(3)")
    assert cell.get_attribute("role") == "cell"
    assert cell.get_attribute("data-label") == "판정"
    chip = opened.find("#verdict-table .chip").rect
    assert chip["x"] >= 0 and chip["x"] + chip["width"] <= 390
    opened.click("#language")
    assert cell.get_attribute("data-label") == "verdict"


def test_cards_are_sorted_by_a_list(chromium: Any, pages: dict[str, Path]) -> None:
    for language, order in (("en", "descending ↓"), ("ko", "내림차순 ↓")):
        opened = shown(chromium, pages["few"], 390, language=language)
        bar = ".sorts:has(+ .scroll #problem-table) "
        opened.choose(bar + "select", "2")
        assert opened.texts(bar + "button") == [order]
        cells = "#problem-table tbody td:nth-of-type(1)"
        best = opened.texts(cells)
        assert len(set(best)) > 1
        opened.click(bar + "button")
        worst = opened.texts(cells)
        assert worst[0] != best[0]
        heads = "#problem-table thead th:nth-child(2)"
        assert opened.find(heads).get_attribute("aria-sort") == "ascending"
    # One row needs no order, and a table that is not shown none either: problems, samples, claims.
    assert len(opened.texts(".sorts")) == 3
    wide = shown(chromium, pages["few"], 1280)
    assert wide.texts(".sorts") == []


def test_tests_of_a_program_are_shown_one_by_one(chromium: Any, pages: dict[str, Path]) -> None:
    said = {
        "en": ("3 passed, 1 failed, 6 not judged.", "line 2", "test 4 of 10"),
        "ko": ("통과 3, 실패 1, 판정하지 않음 6.", "2행", "테스트 10개 중 4번"),
    }
    for language, (tally, line, place) in said.items():
        opened = shown(chromium, pages["few"], 1280, language=language)
        opened.choose("#sample-outcome", "wrong")
        opened.open_sample()
        marks = (
            "return [...document.querySelectorAll('#reader-body .tests i')].map(n => n.className)"
        )
        assert opened.run(marks) == ["passed"] * 3 + ["failed"] + ["unjudged"] * 6
        assert any(tally in text for text in opened.texts("#reader-body p"))
        reasons, tests = opened.texts("#reader-body dl")
        assert line in reasons and place in reasons
        assert "window.hacked = 1" in tests
        assert opened.run("return window.hacked") is None
        opened.choose("#sample-outcome", "correct")
        opened.click("#reader-close")
        opened.open_sample()
        assert opened.run(marks) == ["passed"] * 10


def test_every_problem_is_in_the_strip_and_leads_to_its_samples(
    chromium: Any, pages: dict[str, Path]
) -> None:
    for width, theme, language in EVERY:
        opened = shown(chromium, pages["few"], width, theme, language)
        box = opened.run("return document.querySelector('.problem-bars').getAttribute('viewBox')")
        assert box == "0 0 30 100"
        opened.run("document.querySelector('#problem-table thead th:nth-child(2) button').click()")
        counts = [
            [int(number) for number in re.findall(r"\d+", text)]
            for text in opened.texts("#problem-table tbody td:nth-of-type(1)")
        ]
        shares = [a / b if language == "en" else b / a for a, b in counts]
        assert shares == sorted(shares, reverse=True)
        name = opened.texts("#problem-table tbody th")[0]
        opened.click("#problem-table tbody button")
        assert set(opened.texts("#sample-table tbody th")) == {name}
        opened.click("#sample-only")
        assert len(set(opened.texts("#sample-table tbody th"))) > 1


def test_compared_runs_are_drawn_in_pairs(chromium: Any, pages: dict[str, Path]) -> None:
    opened = shown(chromium, pages["both"], 1280)
    assert opened.texts(".card .scores")[0].startswith("other against few")
    assert opened.run("return !!document.querySelector('.card svg.figure .zero')")
    changes = [
        float(t.replace("−", "-")) for t in opened.texts("#pair-table tbody td:nth-of-type(3)")
    ]
    assert changes == sorted(changes) and len(changes) == 20
    opened.choose("#problem-cell", "1")
    assert opened.texts("#problem-table caption")


def test_a_sample_has_its_formulas_its_rule_and_an_address(
    chromium: Any, pages: dict[str, Path]
) -> None:
    opened = shown(chromium, pages["few"], 1280)
    opened.choose("#sample-outcome", "wrong")
    opened.open_sample()
    opened.run("for (const d of document.querySelectorAll('#reader-body details')) d.open = true")
    assert opened.run("return document.querySelectorAll('#reader-body .reply math').length") == 5
    assert opened.run("return document.querySelector('#reader-body a, #reader-body img')") is None
    sent = opened.texts("#reader-body .prompt")[0]
    assert sent.startswith("<|im_start|>user\n") and sent.endswith("<|im_end|>")
    assert opened.texts("#reader-body .special")[0] == "<|im_start|>"
    assert "read as a whole number" in opened.texts("#reader-body dl")[0]
    assert "characters" in opened.texts("#reader-body details summary")[-1]
    title = opened.texts("#reader-title")[0]
    opened.click("#reader-raw")
    opened.wait(lambda: not opened.run("return document.querySelector('#reader-body .reply math')"))
    assert FORMULAS in opened.texts("#reader-body .reply")[0]
    address = opened.run("return location.href")
    assert "#sample=" in address and opened.find("#reader-link").get_attribute("href") == address
    opened.driver.get("about:blank")
    opened.driver.get(address)
    opened.wait(lambda: opened.texts("#reader-body pre"))
    assert opened.texts("#reader-title")[0] == title
    assert opened.run("return window.hacked") is None


def test_a_search_looks_into_the_texts(chromium: Any, pages: dict[str, Path]) -> None:
    opened = shown(chromium, pages["few"], 1280)
    opened.type("#sample-filter", "frac{1}{2}, ")
    assert opened.texts("#sample-status") == ["No sample matches."]
    opened.click("#sample-deep")
    opened.type("#sample-filter", r"\(x^2\)")
    opened.wait(lambda: opened.texts("#sample-status") == ["1 to 30 of 30 samples"])


def test_of_a_long_table_the_first_rows_are_shown(chromium: Any, pages: dict[str, Path]) -> None:
    opened = shown(chromium, pages["crowd"], 1280)
    rows = "#measurement-table tbody th"
    assert opened.texts(rows) == [f"m{i:02}" for i in range(50)]
    opened.type('[data-table="measurement-table"] [data-filter]', "m54")
    assert opened.texts(rows) == ["m54"]
    opened.type('[data-table="measurement-table"] [data-filter]', "m")
    opened.click("#measurement-table thead th:nth-child(1) button")
    opened.click("#measurement-table thead th:nth-child(1) button")
    assert opened.texts(rows) == [f"m{i:02}" for i in range(54, 4, -1)]
    opened.click(".scroll:has(#measurement-table) + .more")
    assert len(opened.texts(rows)) == 55


def test_words_explain_themselves(chromium: Any, pages: dict[str, Path]) -> None:
    for language, start in (("en", "Sampling SE: "), ("ko", "표집 SE: ")):
        opened = shown(chromium, pages["few"], 1280, language=language)
        opened.run("document.querySelector('#measurement-table [data-gloss=sampling-se]').focus()")
        assert explained(opened).startswith(start)
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        ActionChains(opened.driver).send_keys(Keys.ESCAPE).perform()
        assert explained(opened) == ""
    unknown = opened.run(
        "return [...document.querySelectorAll('[data-gloss]')]"
        ".filter(e => !document.getElementById('gloss-' + e.dataset.gloss)).length"
    )
    assert unknown == 0


def explained(opened: Page) -> str:
    """What is shown beside the word that has the focus."""
    return str(
        opened.run("const t = document.getElementById('tip'); return t.hidden ? '' : t.textContent")
    )


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: scripts/fetch-axe")
@pytest.mark.parametrize("name", ["few", "many", "both"])
def test_axe_finds_nothing_serious(chromium: Any, pages: dict[str, Path], name: str) -> None:
    chromium.set_script_timeout(120)
    for width, theme, language in EVERY if name == "few" else VIEWS[1:]:
        opened = shown(chromium, pages[name], width, theme, language)
        if name == "many":
            opened.click("#verdict-table .disclose")
        for state in ("page", "sample"):
            if state == "sample":
                opened.open_sample()
            found = violations(opened)
            assert found == [], (name, width, theme, language, state)
            if (width, theme) != (390, "light"):
                break  # A sample is looked at once in each language.


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages for readers of the articles."""
    root = tmp_path_factory.mktemp("evidence")
    (root / "articles").mkdir()
    for name, text in reading_files(load_articles(), judge_claims(load_evidence())).items():
        (root / name).write_text(text, "utf-8")
    return root / "articles"


def read(chromium: Any, path: Path, width: int, theme: str) -> Read:
    """A page without a script, which follows the theme that the system wishes for."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wish = [{"name": "prefers-color-scheme", "value": theme}]
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wish})
    return Read(chromium, path)


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: scripts/fetch-axe")
@pytest.mark.parametrize("name", ["articles.html", "articles.ko.html"])
def test_axe_finds_nothing_serious_in_the_articles(
    chromium: Any, articles: Path, name: str
) -> None:
    chromium.set_script_timeout(120)
    try:
        for width, theme in ((390, "light"), (1280, "dark"), (390, "dark"), (1280, "light")):
            opened = read(chromium, articles / name, width, theme)
            dark = opened.run("return getComputedStyle(document.body).backgroundColor")
            assert (dark == "rgb(20, 23, 27)") == (theme == "dark")
            opened.run("document.querySelector('details').open = true")
            wide = opened.run("return document.documentElement.scrollWidth")
            assert wide <= width
            assert violations(opened) == [], (name, width, theme)
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def violations(opened: Page) -> list[tuple[str, str, list[str]]]:
    """What axe finds that is serious or critical."""
    opened.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    found = opened.driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations));"
    )
    return [
        (v["id"], v["help"], [n["html"][:120] for n in v["nodes"][:3]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def test_on_paper_everything_is_open(chromium: Any, pages: dict[str, Path]) -> None:
    opened = shown(chromium, pages["few"], 1280, "dark")
    opened.run("dispatchEvent(new Event('beforeprint'))")
    closed = opened.run("return document.querySelectorAll('main details:not([open])').length")
    assert closed == 0
    printed = opened.driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
    )
    paper = base64.b64decode(printed["data"])
    assert paper.startswith(b"%PDF")
    assert b"/MediaBox [0 0 595" in paper or b"/MediaBox [0 0 594" in paper  # A4
    opened.run("dispatchEvent(new Event('afterprint'))")


def test_the_settings_of_a_row_come_when_it_opens(chromium: Any, pages: dict[str, Path]) -> None:
    for language, setting in (("en", "engine"), ("ko", "엔진")):
        opened = shown(chromium, pages["many"], 1280, language=language)
        assert not opened.run("return document.querySelectorAll('.caveat table').length")
        opened.click("#verdict-table .disclose")
        opened.run(
            "for (const d of document.querySelectorAll('#verdict-table details')) d.open = true"
        )
        table = "#verdict-table tbody:first-of-type .caveat table"
        names = opened.texts(f"{table} tbody th")
        assert setting in names
        assert len(opened.texts(f"{table} td")) == 2 * len(names)
        assert all(opened.texts(f"{table} td"))


def test_what_a_row_opens_to_is_put_there_when_it_is_read(
    chromium: Any, pages: dict[str, Path]
) -> None:
    """By mouse and by keyboard, in the language that is shown then, and what is open is printed."""
    from selenium.webdriver.common.keys import Keys

    for language, head in (("en", "How sure?"), ("ko", "얼마나 확실한가")):
        opened = shown(chromium, pages["many"], 1280, language=language)
        held = "return document.querySelectorAll('#verdict-table .held').length"
        assert opened.run(held) == 0
        opened.click("#verdict-table tbody:nth-of-type(2) .disclose")
        opened.find("#verdict-table tbody:nth-of-type(3) .disclose").send_keys(Keys.ENTER)
        assert opened.run(held) == 2
        assert opened.texts("#verdict-table .held h4").count(head) == 2
        opened.find("#verdict-table tbody:nth-of-type(3) .disclose").send_keys(Keys.SPACE)
        assert opened.texts("#verdict-table .held h4").count(head) == 1
        opened.click("#language")
        other = {"en": "얼마나 확실한가", "ko": "How sure?"}[language]
        assert opened.texts("#verdict-table .held h4").count(other) == 1
        opened.click("#verdict-table thead th:nth-child(2) button")  # The row takes it along.
        assert opened.texts("#verdict-table .held h4").count(other) == 1
        opened.run("dispatchEvent(new Event('beforeprint'))")
        assert opened.texts("#verdict-table .held h4").count(other) == 1
        opened.run("dispatchEvent(new Event('afterprint'))")


def test_no_caption_is_cut(chromium: Any, pages: dict[str, Path]) -> None:
    """The words above a table stay in the window, however wide the table is."""
    for width, theme, language in EVERY:
        opened = shown(chromium, pages["many"], width, theme, language)
        ends = opened.run(
            "return [...document.querySelectorAll('caption')].filter(c => c.offsetParent !== null)"
            ".map(c => c.firstElementChild.getBoundingClientRect().right)"
        )
        assert len(ends) >= 5
        assert max(ends) <= width, (width, language)


def test_the_picture_of_many_becomes_cards_on_a_phone(
    chromium: Any, pages: dict[str, Path]
) -> None:
    opened = shown(chromium, pages["many"], 390)
    assert opened.find(".matrix tbody td").get_attribute("data-label") == "aime24"
    ends = opened.run(
        "return [...document.querySelectorAll('.matrix .chip')]"
        ".map(c => c.getBoundingClientRect().right)"
    )
    assert ends and max(ends) <= 390


def test_where_it_was_published_could_change_nothing(chromium: Any, pages: dict[str, Path]) -> None:
    for language, change, look in (
        ("en", "What could change it", "To look it up"),
        ("ko", "판정을 바꿀 수 있는 것", "찾아볼 곳"),
    ):
        opened = shown(chromium, pages["few"], 1280, language=language)
        groups = opened.run(
            "return [...document.querySelector('.card').querySelectorAll('.caveats')].map(c =>"
            " [c.previousElementSibling.textContent, c.querySelectorAll('.caveat').length])"
        )
        assert [title for title, _ in groups] == [change, look]
        assert groups[0][1] > 1 and groups[1][1] == 1
        opened.run("for (const d of document.querySelectorAll('.card details')) d.open = true")
        told = opened.texts(".card .caveat summary"), opened.texts(".card .caveat .opened")
        assert all(label != text for label, text in zip(*told, strict=True))


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_hostile_words_in_what_a_row_opens_to_stay_words(
    chromium: Any, tmp_path: Path, text: str
) -> None:
    said = Message("note-bound", {"table": text})
    verdict = Verdict(
        text, text, text, "pass@1", "lower", "A", said, 1.0, 2.0,
        departures=(Departure(text, text, text),), notes=(said,),
    )  # fmt: skip
    one = measurement(model=text, benchmark=text)
    run = RunView(text, text, (one,), (verdict,) * 7, (), (), ((text, text),), False)
    (tmp_path / "report.html").write_text(render_html(Document(text, (run,), ()), None), "utf-8")
    opened = Read(chromium, tmp_path / "report.html")
    opened.click("#verdict-table tbody:nth-of-type(7) .disclose")
    opened.run("for (const d of document.querySelectorAll('.held details')) d.open = true")
    shown = " ".join(opened.texts("#verdict-table .held td, #verdict-table .held .opened p"))
    assert shown.count(text) >= 4
    strange = "return document.querySelectorAll('main img, main script, .held svg').length"
    assert opened.run(strange) == 0
    assert opened.run("return window.hacked") is None
