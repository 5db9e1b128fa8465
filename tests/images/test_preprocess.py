"""What a network sees of a picture is what torchvision's transforms make of it, and nothing but it."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from torchvision import transforms
from torchvision.transforms.functional import InterpolationMode

from attnviz.images import Preprocessing, open_picture

MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
MANY = settings(max_examples=80, deadline=None, derandomize=True, database=None)


def photo(width: int, height: int) -> Image.Image:
    """Coloured noise, about as sharp as a photo."""
    values = np.random.default_rng(width).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return Image.fromarray(values).filter(ImageFilter.GaussianBlur(1))


def ramps(width: int, height: int) -> Image.Image:
    """Red grows from 0 to 255 from left to right, green from top to bottom."""
    values = np.zeros((height, width, 3))
    values[:, :, 0] = (np.arange(width) + 0.5) * 255 / width
    values[:, :, 1] = (np.arange(height)[:, None] + 0.5) * 255 / height
    return Image.fromarray(values.round().astype(np.uint8))


def torchvisions(preprocessing: Preprocessing, picture: Image.Image) -> Image.Image:
    cut = transforms.Compose(
        [
            transforms.Resize(preprocessing.resize, MODES[preprocessing.interpolation]),
            transforms.CenterCrop(preprocessing.input_size),
        ]
    )
    out: Image.Image = cut(picture)
    return out


def differences(one: Image.Image, other: Image.Image) -> np.ndarray:
    assert one.size == other.size
    return np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int))


@MANY
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    input_size=st.integers(32, 64),
    margin=st.integers(0, 12),
    interpolation=st.sampled_from(["bilinear", "bicubic"]),
)
@example(width=64, height=64, input_size=64, margin=0, interpolation="bilinear")
@example(width=73, height=73, input_size=64, margin=9, interpolation="bicubic")
@example(width=300, height=1, input_size=32, margin=5, interpolation="bilinear")
@example(width=1, height=1, input_size=32, margin=5, interpolation="bicubic")
def test_seen_equals_torchvision(width: int, height: int, input_size: int, margin: int, interpolation: Any) -> None:
    preprocessing = Preprocessing(input_size, input_size + margin, interpolation=interpolation)
    picture = photo(width, height)
    off = differences(preprocessing.view(picture).seen, torchvisions(preprocessing, picture))
    assert off.max() <= 2  # two passes, and each may round a tie the other way
    assert (off > 1).mean() < 0.005


@pytest.mark.parametrize("size", [(500, 375), (333, 500), (1200, 900), (224, 224), (256, 341)])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_seen_equals_torchvision_at_imagenets_sizes(size: tuple[int, int], interpolation: Any) -> None:
    preprocessing = Preprocessing(224, 256, interpolation=interpolation)
    picture = photo(*size)
    assert differences(preprocessing.view(picture).seen, torchvisions(preprocessing, picture)).max() <= 1


def test_tensor_equals_torchvision() -> None:
    mean, std = (0.1, 0.5, 0.9), (0.2, 0.3, 0.4)
    view = Preprocessing(40, 48, mean, std).view(photo(90, 61))
    expected = transforms.Compose([transforms.ToTensor(), transforms.Normalize(mean, std)])(view.seen)
    tensor = view.tensor()
    assert tensor.dtype == torch.float32
    assert tensor.shape == (1, 3, 40, 40)
    torch.testing.assert_close(tensor[0], expected, rtol=0, atol=1e-6)


def test_imagenets_normalisation_by_default() -> None:
    tensor = Preprocessing(32, 32).view(Image.new("RGB", (32, 32), (0, 255, 0))).tensor()
    assert tensor[0, :, 5, 7].tolist() == pytest.approx([-0.485 / 0.229, (1 - 0.456) / 0.224, -0.406 / 0.225])


@MANY
@given(
    width=st.integers(1, 6000), height=st.integers(1, 6000), input_size=st.integers(32, 512), margin=st.integers(0, 100)
)
@example(width=5000, height=1, input_size=224, margin=32)
@example(width=1, height=5000, input_size=224, margin=32)
def test_crop_box_is_a_centred_square_inside_the_picture(width: int, height: int, input_size: int, margin: int) -> None:
    left, top, right, bottom = Preprocessing(input_size, input_size + margin).crop_box(width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    side = input_size / (input_size + margin) * min(width, height)
    pixel = min(width, height) / (input_size + margin)
    assert right - left == pytest.approx(side, abs=pixel)
    assert bottom - top == pytest.approx(side, abs=pixel)
    assert (left + right) / 2 == pytest.approx(width / 2, abs=pixel)
    assert (top + bottom) / 2 == pytest.approx(height / 2, abs=pixel)


def test_crop_box_of_a_photo() -> None:
    assert Preprocessing(224, 256).crop_box(512, 256) == (144, 16, 368, 240)
    assert Preprocessing(224, 256).crop_box(1024, 512) == (288, 32, 736, 480)


@pytest.mark.parametrize("size", [(1200, 800), (700, 1100), (640, 640)])
def test_crop_shows_the_same_region_at_the_photos_resolution(size: tuple[int, int]) -> None:
    view = Preprocessing(224, 256).view(ramps(*size))
    left, top, right, bottom = view.box
    crop = view.crop()
    assert crop.size == (round(max(right - left, bottom - top)),) * 2
    assert min(crop.size) > 500
    across = np.asarray(crop)[10, :, 0].astype(float)
    down = np.asarray(crop)[:, 10, 1].astype(float)
    middles = (np.arange(crop.width) + 0.5) / crop.width
    assert np.abs(across - (left + middles * (right - left)) * 255 / size[0]).max() <= 1
    assert np.abs(down - (top + middles * (bottom - top)) * 255 / size[1]).max() <= 1
    assert differences(crop.resize((224, 224), Image.Resampling.BILINEAR), view.seen).max() <= 2


def test_crop_no_larger_than_asked_and_no_smaller_than_what_is_seen() -> None:
    view = Preprocessing(224, 256).view(ramps(1200, 800))
    assert view.crop(longest=300).size == (300, 300)
    assert view.crop(longest=5000).size == view.crop().size
    assert differences(view.crop(longest=224), view.seen).max() <= 2
    assert Preprocessing(224, 256).view(ramps(60, 40)).crop().size == (224, 224)


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 5000)])
def test_slivers_cost_nothing(size: tuple[int, int]) -> None:
    """torchvision would make 1,280,000 x 256 pixels of 5000 x 1."""
    began = time.process_time()
    view = Preprocessing(224, 256).view(Image.new("RGB", size, (200, 100, 50)))
    seen, crop, tensor = view.seen, view.crop(), view.tensor()
    assert time.process_time() - began < 0.5
    assert (seen.size, crop.size, tuple(tensor.shape)) == ((224, 224), (224, 224), (1, 3, 224, 224))
    assert seen.getcolors() == [(224 * 224, (200, 100, 50))]
    assert crop.getcolors() == [(224 * 224, (200, 100, 50))]


def test_sliver_is_cut_at_its_middle() -> None:
    values = np.zeros((1, 5001, 3), np.uint8)
    values[0, 2500] = (255, 0, 0)
    seen = np.asarray(Preprocessing(224, 256).view(Image.fromarray(values)).seen)
    assert tuple(seen[112, 112]) == (255, 0, 0)


def test_seen_is_made_once_and_the_picture_is_left_alone() -> None:
    picture = photo(90, 61)
    before = picture.tobytes()
    view = Preprocessing(40, 48).view(picture)
    assert view.seen is view.seen
    view.tensor()
    view.crop()
    assert view.picture is picture
    assert picture.tobytes() == before


def test_one_preprocessing_equals_another_of_the_same_numbers() -> None:
    """Families compare theirs; a figure must not mix crops that differ."""
    assert Preprocessing(64, 72) == Preprocessing(64, 72)
    assert Preprocessing(64, 72) != Preprocessing(64, 72, interpolation="bicubic")


def test_from_bytes_to_tensor() -> None:
    """A 16-bit file of one known grey, through decoding, cropping and normalising."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((50, 70), 257 * 51, np.uint16)).save(buffer, "PNG")
    tensor = Preprocessing(32, 36, (0.0,) * 3, (1.0,) * 3).view(open_picture(buffer.getvalue())).tensor()
    assert torch.equal(tensor, torch.full((1, 3, 32, 32), 51 / 255))
