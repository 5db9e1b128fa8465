"""The page for everyone: Korean, keyboards, phones, screen readers, two visitors at once, and after a restart."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from attnviz.families import open_family
from attnviz.web.examples import EXAMPLES
from attnviz.web.lessons import TOPICS

Visit = Callable[..., AbstractContextManager[Page]]
Painted = Callable[..., None]
TEXTS = """() => {
  const texts = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest('script, style')) texts.add(walker.currentNode.textContent.trim());
  for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
    for (const element of document.querySelectorAll(`[${name}]`)) texts.add(element.getAttribute(name));
  return [...texts];
}"""
# who wrote a paper, and what a class or family is called, is the same in every language
NAMES = re.compile(
    r"et al\.|arXiv|[A-Z][A-Za-z+-]*-CAM|Integrated Gradients|" + re.escape(open_family(device="cpu").title)
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visit, wait_until_painted: Painted, scheme: str) -> None:
    with visit(color_scheme=scheme) as page:
        found = Axe().run(page).response["violations"]
        page.get_by_role("tab", name="Stages").click()
        wait_until_painted(page, cards=16)
        found += Axe().run(page).response["violations"]
        page.locator(".av-info[data-topic='bam']:visible").first.click()
        expect(page.get_by_role("dialog").locator("math").first).to_be_visible()
        found += Axe().run(page).response["violations"]
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Scores").click()
        page.get_by_role("button", name="Compute the curves").click()
        expect(page.locator(".av-curves .av-numbers")).to_be_visible(timeout=60_000)
        expect(page.locator(".av-localisation .av-numbers")).to_be_visible()
        found += Axe().run(page).response["violations"]
        page.goto(page.url.split("?")[0] + "learn")
        found += Axe().run(page).response["violations"]
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found
                if one["impact"] in ("serious", "critical")]  # fmt: skip
        assert told == []


def english(texts: list[str], names: set[str]) -> list[str]:
    """Returns the texts that hold two English words beside each other, other than names."""
    found = []
    for text in texts:
        rest = NAMES.sub("", text)
        for name in sorted(names, key=len, reverse=True):
            rest = re.sub(rf"\b{re.escape(name)}\b", "", rest, flags=re.IGNORECASE)
        if re.search(r"[A-Za-z]{2,} [a-z]{2,}", rest):
            found.append(text)
    return found


def test_everything_is_in_korean(visit: Visit, wait_until_painted: Painted) -> None:
    names = {*open_family(device="cpu").classes.names, "School bus", "attnviz evaluate"}
    with visit(locale="ko-KR") as page:
        texts = page.evaluate(TEXTS)
        assert "설명할 클래스" in texts
        page.get_by_role("tab", name="스테이지별").click()
        wait_until_painted(page, cards=16)
        texts += page.evaluate(TEXTS)
        page.get_by_role("tab", name="점수").click()
        expect(page.locator(".av-localisation .av-numbers")).to_be_visible(timeout=20_000)
        texts += page.evaluate(TEXTS)
        page.get_by_role("tab", name="스테이지별").click()
        for topic in TOPICS:
            page.locator(f".av-info[data-topic='{topic}']:visible").first.click()
            expect(page.get_by_role("dialog").locator("math").first).to_be_visible()
            texts += page.evaluate(TEXTS)
            page.keyboard.press("Escape")
        page.get_by_role("button", name="사진 지우기").click()
        expect(page.locator("#stages")).to_contain_text("사진이나 예시를 고르세요")
        texts += page.evaluate(TEXTS)
        page.goto(page.url.split("?")[0] + "learn")
        assert page.locator("html").get_attribute("lang") == "ko"
        texts += page.evaluate(TEXTS)
    assert english(texts, names) == []


def test_english_is_found() -> None:
    texts = ["The map is flat", "지도 the map", "school bus 클래스", "Grad-CAM과 SE", "기준 모델"]
    assert english(texts, {"school bus"}) == texts[:2]


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_phone_need_not_scroll_sideways(visit: Visit, wait_until_painted: Painted, locale: str) -> None:
    with visit(locale=locale, viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True) as page:
        widths = [page.evaluate("document.documentElement.scrollWidth")]
        page.get_by_role("tab").nth(1).click()
        wait_until_painted(page, cards=16)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
        page.goto(page.url.split("?")[0] + "learn")
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
        assert max(widths) <= 390


def test_keyboard_alone_reaches_everything(page: Page) -> None:
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(
            "(e => e.getAttribute('aria-label') || e.name || e.value || e.textContent.trim())(document.activeElement)"
        ))  # fmt: skip
    wanted = {*(example.label for example in EXAMPLES), "Family", "Class to explain", "Method", "opacity", "threshold",
              "colormap", "scale", "signed", "cells", "difference", "Reset", "Enlarge the map of cbam", "PNG", "JSON",
              "Copy link"}  # fmt: skip
    assert wanted <= reached
    page.get_by_role("button", name="Tabby").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cards .av-heading")).not_to_contain_text("espresso", timeout=20_000)


def test_two_visitors_get_their_own(visit: Visit, wait_until_painted: Painted) -> None:
    with visit("/?example=tabby&target=tabby") as one, visit("/?example=uniform&target=lion") as other:
        one.get_by_role("radio", name="stage1").click()
        other.get_by_role("radio", name="stage3").click()
        expect(other.locator("#cards .av-heading")).to_contain_text("for lion at stage3", timeout=20_000)
        expect(one.locator("#cards .av-heading")).to_contain_text("for tabby at stage1", timeout=20_000)
        photos = [page.locator(".av-view").get_attribute("data-photo") or "" for page in (one, other)]
        assert "tabby" in photos[0]
        assert "uniform" in photos[1]


def test_nothing_moves_when_results_arrive(page: Page) -> None:
    page.evaluate("""() => {
        window.moved = 0;
        new PerformanceObserver(list => { for (const entry of list.getEntries()) window.moved += entry.value; })
            .observe({ type: 'layout-shift', buffered: false });
    }""")
    page.get_by_role("button", name="Uniform").click()
    expect(page.locator("#cards .av-heading")).not_to_contain_text("espresso", timeout=20_000)
    page.wait_for_timeout(500)
    assert page.evaluate("window.moved") < 0.05


def test_after_a_restart_the_page_says_so_and_goes_on(
    visit: Visit, start: Callable[..., Any], port: int, wait_until_painted: Painted
) -> None:
    app = start(port)
    try:
        with visit(url=f"http://127.0.0.1:{port}", query="/?example=tabby&target=tabby&stage=stage3") as page:
            app.kill()
            page.wait_for_timeout(1000)
            app = start(port)
            expect(page.locator(".av-told")).to_contain_text("The server was restarted", timeout=60_000)
            expect(page.locator("#cards .av-heading")).to_contain_text("for tabby at stage3", timeout=30_000)
            wait_until_painted(page)
    finally:
        app.kill()
