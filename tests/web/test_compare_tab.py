"""The Compare tab in a browser: how maps are drawn, the pointer, downloads, links, and work that is ended."""

import io
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from attnviz import Comparison, compare, open_family
from attnviz.draw import upsample
from attnviz.web.examples import EXAMPLES

Painted = Callable[..., None]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(open_family(device="cpu"), EXAMPLES[0].path)


def heading(page: Page) -> str:
    return page.locator(".av-heading:visible").inner_text()


def scales(page: Page) -> list[str]:
    return page.locator("#cards .av-scale").all_inner_texts()


def test_looks_change_the_pictures_without_a_request(page: Page, comparison: Comparison) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tops = [float(result.maps["stage4"].max()) for result in comparison.values()]
    assert scales(page) == [f"colours from 0 to {float(f'{top:.3g}'):g}" for top in tops]
    page.get_by_label("Scale").select_option("shared")
    assert scales(page) == [f"colours from 0 to {float(f'{max(tops):.3g}'):g}"] * 4
    page.get_by_label("Signed").check()
    assert all(re.fullmatch(r"colours from -[\d.]+ to [\d.]+", text) for text in scales(page))
    page.get_by_label("Signed").uncheck()
    page.get_by_label("Difference to the baseline").check()
    assert scales(page)[1:] == ["difference, -1 to 1 of scale"] * 3
    page.get_by_role("slider", name="Opacity").fill("0.9")
    page.get_by_role("slider", name="Threshold").fill("0.3")
    page.get_by_label("Colours").select_option("jet")
    expect(page.locator(".av-range b").first).to_have_text("90%")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#cards .av-scale").nth(1)).to_have_text(re.compile("colours from 0"))
    assert asked == []


def test_the_pointer_reads_the_same_point_on_every_card(page: Page, comparison: Comparison) -> None:
    box = page.locator("#cards canvas").nth(2).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    read = page.locator("#cards .av-here").all_inner_texts()
    for text, result in zip(read, comparison.values(), strict=True):
        fine = upsample(result.maps["stage4"], 1000, 1000)
        near = fine[690:710, 290:310]
        value = float(re.match(r"here (-?[\d.e-]+), \d+ % of the scale", text)[1])  # type: ignore[index]
        assert near.min() * 0.99 <= value <= near.max() * 1.01
    crosses = page.locator("#cards .av-cross").evaluate_all("all => all.map(one => one.style.left)")
    assert len(set(crosses)) == 1
    assert float(crosses[0].rstrip("%")) == pytest.approx(30, abs=1)
    page.mouse.move(2, 2)
    assert page.locator("#cards .av-here").all_inner_texts() == [""] * 4


def test_a_map_can_be_read_and_enlarged_by_keyboard(page: Page, comparison: Comparison) -> None:
    first = page.locator("#cards .av-map").first
    page.get_by_label("Scale").focus()
    page.keyboard.press("Tab")  # so that the browser shows the focus
    first.focus()
    middle = page.locator("#cards .av-here").first.inner_text()
    assert middle.startswith("here ")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    heat = comparison["baseline"].maps["stage4"]
    edge = upsample(heat, 400, 401)[200, 0]
    value = float(re.match(r"here ([\d.]+)", page.locator("#cards .av-here").first.inner_text())[1])  # type: ignore[index]
    assert value == pytest.approx(float(edge), rel=0.01)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("baseline · stage4 · P(espresso)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(first).to_be_focused()


def test_each_models_own_class(page: Page) -> None:
    page.get_by_label("Class to explain").click()
    page.get_by_role("option", name="each model's own most probable").click()
    expect(page.locator(".av-heading:visible")).to_contain_text("each model's own most probable class")
    tops = page.locator("#cards .av-top li:first-child .av-name").all_inner_texts()
    shown = page.locator("#cards .av-probability").all_inner_texts()
    assert [re.match(r"P\((.*)\) = ", text)[1] for text in shown] == tops  # type: ignore[index]


def test_as_the_network_saw_it_is_blocky(page: Page) -> None:
    page.get_by_role("slider", name="Opacity").fill("1")
    page.get_by_label("As the network saw it").check()
    page.wait_for_function("document.querySelector('.av-view').dataset.painted === 'true'")
    colours = page.locator("#cards canvas").first.evaluate(
        "canvas => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data.buffer)).size"
    )
    assert colours <= 16  # a colour a cell of a 4x4 map


def test_every_download_opens_and_holds_the_numbers(page: Page, comparison: Comparison) -> None:
    content = {}
    for kind in ("PNG", "SVG", "PDF", "NPZ", "JSON"):
        with page.expect_download() as download:
            page.locator("#cards").get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == f"attnviz.{kind.lower()}"
        content[kind] = download.value.path().read_bytes()
    assert Image.open(io.BytesIO(content["PNG"])).size[0] > 800
    assert ElementTree.fromstring(content["SVG"]).tag.endswith("svg")
    assert content["PDF"].startswith(b"%PDF-")
    with np.load(io.BytesIO(content["NPZ"])) as arrays:
        for name, values in comparison.arrays().items():
            if name in arrays:
                np.testing.assert_allclose(arrays[name], values, atol=1e-5)
        assert {f"{name}/maps/stage4" for name in comparison} <= set(arrays)
    told = json.loads(content["JSON"])
    for name, result in comparison.items():
        assert told["models"][name]["probability"] == pytest.approx(result.probability, abs=1e-6)
        np.testing.assert_allclose(told["models"][name]["maps"]["stage4"], result.maps["stage4"], atol=1e-5)


def test_the_address_reopens_the_view(page: Page, wait_until_painted: Painted) -> None:
    page.get_by_role("button", name="Tabby").click()
    expect(page.locator(".av-heading:visible")).not_to_contain_text("espresso", timeout=20_000)
    page.get_by_role("radio", name="stage2").click()
    expect(page.locator(".av-heading:visible")).to_contain_text("at stage2", timeout=20_000)
    wait_until_painted(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    said, key = heading(page), page.locator(".av-view:visible").get_attribute("data-key")
    page.reload()
    wait_until_painted(page)
    assert heading(page) == said
    assert page.locator(".av-view:visible").get_attribute("data-key") == key
    assert page.get_by_role("radio", name="stage2").is_checked()


def choose_class(page: Page, name: str) -> None:
    """Types it, as a visitor must whose family has more classes than the list shows at once."""
    page.get_by_label("Class to explain").click()
    page.get_by_label("Class to explain").press_sequentially(name)
    page.get_by_role("option", name=name, exact=True).click()


def choose_method(page: Page, name: str) -> None:
    page.get_by_label("Method").click()
    page.get_by_role("option", name=name, exact=True).click()


def test_long_work_shows_how_far_it_is_and_can_be_stopped(page: Page) -> None:
    page.get_by_role("button", name="Tabby").click()
    expect(page.locator(".av-heading:visible")).not_to_contain_text("espresso", timeout=20_000)
    said = heading(page)
    choose_method(page, "Occlusion")
    expect(page.locator("#status progress")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#status")).to_contain_text("Stopped.", timeout=20_000)
    assert heading(page) == said
    choose_method(page, "Layer-CAM")
    expect(page.locator(".av-heading:visible")).to_contain_text("Layer-CAM", timeout=20_000)
    page.wait_for_timeout(500)
    expect(page.locator(".av-heading:visible")).to_contain_text("Layer-CAM")


def test_a_newer_request_ends_an_older_one(page: Page) -> None:
    choose_method(page, "Occlusion")
    expect(page.locator("#status progress")).to_be_visible(timeout=10_000)
    choose_method(page, "SmoothGrad")
    expect(page.locator(".av-heading:visible")).to_contain_text("SmoothGrad", timeout=30_000)
    seen = page.evaluate("""() => new Promise(done => {
        const seen = new Set(), heading = () => document.querySelector('.av-heading').textContent;
        const watch = setInterval(() => seen.add(heading()), 20);
        setTimeout(() => { clearInterval(watch); done([...seen]); }, 1500);
    })""")
    assert len(seen) == 1
    assert page.locator("#cards").inner_text().count("64x64 map") == 4


GRIDS = """() => [...document.querySelectorAll('#cards .av-card')].map((card) => {
  const canvas = card.querySelector('canvas'), context = canvas.getContext('2d');
  const bytes = Uint8Array.from(atob(canvas.dataset.grid), (letter) => letter.charCodeAt(0));
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const red = Array.from({ length: pixels.length / 4 }, (_, at) => pixels[4 * at]);
  const side = canvas.width, hottest = red.reduce((best, value, at) => (value > red[best] ? at : best), 0);
  return { values: Array.from(new Float32Array(bytes.buffer)), said: card.querySelector('.av-scale').textContent,
    hottest: [Math.floor(hottest / side) / side, (hottest % side) / side] };
})"""


def test_another_photo_and_another_class_draw_their_own_maps(page: Page, wait_until_painted: Painted) -> None:
    """Gradio changes what is on the page in place: what belongs to the view before must not be drawn again."""
    page.get_by_role("slider", name="Opacity").fill("1")
    page.get_by_label("As the network saw it").check()
    page.get_by_label("Colours").select_option("gray")
    seen = []
    for change in ("none", "photo", "class"):
        before = page.locator(".av-view:visible").get_attribute("data-key") or ""
        if change == "photo":
            content = io.BytesIO()
            Image.effect_noise((96, 80), 90).convert("RGB").resize((480, 400)).save(content, "PNG")
            page.locator("input[type=file]").first.set_input_files(
                {"name": "noise.png", "mimeType": "image/png", "buffer": content.getvalue()}
            )
        if change == "class":
            choose_class(page, "pizza")
        if change != "none":
            expect(page.locator(".av-view:visible")).not_to_have_attribute("data-key", before, timeout=20_000)
        wait_until_painted(page)
        for drawn in page.evaluate(GRIDS):
            values = np.array(drawn["values"])
            side = int(len(values) ** 0.5)
            if values.max() > 0:
                low, high = (float(number) for number in re.findall(r"[\d.]+(?:e-?\d+)?", drawn["said"]))
                assert (low, high) == (0, pytest.approx(values.max(), rel=0.01)), change
                cell = tuple(int(place * side) for place in drawn["hottest"])
                assert cell == tuple(int(place) for place in np.unravel_index(values.argmax(), (side, side))), change
            seen.append(drawn["values"])
    assert len(seen) == 12
    assert len({tuple(values) for values in seen}) == 12
