"""Grids of numbers inside HTML."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from attnviz.web.texts import Say

if TYPE_CHECKING:
    from torch import Tensor


def grid_data(values: Any) -> str:
    """Returns a grid (h,w) as base64 of float32, little-endian, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def least_mean_most(values: Tensor, say: Say) -> str:
    """Returns what stands under a grid: its smallest, mean and largest value."""
    low, high = values.aminmax()
    return say("numbers", min=float(low), mean=float(values.mean()), max=float(high))
