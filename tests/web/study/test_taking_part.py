"""Taking part, in a real browser against the real server."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from attnviz.study.plan import DATA

Serve = Callable[..., tuple[str, Path]]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new participant."""
    contexts, errors = [], []

    def open_page(url: str, locale: str = "en-US", **options: Any) -> Page:
        context = browser.new_context(**{"locale": locale, "viewport": {"width": 1100, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def votes_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / DATA / "votes.csv", keep_default_na=False)


def wait_for_trial(page: Page, number: str) -> None:
    expect(page.locator("#where")).to_have_text(number, timeout=20_000)
    expect(page.locator("[data-choice=left]")).to_be_enabled(timeout=20_000)


def test_a_whole_session_by_keyboard(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, folder = serve_for_real()
    page = visit(f"{url}/study/")
    page.get_by_role("button", name="I agree, begin").focus()
    page.keyboard.press("Enter")
    answers = []
    for number in ("Practice 1 / 2", "Practice 2 / 2", *(f"{count} / 10" for count in range(1, 11))):
        wait_for_trial(page, number)
        key = len(answers) % 3 + 1
        answers.append(("left", "similar", "right")[key - 1])
        page.keyboard.press(str(key))
    expect(page.locator("#done")).to_be_visible(timeout=20_000)
    assert len(page.locator("#completion").inner_text()) >= 8
    votes = votes_of(folder)
    assert votes.choice.tolist() == answers
    assert votes.kind.tolist()[:2] == ["practice"] * 2
    assert votes.kind.value_counts().to_dict() == {"main": 8, "practice": 2, "repeat": 1, "catch": 1}
    page.keyboard.press("1")
    assert len(votes_of(folder)) == 12


def test_reload_back_and_a_second_tab_go_on_at_the_right_trial(
    serve_for_real: Serve, visit: Callable[..., Page]
) -> None:
    url, folder = serve_for_real()
    page = visit(f"{url}/study/")
    page.get_by_role("button", name="I agree, begin").click()
    wait_for_trial(page, "Practice 1 / 2")
    code = page.locator("#code").inner_text()
    page.get_by_role("button", name="A 1").click()
    wait_for_trial(page, "Practice 2 / 2")
    page.reload()
    wait_for_trial(page, "Practice 2 / 2")
    assert page.locator("#code").inner_text() == code
    other = page.context.new_page()
    other.goto(f"{url}/study/")
    wait_for_trial(other, "Practice 2 / 2")
    other.keyboard.press("3")
    wait_for_trial(other, "1 / 10")
    page.bring_to_front()
    page.keyboard.press("1")  # on a trial that the other tab has answered
    wait_for_trial(page, "1 / 10")
    page.goto("about:blank")
    page.go_back()
    wait_for_trial(page, "1 / 10")
    assert votes_of(folder).choice.tolist() == ["left", "right"]


def test_an_answer_waits_for_the_connection(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, folder = serve_for_real()
    page = visit(f"{url}/study/")
    page.get_by_role("button", name="I agree, begin").click()
    wait_for_trial(page, "Practice 1 / 2")
    page.context.set_offline(True)
    page.keyboard.press("2")
    expect(page.locator("#told")).to_contain_text("not saved yet", timeout=10_000)
    assert page.evaluate("localStorage.length") == 1
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    wait_for_trial(page, "Practice 2 / 2")
    expect(page.locator("#told")).to_have_text("")
    assert votes_of(folder).choice.tolist() == ["similar"]
    assert page.evaluate("localStorage.length") == 0


def test_double_clicks_and_a_quick_hand_are_one_vote(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, folder = serve_for_real(minimum_ms=400)
    page = visit(f"{url}/study/")
    page.get_by_role("button", name="I agree, begin").click()
    expect(page.locator("#trial")).to_be_visible()
    page.keyboard.press("1")  # before the buttons wake
    wait_for_trial(page, "Practice 1 / 2")
    page.locator("[data-choice=right]").dblclick()
    wait_for_trial(page, "Practice 2 / 2")
    assert votes_of(folder).choice.tolist() == ["right"]


def test_a_small_phone_in_korean(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, folder = serve_for_real()
    page = visit(f"{url}/study/", locale="ko-KR", viewport={"width": 360, "height": 640}, has_touch=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("작은 연구")
    page.get_by_role("button", name="동의하고 시작하기").tap()
    wait_for_trial(page, "연습 1 / 2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("[data-choice=similar]")).to_be_in_viewport()
    page.locator("[data-choice=similar]").tap()
    wait_for_trial(page, "연습 2 / 2")
    assert votes_of(folder).choice.tolist() == ["similar"]


def test_who_withdraws_is_gone_and_a_lab_computer_goes_on(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, folder = serve_for_real()
    page = visit(f"{url}/study/?kiosk=1")
    page.get_by_role("button", name="I agree, begin").click()
    for number in ("Practice 1 / 2", "Practice 2 / 2", *(f"{count} / 10" for count in range(1, 11))):
        wait_for_trial(page, number)
        page.keyboard.press("1")
    first_code = page.locator("#code").inner_text().split(": ")[1]
    page.get_by_role("button", name="Next participant").click()
    page.get_by_role("button", name="I agree, begin").click()
    wait_for_trial(page, "Practice 1 / 2")
    page.keyboard.press("3")
    wait_for_trial(page, "Practice 2 / 2")
    assert votes_of(folder).participant.nunique() == 2
    page.locator("#leave summary").click()
    page.get_by_label("Withdrawal code").fill("AAAA-BBBB-CCCC")
    page.locator("#withdraw button").click()
    expect(page.locator("#told")).to_contain_text("no such code")
    page.get_by_label("Withdrawal code").fill(first_code)
    page.locator("#withdraw button").click()
    expect(page.locator("#told")).to_contain_text("were taken out")
    assert votes_of(folder).choice.tolist() == ["right"]


def test_a_code_of_another_ends_no_session_but_its_own(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, folder = serve_for_real()
    first, second = visit(f"{url}/study/?kiosk=1"), visit(f"{url}/study/?kiosk=1")
    for page in (first, second):
        page.get_by_role("button", name="I agree, begin").click()
        wait_for_trial(page, "Practice 1 / 2")
        page.keyboard.press("1")
        wait_for_trial(page, "Practice 2 / 2")
    codes = [page.locator("#code").inner_text().split(": ")[1] for page in (first, second)]
    for code, told in zip(codes, ("another session than this", "Your answers"), strict=True):
        if not second.locator("#withdraw").is_visible():
            second.locator("#leave summary").click()
        second.get_by_label("Withdrawal code").fill(code)
        second.locator("#withdraw button").click()
        expect(second.locator("#told")).to_contain_text(told)
        expect(second.locator("#trial")).to_be_visible(visible="another" in told)
    assert votes_of(folder).empty


def test_a_trial_that_another_tab_answered_is_left_even_if_its_pictures_never_came(
    serve_for_real: Serve, visit: Callable[..., Page]
) -> None:
    url, folder = serve_for_real()
    page = visit(f"{url}/study/")
    page.route("**/picture/*", lambda route: route.abort())
    page.get_by_role("button", name="I agree, begin").click()
    expect(page.locator("#told")).to_contain_text("could not be loaded", timeout=10_000)
    other = page.context.new_page()
    other.goto(f"{url}/study/")
    wait_for_trial(other, "Practice 1 / 2")
    other.keyboard.press("1")
    wait_for_trial(other, "Practice 2 / 2")
    page.unroute("**/picture/*")
    page.bring_to_front()
    wait_for_trial(page, "Practice 2 / 2")
    expect(page.locator("#told")).to_have_text("")
    page.keyboard.press("3")
    wait_for_trial(page, "1 / 10")
    assert votes_of(folder).choice.tolist() == ["left", "right"]


def test_the_closing_date_is_told_to_whoever_is_at_work(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    closes = datetime.now(UTC) + timedelta(seconds=8)
    url, folder = serve_for_real(closes=closes.strftime("%Y-%m-%dT%H:%M:%SZ"))
    page = visit(f"{url}/study/")
    page.get_by_role("button", name="I agree, begin").click()
    wait_for_trial(page, "Practice 1 / 2")
    page.wait_for_timeout(1000 * max(0, (closes - datetime.now(UTC)).total_seconds() + 0.1))
    page.keyboard.press("1")
    expect(page.locator("#told")).to_have_text("This study is closed; thank you for your interest.")
    expect(page.locator("main:visible")).to_have_count(0)
    expect(page.locator("#code")).to_be_visible()  # to withdraw by
    page.reload()
    expect(page.locator("#told")).to_contain_text("This study is closed")
    assert page.evaluate("localStorage.length") == 0
    assert not (folder / DATA / "votes.csv").exists() or votes_of(folder).empty


def test_the_other_language_keeps_a_lab_computer_one(serve_for_real: Serve, visit: Callable[..., Page]) -> None:
    url, _ = serve_for_real()
    page = visit(f"{url}/study/?kiosk=1")
    page.get_by_role("link", name="한국어").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("작은 연구")
    assert "kiosk=1" in page.url
    assert "lang=ko" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(serve_for_real: Serve, visit: Callable[..., Page], scheme: str) -> None:
    url, _ = serve_for_real()
    page = visit(f"{url}/study/", color_scheme=scheme)
    expect(page.get_by_role("button", name="I agree, begin")).to_be_visible()
    found = Axe().run(page).response["violations"]
    page.get_by_role("button", name="I agree, begin").click()
    wait_for_trial(page, "Practice 1 / 2")
    found += Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_the_commands_serve_a_study_and_simulate_participants_in_a_browser(
    make_study: Callable[..., Path], port: int, wait_until_it_answers: Callable[..., None]
) -> None:
    folder, url = make_study(), f"http://127.0.0.1:{port}"
    attnviz = [sys.executable, "-m", "attnviz", "study"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [*attnviz, "serve", str(folder), "--port", str(port)], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert f"the study is at {url}/study/" in server.stdout.readline()
            wait_until_it_answers(port, lambda: server.poll() is None)
            simulate = ["simulate", str(folder), "--url", url, "--participants", "2", "--preference", "cbam:0.9"]
            done = subprocess.run(
                [*attnviz, *simulate, "--browser"], env=environment, capture_output=True, text=True, timeout=120
            )
        finally:
            server.kill()
    assert "24 votes acknowledged, 0 errors" in done.stdout, done.stderr
    votes = votes_of(folder)
    assert votes.groupby("participant").size().tolist() == [12, 12]
    preferred = votes[votes.kind == "main"].preferred_model.value_counts()
    assert preferred["cbam"] > preferred.get("baseline", 0)
