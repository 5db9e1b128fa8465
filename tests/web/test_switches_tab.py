"""Switches in a browser: by keyboard, several at once, a branch instead of its gate, all, and reset."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from attnviz import compare, open_family
from attnviz.maps import Interventions
from attnviz.web.examples import EXAMPLES
from attnviz.web.switches import points

Painted = Callable[..., None]


@pytest.fixture
def bam(page: Page, wait_until_painted: Painted) -> Page:
    page.get_by_role("tab", name="Stages").click()
    wait_until_painted(page, cards=16)
    page.get_by_role("radio", name="bam", exact=True).click()
    expect(page.locator(".av-model")).to_have_count(1, timeout=20_000)
    wait_until_painted(page, cards=4)
    return page


def switch(page: Page, place: str) -> Locator:
    return page.locator(f"select.av-switch[data-place='{place}']")


def expect_answer(page: Page, changes: Interventions) -> str:
    """The panel says what the library says; returns the change in points."""
    family = open_family(device="cpu")
    plain = compare(family, EXAMPLES[0].path)
    found = compare(family, EXAMPLES[0].path, plain.target, models=["bam"], interventions=changes)["bam"]
    change = points(found.probability - plain["bam"].probability)
    expect(page.locator(".av-switched")).to_contain_text(f"→ {found.probability:.4f}, {change} points", timeout=20_000)
    return change


def test_gates_are_switched_together_and_reset(bam: Page, wait_until_painted: Painted) -> None:
    switch(bam, "stage2.bam").focus()
    bam.keyboard.press("ArrowDown")  # left alone, mean
    change = expect_answer(bam, {"stage2.bam": "mean"})
    wait_until_painted(bam, cards=8)
    expect(bam.locator("figure", has=switch(bam, "stage2.bam")).locator(".av-alone")).to_have_text(
        f"alone {change} points"
    )
    expect(bam.locator(".av-switched .av-warning")).to_have_count(0)
    bam.locator("input[name=branches]").check()
    switch(bam, "stage3.bam.spatial").select_option("off")
    expect_answer(bam, {"stage2.bam": "mean", "stage3.bam.spatial": "off"})
    expect(bam.locator(".av-switched .av-warning")).to_contain_text("features leave the range")
    bam.get_by_role("button", name="Reset all").click()
    expect(bam.locator(".av-switched")).to_be_empty()
    assert {each.input_value() for each in bam.locator("select.av-switch").all()} == {"kept"}
    assert set(bam.locator(".av-alone").all_inner_texts()) == {""}
    wait_until_painted(bam, cards=4)


def test_a_branch_takes_the_place_of_its_gate_and_all_of_both(bam: Page) -> None:
    bam.locator("input[name=branches]").check()
    switch(bam, "stage2.bam").select_option("off")
    switch(bam, "stage2.bam.channel").select_option("off")
    assert switch(bam, "stage2.bam").input_value() == "kept"
    expect_answer(bam, {"stage2.bam.channel": "off"})
    switch(bam, "all").select_option("off")
    expect_answer(bam, {"all": "off"})
    assert switch(bam, "stage1.bam").input_value() == "off"
    assert switch(bam, "stage2.bam.channel").input_value() == "kept"
    switch(bam, "stage1.bam").select_option("kept")
    assert switch(bam, "all").input_value() == "kept"
    expect_answer(bam, {"stage2.bam": "off", "stage3.bam": "off"})


def test_a_server_that_does_not_answer_is_told(bam: Page) -> None:
    bam.route("**/switched/**", lambda route: route.abort())
    switch(bam, "stage1.bam").select_option("mean")
    expect(bam.locator(".av-switched")).to_contain_text("The server did not answer; try again.")
