"""MaxBoxAcc and MaxBoxAccV2, by the conventions of the code that its authors published (clovaai/wsolevaluation).

A map is scaled to [0,1] by its minimum and maximum (not by its positive part), then to whole numbers 0 to 255. A
threshold tau becomes the level int(tau 255), and what is strictly above it is the foreground. Its contours are
OpenCV's, of holes too. The box around a contour reaches one pixel further to the right and to the bottom than the
contour, unless that pixel is outside the map. Areas count pixels, so that a box of pixels a to b is b - a + 1 wide.

The threshold belongs to a model and a method, not to an image: it is chosen on some images
(:func:`best_level`) and applied to others.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.scores.heat import ready_maps, upsampled
from attnviz.scores.truth import Boxes, Truth, best_iou

Contours = Literal["largest", "all"]
LEVELS = 255
"""Thresholds that differ: level l is every tau in [l/255, (l+1)/255)."""
DELTAS = (0.3, 0.5, 0.7)
"""The IoUs from which on a box is right, of MaxBoxAccV2."""


def box_ious(
    maps: Tensor, truth: Truth, contours: Contours = "largest", levels: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Returns how well the boxes of each map fit at each level: the IoU of the best box with the best truth.

    Args:
        maps: raw, (N,h,w); scaled by minimum and maximum, and brought to the truth's size.
        truth: boxes of the N images; of a mask, the box around it.
        contours: the box of the contour with the ``largest`` area (MaxBoxAcc), or those of ``all`` (MaxBoxAccV2).
        levels: those wanted, whole numbers 0 to 254; None for all 255.

    Returns:
        (N,L) in [0,1]; a row of NaN for a degenerate map.

    Raises:
        OptionError: for a level that is none.
    """
    wanted = np.arange(LEVELS) if levels is None else np.atleast_1d(np.asarray(levels))
    if wanted.dtype.kind not in "iu" or wanted.min() < 0 or wanted.max() >= LEVELS:
        raise OptionError("A level must be a whole number from 0 to {last}.", last=LEVELS - 1)
    truth = truth.for_maps(maps)
    heat, says = ready_maps(maps, signed=True)
    fine = upsampled(heat, truth.size)
    low, high = fine.amin((1, 2), keepdim=True), fine.amax((1, 2), keepdim=True)
    grey = ((fine - low) / torch.where(high > low, high - low, 1) * 255).to(torch.uint8).cpu().numpy()
    rows = [
        _ious(picture, wanted, boxes, contours) if known else np.full(len(wanted), np.nan)
        for picture, boxes, known in zip(grey, truth.boxes, says.tolist(), strict=True)
    ]
    return np.stack(rows)


def best_level(ious: ArrayLike, delta: float = 0.5) -> int:
    """Returns the level at which most maps have a box of IoU >= delta; of equals, the lowest.

    Args:
        ious: (N,255), from :func:`box_ious`, of the images that the threshold is chosen on. Degenerate maps are left
            out.
        delta: the IoU from which on a box is right.
    """
    return int((np.asarray(ious) >= delta).sum(0).argmax())


def max_box_acc(maps: Tensor, truth: Truth, level: int, delta: float = 0.5) -> Tensor:
    """MaxBoxAcc of each map (Choe et al., CVPR 2020): whether its box fits at a level chosen elsewhere.

    Args:
        maps: raw, (N,h,w).
        truth: boxes or masks of the N images.
        level: from :func:`best_level` of other images' ``box_ious(..., "largest")``.
        delta: the IoU from which on a box is right.

    Returns:
        (N,), 0 or 1; NaN for a degenerate map. The mean over images is the published score (times 100).
    """
    ious = box_ious(maps, truth, "largest", [level])[:, 0]
    return _on(np.where(np.isnan(ious), np.nan, ious >= delta), maps)


def max_box_acc_v2(maps: Tensor, truth: Truth, levels: tuple[int, int, int]) -> Tensor:
    """MaxBoxAccV2 of each map (Choe et al., arXiv:2007.04178): the mean over delta of 0.3, 0.5 and 0.7, any contour.

    Args:
        maps: raw, (N,h,w).
        truth: boxes or masks of the N images.
        levels: for each of :data:`DELTAS`, from :func:`best_level` of other images' ``box_ious(..., "all")``.

    Returns:
        (N,), 0, 1/3, 2/3 or 1; NaN for a degenerate map.
    """
    if len(levels) != len(DELTAS):
        raise OptionError("MaxBoxAccV2 needs {count} levels, one for each delta.", count=len(DELTAS))
    ious = box_ious(maps, truth, "all", levels)
    return _on(np.where(np.isnan(ious[:, 0]), np.nan, (ious >= np.array(DELTAS)).mean(1)), maps)


def _ious(
    picture: NDArray[np.uint8], levels: NDArray[np.integer], truths: Boxes, contours: Contours
) -> NDArray[np.float64]:
    """Returns the IoUs of one map in whole numbers, (L,)."""
    found = [_boxes(picture, int(level), contours) for level in levels]
    ious = best_iou(np.array([box for boxes in found for box in boxes], np.float64), truths)
    starts = np.cumsum([0, *(len(boxes) for boxes in found[:-1])])
    best: NDArray[np.float64] = np.maximum.reduceat(ious, starts)
    return best


def _boxes(picture: NDArray[np.uint8], level: int, contours: Contours) -> list[tuple[int, int, int, int]]:
    """Returns the edges of the boxes at a level, at least one."""
    _, above = cv2.threshold(picture, level, 255, cv2.THRESH_BINARY)
    found, _ = cv2.findContours(above, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    height, width = picture.shape
    edges = []
    for contour in found if contours == "all" else [max(found, key=cv2.contourArea)]:
        x, y, w, h = cv2.boundingRect(contour)
        edges.append((x, y, min(x + w + 1, width), min(y + h + 1, height)))
    return edges


def _on(values: NDArray[np.float64], maps: Tensor) -> Tensor:
    return torch.tensor(values, dtype=torch.promote_types(maps.dtype, torch.float32), device=maps.device)
