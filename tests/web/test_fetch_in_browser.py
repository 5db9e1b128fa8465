"""A family whose weights are elsewhere: the panel, its button, Stop, and what is compared afterwards."""

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from playwright.sync_api import Browser, expect


@pytest.fixture
def far(tiny_folder: Path, tmp_path: Path, publisher: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a family without weights; the app that the test starts finds it and keeps what it fetches."""
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "families" / "far"))
    content = tomllib.loads((folder / "family.toml").read_text())
    for name, member in content["models"].items():
        file = folder / member["file"]
        publisher.files[f"/{file.name}"] = file.read_bytes()
        member |= {"url": f"{publisher.url}/{file.name}", "size": file.stat().st_size, "licence": f"licence of {name}"}
        file.unlink()
    (folder / "family.toml").write_text(tomli_w.dumps(content))
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", str(folder.parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder.name


def test_panel_button_stop_and_comparison(
    start: Callable[..., Any], port: int, browser: Browser, far: str, publisher: Any, wait_until_painted: Any
) -> None:
    app = start(port, "--family", far)
    try:
        context = browser.new_context(locale="en-US")
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.served.url)
        missing = page.locator(".av-missing")
        expect(missing).to_contain_text("No model of this family is here yet.", timeout=30_000)
        expect(missing).to_contain_text("licence: licence of bam")
        expect(page.locator("#cards .av-message")).to_contain_text("nothing to compare")
        publisher.pause = 0.05
        missing.get_by_role("button", name="Fetch what is missing").click()
        expect(missing.locator("progress")).to_be_visible()
        missing.get_by_role("button", name="Stop").click()
        expect(missing).to_contain_text("Stopped. What has arrived is kept")
        publisher.pause = 0
        missing.get_by_role("button", name="Fetch what is missing").click()
        wait_until_painted(page)
        expect(missing).to_have_count(0)
        page.get_by_role("tab", name="Stages").click()
        expect(page.locator("#stages .av-model h2")).to_have_text(["baseline", "se", "bam", "cbam"], timeout=30_000)
        assert any(asked.startswith("bytes=") for _, asked in publisher.asked)  # it went on where it was stopped
        assert errors == []
        context.close()
    finally:
        app.kill()
    assert app.served.journal.read_text() == ""
