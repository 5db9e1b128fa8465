"""MaxBoxAcc by an independent reading of the published convention, without contours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.scores import Truth, best_level, box_ious, max_box_acc, max_box_acc_v2
from attnviz.scores.boxes import DELTAS, Contours

SIDE = 20
EIGHT = np.ones((3, 3))
GRID = np.arange(0, 1, 0.001)
"""The thresholds of the published code."""


def contour_area(part: NDArray[np.bool_]) -> float:
    """The area that the line through the outermost pixels' centres encloses: squares of four pixels, and triangles."""
    filled = ndimage.binary_fill_holes(part)
    corners = sum(filled[dy : SIDE - 1 + dy, dx : SIDE - 1 + dx].astype(int) for dy in (0, 1) for dx in (0, 1))
    return float((corners == 4).sum() + (corners == 3).sum() / 2)


def extent(part: NDArray[np.bool_], wider: int = 0) -> tuple[int, int, int, int]:
    """First and last column and row as the published code has them: the last is one too far, but inside the map."""
    rows, columns = part.any(1).nonzero()[0], part.any(0).nonzero()[0]
    right, bottom = columns[-1] + wider + 1, rows[-1] + wider + 1
    return columns[0] - wider, rows[0] - wider, min(right, SIDE - 1), min(bottom, SIDE - 1)


def published_boxes(grey: NDArray[np.uint8], tau: float, contours: Contours) -> list[tuple[int, int, int, int]]:
    above = grey > int(tau * grey.max())
    labels, count = ndimage.label(above, EIGHT)
    parts = [labels == number for number in range(1, count + 1)]
    if contours == "largest":
        areas = [contour_area(part) for part in parts]  # of equals, OpenCV lists the one that starts last first
        starts = [int(part.argmax()) for part in parts]
        return [extent(max(zip(areas, starts, parts, strict=True), key=lambda each: each[:2])[2])]
    holes, count = ndimage.label(np.pad(~above, 1, constant_values=True))
    inner = [(holes == number)[1:-1, 1:-1] for number in range(1, count + 1) if number != holes[0, 0]]
    return [*(extent(part) for part in parts), *(extent(hole, wider=1) for hole in inner)]


def published_iou(box: tuple[int, int, int, int], truth: tuple[int, int, int, int]) -> float:
    """Of boxes whose last column and row are theirs."""
    width = min(box[2], truth[2]) - max(box[0], truth[0]) + 1
    height = min(box[3], truth[3]) - max(box[1], truth[1]) + 1
    shared = max(0, width) * max(0, height)
    areas = [(x1 - x0 + 1) * (y1 - y0 + 1) for x0, y0, x1, y1 in (box, truth)]
    return shared / (sum(areas) - shared)


def random_maps(count: int) -> Tensor:
    """Half are noise, as ragged as maps can be; half are smooth, as maps are."""
    generator = torch.Generator().manual_seed(8)
    noise = torch.rand(count // 2, SIDE, SIDE, generator=generator)
    smooth = torch.nn.functional.interpolate(
        torch.randn(count - count // 2, 1, 5, 5, generator=generator), (SIDE, SIDE), mode="bicubic"
    )
    return torch.cat([noise, smooth[:, 0]])


def random_boxes(count: int) -> list[list[tuple[int, int, int, int]]]:
    """One or two boxes a map: first and last columns and rows."""
    generator = np.random.default_rng(9)
    found = []
    for number in range(count):
        starts = generator.integers(0, SIDE - 6, (1 + number % 2, 2))
        ends = np.minimum(starts + generator.integers(3, 15, starts.shape), SIDE - 1)
        found.append([(int(a), int(b), int(c), int(d)) for (a, b), (c, d) in zip(starts, ends, strict=True)])
    return found


@pytest.fixture(scope="module")
def maps() -> Tensor:
    return random_maps(200)


@pytest.fixture(scope="module")
def inclusive() -> list[list[tuple[int, int, int, int]]]:
    return random_boxes(200)


@pytest.fixture(scope="module")
def truth(inclusive: list[list[tuple[int, int, int, int]]]) -> Truth:
    return Truth.of_boxes([[(a, b, c + 1, d + 1) for a, b, c, d in boxes] for boxes in inclusive], SIDE, SIDE)


@pytest.mark.parametrize("contours", ["largest", "all"])
def test_as_published_on_200_random_maps(
    maps: Tensor, truth: Truth, inclusive: list[list[tuple[int, int, int, int]]], contours: Contours
) -> None:
    """Every IoU is the same number, at thresholds from all over the range."""
    taus = (0.0, 0.25, 0.5, 0.77, 0.96)
    levels = [int(tau * 255) for tau in taus]
    found = box_ious(maps, truth, contours, levels)
    for row, heat, truths in zip(found, maps.numpy(), inclusive, strict=True):
        scaled = heat - heat.min()
        grey = (scaled / scaled.max() * 255).astype(np.uint8)
        for iou, tau in zip(row, taus, strict=True):
            boxes = published_boxes(grey, tau, contours)
            assert iou == max(published_iou(box, truth) for box in boxes for truth in truths)


@pytest.mark.parametrize("contours", ["largest", "all"])
def test_a_level_does_not_depend_on_the_others(maps: Tensor, truth: Truth, contours: Contours) -> None:
    """From the highest down, a level is spared its contours where it must have one; alone, it never is."""
    some = Truth(truth.inside[95:115], truth.boxes[95:115])
    together = box_ious(maps[95:115], some, contours)
    for level in range(0, 255, 6):
        alone = box_ious(maps[95:115], some, contours, [level])
        assert together[:, level].tolist() == alone[:, 0].tolist()


def test_the_levels_are_all_that_the_published_thresholds_can_tell_apart() -> None:
    assert sorted({int(tau * np.uint8(255)) for tau in GRID}) == list(range(255))


def test_a_threshold_is_chosen_on_some_images_and_applied_to_others(maps: Tensor, truth: Truth) -> None:
    """The smooth maps: the first 60 choose, the last 40 are scored."""
    fit, rest = Truth(truth.inside[100:160], truth.boxes[100:160]), Truth(truth.inside[160:], truth.boxes[160:])
    largest = box_ious(maps[100:160], fit)
    level = best_level(largest)
    right = (largest >= 0.5).mean(0)
    assert right[level] == right.max() > right.min()
    expected = box_ious(maps[160:], rest)[:, level] >= 0.5
    assert max_box_acc(maps[160:], rest, level).tolist() == expected.tolist()

    every = box_ious(maps[100:160], fit, "all")
    assert (every >= largest).all()
    levels = [best_level(every, delta) for delta in DELTAS]
    ious = box_ious(maps[160:], rest, "all")
    hits = [ious[:, level] >= delta for level, delta in zip(levels, DELTAS, strict=True)]
    found = max_box_acc_v2(maps[160:], rest, (levels[0], levels[1], levels[2]))
    np.testing.assert_allclose(found, np.mean(hits, 0), rtol=1e-6)


def test_a_degenerate_map_does_not_choose() -> None:
    ious = np.array([[0.6, 0.4], [np.nan, np.nan], [np.nan, np.nan]])
    assert best_level(ious) == 0


@pytest.mark.parametrize("levels", [[255], [-1], [0.5]])
def test_a_level_that_is_none_is_refused(levels: list[float]) -> None:
    with pytest.raises(OptionError, match="whole number from 0 to 254"):
        box_ious(torch.rand(1, 4, 4), Truth.of_boxes([[0, 0, 2, 2]], 4, 4), levels=levels)


def test_version_2_needs_three_levels() -> None:
    with pytest.raises(OptionError, match="needs 3 levels"):
        max_box_acc_v2(torch.rand(1, 4, 4), Truth.of_boxes([[0, 0, 2, 2]], 4, 4), (1, 2))  # type: ignore[arg-type]
