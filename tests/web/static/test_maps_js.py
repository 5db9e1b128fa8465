"""The canvases that a browser paints hold the pixels of the Python figures."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from attnviz import Comparison, Look, compare, open_family
from attnviz.draw import overlays
from attnviz.web.examples import EXAMPLES

SIDE_OF_CANVAS = "canvas => canvas.toDataURL('image/png').split(',')[1]"
SET = """look => {
  const form = document.querySelector('.av-look');
  for (const [name, value] of Object.entries(look)) {
    const control = form.elements[name];
    if (typeof value === 'boolean') control.checked = value; else control.value = value;
  }
  document.querySelector('.av-view').dataset.painted = 'begun';
  form.dispatchEvent(new Event('input', { bubbles: true }));
}"""
LOOKS = [
    Look(),
    Look(opacity=0),
    Look(opacity=1),
    Look(opacity=0.37, colormap="jet"),
    Look(threshold=0.6),
    Look(scale="shared", colormap="viridis"),
    Look(signed=True),
    Look(signed=True, scale="shared", threshold=0.25),
    Look(cells=True),
    Look(difference=True),
    Look(difference=True, signed=True, cells=True, opacity=0.8),
]


@pytest.fixture(scope="module")
def page(browser: Browser, served: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.goto(f"{served.url}/?example=espresso&stage=stage3&target=espresso")
    expect(opened.locator(".av-view[data-painted=true]")).to_have_count(1, timeout=30_000)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(open_family(device="cpu"), EXAMPLES[0].path, "espresso", "stage3")


def painted(page: Page, look: Look) -> dict[str, NDArray[np.int16]]:
    page.evaluate(SET, vars(look))
    expect(page.locator(".av-view")).to_have_attribute("data-painted", "true")
    pictures = {}
    for card in page.locator(".av-card").all():
        png = base64.b64decode(card.locator("canvas").evaluate(SIDE_OF_CANVAS))
        pictures[card.get_attribute("data-model") or ""] = np.asarray(
            Image.open(io.BytesIO(png)).convert("RGB"), np.int16
        )
    return pictures


@pytest.mark.parametrize(
    "look", LOOKS, ids=lambda look: look.in_words() + f" {look.opacity} {look.colormap} {look.cells}"
)
def test_the_canvas_holds_the_pixels_of_the_figure(page: Page, comparison: Comparison, look: Look) -> None:
    crop = comparison.view.crop(640)
    picture = comparison.view.as_seen(crop.width) if look.cells else crop
    maps = {name: result.maps["stage3"] for name, result in comparison.items()}
    expected = overlays(picture, maps, look, baseline="baseline")
    for name, pixels in painted(page, look).items():
        wanted = np.asarray(expected[name], np.int16)
        assert pixels.shape == wanted.shape
        difference = np.abs(pixels - wanted).max(-1)
        # where a value lies on the threshold itself, float32 and float64 may take different sides
        allowed = 1e-4 if look.threshold else 0
        assert (difference > 2).mean() <= allowed, f"{name}: {difference.max()}"


def test_a_look_that_differs_is_painted_differently(page: Page) -> None:
    plain, other = painted(page, Look()), painted(page, Look(colormap="jet"))
    assert all(np.abs(plain[name] - other[name]).max() > 50 for name in plain)
