"""Random crops: of the photo and nothing else, of the size and shape that are promised, the same for the same seed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from attnviz.training.augment import random_crops

SIDE, SIZE = 64, 16


def ramps(count: int) -> Tensor:
    """Photos whose red is four times the column and whose green is four times the row."""
    along = (4 * torch.arange(SIDE)).to(torch.uint8)
    photo = torch.stack([along.expand(SIDE, SIDE), along[:, None].expand(SIDE, SIDE), torch.zeros(SIDE, SIDE).byte()])
    return photo.repeat(count, 1, 1, 1)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def extent(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns where crops begin and how long they are, in shares of the photo, and whether they run backwards.

    ``values`` are the ramp's along a crop, (N,SIZE); they must be as straight in the crop as they are in the photo.
    """
    places = values / 4 + 0.5  # the middle of the first pixel is at 0.5
    steps = places.diff(dim=1)
    assert (steps - steps.mean(1, keepdim=True)).abs().max() < 1e-3
    step = steps.mean(1)
    low = torch.minimum(places[:, 0], places[:, -1]) - step.abs() / 2
    return low / SIDE, step.abs() * SIZE / SIDE, step < 0


@pytest.mark.parametrize("smallest", [0.25, 0.5, 0.7])
def test_crops_are_rectangles_of_the_photo_as_large_as_promised(smallest: float) -> None:
    crops = random_crops(ramps(2000), SIZE, smallest, seeded(1))
    left, width, flipped = extent(crops[:, 0, 5])
    top, height, upside_down = extent(crops[:, 1, :, 5])
    for low, length in ((left, width), (top, height)):
        assert low.min() > -1e-3
        assert (low + length).max() < 1 + 1e-3
    area, ratio = width * height, width / height
    assert area.min() > smallest - 1e-3
    assert area.min() < smallest + 0.02
    assert area.max() > 0.97
    assert ratio.min() > 3 / 4 - 1e-3
    assert ratio.max() < 4 / 3 + 1e-3
    assert not upside_down.any()
    assert 0.45 < flipped.float().mean() < 0.55
    free = width < 0.9
    assert ((left / (1 - width))[free]).mean() == pytest.approx(0.5, abs=0.05)


def test_each_photo_has_its_own_crop() -> None:
    crops = random_crops(ramps(50), SIZE, 0.25, seeded(1))
    assert len(torch.unique(crops.flatten(1), dim=0)) == 50


def test_a_constant_photo_stays_constant() -> None:
    colours = torch.tensor([[0, 128, 255], [255, 7, 90]], dtype=torch.uint8)
    crops = random_crops(colours[:, :, None, None].expand(2, 3, 40, 40), 33, 0.25, seeded(2))
    expected = colours.float()[:, :, None, None].expand(2, 3, 33, 33)
    torch.testing.assert_close(crops, expected, rtol=0, atol=1e-3)


def test_values_stay_in_the_photos_range() -> None:
    photos = torch.randint(40, 200, (20, 3, 32, 32), generator=seeded(3)).byte()
    before = photos.clone()
    crops = random_crops(photos, 48, 0.25, seeded(4))
    assert crops.dtype == torch.float32
    assert crops.shape == (20, 3, 48, 48)
    low, high = crops.amin((1, 2, 3)), crops.amax((1, 2, 3))
    assert (low >= photos.amin((1, 2, 3)) - 1e-3).all()
    assert (high <= photos.amax((1, 2, 3)) + 1e-3).all()
    assert torch.equal(photos, before)


def test_the_seed_alone_decides() -> None:
    photos = ramps(8)
    first = random_crops(photos, SIZE, 0.25, seeded(5))
    torch.manual_seed(99)
    assert torch.equal(random_crops(photos, SIZE, 0.25, seeded(5)), first)
    assert not torch.equal(random_crops(photos, SIZE, 0.25, seeded(6)), first)
    generator = seeded(5)
    random_crops(photos, SIZE, 0.25, generator)
    assert not torch.equal(random_crops(photos, SIZE, 0.25, generator), first)


def test_the_size_does_not_change_what_is_cut() -> None:
    """Progressive resizing must show the same crops, only smaller."""
    small, large = (random_crops(ramps(30), size, 0.25, seeded(7)) for size in (16, 32))
    pooled = torch.nn.functional.avg_pool2d(large, 2)[:, :, 2:-2, 2:-2]
    torch.testing.assert_close(small[:, :, 2:-2, 2:-2], pooled, rtol=0, atol=0.01)
