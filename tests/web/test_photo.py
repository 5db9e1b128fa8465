"""A file that is no picture is told when it is asked for, in the language of who asks."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect

from attnviz.errors import ImageError
from attnviz.families import DEFAULT_FAMILY
from attnviz.web.comparisons import Comparisons
from attnviz.web.examples import EXAMPLES
from attnviz.web.photo import PhotoInput, Upload
from attnviz.web.texts import Say
from attnviz.web.toasts import told


def given_file(path: Path) -> Any:
    return PhotoInput().preprocess(SimpleNamespace(path=str(path)))


def test_a_photo_is_decoded_once() -> None:
    upload = given_file(EXAMPLES[0].path)
    assert isinstance(upload, Upload)
    assert upload.picture is upload.picture
    assert upload.picture.mode == "RGB"
    assert PhotoInput().preprocess(None) is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The file is empty (0 bytes)"), ("ko", "파일이 비어 있습니다(0바이트).")],
)
def test_a_bad_file_is_told_without_a_wait_for_the_models(tmp_path: Path, language: str, sentence: str) -> None:
    (tmp_path / "empty.png").touch()
    upload = given_file(tmp_path / "empty.png")
    with pytest.raises(ImageError, match="is empty"):
        _ = upload.picture
    comparisons = Comparisons(DEFAULT_FAMILY, "cpu")  # never started, so that a wait would be for ever
    with pytest.raises(gr.Error) as error:
        told(Say(language), lambda: comparisons.keep(upload, DEFAULT_FAMILY))
    assert str(error.value.message).startswith(sentence)


def test_a_korean_browser_is_told_in_korean(browser: Browser, served: Any) -> None:
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    page.goto(served.url)
    expect(page.locator(".av-card")).to_have_count(4, timeout=30_000)
    page.locator(".image-container button[aria-label], .icon-button-wrapper button").first.click()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "trick.png", "mimeType": "image/png", "buffer": b"<html>not a picture</html>"}
    )
    expect(page.get_by_test_id("toast-body")).to_contain_text("읽을 수 있는 사진 파일이 아닙니다", timeout=20_000)
    context.close()
