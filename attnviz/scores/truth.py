"""Where the object is, in the pixels that the network sees: boxes, or a mask, for each image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from torch import Tensor

from attnviz.errors import TruthError
from attnviz.images import View

Boxes = NDArray[np.float64]
"""(B,4) left, top, right, bottom: edges, as of :attr:`attnviz.images.View.box`. Pixel 3 reaches from 3 to 4."""


@dataclass(frozen=True)
class Truth:
    """What maps are scored by. Made by :meth:`of_boxes` or :meth:`of_masks`.

    Attributes:
        inside: (N,H,W) bool, True where a pixel's centre is in a box of its image, or in the mask.
        boxes: for each image, (B,4) in the network's pixels; of a mask, the one box around it.
    """

    inside: Tensor
    boxes: tuple[Boxes, ...]

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def size(self) -> tuple[int, int]:
        """(H,W)."""
        return self.inside.shape[1], self.inside.shape[2]

    @classmethod
    def of_boxes(cls, boxes: Sequence[ArrayLike], height: int, width: int, device: torch.device | str = "cpu") -> Truth:
        """Takes the boxes of the objects of the class.

        Args:
            boxes: for each image one box (4,) or several (B,4): left, top, right, bottom, in edges. A box whose last
                column of pixels is 5 has the right edge 6.
            height: of the network's input.
            width: of the network's input.
            device: where the maps are.

        Raises:
            TruthError: for an image without a box, and a box that is not four finite numbers, is empty or reversed,
                reaches outside, or holds no pixel's centre.
        """
        checked = tuple(checked_boxes(given, height, width, number) for number, given in enumerate(boxes))
        inside = np.zeros((len(checked), height, width), np.bool_)
        for mask, given, number in zip(inside, checked, range(len(checked)), strict=True):
            if len(given) == 0:
                raise TruthError("boxes[{number}] is empty; leave the image out, or give it a box.", number=number)
            for left, top, right, bottom in np.ceil(given - 0.5).astype(int):  # centres at halves
                if left >= right or top >= bottom:
                    raise TruthError(
                        "boxes[{number}] has a box that holds the centre of no pixel; leave it out.", number=number
                    )
                mask[top:bottom, left:right] = True
        return cls(torch.from_numpy(inside).to(device), checked)

    @classmethod
    def of_masks(cls, masks: Tensor | ArrayLike, height: int, width: int, device: torch.device | str = "cpu") -> Truth:
        """Takes a mask for each image.

        Args:
            masks: (N,H,W), whatever is not 0 is the object.
            height: of the network's input, H.
            width: of the network's input, W.
            device: where the maps are.

        Raises:
            TruthError: for masks of another size, and one without a pixel.
        """
        inside = np.asarray(masks.cpu() if isinstance(masks, Tensor) else masks) != 0
        if inside.ndim != 3 or inside.shape[1:] != (height, width):
            raise TruthError(
                "masks must be of shape (N,{height},{width}), as the network's input, and are of {found}.",
                height=height,
                width=width,
                found=str(inside.shape),
            )
        around = []
        for number, mask in enumerate(inside):
            rows, columns = mask.any(1).nonzero()[0], mask.any(0).nonzero()[0]
            if len(rows) == 0:
                raise TruthError("masks[{number}] is empty; leave the image out, or give it a mask.", number=number)
            around.append(np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float64))
        return cls(torch.from_numpy(inside).to(device), tuple(around))

    def near(self, tolerance: float) -> Tensor:
        """Returns (N,H,W) bool, True at most ``tolerance`` pixels, from centre to centre, from what is inside."""
        if tolerance <= 0:
            return self.inside
        away = [ndimage.distance_transform_edt(~mask) for mask in self.inside.cpu().numpy()]
        return torch.from_numpy(np.stack(away) <= tolerance).to(self.inside.device)

    def for_maps(self, maps: Tensor) -> Truth:
        """Returns this truth on the device of ``maps``.

        Raises:
            TruthError: if there is not one truth a map.
        """
        if len(maps) != len(self):
            raise TruthError(
                "There are {maps} maps, and boxes or masks of {truths} images; give one for each.",
                maps=len(maps),
                truths=len(self),
            )
        return Truth(self.inside.to(maps.device), self.boxes)


def checked_boxes(boxes: ArrayLike, height: float, width: float, number: int = 0) -> Boxes:
    """Returns one image's boxes as (B,4); a single box may be given as (4,).

    Args:
        boxes: left, top, right, bottom, in edges.
        height: of the picture that they lie in.
        width: of the picture that they lie in.
        number: of the image, for the error.

    Raises:
        TruthError: for what is not four finite numbers, is empty or reversed, or reaches outside.
    """
    try:
        found = np.asarray(boxes, np.float64)
    except (TypeError, ValueError):
        found = np.zeros(())
    if found.size == 0 and found.ndim:
        return np.zeros((0, 4))
    found = found[None] if found.ndim == 1 else found
    if found.ndim != 2 or found.shape[1] != 4 or not np.isfinite(found).all():
        raise TruthError("boxes[{number}] must be boxes of four numbers: left, top, right, bottom.", number=number)
    for left, top, right, bottom in found:
        box = f"({left:g}, {top:g}, {right:g}, {bottom:g})"
        if left >= right or top >= bottom:
            raise TruthError(
                "boxes[{number}] has the box {box}, which is empty or reversed; give left, top, right, bottom.",
                number=number,
                box=box,
            )
        if left < 0 or top < 0 or right > width or bottom > height:
            raise TruthError(
                "boxes[{number}] has the box {box}, which reaches outside the image of {width} x {height} pixels.",
                number=number,
                box=box,
                width=f"{width:g}",
                height=f"{height:g}",
            )
    return found


def seen_boxes(boxes: ArrayLike, view: View) -> Boxes:
    """Brings boxes of a whole picture to the pixels that the network sees of it.

    Args:
        boxes: (4,) or (B,4), in the picture's own pixels.
        view: what the network sees.

    Returns:
        (B,4) in the pixels of the network's input, cut at its edges. Boxes of which the network sees no pixel's centre
        are left out, so that there may be none.

    Raises:
        TruthError: for boxes that cannot be in that picture.
    """
    whole = checked_boxes(boxes, view.picture.height, view.picture.width)
    left, top, right, bottom = view.box
    side = view.preprocessing.input_size
    scale = np.array([side / (right - left), side / (bottom - top)] * 2)
    seen = np.clip((whole - np.array([left, top, left, top])) * scale, 0, side)
    pixels = np.ceil(seen - 0.5)
    held: Boxes = seen[(pixels[:, 0] < pixels[:, 2]) & (pixels[:, 1] < pixels[:, 3])]
    return held


def best_iou(boxes: NDArray[np.float64], truths: Boxes) -> NDArray[np.float64]:
    """Returns the largest intersection over union of each box (B,4) with any of the truth's (T,4), (B,), in [0,1]."""
    one, other = boxes[:, None], truths[None]
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    shared = np.maximum(sides, 0).prod(-1)
    areas = (one[..., 2:] - one[..., :2]).prod(-1) + (other[..., 2:] - other[..., :2]).prod(-1)
    iou: NDArray[np.float64] = (shared / (areas - shared)).max(1)
    return iou
