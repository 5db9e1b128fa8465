"""Localisation by hand, by Quantus, and turned round."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from attnviz.draw import upsample
from attnviz.scores import Truth, box_iou, box_ious, energy_pointing_game, pointing_game, relevance_rank
from attnviz.scores.heat import top_share, upsampled

LOCALISATION = [pointing_game, energy_pointing_game, relevance_rank, box_iou]


def blob(rows: slice, columns: slice, side: int = 20) -> Tensor:
    heat = torch.zeros(1, side, side)
    heat[0, rows, columns] = 1
    return heat


def test_three_inside_and_one_outside() -> None:
    heat = torch.zeros(1, 4, 4)
    heat[0, 0, 0] = 2
    heat[0, 1, 1] = heat[0, 3, 3] = 1
    truth = Truth.of_boxes([[0, 0, 2, 2]], 4, 4)
    assert energy_pointing_game(heat, truth).item() == pytest.approx(0.75)
    assert pointing_game(heat, truth).item() == 1
    # two of the four hottest are inside, and the other two are among 13 zeros, of which 2 are inside
    assert relevance_rank(heat, truth).item() == pytest.approx((2 + 1 * 2 / 13) / 4)


def test_what_is_negative_does_not_count() -> None:
    heat = torch.tensor([[[1.0, -9.0], [3.0, -9.0]]])
    assert energy_pointing_game(heat, Truth.of_boxes([[0, 1, 2, 2]], 2, 2)).item() == pytest.approx(0.75)


@pytest.mark.parametrize(("tolerance", "hit"), [(0, 0), (2.9, 0), (3, 1), (4, 1)])
def test_a_point_may_miss_by_the_tolerance(tolerance: float, hit: float) -> None:
    """The point is in column 8; the last column of the box is 5."""
    truth = Truth.of_boxes([[2, 2, 6, 6]], 12, 12)
    assert pointing_game(blob(slice(4, 5), slice(8, 9), 12), truth, tolerance).item() == hit


def test_points_that_tie_share_the_hit() -> None:
    assert pointing_game(blob(slice(3, 4), slice(0, 4), 8), Truth.of_boxes([[3, 0, 8, 8]], 8, 8)).item() == 0.25


def test_box_iou_is_of_the_largest_component() -> None:
    """A component of 10 x 10 at the origin, a hotter one of 2 x 2, and one below the threshold."""
    heat = 0.3 * blob(slice(0, 10), slice(0, 10)) + blob(slice(15, 17), slice(15, 17))
    heat[0, 12:20, 0:12] = 0.19
    truth = Truth.of_boxes([[5, 0, 15, 10]], 20, 20)
    assert box_iou(heat, truth).item() == pytest.approx(1 / 3)
    assert box_iou(heat, truth, 0.5).item() == 0
    both = Truth.of_boxes([[[5, 0, 15, 10], [15, 15, 17, 17]]], 20, 20)
    assert box_iou(heat, both, 0.5).item() == 1
    mask = blob(slice(0, 10), slice(5, 15)).bool()
    assert box_iou(heat, Truth.of_masks(mask, 20, 20)).item() == pytest.approx(1 / 3)


def test_diagonal_neighbours_are_one_component() -> None:
    heat = torch.eye(6)[None]
    assert box_iou(heat, Truth.of_boxes([[0, 0, 6, 6]], 6, 6)).item() == 1


def test_as_quantus() -> None:
    """A map of 256 values that all differ: what Quantus 0.6.0 gave for it, run once beside this."""
    heat = (torch.arange(1, 257) * 97 % 257 / 257).view(1, 16, 16)
    truth = Truth.of_boxes([[5, 4, 12, 10]], 16, 16)
    assert pointing_game(heat, truth).item() == 0.0
    assert energy_pointing_game(heat, truth).item() == pytest.approx(0.18196740746498108, abs=1e-5)
    assert relevance_rank(heat, truth).item() == pytest.approx(0.21428571428571427, abs=1e-5)


def test_maps_are_upsampled_as_they_are_drawn() -> None:
    maps = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(0))
    for heat, fine in zip(maps, upsampled(maps, (64, 63)), strict=True):
        assert abs(upsample(heat.numpy(), 63, 64) - fine.numpy()).max() < 2e-6


def test_the_top_shares_its_last_places_among_equals() -> None:
    shares = top_share(torch.tensor([[5.0, 1, 3, 3, 3]]), torch.tensor([3]))
    assert shares[0].tolist() == pytest.approx([1, 0, 2 / 3, 2 / 3, 2 / 3])


cells = st.lists(st.integers(-4, 9), min_size=36, max_size=36).filter(lambda c: max(c) > 0 and len(set(c)) > 1)
edges = st.lists(st.integers(0, 6), min_size=4, max_size=4).filter(lambda e: e[0] != e[1] and e[2] != e[3])


@settings(derandomize=True, deadline=None, max_examples=25)
@given(cells, edges, st.sampled_from([6, 12]))
def test_a_flip_of_image_and_box_changes_nothing(values: list[int], sides: list[int], size: int) -> None:
    maps = torch.tensor(values, dtype=torch.float64).view(1, 6, 6)
    left, right, top, bottom = (size // 6 * side for side in (*sorted(sides[:2]), *sorted(sides[2:])))
    truth = Truth.of_boxes([[left, top, right, bottom]], size, size)
    flipped = Truth.of_boxes([[size - right, top, size - left, bottom]], size, size)
    for score in LOCALISATION:
        one, other = score(maps, truth), score(maps.flip(2), flipped)
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)
    assert 0 <= pointing_game(maps, truth).item() <= 1
    # MaxBoxAcc's boxes are one pixel too large to the right and below, by convention: it does change
    assert box_ious(maps, truth).shape == (1, 255)
