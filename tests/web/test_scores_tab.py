"""The Scores tab in a browser: a box by pointer and by keyboard, its scores at once, curves with progress and Stop."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from attnviz import compare, open_family
from attnviz.scores import Truth, energy_pointing_game
from attnviz.web.examples import EXAMPLES

EDGES = ("left", "top", "right", "bottom")


@pytest.fixture
def tab(page: Page) -> Page:
    page.get_by_role("tab", name="Scores").click()
    expect(page.locator(".av-localisation tbody tr")).to_have_count(8, timeout=20_000)
    return page


def edges(page: Page) -> list[int]:
    return [int(page.locator(f".av-edges input[name={edge}]").input_value()) for edge in EDGES]


def energy(page: Page, model: str) -> float:
    row: Locator = page.locator(".av-localisation tr", has=page.get_by_role("rowheader", name=model, exact=True))
    return float(row.locator("td").nth(1).inner_text().replace("†", ""))


def test_a_box_is_known_drawn_typed_and_cleared(tab: Page) -> None:
    assert edges(tab) == [11, 2, 50, 50]  # the example's own, so that the tab is not empty at first sight
    board = tab.locator(".av-boxing").bounding_box()
    assert board is not None
    at = lambda share: (board["x"] + share * board["width"], board["y"] + share * board["height"])  # noqa: E731
    tab.mouse.move(*at(0.76))
    tab.mouse.down()
    tab.mouse.move(*at(0.5))
    tab.mouse.move(*at(0.26))
    tab.mouse.up()
    assert edges(tab) == [16, 16, 49, 49]  # whole pixels of 64, from whatever corner
    comparison = compare(open_family(device="cpu"), EXAMPLES[0].path)
    maps = comparison["cbam"].maps["stage4"][None]
    expected = float(energy_pointing_game(maps, Truth.of_boxes([(16, 16, 49, 49)], 64, 64))[0])
    expect(tab.locator(".av-localisation")).to_contain_text(f"{expected:.3f}")
    assert energy(tab, "cbam") == pytest.approx(expected, abs=6e-4)

    tab.locator(".av-edges input[name=right]").fill("64")
    expected = float(energy_pointing_game(maps, Truth.of_boxes([(16, 16, 64, 49)], 64, 64))[0])
    expect(tab.locator(".av-localisation")).to_contain_text(f"{expected:.3f}")
    tab.locator(".av-edges input[name=left]").fill("64")
    expect(tab.locator(".av-localisation")).to_contain_text("This is no box: left must be less than right")
    expect(tab.locator(".av-drawn-box")).to_be_hidden()
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator(".av-localisation")).to_contain_text("appear here as soon as there is a box")


def test_curves_can_be_stopped_and_computed(tab: Page) -> None:
    tab.route("**/curves", lambda route: None, times=1)  # an answer that does not come, however fast the machine
    tab.get_by_role("button", name="Compute the curves").click()
    expect(tab.locator(".av-run progress")).to_be_visible()
    tab.locator(".av-curves-stop").click()
    expect(tab.locator(".av-curves")).to_contain_text("Stopped.")
    expect(tab.locator(".av-run progress")).to_be_hidden()
    tab.get_by_role("button", name="Compute the curves").click()
    expect(tab.locator(".av-curves .av-plot")).to_have_count(2, timeout=60_000)
    expect(tab.locator(".av-curves tbody tr")).to_have_count(4)
    assert tab.locator(".av-curves polyline").count() == 8
