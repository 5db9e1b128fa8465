"""What the page's handlers yield, and in which order; and that the page shows no more than there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from attnviz.errors import BusyError, Message
from attnviz.families import DEFAULT_FAMILY
from attnviz.web.comparisons import Comparisons
from attnviz.web.photo import Upload
from attnviz.web.status import idle
from attnviz.web.texts import TEXTS
from attnviz.web.viewer import _Viewer

Painted = Callable[..., None]
PHOTO = Upload(Image.new("RGB", (80, 60), "teal"), "a photo")


@pytest.fixture(scope="module")
def viewer() -> _Viewer:
    comparisons = Comparisons(DEFAULT_FAMILY, "cpu")
    comparisons.start()
    comparisons.wait()
    return _Viewer(comparisons, offline=True)


def request(language: str = "en") -> Any:
    return SimpleNamespace(session_hash="somebody", headers={"accept-language": language}, query_params={})


def kept(viewer: _Viewer, upload: Upload | None) -> tuple[Any, ...]:
    return tuple(viewer._keep(upload, DEFAULT_FAMILY, request()))


def steps(viewer: _Viewer, key: str, tab: str = "compare") -> Iterator[tuple[Any, ...]]:
    return viewer._show(key, DEFAULT_FAMILY, "", "stage4", "gradcam", tab, "", request())


def test_a_photo_is_kept_and_then_compared(viewer: _Viewer) -> None:
    key, *rest = kept(viewer, PHOTO)
    assert key == viewer.comparisons.keep(PHOTO, DEFAULT_FAMILY)
    assert rest == [gr.skip()] * 4
    *_, drawn, last = steps(viewer, key)
    assert "av-cards" in drawn[1]
    assert last == (gr.skip(),) * 4  # Gradio sends the last one twice, and the second time it might be old


def test_nothing_is_at_work_after_an_error(viewer: _Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise BusyError("busy")

    monkeypatch.setattr(viewer.comparisons, "compare", busy)
    given = steps(viewer, kept(viewer, PHOTO)[0])
    assert next(given)[0] == idle()
    with pytest.raises(gr.Error):
        next(given)


def test_a_late_request_of_the_photo_before_shows_nothing(viewer: _Viewer) -> None:
    """Or it would be drawn over the newer photo, and stay."""
    late = kept(viewer, PHOTO)[0]
    newer = kept(viewer, Upload(PHOTO.decoded, "another"))[0]
    *_, drawn, _ = steps(viewer, newer)
    assert "av-cards" in drawn[1]
    assert list(steps(viewer, late)) == [(gr.skip(),) * 4]


def test_a_broken_photo_is_told_of_once_and_stays_on_every_tab(
    viewer: _Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(gr, "Warning", told.append)
    broken = Upload(Message("The file is empty."), "broken")
    for _ in range(2):
        key, _, *tabs = kept(viewer, broken)
        assert key == ""
        assert all("The file is empty." in html for html in tabs)
    for _ in range(2):
        assert list(steps(viewer, "")) == [(gr.skip(),) * 4]
    assert told == ["The file is empty."]


def test_another_family_keeps_what_it_has_too(viewer: _Viewer) -> None:
    for target, model, expected in (("lion", "cbam", ("lion", "cbam")), ("no class", "no model", ("", ""))):
        targets, models, _ = viewer._other_family(DEFAULT_FAMILY, target, model, request())
        assert (targets.value, models.value) == expected


@pytest.mark.parametrize("tab", ["compare", "stages", "scores"])
def test_no_photo_leaves_nothing_on_any_tab(viewer: _Viewer, tab: str) -> None:
    key, _, *tabs = kept(viewer, None)
    assert key == ""
    assert all(TEXTS["en"]["no_photo"] in html for html in tabs)
    assert list(steps(viewer, key, tab)) == [(gr.skip(),) * 4]  # which would be drawn over that


def test_what_stands_before_the_first_comparison_is_in_the_visitors_language(viewer: _Viewer) -> None:
    *_, compare, stages, scores = viewer._first_sight(request("ko"))
    assert all(TEXTS["ko"]["loading"] in html for html in (compare, stages, scores))


def test_as_many_may_work_as_are_let_in(viewer: _Viewer) -> None:
    """Gradio gives all that share a queue the lowest limit that one of them has."""
    limits: dict[str, set[object]] = {}
    for function in viewer.blocks.fns.values():
        if function.queue:
            limits.setdefault(function.concurrency_id, set()).add(function.concurrency_limit)
    assert limits["infer"] == {8}
    assert all(len(each) == 1 for each in limits.values())


def test_a_removed_photo_is_on_no_tab(page: Page, wait_until_painted: Painted) -> None:
    page.get_by_role("tab", name="Stages").click()
    wait_until_painted(page, 16)
    page.get_by_role("tab", name="Compare").click()
    wait_until_painted(page)
    page.get_by_label("Remove Image").click()
    for tab in ("Compare", "Stages", "Scores"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(".av-message:visible")).to_have_text(TEXTS["en"]["no_photo"])
        expect(page.locator(".av-view:visible")).to_have_count(0)


def test_a_photo_that_did_not_arrive_is_asked_for_again(page: Page, wait_until_painted: Painted) -> None:
    asked: list[str] = []

    def lose_the_first(route: Route) -> None:
        asked.append(route.request.url)
        route.abort() if len(asked) == 1 else route.continue_()

    page.route("**/crop.png", lose_the_first)
    page.locator(".av-examples button").nth(3).click()
    expect(page.get_by_text(TEXTS["en"]["photo_lost"])).to_be_visible(timeout=10_000)
    wait_until_painted(page)
    expect(page.get_by_text(TEXTS["en"]["photo_lost"])).to_have_count(0)
    assert len(asked) == 2
    inks = page.locator("#cards canvas").evaluate_all(
        "all => all.map((one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean))"
    )
    assert inks == [True] * 4


def test_a_list_that_is_left_as_it_was_asks_for_nothing(page: Page) -> None:
    """Gradio's lists have an input event whenever they are left, by whom a chosen class was lost, or an example."""
    page.get_by_label("Class to explain").fill("lion")
    page.keyboard.press("Enter")
    expect(page.locator("#cards .av-heading")).to_contain_text("for lion")
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    for name in ("Family", "Class to explain", "Method", "opacity"):
        page.get_by_label(name).first.focus()
    page.get_by_label("Class to explain").fill("no such class")
    page.get_by_label("Family").focus()
    page.get_by_role("button", name="Tabby").focus()
    page.wait_for_timeout(500)
    assert asked == []
    expect(page.get_by_label("Class to explain")).to_have_value("lion")
    page.keyboard.press("Enter")
    expect(page.locator(".av-view:visible")).to_have_attribute("data-photo", re.compile("tabby"))
    expect(page.locator("#cards .av-heading")).to_contain_text("for lion")


def test_a_tab_that_is_opened_again_is_as_it_was_left(page: Page, wait_until_painted: Painted) -> None:
    """With gates switched, a box drawn, curves computed; what has changed meanwhile is drawn anew."""
    page.get_by_role("tab", name="Stages").click()
    wait_until_painted(page, 16)
    address = page.url
    page.locator(".av-model", has_text="bam").locator("select.av-switch").first.select_option("off")
    expect(page.locator(".av-switched:not(:empty)")).to_contain_text("points", timeout=20_000)
    page.get_by_role("tab", name="Scores").click()
    page.locator(".av-edges input[name=right]").fill("40")
    page.get_by_role("button", name="Compute the curves").click()
    expect(page.locator(".av-curves .av-numbers")).to_be_visible(timeout=60_000)

    page.get_by_role("tab", name="Stages").click()
    expect(page).to_have_url(address)
    page.wait_for_timeout(1000)  # what would be drawn again
    expect(page.locator(".av-switched:not(:empty)")).to_contain_text("points")
    page.get_by_role("tab", name="Scores").click()
    page.wait_for_timeout(1000)
    expect(page.locator(".av-curves .av-numbers")).to_be_visible()
    expect(page.locator(".av-edges input[name=right]")).to_have_value("40")

    page.get_by_label("Class to explain").fill("lion")
    page.keyboard.press("Enter")
    expect(page.locator(".av-curves .av-numbers")).to_have_count(0)
    page.get_by_role("tab", name="Stages").click()
    expect(page.locator(".av-switched:not(:empty)")).to_have_count(0)
    assert "target=lion" in page.url
