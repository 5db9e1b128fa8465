"""ROAD (Rong et al., ICML 2022, arXiv:2202.00449): remove a share of the pixels, impute them, and ask again."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.scores.confidence import Confidence
from attnviz.scores.heat import places_of, ready_maps
from attnviz.scores.imputation import impute

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def road_curve(
    maps: Tensor, confidence: Confidence, shares: Sequence[float] = SHARES, least_first: bool = False
) -> Tensor:
    """Returns the target's probability after shares of the pixels were replaced by noisy linear imputation.

    Args:
        maps: raw and signed, (N,h,w), of the N images; brought to the images' size.
        confidence: from :func:`attnviz.scores.confidence_in`.
        shares: P of them, in [0,1).
        least_first: whether the coldest pixels go first, rather than the hottest.

    Returns:
        (N,P); a row of NaN for a degenerate map.

    Raises:
        OptionError: for a share that cannot be, and another number of maps than of images.
    """
    confidence.for_maps(maps)
    if not shares or not all(0 <= share < 1 for share in shares):
        raise OptionError("shares must be numbers from 0 to below 1, one at least.")
    images = confidence.images
    heat, says = ready_maps(maps, (images.shape[2], images.shape[3]), signed=True)
    places = places_of(-heat if least_first else heat).to(images.device)
    pixels = images[0, 0].numel()
    curves = confidence.after(lambda number: impute(images, places < round(shares[number] * pixels)), len(shares))
    return torch.where(says.to(curves.device)[:, None], curves, torch.nan)


def road_morf(maps: Tensor, confidence: Confidence, shares: Sequence[float] = SHARES) -> Tensor:
    """ROAD, most relevant first: the mean probability over the shares. Low is faithful.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map.
    """
    return road_curve(maps, confidence, shares).mean(1)


def road_lerf(maps: Tensor, confidence: Confidence, shares: Sequence[float] = SHARES) -> Tensor:
    """ROAD, least relevant first: the mean probability over the shares. High is faithful.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map.
    """
    return road_curve(maps, confidence, shares, least_first=True).mean(1)


def road_combined(maps: Tensor, confidence: Confidence, shares: Sequence[float] = SHARES) -> Tensor:
    """ROAD combined: (LeRF - MoRF) / 2. High is faithful, 0 is chance.

    Returns:
        (N,) in [-0.5,0.5]; NaN for a degenerate map.
    """
    return (road_lerf(maps, confidence, shares) - road_morf(maps, confidence, shares)) / 2
