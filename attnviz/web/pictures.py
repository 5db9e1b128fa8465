"""Grids of numbers inside HTML."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np


def grid_data(values: Any) -> str:
    """Returns a grid (h,w) as base64 of float32, little-endian, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")
