"""The demo study beside the viewer."""

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from attnviz.errors import FamilyError, StudyError
from attnviz.families import DEFAULT_FAMILY
from attnviz.web.comparisons import Comparisons
from attnviz.web.study.demo import Demo


def test_the_viewer_offers_a_demo_and_says_that_it_is_one(browser: Browser, served: Any) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{served.url}/study/")
    expect(page.get_by_role("note")).to_contain_text("This is a demo, and not blind", timeout=60_000)
    page.get_by_role("button", name="I agree, begin").click()
    expect(page.locator("[data-choice=left]")).to_be_enabled(timeout=20_000)
    page.keyboard.press("3")
    expect(page.locator("#where")).not_to_contain_text(" 1 / ", timeout=20_000)
    context.close()


def test_its_votes_are_demo_votes(tmp_path: Path) -> None:
    comparisons = Comparisons(DEFAULT_FAMILY, "cpu")
    comparisons.start()
    demo = Demo(comparisons, tmp_path)
    assert demo.study() is None
    demo._build()
    running = demo.study()
    assert running is not None
    who = running.votes.join("en")
    shown = running.votes.open(who)
    assert shown is not None
    assert shown.trial.kind in ("demo", "practice")
    assert running.plan.demo
    again = Demo(comparisons, tmp_path)
    again._build()
    found = again.study()
    assert found is not None
    assert found.plan.sha256 == running.plan.sha256


def test_without_models_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Comparisons) -> None:
        raise FamilyError("There are no weights.")

    monkeypatch.setattr(Comparisons, "wait", fail)
    demo = Demo(Comparisons(DEFAULT_FAMILY, "cpu"), tmp_path)
    demo._build()
    with pytest.raises(StudyError, match=r"There is no demo study: There are no weights\."):
        demo.study()


def test_the_viewer_has_no_results(served: Any, raises_status: Callable[[str], int]) -> None:
    assert raises_status(f"{served.url}/results") == 404


@pytest.fixture
def raises_status() -> Callable[[str], int]:
    def status(url: str) -> int:
        try:
            return int(urllib.request.urlopen(url).status)
        except urllib.error.HTTPError as error:
            return error.code

    return status
