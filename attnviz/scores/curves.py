"""Insertion and deletion: what becomes of the probability as the hottest pixels come or go."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from attnviz.errors import OptionError
from attnviz.scores.confidence import Confidence
from attnviz.scores.heat import places_of, ready_maps

Baseline = Literal["mean", "blur"]
STEPS = 32
BLUR = 1 / 16
"""Sigma of the blurred baseline, as a share of the longer side."""


def deletion_curve(
    maps: Tensor, confidence: Confidence, baseline: Baseline = "mean", steps: int = STEPS, relative: bool = False
) -> Tensor:
    """Returns the target's probability as the hottest pixels are replaced by the baseline, hottest first.

    Args:
        maps: raw and signed, (N,h,w), of the N images; brought to the images' size.
        confidence: from :func:`attnviz.scores.confidence_in`.
        baseline: ``mean``, 0 once normalised, or ``blur``, the image blurred.
        steps: S, equal groups of pixels.
        relative: whether to divide by the probability of the image as it is, to compare networks that are not equally
            sure.

    Returns:
        (N,S+1): none, 1/S, ... all of the pixels replaced; a row of NaN for a degenerate map.

    Raises:
        OptionError: for a baseline or a number of steps that cannot be, and another number of maps than of images.
    """
    return _curve(maps, confidence, baseline, steps, relative, inserting=False)


def insertion_curve(
    maps: Tensor, confidence: Confidence, baseline: Baseline = "blur", steps: int = STEPS, relative: bool = False
) -> Tensor:
    """Returns the target's probability as the hottest pixels come to the baseline; see :func:`deletion_curve`."""
    return _curve(maps, confidence, baseline, steps, relative, inserting=True)


def deletion(
    maps: Tensor, confidence: Confidence, baseline: Baseline = "mean", steps: int = STEPS, relative: bool = False
) -> Tensor:
    """Deletion (Petsiuk et al., RISE, BMVC 2018): area under :func:`deletion_curve`. Low is faithful.

    Returns:
        (N,) in [0,1], relative at least 0; NaN for a degenerate map.
    """
    return area(deletion_curve(maps, confidence, baseline, steps, relative))


def insertion(
    maps: Tensor, confidence: Confidence, baseline: Baseline = "blur", steps: int = STEPS, relative: bool = False
) -> Tensor:
    """Insertion (Petsiuk et al., RISE, BMVC 2018): area under :func:`insertion_curve`. High is faithful.

    Returns:
        (N,) in [0,1], relative at least 0; NaN for a degenerate map.
    """
    return area(insertion_curve(maps, confidence, baseline, steps, relative))


def area(curves: Tensor) -> Tensor:
    """Returns the area under curves (N,S+1) over [0,1] by the trapezoid rule, (N,)."""
    return torch.trapezoid(curves, dim=1) / (curves.shape[1] - 1)


def baseline_of(images: Tensor, name: Baseline) -> Tensor:
    """Returns the images (N,3,H,W) without what can be recognised in them.

    Raises:
        OptionError: for a name that is not ``mean`` or ``blur``.
    """
    if name not in get_args(Baseline):
        raise OptionError('There is no baseline "{name}"; there are mean and blur.', name=name)
    if name == "mean":
        return torch.zeros_like(images)
    sigma = BLUR * max(images.shape[2:])
    reach = min(round(3 * sigma), min(images.shape[2:]) - 1)  # reflected at the edges, which must be long enough
    return gaussian_blur(images, [2 * reach + 1] * 2, [sigma] * 2) if reach else images.clone()


def _curve(
    maps: Tensor, confidence: Confidence, baseline: Baseline, steps: int, relative: bool, inserting: bool
) -> Tensor:
    confidence.for_maps(maps)
    images = confidence.images
    pixels = images[0, 0].numel()
    if not 1 <= steps <= pixels:
        raise OptionError("steps must be from 1 to {pixels}, the pixels of an image, and is {steps}.", pixels=pixels,
                          steps=steps)  # fmt: skip
    heat, says = ready_maps(maps, (images.shape[2], images.shape[3]), signed=True)
    places = places_of(heat).to(images.device)[:, None]
    empty = baseline_of(images, baseline)
    before, after = (empty, images) if inserting else (images, empty)
    curves = confidence.after(lambda step: torch.where(places < round(step * pixels / steps), after, before), steps + 1)
    if relative:
        curves = curves / confidence.clean[:, None]
    return torch.where(says.to(curves.device)[:, None], curves, torch.nan)
