"""The page in a real browser."""

import hashlib
import io
import shutil
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors.torch import load_file, save_file

from attnviz import compare, open_family
from attnviz.families import DEFAULT_FAMILY, find_family
from attnviz.web.examples import EXAMPLES

MODELS = ["baseline", "se", "bam", "cbam"]


def shown_probabilities(page: Page) -> list[float]:
    return [float(text) for text in page.locator(".av-probability b").all_inner_texts()]


def choose(page: Page, name: str, mime: str, data: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="upload").first.click()
    chooser.value.set_files({"name": name, "mimeType": mime, "buffer": data})


def noise() -> bytes:
    photo = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "PNG")
    return file.getvalue()


def test_first_sight_is_the_first_example_compared_by_the_running_models(page: Page) -> None:
    assert page.locator(".av-card figcaption").all_inner_texts() == MODELS
    expected = compare(open_family(device="cpu"), EXAMPLES[0].path)
    assert shown_probabilities(page) == pytest.approx([r.probability for r in expected.values()], abs=2e-5)
    expect(page.locator(".av-heading").first).to_contain_text(expected.target)


def test_upload_gives_four_cards_of_the_uploaded_photo(page: Page) -> None:
    before = page.locator(".av-view").get_attribute("data-key")
    page.get_by_label("Remove Image").click()
    expect(page.locator("#cards")).to_contain_text("Choose a photo")
    file = noise()
    choose(page, "noise.png", "image/png", file)
    expect(page.locator(".av-view")).not_to_have_attribute("data-key", before or "", timeout=20_000)
    expect(page.locator(".av-card")).to_have_count(4)
    expected = compare(open_family(device="cpu"), file)
    assert shown_probabilities(page) == pytest.approx([r.probability for r in expected.values()], abs=2e-5)
    expect(page.locator(".av-downloads")).to_contain_text("A link can reopen examples only")


def test_a_file_that_is_no_picture_is_told_in_a_toast_and_the_page_goes_on(page: Page) -> None:
    page.get_by_label("Remove Image").click()
    choose(page, "trick.png", "image/png", b"<html>not a picture</html>")
    toast = page.get_by_test_id("toast-body")
    expect(toast).to_contain_text("not a picture that can be read", timeout=20_000)
    assert "/" not in toast.inner_text()
    expect(page.locator("#cards")).to_contain_text("not a picture that can be read")
    page.get_by_role("button", name="Uniform").click()
    expect(page.locator(".av-heading").first).to_contain_text("for", timeout=20_000)
    expect(page.locator(".av-card")).to_have_count(4)


def test_example_stage_and_target_change_what_is_shown(page: Page) -> None:
    page.get_by_role("button", name="Tabby").click()
    expected = compare(open_family(device="cpu"), next(e for e in EXAMPLES if e.key == "tabby").path)
    expect(page.locator(".av-heading").first).to_contain_text(f"for {expected.target} at stage4", timeout=20_000)
    assert shown_probabilities(page) == pytest.approx([r.probability for r in expected.values()], abs=2e-5)
    page.get_by_role("radio", name="stage2").click()
    expect(page.locator(".av-heading").first).to_contain_text("at stage2", timeout=20_000)
    expect(page.locator(".av-card").first).to_contain_text("16x16 map, 64x64 input")
    page.get_by_label("Class to explain").click()
    page.get_by_role("option", name="lion", exact=True).click()
    expect(page.locator(".av-heading").first).to_contain_text("for lion", timeout=20_000)
    lion = compare(open_family(device="cpu"), next(e for e in EXAMPLES if e.key == "tabby").path, "lion")
    assert shown_probabilities(page) == pytest.approx([r.probability for r in lion.values()], abs=2e-5)


def test_a_changed_weight_changes_the_page(
    visit: Callable[..., AbstractContextManager[Page]], start: Callable[..., Any], port: int, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(find_family(DEFAULT_FAMILY), folder)
    weights = load_file(folder / "cbam.safetensors")
    weights["layer4.1.cbam.channel.fc2.weight"] *= -1
    save_file(weights, folder / "cbam.safetensors")
    toml = tomllib.loads((folder / "family.toml").read_text())
    toml["models"]["cbam"]["sha256"] = hashlib.sha256((folder / "cbam.safetensors").read_bytes()).hexdigest()
    (folder / "family.toml").write_text(tomli_w.dumps(toml))
    before, after = (compare(open_family(name, "cpu"), EXAMPLES[0].path) for name in (DEFAULT_FAMILY, folder))
    app = start(port, "--family", str(folder))
    try:
        with visit(url=f"http://127.0.0.1:{port}") as page:
            shown = dict(zip(MODELS, shown_probabilities(page), strict=True))
    finally:
        app.kill()
    assert shown["cbam"] == pytest.approx(after["cbam"].probability, abs=2e-5)
    assert abs(shown["cbam"] - before["cbam"].probability) > 1e-3
    assert shown["se"] == pytest.approx(before["se"].probability, abs=2e-5)
