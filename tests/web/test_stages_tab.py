"""The Stages tab in a browser: tables, channels under the pointer, ranges, lessons."""

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from attnviz import compare, open_family
from attnviz.comparison import Comparison
from attnviz.draw import colour_table
from attnviz.maps import forward
from attnviz.web.examples import EXAMPLES

Painted = Callable[..., None]
PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(open_family(device="cpu"), EXAMPLES[0].path)


@pytest.fixture
def stages(page: Page, wait_until_painted: Painted) -> Page:
    page.get_by_role("tab", name="Stages").click()
    wait_until_painted(page, cards=16)
    return page


def only(page: Page, model: str, wait_until_painted: Painted) -> None:
    page.get_by_role("radio", name=model, exact=True).click()
    expect(page.locator(".av-model")).to_have_count(1, timeout=20_000)
    wait_until_painted(page, cards=4)


def pixels(canvas: Locator) -> np.ndarray:
    return np.array(canvas.evaluate(PIXELS), np.uint8).reshape(-1, 4)[:, :3]


def test_a_table_a_model(stages: Page) -> None:
    assert stages.locator(".av-model h2").all_inner_texts() == ["baseline", "se", "bam", "cbam"]
    text = stages.locator("#stages").inner_text()
    for said in ("no attention modules", "no spatial gate", "There is no BAM after stage 4", "CBAM in block 1"):
        assert said in text
    assert stages.locator("#stages canvas.av-strip:visible").count() == 8 + 8  # SE's and CBAM's


def test_gates_are_drawn_from_0_to_1_and_stretched_on_request(
    stages: Page, comparison: Comparison, wait_until_painted: Painted
) -> None:
    only(stages, "cbam", wait_until_painted)
    canvas = stages.locator("canvas[data-place='stage1.0.cbam.spatial']")
    values = comparison["cbam"].gates["stage1.0.cbam.spatial"].values.numpy().ravel()
    table = colour_table("viridis").astype(int)
    fixed = table[np.rint(values * 255).astype(int)]
    assert np.abs(pixels(canvas).astype(int) - fixed).max() <= 2
    figure = stages.locator("figure", has=canvas)
    expect(figure).to_contain_text("drawn from 0 to 1")
    stages.get_by_label("Stretch each picture").check()
    expect(figure).to_contain_text("stretched to its own range")
    own = table[np.rint((values - values.min()) / (values.max() - values.min()) * 255).astype(int)]
    assert np.abs(pixels(canvas).astype(int) - own).max() <= 2
    stages.get_by_label("Stretch each picture").uncheck()
    expect(figure).to_contain_text("drawn from 0 to 1")


def test_bams_branches_are_shown_on_request(stages: Page, wait_until_painted: Painted) -> None:
    only(stages, "bam", wait_until_painted)
    branch = stages.locator("[data-kind='bam.spatial']")
    expect(branch).to_be_hidden()
    stages.get_by_label("BAM's branches").check()
    expect(branch).to_be_visible()
    assert branch.locator("canvas").count() == 3


def test_a_channel_is_named_and_its_features_shown(
    stages: Page, comparison: Comparison, wait_until_painted: Painted
) -> None:
    only(stages, "se", wait_until_painted)
    strip = stages.get_by_role("slider", name=re.compile(r"^se, stage2\.1\.se"))
    place, family = "stage2.1.se", open_family(device="cpu")
    gates = comparison["se"].gates[place].values
    strip.scroll_into_view_if_needed()
    strip.focus()
    stages.keyboard.press("End")
    peek = stages.locator(".av-peek")
    last = len(gates) - 1
    here = f"channel {last}: {float(f'{float(gates[last]):.3g}'):g}"
    usual = r"; usually [\d.]+, for espresso [\d.]+"
    expect(peek).to_contain_text(re.compile(rf"{re.escape(here)}{usual}\. features of channel {last}"))
    read = forward(family["se"], comparison.view.tensor(), (), full=True).gates[place]
    assert read.full_before is not None
    assert read.full_after is not None
    before, after = read.full_before[0, last].numpy(), read.full_after[0, last].numpy()
    low, high = min(0, before.min(), after.min()), max(before.max(), after.max())
    for side, plane in enumerate((before, after)):
        expected = np.rint((plane.ravel() - low) / (high - low) * 255)
        assert np.abs(pixels(peek.locator("canvas").nth(side))[:, 0].astype(int) - expected).max() <= 1
    stages.keyboard.press("ArrowLeft")
    expect(peek).to_contain_text(f"channel {last - 1}:")
    box = strip.bounding_box()
    assert box is not None
    stages.mouse.move(box["x"] + box["width"] * 0.5 / len(gates), box["y"] + 5)
    expect(peek).to_contain_text("channel 0:")
    stages.mouse.move(2, 2)
    expect(peek).to_have_count(0)


def test_what_a_finger_touched_stays_until_it_touches_something_else(
    visit: Callable[..., Any], wait_until_painted: Painted
) -> None:
    with visit(has_touch=True, viewport={"width": 390, "height": 844}) as page:
        page.get_by_role("tab", name="Stages").tap()
        wait_until_painted(page, cards=16)
        strip = page.get_by_role("slider", name=re.compile(r"^se, stage2\.1\.se"))
        strip.tap()
        expect(page.locator(".av-peek")).to_contain_text("features of channel")
        named = strip.locator("xpath=ancestor::figure").locator(".av-value-here")
        expect(named).to_contain_text("channel")
        page.get_by_role("slider", name=re.compile(r"^se, stage3\.1\.se")).tap()
        expect(named).to_have_text("")
        expect(page.locator(".av-peek")).to_have_count(1)
        page.locator(".av-model h2").first.tap()
        expect(page.locator(".av-peek")).to_have_count(0)


def test_every_i_opens_a_lesson(stages: Page) -> None:
    first = stages.locator(".av-info").first
    topics = stages.locator(".av-info").evaluate_all("all => all.map(one => one.dataset.topic)")
    assert set(topics) == {"none", "features", "gradcam", "se", "bam", "cbam.channel", "cbam.spatial"}
    for topic in sorted(set(topics)):
        stages.locator(f".av-info[data-topic='{topic}']:visible").first.click()
        dialog = stages.get_by_role("dialog")
        expect(dialog.locator("svg").first).to_be_visible()
        expect(dialog.locator("math").first).to_be_visible()
        stages.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    first.click()
    stages.get_by_role("button", name="Close").click()
    expect(first).to_be_focused()


def test_another_class_changes_the_open_tab(stages: Page, wait_until_painted: Painted) -> None:
    gates = stages.locator("canvas.av-grid").first.get_attribute("data-grid")
    stages.get_by_label("Class to explain").click()
    stages.get_by_role("option", name="lion", exact=True).click()
    expect(stages.locator("[data-kind='map'] th").first).to_contain_text("Grad-CAM for lion", timeout=20_000)
    wait_until_painted(stages, cards=16)
    assert stages.locator("canvas.av-grid").first.get_attribute("data-grid") == gates
    stages.get_by_role("tab", name="Compare").click()
    expect(stages.locator("#cards .av-heading")).to_contain_text("for lion", timeout=20_000)


def test_the_figure_is_of_the_models_shown(stages: Page, wait_until_painted: Painted) -> None:
    sizes = []
    for model in ("cbam", "baseline"):
        only(stages, model, wait_until_painted)
        with stages.expect_download() as download:
            stages.locator("#stages").get_by_role("link", name="PNG").click()
        sizes.append(Image.open(io.BytesIO(download.value.path().read_bytes())).size)
    assert sizes[0][0] == sizes[1][0]
    assert sizes[0][1] == pytest.approx(sizes[1][1] * 6 / 2, rel=0.1)  # six rows and two
