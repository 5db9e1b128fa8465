"""Noisy linear imputation: removed pixels become the weighted mean of their neighbours, and a little noise.

Rong et al., ICML 2022, arXiv:2202.00449. Of the eight neighbours, those at the sides weigh 1/6 and those at
the corners 1/12; neighbours outside the image count for nothing. That is one sparse, symmetric, positive definite
system of linear equations an image. It is solved for a whole batch at once by conjugate gradients, in which the matrix
is never written down: its product is a sum over neighbours.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

NOISE = 0.01
"""Standard deviation of the noise, in normalised colours, as in the authors' code."""
TOLERANCE = 1e-5
"""The largest residual at which the solution is taken, as a share of the right-hand side."""


def impute(images: Tensor, removed: Tensor, noise: float = NOISE, seed: int = 0) -> Tensor:
    """Replaces the removed pixels of images.

    Args:
        images: (N,3,H,W).
        removed: (N,H,W) bool, in no image all.
        noise: standard deviation of what is added to the replaced pixels.
        seed: of the noise, which is the same for every image, so that a picture does not depend on its batch.

    Returns:
        (N,3,H,W); the other pixels are as they were.
    """
    gone = removed[:, None].to(images.dtype)
    solved = _solve(images, gone)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(images.shape[1:], generator=generator, dtype=torch.float64)
    return torch.where(removed[:, None], solved + noise * drawn.to(images), images)


def _solve(images: Tensor, gone: Tensor) -> Tensor:
    """Returns images (N,3,H,W) in which every pixel where ``gone`` (N,1,H,W) is the mean of its neighbours."""
    weights = _neighbours(torch.ones_like(gone[:1]))
    wanted = _neighbours(images * (1 - gone)) * gone
    x = _guess(images, 1 - gone) * gone
    residual = wanted - (weights * x - _neighbours(x)) * gone
    enough = TOLERANCE**2 * _dot(wanted, wanted)
    direction = residual / weights
    size = _dot(residual, direction)
    for _ in range(sum(images.shape[2:]) * 4):
        if (_dot(residual, residual) <= enough).all():
            break
        product = (weights * direction - _neighbours(direction)) * gone
        step = _ratio(size, _dot(direction, product))
        x = x + step * direction
        residual = residual - step * product
        scaled = residual / weights
        size, before = _dot(residual, scaled), size
        direction = scaled + _ratio(size, before) * direction
    return x


def _neighbours(x: Tensor) -> Tensor:
    """Returns the weighted sum over the eight neighbours of each pixel: ([1 2 1] x [1 2 1] - 4 at the centre) / 12."""
    padded = F.pad(x, (1, 1, 1, 1))
    rows = padded[..., :-2] + padded[..., 2:] + 2 * padded[..., 1:-1]
    return (rows[..., :-2, :] + rows[..., 2:, :] + 2 * rows[..., 1:-1, :] - 4 * x) / 12


def _guess(values: Tensor, known: Tensor) -> Tensor:
    """Fills what is not ``known`` (N,1,H,W; 0 or 1) from means over ever larger squares."""
    if min(values.shape[2:]) == 1 or bool((known == 1).all()):
        return values * known
    share = F.avg_pool2d(known, 2, ceil_mode=True)
    means = F.avg_pool2d(values * known, 2, ceil_mode=True) / torch.where(share > 0, share, 1)
    coarse = _guess(means, (share > 0).to(values.dtype))
    fine = F.interpolate(coarse, values.shape[2:], mode="bilinear", align_corners=False)
    return values * known + fine * (1 - known)


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum((2, 3), keepdim=True)


def _ratio(one: Tensor, other: Tensor) -> Tensor:
    return torch.where(other > 0, one / torch.where(other > 0, other, 1), 0)  # a system that is solved already
