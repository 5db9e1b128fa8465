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
from skimage.morphology import local_maxima, local_minima
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.scores.heat import ready_maps, upsampled
from attnviz.scores.truth import Boxes, Truth, best_iou

Contours = Literal["largest", "all"]
LEVELS = 255
"""Thresholds that differ: level l is every tau in [l/255, (l+1)/255)."""
DELTAS = (0.3, 0.5, 0.7)
"""The IoUs from which on a box is right, of MaxBoxAccV2."""
FEW = 48
"""Levels below which finding peaks and pits costs more than the contours that it spares."""


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
    boxes = _boxes(picture, levels, contours)
    found = [boxes[level] for level in levels.tolist()]
    ious = best_iou(np.concatenate(found), truths)
    starts = np.cumsum([0, *(len(each) for each in found[:-1])])
    best: NDArray[np.float64] = np.maximum.reduceat(ious, starts)
    return best


def _boxes(picture: NDArray[np.uint8], levels: NDArray[np.integer], contours: Contours) -> dict[int, Boxes]:
    """Returns the boxes at each level.

    Contours are only looked for where there may be several. Every part of the foreground holds a peak, and every hole a
    pit; once all peaks so high are found to be in one part, they stay so at lower levels, until another peak appears.
    """
    if len(levels) < FEW:
        return {level: _contour_boxes(picture, level, contours)[0] for level in levels.tolist()}
    peaks = _values(picture, local_maxima(picture, connectivity=2), 8)
    lowest_pit = LEVELS  # a hole is inside its part, so that no box of a largest contour is a hole's
    if contours == "all":
        lowest_pit = int(_values(picture, local_minima(picture, connectivity=1), 4, inner=True).min(initial=LEVELS))
    descending = np.unique(levels)[::-1]
    peaks_above = (peaks[None] > descending[:, None]).sum(1)
    together, simple, found, number = 1, [], {}, 0
    while number < len(descending):
        level = int(descending[number])
        if peaks_above[number] <= together and level < lowest_pit:
            another = int(peaks_above.searchsorted(together, side="right"))
            simple.append(descending[number:another])
            number = another
            continue
        found[level], parts = _contour_boxes(picture, level, contours)
        together = int(peaks_above[number]) if parts == 1 else 1
        number += 1
    one_part = np.concatenate(simple) if simple else descending[:0]
    return found | dict(zip(one_part.tolist(), _one_box(picture, one_part), strict=True))


def _contour_boxes(picture: NDArray[np.uint8], level: int, contours: Contours) -> tuple[Boxes, int]:
    """Returns the boxes at a level, and how many parts the foreground has that lie in no hole of another."""
    above = (picture > level).view(np.uint8)
    if contours == "all":
        found, hierarchy = cv2.findContours(above, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
        parts = int((hierarchy[0, :, 3] == -1).sum())
    else:  # no hole, and nothing in one, is larger than what is around it
        found, _ = cv2.findContours(above, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        parts = len(found)
        found = [found[0] if parts == 1 else max(found, key=cv2.contourArea)]
    height, width = picture.shape
    boxes = []
    for left, top, across, down in map(cv2.boundingRect, found):
        boxes.append((left, top, min(left + across + 1, width), min(top + down + 1, height)))
    return np.array(boxes, np.float64), parts


def _one_box(picture: NDArray[np.uint8], levels: NDArray[np.int_]) -> NDArray[np.float64]:
    """Returns the box around all of the foreground at each level, (L,1,4)."""
    first, last = [], []
    for highest in (picture.max(0), picture.max(1)):
        above = highest[None] > levels[:, None]
        first.append(above.argmax(1))
        last.append(len(highest) - above[:, ::-1].argmax(1))
    return _wider(np.stack(first, 1).astype(float), np.stack(last, 1).astype(float), picture)[:, None]


def _wider(first: NDArray[np.float64], last: NDArray[np.float64], picture: NDArray[np.uint8]) -> Boxes:
    """Returns the edges (B,4) of boxes, one pixel further than they reach; (x,y) of their edges are given, (B,2)."""
    return np.concatenate([first, np.minimum(last + 1, picture.shape[::-1])], 1)


def _values(
    picture: NDArray[np.uint8], extreme: NDArray[np.bool_], connectivity: int, inner: bool = False
) -> NDArray[np.uint8]:
    """Returns the value of each group of connected pixels that are all peaks or all pits.

    Args:
        picture: (H,W).
        extreme: (H,W), which pixels are.
        connectivity: 8 or 4.
        inner: whether groups that reach the edge are left out.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(extreme.astype(np.uint8), connectivity=connectivity)
    values = np.zeros(count, np.uint8)
    values[labels.ravel()] = picture.ravel()
    height, width = picture.shape
    left, top, right, bottom = stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    kept = (left > 0) & (top > 0) & (right < width) & (bottom < height) if inner else np.ones(count, np.bool_)
    kept[0] = False  # the rest
    found: NDArray[np.uint8] = values[kept]
    return found


def _on(values: NDArray[np.float64], maps: Tensor) -> Tensor:
    return torch.tensor(values, dtype=torch.promote_types(maps.dtype, torch.float32), device=maps.device)
