"""Simulated participants in a real browser: slower than :mod:`attnviz.study.simulate`, and through the page itself."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attnviz.errors import OptionError, StudyError
from attnviz.study.plan import DATA, Plan, read_plan
from attnviz.study.schedule import schedule
from attnviz.study.simulate import Habits, Outcome, answer
from attnviz.study.votes import COOKIE, Votes

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEYS = {"left": "1", "similar": "2", "right": "3"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 60_000


def simulate_in_browser(
    folder: Path, url: str, participants: int, habits: Habits, seed: int = 0,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:  # fmt: skip
    """Plays sessions by keyboard in headless Chromium, one after the other; arguments as for ``simulate``.

    Raises:
        OptionError: if playwright or Chromium is not installed.
        StudyError: if there is no frozen study.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise OptionError("--browser needs playwright: pip install playwright") from None
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        raise OptionError("--browser needs Chromium, which is not installed (apt install chromium).")
    plan, outcome = read_plan(folder), Outcome()
    votes = Votes(folder / DATA, plan)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for number in range(participants):
            context = running.new_context(locale="en-US")
            _play(context.new_page(), url, plan, votes, habits, random.Random(f"{seed} {number}"), outcome)
            context.close()
            advance(number + 1, participants)
        running.close()
    return outcome


def _play(
    page: Page, url: str, plan: Plan, votes: Votes, habits: Habits, draw: random.Random, outcome: Outcome
) -> None:
    page.goto(f"{url}/study/")
    page.locator("#agree").click(timeout=PATIENCE)
    page.locator("#trial").wait_for(timeout=PATIENCE)
    cookies: list[Any] = page.context.cookies()
    who = votes.participant(next(cookie["value"] for cookie in cookies if cookie["name"] == COOKIE))
    if who is None:
        raise StudyError("The server is of another study than the folder; serve the same one.")
    for trial in schedule(plan, who.number):
        page.locator("[data-choice=left]:enabled").wait_for(timeout=PATIENCE)
        page.wait_for_timeout(1000 * draw.uniform(*habits.pause))
        choice = answer(habits, trial, draw)
        began = time.monotonic()
        with page.expect_response("**/study/vote", timeout=PATIENCE) as answered:
            page.keyboard.press(KEYS[choice])
        if not answered.value.ok:
            outcome.errors.append(f"trial {trial.number}: {answered.value.status}")
            return
        outcome.acknowledge_seconds.append(time.monotonic() - began)
        ballot: Any = answered.value.request.post_data_json
        outcome.acknowledged[ballot["vote_id"]] = choice
    page.locator("#done").wait_for(timeout=PATIENCE)
