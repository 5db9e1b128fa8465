"""Boxes and masks: what is taken, and what is refused with a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from attnviz.errors import TruthError
from attnviz.images import Preprocessing
from attnviz.scores import Truth, pointing_game, seen_boxes
from attnviz.scores.truth import best_iou


def test_a_box_holds_the_pixels_whose_centres_it_holds() -> None:
    truth = Truth.of_boxes([[1, 0, 3, 2], [[0, 0, 1, 1], [2.5, 1.6, 4, 3]]], 3, 4)
    assert truth.inside[0].int().tolist() == [[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert truth.inside[1].int().tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1]]
    assert [len(boxes) for boxes in truth.boxes] == [1, 2]
    assert truth.size == (3, 4)


def test_a_mask_has_the_box_around_it() -> None:
    mask = np.zeros((1, 5, 6), np.uint8)
    mask[0, 1, 2] = mask[0, 3, 4] = 255
    truth = Truth.of_masks(mask, 5, 6)
    assert truth.inside.sum() == 2
    assert truth.boxes[0].tolist() == [[2, 1, 5, 4]]
    assert torch.equal(Truth.of_masks(torch.from_numpy(mask), 5, 6).inside, truth.inside)


@pytest.mark.parametrize(
    ("box", "why"),
    [
        ([4, 1, 2, 3], r"boxes\[1\] has the box \(4, 1, 2, 3\), which is empty or reversed"),
        ([2, 1, 2, 3], "empty or reversed"),
        ([0, 3, 2, 1], "empty or reversed"),
        ([-1, 0, 2, 2], "reaches outside the image of 6 x 5 pixels"),
        ([0, 0, 7, 2], "reaches outside"),
        ([0, 0, 2, 5.5], "reaches outside"),
        ([9, 9, 12, 12], "reaches outside"),
        ([1, 2, 3], "four numbers"),
        ([1, 2, 3, float("nan")], "four numbers"),
        (["a", "b", "c", "d"], "four numbers"),
        (5, "four numbers"),
        ([], r"boxes\[1\] is empty; leave the image out"),
        ([1.6, 1, 2.4, 3], "holds the centre of no pixel"),
    ],
)
def test_a_box_that_cannot_be_is_refused(box: object, why: str) -> None:
    with pytest.raises(TruthError, match=why):
        Truth.of_boxes([[0, 0, 2, 2], box], 5, 6)  # type: ignore[list-item]


def test_masks_that_cannot_be_are_refused() -> None:
    with pytest.raises(TruthError, match=r"shape \(N,5,6\), as the network's input, and are of \(1, 6, 5\)"):
        Truth.of_masks(np.ones((1, 6, 5)), 5, 6)
    with pytest.raises(TruthError, match=r"masks\[0\] is empty"):
        Truth.of_masks(np.zeros((1, 5, 6)), 5, 6)


def test_another_number_of_maps_is_refused() -> None:
    with pytest.raises(TruthError, match="2 maps, and boxes or masks of 1 images"):
        pointing_game(torch.rand(2, 3, 3), Truth.of_boxes([[0, 0, 2, 2]], 3, 3))


def test_boxes_of_a_photo_come_to_what_the_network_sees_of_it() -> None:
    """A photo of 200 x 100, of which the square from 50 to 150 becomes 64 x 64."""
    view = Preprocessing(64, 64).view(Image.new("RGB", (200, 100)))
    assert view.box == (50, 0, 150, 100)
    boxes = seen_boxes([[50, 0, 100, 50], [0, 0, 75, 100], [0, 0, 40, 90], [0, 0, 50.5, 90]], view)
    assert boxes.tolist() == [[0, 0, 32, 32], [0, 0, 16, 64]]  # the third is not seen, and of the fourth no centre
    assert seen_boxes([0, 0, 40, 90], view).shape == (0, 4)
    with pytest.raises(TruthError, match="outside the image of 200 x 100"):
        seen_boxes([0, 0, 201, 90], view)


def test_iou_of_boxes() -> None:
    found = best_iou(np.array([[0.0, 0, 10, 10], [20, 20, 30, 30]]), np.array([[5.0, 0, 15, 10], [0, 0, 4, 5]]))
    assert found.tolist() == [pytest.approx(1 / 3), 0]
