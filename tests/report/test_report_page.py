"""report.html in a real Chromium: sort, filter, open a sample, Korean, dark, hostile replies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Page, browse, why_absent
from report_toys import HOSTILE, Reply, lifelike, write_run

from claimbench.grading.outcomes import shown
from claimbench.runner import reporting
from claimbench.store import RunStore

absent = None if os.environ.get("CLAIMBENCH_BROWSER") == "required" else why_absent()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(absent is not None, reason=absent or "")]


def replies(model: str, benchmark: str, i: int, turn: int) -> Reply:
    """Every hostile reply once, in reasoning, reply and answer; else lifelike ones."""
    if model == "r1-distill-qwen-7b" and turn == 0 and i < len(HOSTILE):
        text = HOSTILE[i]
        return f"{text}</think>{text}", "wrong", text, 300 + i
    return lifelike({model: 0.5})(model, benchmark, i, turn)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results") / "run"
    models = ("r1-distill-qwen-1.5b", "r1-distill-qwen-7b")
    write_run(
        root,
        [(model, benchmark) for model in models for benchmark in ("aime24", "gpqa_diamond")],
        replies,
        published=["deepseek-r1", "open-r1"],
        question=lambda _, i: f"What is {i} + {i}? {HOSTILE[i % len(HOSTILE)]}",
    )
    with RunStore.existing(root, writer=True) as store:
        reporting.report(store)
    return root / "report.html"


@pytest.fixture(scope="module")
def chromium(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browse(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def opened(chromium: Any, page: Path) -> Page:
    """The report as it is when first opened."""
    found = Page(chromium, page)
    found.run("localStorage.clear()")
    found.load()
    return found


def unfold(opened: Page) -> None:
    """Open what is folded in the opened sample."""
    opened.run("for (const d of document.querySelectorAll('#reader-body details')) d.open = true")


def numbers(texts: list[str]) -> list[float]:
    return [float(text.replace("−", "-")) for text in texts]


def test_sorting(opened: Page) -> None:
    heads = "#verdict-table thead th"
    column = next(i for i, text in enumerate(opened.texts(heads), 1) if text == "published")
    cells = f"#verdict-table tbody > tr:first-child > td:nth-of-type({column - 1})"
    before = numbers(opened.texts(cells))
    assert len(before) == len(opened.verdicts)
    for wanted, order in (("descending", True), ("ascending", False), ("descending", True)):
        opened.click(f"{heads}:nth-child({column}) button")
        assert numbers(opened.texts(cells)) == sorted(before, reverse=order)
        assert opened.find(f"{heads}:nth-child({column})").get_attribute("aria-sort") == wanted
    sorts = opened.run(
        "return [...document.querySelectorAll('#verdict-table [aria-sort]')]"
        ".filter(h => h.getAttribute('aria-sort') !== 'none').length"
    )
    assert sorts == 1
    opened.click("#sample-table thead th:nth-child(7) button")  # tokens
    tokens = numbers(opened.texts("#sample-table tbody td:nth-child(7)"))
    assert tokens == sorted(tokens, reverse=True)
    assert tokens[0] == 4096


def test_filtering(opened: Page) -> None:
    status = '[data-table="verdict-table"] .status'
    count = len(opened.verdicts)
    assert opened.texts(status) == [f"{count} of {count} rows"]
    opened.type('[data-table="verdict-table"] [data-filter]', "qwen-7b open-r1")
    wanted = [v for v in opened.verdicts if "7b" in v["subject"] and "open-r1" in v["claim"]]
    assert 1 < len(wanted) < count
    assert opened.texts(status) == [f"{len(wanted)} of {count} rows"]
    rows = opened.texts("#verdict-table tbody > tr:first-child")
    assert len(rows) == len(wanted)
    assert all("qwen-7b" in text and "open-r1" in text for text in rows)
    opened.choose('[data-choose="verdict"]', "not comparable")
    wanted = [v for v in wanted if v["verdict"] == "not comparable"]
    assert wanted
    assert opened.texts(status) == [f"{len(wanted)} of {count} rows"]
    opened.choose("#sample-outcome", "correct")
    assert set(opened.texts("#sample-table .outcome")) == {"right"}
    opened.choose("#sample-outcome", "")
    opened.choose("#sample-end", "loop")
    assert set(opened.texts("#sample-table tbody td:nth-child(8)")) == {"cutrepetition"}
    opened.choose("#sample-end", "")
    opened.choose("#sample-cell", "3")
    rows = opened.texts("#sample-table tbody tr")
    assert all(row.startswith("r1-distill-qwen-7bgpqa_diamond") for row in rows)
    opened.type("#sample-filter", "no such thing")
    assert opened.texts("#sample-status") == ["No sample matches."]


def test_claims_are_filtered_sorted_and_opened(opened: Page) -> None:
    shown = "#claim-table > tbody:not([hidden])"
    every = opened.run(f"return document.querySelectorAll('{shown}').length")
    opened.choose("[data-table=claim-table] select", "mixed")
    chosen = opened.run(
        f"return [...document.querySelectorAll('{shown}')].map(b => b.dataset.verdict)"
    )
    assert 0 < len(chosen) < every
    assert set(chosen) == {"mixed"}
    opened.click(f"{shown} .disclose")
    detail = opened.find(f"{shown} tr.detail").text
    assert "mixed (tier C)" in detail
    assert "r1-distill-qwen-7b" in detail
    opened.click("#language")
    detail = opened.find(f"{shown} tr.detail").text
    assert "엇갈림(증거 등급 C)" in detail
    assert "mixed" not in detail


def test_pages_of_samples(opened: Page) -> None:
    assert opened.texts("#sample-status") == ["1 to 50 of 480 samples"]
    first = opened.texts("#sample-table tbody tr")
    opened.click("#sample-next")
    assert opened.texts("#sample-status") == ["51 to 100 of 480 samples"]
    assert opened.texts("#sample-table tbody tr") != first
    opened.click("#sample-previous")
    assert opened.texts("#sample-table tbody tr") == first
    assert opened.find("#sample-previous").get_attribute("disabled")


def test_a_sample_is_read_behind_its_row(opened: Page) -> None:
    opened.choose("#sample-outcome", "correct")
    row = opened.texts(
        "#sample-table tbody tr:first-child td, #sample-table tbody tr:first-child th"
    )
    opened.open_sample()
    unfold(opened)
    title = opened.texts("#reader-title")[0]
    assert title == f"{row[0]} · {row[1]} · {row[2]} · sample {row[3]}"
    question, gold, reasoning, reply = opened.texts("#reader-body pre")
    number = int(row[2][1:])
    assert question.startswith(f"What is {number} + {number}?")
    assert gold == str(2 * number)
    assert "= " in reasoning
    assert f"\\boxed{{{2 * number}}}" in reply
    assert row[6] in opened.texts("#reader-body dl")[0]  # tokens
    opened.click("#reader-next")
    opened.wait(lambda: opened.texts("#reader-title")[0] != title)
    opened.click("#reader-close")
    assert opened.texts("#reader-title") == []
    focused = opened.run("return document.activeElement.closest('tr') !== null")
    assert focused  # back where the reader was


def test_keys_alone_are_enough(opened: Page) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(key: str) -> str:
        ActionChains(opened.driver).send_keys(key).perform()
        return opened.run("return document.activeElement.id || document.activeElement.className")

    assert press(Keys.TAB) == "skip"
    press(Keys.ENTER)
    assert opened.run("return location.hash") == "#content"
    seen = []
    while "disclose" not in seen:
        seen.append(press(Keys.TAB))
        assert len(seen) < 40
    press(Keys.SPACE)
    assert opened.find("#verdict-table button.disclose").get_attribute("aria-expanded") == "true"
    assert "known differences in protocol" in opened.texts("#detail-1")[0]
    opened.run("document.querySelector('#sample-table tbody button').focus()")
    press(Keys.ENTER)
    opened.wait(lambda: opened.texts("#reader-body pre"))
    title = opened.texts("#reader-title")
    press(Keys.ARROW_RIGHT)
    opened.wait(lambda: opened.texts("#reader-title") != title)
    press(Keys.ESCAPE)
    opened.wait(lambda: not opened.run("return document.querySelector('dialog').open"))


def test_korean(opened: Page) -> None:
    count = len(opened.verdicts)
    assert opened.run("return document.documentElement.lang") == "en"
    opened.click("#language")
    assert opened.run("return document.documentElement.lang") == "ko"
    assert {"결론", "판정 전체"} <= set(opened.texts("h2"))
    assert opened.texts('[data-table="verdict-table"] .status') == [f"{count}행 중 {count}행"]
    opened.click("#verdict-table button.disclose")
    assert "측정" in opened.texts("#detail-1 .lead")[0]
    assert "포인트" in opened.texts("#detail-1 .lead")[0]
    assert opened.run("return document.querySelector('#curve-0-title').textContent").endswith(
        "토큰 한도별 점수"
    )
    opened.open_sample()
    assert {"문제", "정답", "답변"} <= set(opened.texts("#reader-body h3"))
    opened.click("#reader-close")
    left = opened.run(
        "return [...document.querySelectorAll('[data-ko]')].filter(e => e.textContent"
        " !== e.dataset.ko).length"
    )
    assert left == 0
    opened.load()
    assert opened.run("return document.documentElement.lang") == "ko"  # it remembers
    opened.click("#language")
    assert {"The answer", "All verdicts"} <= set(opened.texts("h2"))


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


CONTRAST = """
const background = (e) => {
  for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor;
    if (c !== 'rgba(0, 0, 0, 0)') return c;
  }
  return 'rgb(255, 255, 255)';
};
return [...document.querySelectorAll('p, td, th, .chip, a, h1, h2, button, dt, dd, figcaption, ' +
    'svg text, .outcome')].filter(e => e.getClientRects().length && e.textContent.trim() &&
    !e.disabled).map(e => [getComputedStyle(e)[e.closest('svg') ? 'fill' : 'color'],
    background(e.closest('svg') ?? e), e.textContent.slice(0, 40)]);
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(opened: Page, theme: str) -> None:
    if theme == "dark":
        opened.click("#theme")
        opened.run("document.activeElement.blur()")
        assert opened.find("#theme").get_attribute("aria-pressed") == "true"
    ground = opened.run("return getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.1) is (theme == "dark")
    checked = opened.run(CONTRAST)
    assert len(checked) > 300
    for ink, paper, text in checked:
        high, low = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ink, paper)  # WCAG 2.2, level AA


def test_the_systems_wish_for_dark_is_heard(opened: Page) -> None:
    opened.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": "dark"}]},
    )
    try:
        opened.load()
        ground = opened.run("return getComputedStyle(document.body).backgroundColor")
        assert luminance(ground) < 0.1
        assert opened.find("#theme").get_attribute("aria-pressed") == "true"
    finally:
        opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def told(text: str) -> str:
    """`text` as the page shows it: what cannot be seen is told by its number."""
    import unicodedata

    return "".join(
        f"U+{ord(c):04X}"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\t\n\u200c\u200d"
        else c
        for c in text
    )


def test_hostile_replies_stay_text(opened: Page) -> None:
    opened.requests()
    opened.choose("#sample-cell", "2")
    opened.click("#sample-table thead th:nth-child(3) button")  # by problem
    for i, text in enumerate(HOSTILE):
        opened.type("#sample-filter", f"q{i}")
        places = opened.texts("#sample-table tbody td:nth-child(4)")
        names = opened.texts("#sample-table tbody th")
        row = 1 + [*zip(names, places, strict=True)].index((f"q{i}", "0"))
        answer = f"#sample-table tbody tr:nth-child({row}) .answer"
        assert opened.texts(answer) == [told(shown(text))]
        opened.open_sample(f"#sample-table tbody tr:nth-child({row}) button")
        unfold(opened)
        question, _, reasoning, reply = opened.texts("#reader-body pre")
        assert reasoning == reply == told(text)
        assert question == f"What is {i} + {i}? {told(text)}"
        assert opened.run("return document.querySelector('#reader-body script, img')") is None
        opened.click("#reader-close")
    time.sleep(0.5)
    assert opened.run("return window.hacked") is None
    assert opened.requests() == []
    assert opened.driver.get_log("browser") == []


def test_nothing_is_asked_of_the_network(chromium: Any, page: Path) -> None:
    opened = Page(chromium, page)
    opened.requests()
    opened.load()
    assert opened.requests() == [f"file://{page}"]


def test_the_policy_holds(opened: Page) -> None:
    """Even a script that got into the page would not run, and nothing can leave it."""
    opened.run(
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 9';"
        "document.body.append(s); document.body.insertAdjacentHTML('beforeend',"
        " '<img src=x onerror=\"window.hacked = 8\">');"
    )
    blocked = opened.driver.execute_async_script(
        "const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done('sent'),"
        " () => done('blocked'));"
    )
    time.sleep(0.3)
    assert blocked == "blocked"
    assert opened.run("return window.hacked") is None
    opened.driver.get_log("browser")


def test_what_assistive_technology_is_told(opened: Page) -> None:
    lacking = opened.run(
        """
        const named = (e) => (e.getAttribute('aria-label') || e.textContent).trim() ||
            e.getAttribute('aria-labelledby');
        return {
          buttons: [...document.querySelectorAll('button')].filter(e => !named(e) &&
            !e.closest('dialog')).length,
          inputs: [...document.querySelectorAll('input, select')]
            .filter(e => !e.labels.length).length,
          captions: [...document.querySelectorAll('main > section table[id]')]
            .filter(e => !e.caption?.textContent.trim()).length,
          heads: [...document.querySelectorAll('thead th')].filter(e => e.scope !== 'col').length,
          figures: [...document.querySelectorAll('svg')].filter(e =>
            e.getAttribute('role') !== 'img' ||
            e.getAttribute('aria-labelledby').split(' ').some(id =>
              !document.getElementById(id)?.textContent.trim())).length,
          ids: document.querySelectorAll('[id]').length
            - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size,
          rows: [...document.querySelectorAll('#sample-table tbody tr')]
            .filter(e => !e.querySelector('th[scope=row]')).length,
        };
        """
    )
    assert set(lacking.values()) == {0}, lacking
