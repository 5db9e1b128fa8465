"""One look for all maps: scales, thresholds, cells and the difference to the baseline, pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from attnviz.draw import Look, difference, imgify, overlay, overlays
from attnviz.errors import OptionError

BASE = np.array([[0.0, 1.0], [2.0, -1.0]], np.float32)
MODEL = np.array([[4.0, 1.0], [0.0, -3.0]], np.float32)
MAPS = {"baseline": BASE, "cbam": MODEL}
SIZE = (8, 8)


@pytest.fixture
def grey() -> Image.Image:
    return Image.new("RGB", SIZE, (100, 100, 100))


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(int)


def same(one: Image.Image, other: Image.Image) -> bool:
    return np.array_equal(one, other)


def test_each_and_shared_scale(grey: Image.Image) -> None:
    each = overlays(grey, MAPS, Look(colormap="gray", opacity=1))
    shared = overlays(grey, MAPS, Look(colormap="gray", opacity=1, scale="shared"))
    assert [pixels(picture).max() for picture in each.values()] == [255, 255]
    assert [pixels(picture).max() for picture in shared.values()] == [128, 255]
    assert same(shared["baseline"], overlay(grey, BASE, 4, 1, "gray"))


def test_a_signed_shared_scale_counts_magnitudes(grey: Image.Image) -> None:
    drawn = overlays(grey, {"baseline": BASE, "cbam": -MODEL}, Look(opacity=1, scale="shared", signed=True))
    assert same(drawn["cbam"], overlay(grey, -MODEL, 4, 1, signed=True))
    assert same(drawn["baseline"], overlay(grey, BASE, 4, 1, signed=True))


def test_maps_that_are_not_drawn_do_not_set_the_scale(grey: Image.Image) -> None:
    drawn = overlays(grey, {**MAPS, "se": np.full((2, 2), 90.0)}, Look(scale="shared"))
    assert same(drawn["se"], grey)
    assert same(drawn["cbam"], overlay(grey, MODEL, 4))


@pytest.mark.parametrize("signed", [False, True])
def test_difference_is_in_shares_of_the_shared_scale(grey: Image.Image, signed: bool) -> None:
    look = Look(opacity=1, difference=True, cells=True, signed=signed)
    drawn = overlays(grey, MAPS, look, "baseline")
    expected = np.array([[4.0, 0.0], [-2.0, -2.0 if signed else 0.0]], np.float32) / 4
    assert np.array_equal(difference(MODEL, BASE, 4, signed), expected)
    cells = pixels(drawn["cbam"])[2::4, 2::4]
    assert np.array_equal(cells, imgify(expected, -1, 1, symmetric=True))
    assert same(drawn["baseline"], overlay(grey, BASE, 4, 1, signed=signed, cells=True))


def test_no_difference_without_a_baseline(grey: Image.Image) -> None:
    for baseline in (None, "se"):
        with pytest.raises(OptionError, match="no baseline"):
            overlays(grey, MAPS, Look(difference=True), baseline)


def test_difference_where_nothing_is_positive_leaves_the_picture(grey: Image.Image) -> None:
    drawn = overlays(grey, {"baseline": -1 - BASE**2, "cbam": -1 - MODEL**2}, Look(difference=True), "baseline")
    assert all(same(picture, grey) for picture in drawn.values())


def test_difference_to_a_map_that_is_no_number_leaves_the_picture(grey: Image.Image) -> None:
    broken = np.full((2, 2), np.nan, np.float32)
    assert same(overlays(grey, {"baseline": broken, "cbam": MODEL}, Look(difference=True), "baseline")["cbam"], grey)


def test_threshold_leaves_the_picture_below_it(grey: Image.Image) -> None:
    heat = np.array([[0.0, 1.0, 2.0, 3.0, 4.0, -4.0]], np.float32)
    wide = Image.new("RGB", (6, 1), (100, 100, 100))
    drawn = pixels(overlay(wide, heat, threshold=0.5, opacity=1, colormap="gray"))[0, :, 0]
    assert drawn.tolist() == [100, 100, 128, 191, 255, 100]
    signed = pixels(overlay(wide, heat, threshold=0.75, signed=True))[0]
    assert [bool((value == 100).all()) for value in signed] == [True, True, True, False, False, False]


def test_cells_are_squares(grey: Image.Image) -> None:
    drawn = pixels(overlay(grey, MODEL, opacity=1, colormap="gray", cells=True))[..., 0]
    assert np.array_equal(drawn, np.kron([[255, 64], [0, 0]], np.ones((4, 4), int)))


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (Look(), "each map by its own maximum"),
        (Look(scale="shared", signed=True), "one scale a row, signed"),
        (Look(threshold=0.25), "each map by its own maximum, from 25% of the scale up"),
        (Look(difference=True), "difference to the baseline, in shares of one scale a row"),
    ],
)
def test_in_words(look: Look, said: str) -> None:
    assert look.in_words() == said


@pytest.mark.parametrize(
    "wrong", [{"opacity": 1.1}, {"threshold": -0.1}, {"opacity": float("nan")}, {"scale": "both"}, {"colormap": "hot"}]
)
def test_looks_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=str(next(iter(wrong.values())))):
        Look(**wrong)
