"""Overlays: torch's upsampling, the scales by their names, and the picture left alone where a map says nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from attnviz.draw import colour_table, imgify, largest, overlay, upsample

HEAT = np.array([[-4.0, 1.0, 0.0], [2.0, 0.5, -1.0]], np.float32)
SIZE = (12, 8)


@pytest.fixture
def grey() -> Image.Image:
    return Image.new("RGB", SIZE, (100, 100, 100))


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(int)


def torchs(heat: np.ndarray, width: int, height: int) -> np.ndarray:
    tensor = torch.from_numpy(heat)[None, None].double()
    return F.interpolate(tensor, size=(height, width), mode="bilinear", align_corners=False)[0, 0].numpy()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 150), st.integers(0, 150), st.integers(0, 99))
def test_upsample_equals_torchs(h: int, w: int, more_h: int, more_w: int, seed: int) -> None:
    heat = np.random.default_rng(seed).standard_normal((h, w)).astype(np.float32)
    fine = upsample(heat, w + more_w, h + more_h)
    assert (fine.shape, fine.dtype) == ((h + more_h, w + more_w), np.float32)
    assert np.abs(fine - torchs(heat, w + more_w, h + more_h)).max() <= 1e-6 * np.abs(heat).max()


def test_upsample_by_hand() -> None:
    assert upsample([[0.0, 4.0]], 4, 1).tolist() == [[0.0, 1.0, 3.0, 4.0]]
    assert upsample(torch.tensor([[0.0], [4.0]]), 1, 4).tolist() == [[0.0], [1.0], [3.0], [4.0]]
    assert upsample(HEAT, 3, 2).tolist() == HEAT.tolist()


def test_largest() -> None:
    assert largest([HEAT, HEAT / 2]) == 2
    assert largest([-np.ones((2, 2)), HEAT - 1.5]) == 0.5
    assert largest([-np.ones((2, 2))]) == 0
    assert largest([]) == 0
    assert largest(torch.from_numpy(heat) for heat in (HEAT, 3 * HEAT)) == 6


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_largest_of_maps_one_of_which_is_broken(broken: float) -> None:
    assert largest([HEAT, np.full((2, 2), broken)]) == 2
    assert largest([np.full((2, 2), broken)]) == 0


def test_each_is_divided_by_its_own_maximum(grey: Image.Image) -> None:
    drawn = overlay(grey, HEAT, opacity=1, colormap="gray")
    share = torchs(np.maximum(HEAT, 0), *SIZE) / 2  # ReLU comes before enlarging
    assert np.abs(pixels(drawn)[..., 0] - 255 * share).max() <= 0.51
    assert pixels(drawn).max() == 255
    assert np.array_equal(drawn, overlay(grey, 1000 * HEAT, opacity=1, colormap="gray"))


def test_shared_is_divided_by_the_common_maximum(grey: Image.Image) -> None:
    top = largest([HEAT, 4 * HEAT])
    assert np.array_equal(overlay(grey, 4 * HEAT, top), overlay(grey, 4 * HEAT))
    faint = overlay(grey, HEAT, top, opacity=1, colormap="gray")
    assert np.abs(pixels(faint)[..., 0] - 255 * torchs(np.maximum(HEAT, 0), *SIZE) / 8).max() <= 0.51
    assert pixels(faint).max() == round(255 / 4)


def test_signed_is_white_at_zero_and_keeps_what_is_negative(grey: Image.Image) -> None:
    drawn = overlay(grey, HEAT, opacity=1, signed=True)
    expected = imgify(torchs(HEAT, *SIZE), 0, 4, symmetric=True)  # by the largest magnitude, here a negative one
    assert np.abs(pixels(drawn) - expected.astype(int)).max() <= 3  # one step of the table
    assert pixels(drawn)[0, 0].tolist() == colour_table("RdBu_r")[0].tolist()
    assert np.array_equal(overlay(grey, HEAT, 8, signed=True), overlay(grey, HEAT * 5, 40, signed=True))


@pytest.mark.parametrize("opacity", [0, 0.25, 0.5, 1])
def test_opacity_is_the_share_of_the_colours(grey: Image.Image, opacity: float) -> None:
    colours = pixels(overlay(grey, HEAT, opacity=1)).astype(float)
    blend = opacity * colours + (1 - opacity) * 100
    assert np.abs(pixels(overlay(grey, HEAT, opacity=opacity)) - blend).max() <= 1
    if opacity == 0:
        assert np.array_equal(overlay(grey, HEAT, opacity=0), grey)


DEGENERATE: dict[str, Any] = {
    "nan": [[math.nan, 1.0], [2.0, 3.0]],
    "inf": [[math.inf, 1.0], [2.0, 3.0]],
    "constant": [[3.0, 3.0], [3.0, 3.0]],
    "one cell": [[3.0]],
    "zero": [[0.0, 0.0], [0.0, 0.0]],
    "no positive": [[-3.0, -1.0], [-2.0, 0.0]],
}


@pytest.mark.parametrize("vmax", [None, 0.0, 5.0])
@pytest.mark.parametrize("why", DEGENERATE)
def test_a_map_that_says_nothing_leaves_the_picture(photo: Image.Image, why: str, vmax: float | None) -> None:
    for signed in (False, True):
        if signed and why == "no positive":
            continue
        drawn = overlay(photo, DEGENERATE[why], vmax, signed=signed)
        assert np.array_equal(drawn, photo)
        assert drawn is not photo


def test_signed_a_map_without_positive_values_is_drawn(grey: Image.Image) -> None:
    drawn = pixels(overlay(grey, DEGENERATE["no positive"], opacity=1, signed=True))
    assert drawn[0, 0].tolist() == colour_table("RdBu_r")[0].tolist()
    assert drawn[-1, -1].min() >= 240


def test_nothing_is_changed_in_place(photo: Image.Image) -> None:
    heat, picture = HEAT.copy(), photo.copy()
    drawn = overlay(picture, heat)
    assert np.array_equal(heat, HEAT)
    assert np.array_equal(picture, photo)
    assert (drawn.size, drawn.mode) == (photo.size, "RGB")
    assert np.array_equal(drawn, overlay(picture, torch.from_numpy(heat)))
