"""Any file that a browser can send: pictures of every kind give cards, everything else one clear sentence."""

import io
import struct
import zlib

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def noise(mode: str, width: int = 90, height: int = 70) -> Image.Image:
    return Image.effect_noise((width, height), 80).convert(mode)


def bomb() -> bytes:
    """A PNG of 100 megapixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (10_001 * 10_000), 9)
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BAD = {
    "text.png": (b"hello", "not a picture that can be read"),
    "empty.png": (b"", "The file is empty (0 bytes)"),
    "page.jpg": (b"<html>not a picture</html>", "not a picture that can be read"),
    "cut.png": (encoded(noise("RGB", 400, 300))[:9000], "damaged or incomplete"),
    "drawing.svg": (SVG, "This is an SVG drawing"),
    "drawing.png": (SVG, "This is an SVG drawing"),
    "bomb.png": (bomb(), "megapixels"),
}
GOOD = {
    "cmyk.jpg": encoded(noise("CMYK"), "JPEG"),
    "animated.gif": encoded(noise("L"), "GIF", save_all=True, append_images=[noise("L")]),
    "sixteen.png": encoded(Image.fromarray(np.arange(6400, dtype=np.uint16).reshape(80, 80) * 10)),
    "alpha.png": encoded(noise("RGBA")),
    "palette.png": encoded(noise("P")),
    "one.png": encoded(Image.new("RGB", (1, 1), "red")),
    "line.png": encoded(noise("RGB", 5000, 1)),
}
TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml"}


def choose(page: Page, name: str, data: bytes) -> None:
    remove = page.get_by_label("Remove Image")
    if remove.count():
        remove.first.click()
        expect(page.locator("#cards .av-view")).to_have_count(0)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="upload").first.click()
    chooser.value.set_files({"name": name, "mimeType": TYPES[name.split(".")[-1]], "buffer": data})


def test_what_is_no_picture_ends_in_a_sentence_and_a_page_that_works(page: Page) -> None:
    for name, (data, sentence) in BAD.items():
        choose(page, name, data)
        told = page.locator("#cards .av-message")
        expect(told).to_contain_text(sentence, timeout=20_000)
        toast = page.get_by_test_id("toast-body").last
        expect(toast).to_contain_text(sentence)
        assert "/" not in told.inner_text().replace("JPEG, PNG", "")
        page.get_by_test_id("toast-close").last.click()
    choose(page, "good.png", GOOD["alpha.png"])
    expect(page.locator("#cards .av-card")).to_have_count(4, timeout=20_000)


def test_a_sentence_is_said_once(page: Page) -> None:
    """Of a file that takes the place of a photo Gradio tells twice."""
    page.locator("input[type=file]").first.set_input_files(
        {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    sentence = "This file is not a picture"
    expect(page.locator("#cards .av-message")).to_contain_text(sentence, timeout=20_000)
    page.wait_for_timeout(1000)
    assert page.get_by_test_id("toast-body").last.inner_text().count(sentence) == 1


def test_pictures_of_every_kind_give_cards(page: Page) -> None:
    keys = set()
    for name, data in GOOD.items():
        choose(page, name, data)
        expect(page.locator("#cards .av-card")).to_have_count(4, timeout=20_000)
        keys.add(page.locator(".av-view").get_attribute("data-key"))
    assert len(keys) == len(GOOD)
