"""Does the heat lie on the object? Scores of a map by boxes or masks."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from attnviz.scores.heat import NEARLY, ready_maps, scored, top_share
from attnviz.scores.truth import Truth, best_iou

PUBLISHED_TOLERANCE = 15 / 224
"""The pointing game's 15 pixels, as a share of the side of the pictures that networks saw."""


def pointing_game(maps: Tensor, truth: Truth, tolerance: float = 0.0) -> Tensor:
    """Pointing game (Zhang et al., IJCV 2018): whether the hottest pixel is on the object.

    Where several pixels are the hottest, the share of them that are. The mean over images is the accuracy.

    Args:
        maps: raw, (N,h,w); what is positive is brought to the truth's size.
        truth: boxes or masks of the N images.
        tolerance: pixels by which a point may miss; the paper's is 15.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map.
    """
    truth = truth.for_maps(maps)
    heat, says = ready_maps(maps, truth.size)
    top = heat >= NEARLY
    hits = (top & truth.near(tolerance)).sum((1, 2)) / top.sum((1, 2)).clamp(min=1)
    return scored(hits.to(heat.dtype), says)


def energy_pointing_game(maps: Tensor, truth: Truth) -> Tensor:
    """Energy-based pointing game (Wang et al., Score-CAM, CVPRW 2020): share of the heat on the object.

    Args:
        maps: raw, (N,h,w); what is positive is brought to the truth's size.
        truth: boxes or masks of the N images.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map.
    """
    truth = truth.for_maps(maps)
    heat, says = ready_maps(maps, truth.size)
    return scored((heat * truth.inside).sum((1, 2)) / heat.sum((1, 2)), says)


def relevance_rank(maps: Tensor, truth: Truth) -> Tensor:
    """Relevance rank accuracy (Arras et al., 2022): share of the K hottest pixels on the object, which has K pixels.

    Pixels that tie for the last places share them.

    Args:
        maps: raw, (N,h,w); what is positive is brought to the truth's size.
        truth: boxes or masks of the N images.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map.
    """
    truth = truth.for_maps(maps)
    heat, says = ready_maps(maps, truth.size)
    inside = truth.inside.flatten(1)
    count = inside.sum(1)
    return scored((top_share(heat.flatten(1), count) * inside).sum(1) / count, says)


def box_iou(maps: Tensor, truth: Truth, threshold: float = 0.2) -> Tensor:
    """Intersection over union of a map's box and the truth's, after CAM (Zhou et al., CVPR 2016).

    The box is that around the largest 8-connected component of what is at least ``threshold`` of the maximum; where
    several are the largest, the mean over them. Of several truths the best counts, and of a mask the box around it.

    Args:
        maps: raw, (N,h,w); what is positive is brought to the truth's size.
        truth: boxes or masks of the N images.
        threshold: share of the maximum, in (0,1]; the paper's is 0.2.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map.
    """
    truth = truth.for_maps(maps)
    heat, says = ready_maps(maps, truth.size)
    hot = (heat >= threshold * NEARLY).to(torch.uint8).cpu().numpy()
    values = [
        _component_iou(mask, boxes) if known else np.nan
        for mask, boxes, known in zip(hot, truth.boxes, says.tolist(), strict=True)
    ]
    return torch.tensor(values, dtype=heat.dtype, device=heat.device)


def _component_iou(mask: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], boxes: np.ndarray) -> float:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    parts = np.asarray(stats, np.float64)[1:]  # left, top, width, height, area; the first is the background
    largest = parts[parts[:, 4] == parts[:, 4].max()]
    edges = np.concatenate([largest[:, :2], largest[:, :2] + largest[:, 2:4]], 1)
    return float(best_iou(edges, boxes).mean())
