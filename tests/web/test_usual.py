"""What is usual for a gate stands beside the gate of a photo, in both languages, and is the file's."""

from __future__ import annotations

import base64
import logging
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from attnviz.families import Family, open_family
from attnviz.families.usual import FILE, UsualGate, UsualGates
from attnviz.stages import Picture, Row
from attnviz.web.texts import LANGUAGES, Say
from attnviz.web.usual import usual_data, usual_in_box, usual_mean, usual_of

BY_CLASS = np.array([[0.25, 0.5], [0.75, 0.125], [np.nan, np.nan]])
GATES = {
    "stage1.0.cbam.channel": UsualGate(0.4, 0.02, None, BY_CLASS[:2].mean(0), BY_CLASS),
    "stage1.0.cbam.spatial": UsualGate(0.6, 0.1, (0.0512, 0.046, 0.0553)),
    "stage2.0.cbam.spatial": UsualGate(0.6, 0.1, (-0.021, -0.022, -0.0204)),
}
USUAL = UsualGates("<val>.zip", "ef", 2100, 2100, {"cbam": "sha256:ab"}, {"cbam": GATES})
STRIP = Picture("stage1.0.cbam.channel", torch.tensor([0.3, 0.4]), 0, 1)
SPATIAL = Picture("stage1.0.cbam.spatial", torch.rand(2, 2), 0, 1)
ROW = Row("cbam", 0, {
    "stage1": (STRIP, SPATIAL), "stage2": (Picture("stage2.0.cbam.spatial", torch.rand(2, 2), 0, 1),),
})  # fmt: skip


def numbers(data: str, name: str) -> list[float]:
    found = re.search(f' {name}="([^"]*)"', data)
    assert found is not None
    return np.frombuffer(base64.b64decode(found[1]), "<f4").tolist()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mean_over_photos(language: str) -> None:
    line = usual_mean(USUAL, "cbam", STRIP, ROW, Say(language))
    assert "0.400 ± 0.020" in line
    assert "2,100" in line
    assert "&lt;val&gt;.zip" in line
    assert "<val>" not in line


def test_the_share_in_the_box_by_stage() -> None:
    said = usual_in_box(USUAL, "cbam", ROW, Say())
    assert said.endswith("(95 %): stage1 +5.1 (+4.6 to +5.5), stage2 −2.1 (−2.2 to −2.0).")
    assert "stage1 +5.1 (+4.6 ~ +5.5)" in usual_in_box(USUAL, "cbam", ROW, Say("ko"))


def test_nothing_is_said_where_nothing_is_known() -> None:
    for usual in (UsualGates(), USUAL.of({"cbam": "sha256:cd"})):
        assert usual_mean(usual, "cbam", STRIP, ROW, Say()) == ""
        assert usual_in_box(usual, "cbam", ROW, Say()) == ""
        assert usual_data(usual, "cbam", STRIP, 0) == ""
    features = Row("features", None, ROW.cells)
    assert usual_mean(USUAL, "cbam", STRIP, features, Say()) == ""
    assert usual_in_box(USUAL, "cbam", features, Say()) == ""


def test_what_a_channel_usually_is() -> None:
    data = usual_data(USUAL, "cbam", STRIP, 1)
    assert numbers(data, "data-usual") == [0.5, 0.3125]
    assert numbers(data, "data-usual-class") == [0.75, 0.125]
    for label in (2, None):  # no photo is of the class, or it is none of the family's
        assert "data-usual-class" not in usual_data(USUAL, "cbam", STRIP, label)
    assert usual_data(USUAL, "cbam", SPATIAL, 1) == ""
    assert usual_data(USUAL, "cbam", Picture(STRIP.place, torch.rand(3), 0, 1), 1) == ""  # of another width


def test_a_damaged_file_is_logged_and_says_nothing(
    make_family: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = Path(make_family())  # type: ignore[operator]
    assert usual_of(open_family(folder, "cpu")).gates == {}
    (folder / FILE).write_text("{")
    with caplog.at_level(logging.WARNING):
        assert usual_of(open_family(folder, "cpu")).gates == {}
    assert "is damaged" in caplog.text


def test_the_page_tells_of_the_channel_under_the_pointer(page: Page, shipped: Family) -> None:
    page.get_by_role("tab", name="Stages").click()
    page.get_by_role("radio", name="se", exact=True).click()
    expect(page.locator(".av-model")).to_have_count(1, timeout=20_000)
    strip = page.locator("canvas[data-place='stage1.0.se']")
    strip.focus()
    page.keyboard.press("ArrowRight")
    gate = usual_of(shipped).get("se", "stage1.0.se")
    assert gate is not None
    assert gate.by_channel is not None
    assert gate.by_class is not None
    own = gate.by_class[shipped.classes.find("espresso"), 1]
    said = strip.locator("xpath=..").locator(".av-value-here")
    expect(said).to_have_text(re.compile(r"channel 1: [\d.]+; usually [\d.]+, for espresso [\d.]+"))
    found = [float(value) for value in re.findall(r"\d\.\d+", said.inner_text())[1:]]
    assert found == pytest.approx([gate.by_channel[1], own], abs=1e-3)
    assert (
        f"{usual_of(shipped).photos:,} photos: mean {gate.mean:.3f} ± {gate.sd:.3f}"
        in strip.locator("xpath=..").inner_text()
    )
