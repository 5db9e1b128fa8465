"""Random resized crops and flips, each photo its own, on the photos' device."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def random_crops(images: Tensor, size: int, smallest: float, generator: torch.Generator) -> Tensor:
    """Cuts a random rectangle from each photo, flips half of them, and resamples to ``size`` a side, bilinearly.

    Args:
        images: (N,3,S,S) uint8.
        size: side of what comes out, in pixels.
        smallest: least share of the area that is kept; the largest is 1. The aspect ratio is 3/4 to 4/3.
        generator: of the random numbers, on the CPU, so that every device draws the same.

    Returns:
        (N,3,size,size) float32 in [0,255].
    """
    count = len(images)
    area, ratio, x, y, flip = torch.rand(5, count, generator=generator)
    area = smallest + (1 - smallest) * area
    ratio = torch.exp((2 * ratio - 1) * math.log(4 / 3))
    width = (area * ratio).sqrt().clamp(max=1)
    height = (area / ratio).sqrt().clamp(max=1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = torch.where(flip < 0.5, -width, width)
    theta[:, 1, 1] = height
    theta[:, 0, 2] = (2 * x - 1) * (1 - width)
    theta[:, 1, 2] = (2 * y - 1) * (1 - height)
    grid = F.affine_grid(theta.to(images.device), [count, 3, size, size], align_corners=False)
    return F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False)
