"""How much are two maps alike? Raw and signed maps are compared, of two models, methods, stages or networks."""

from __future__ import annotations

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.scores.heat import ready_maps, scored, top_share

WINDOW = 7
"""Side of the window of SSIM, in cells; smaller maps are brought to it."""


def pearson(maps: Tensor, others: Tensor) -> Tensor:
    """Pearson's correlation of two maps' cells.

    Args:
        maps: raw, (N,h,w).
        others: raw, (N,h',w'); the coarser of the two is brought to the size of the finer.

    Returns:
        (N,) in [-1,1]; NaN if either is degenerate, which one that is nowhere positive is not here.
    """
    one, other, says = _pair(maps, others)
    return scored(_correlation(one, other), says)


def spearman(maps: Tensor, others: Tensor) -> Tensor:
    """Spearman's correlation, Pearson's of the ranks; equal cells have their mean rank. See :func:`pearson`."""
    one, other, says = _pair(maps, others)
    return scored(_correlation(_ranks(one), _ranks(other)), says)


def ssim(maps: Tensor, others: Tensor) -> Tensor:
    """Structural similarity (Wang et al., IEEE TIP 2004) of two maps, each scaled to [0,1] by minimum and maximum.

    A window of 7 x 7 cells, by scikit-image. Maps of fewer cells a side are brought to 7.

    Args:
        maps: raw, (N,h,w).
        others: see :func:`pearson`.

    Returns:
        (N,) in [-1,1]; NaN as in :func:`pearson`.
    """
    height, width = (max(*sides, WINDOW) for sides in zip(maps.shape[-2:], others.shape[-2:], strict=True))
    one, other, says = _pair(maps, others, (height, width))
    pairs = zip(_from_0_to_1(one), _from_0_to_1(other), says.tolist(), strict=True)
    values = [
        structural_similarity(a, b, win_size=WINDOW, data_range=1.0) if known else np.nan for a, b, known in pairs
    ]
    return torch.tensor(values, dtype=one.dtype, device=one.device)


def top_overlap(maps: Tensor, others: Tensor, share: float = 0.1) -> Tensor:
    """Share of two maps' hottest cells that they have in common.

    Args:
        maps: raw, (N,h,w).
        others: see :func:`pearson`.
        share: of the cells, in (0,1], that are the hottest; one cell at least.

    Returns:
        (N,) in [0,1]; NaN as in :func:`pearson`. Two maps without relation have ``share`` in the mean.

    Raises:
        OptionError: for a share that cannot be.
    """
    if not 0 < share <= 1:
        raise OptionError("share must be above 0 and at most 1, and is {share}.", share=share)
    one, other, says = _pair(maps, others)
    cells = one[0].numel()
    count = torch.full((len(one),), max(1, round(share * cells)), device=one.device)
    common = torch.minimum(top_share(one.flatten(1), count), top_share(other.flatten(1), count)).sum(1)
    return scored(common / count, says)


def _pair(maps: Tensor, others: Tensor, size: tuple[int, int] | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Returns both at one size, and which pairs can be scored."""
    if len(maps) != len(others):
        raise OptionError(
            "There are {maps} maps and {others} to compare them with; give one for each.",
            maps=len(maps),
            others=len(others),
        )
    if size is None:
        size = (max(maps.shape[-2], others.shape[-2]), max(maps.shape[-1], others.shape[-1]))
    one, says = ready_maps(maps, size, signed=True)
    other, other_says = ready_maps(others.to(maps.device), size, signed=True)
    return one, other, says & other_says


def _correlation(one: Tensor, other: Tensor) -> Tensor:
    one, other = (x.flatten(1) - x.flatten(1).mean(1, keepdim=True) for x in (one, other))
    cosine: Tensor = (one * other).sum(1) / (one.norm(dim=1) * other.norm(dim=1))
    return cosine.clamp(-1, 1)


def _ranks(maps: Tensor) -> Tensor:
    """Returns the ranks of each map's cells, (N,n); equal cells have their mean rank."""
    cells = maps.flatten(1).contiguous()
    ordered = cells.sort(1).values
    ends = [torch.searchsorted(ordered, cells, right=right) for right in (False, True)]
    return ((ends[0] + ends[1] + 1) / 2).to(maps.dtype)


def _from_0_to_1(maps: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = maps.cpu().double().numpy()
    low, high = values.min((1, 2), keepdims=True), values.max((1, 2), keepdims=True)
    scaled: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (values - low) / np.where(high > low, high - low, 1)
    return scaled
