"""What the page's handlers yield, and in which order; and that the page shows no more than there is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from attnviz.errors import BusyError
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


def shown(viewer: _Viewer, upload: Upload | None, tab: str = "compare") -> list[tuple[Any, ...]]:
    return list(viewer._show_photo(upload, DEFAULT_FAMILY, "", "stage4", "gradcam", tab, "", request()))


def test_a_photo_is_the_visitors_before_it_is_compared(viewer: _Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or what they choose meanwhile, or after a failure, would be of the photo before."""
    steps = shown(viewer, PHOTO)
    key = viewer.comparisons.keep(PHOTO, DEFAULT_FAMILY)
    assert steps[0][0] == key
    assert "av-cards" in steps[-1][2]

    def busy(*_: object) -> None:
        raise BusyError("busy")

    monkeypatch.setattr(viewer.comparisons, "compare", busy)
    another = Upload(PHOTO.decoded, "another")
    given = viewer._show_photo(another, DEFAULT_FAMILY, "", "stage4", "gradcam", "compare", "", request())
    assert next(given)[0] == viewer.comparisons.keep(another, DEFAULT_FAMILY) != key
    assert next(given)[1] == idle()  # nothing is at work any more
    with pytest.raises(gr.Error):
        next(given)


@pytest.mark.parametrize("tab", ["compare", "stages", "scores"])
def test_no_photo_leaves_nothing_on_any_tab(viewer: _Viewer, tab: str) -> None:
    (step,) = shown(viewer, None, tab)
    assert step[0] == ""
    assert all(TEXTS["en"]["no_photo"] in html for html in step[2:])


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
