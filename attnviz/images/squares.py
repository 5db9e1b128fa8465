"""Cells and pixels shown as squares: one rule for the figures here and the canvases of the page (static/maps.js)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def squares(cells: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Enlarges cells (h,w,...) to (height,width,...): a pixel has the value of the cell that its centre is in.

    A centre on the edge of two cells is in the second: exact by whole numbers, where Pillow and torch sum up or round.
    """
    down, across = (
        (2 * np.arange(pixels) + 1) * count // (2 * pixels)
        for pixels, count in zip((height, width), cells.shape[:2], strict=True)
    )
    enlarged: NDArray[Any] = cells[down[:, None], across]
    return enlarged
