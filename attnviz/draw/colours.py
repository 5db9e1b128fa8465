"""Numbers become colours: one table for all, and always between bounds that the caller names."""

from __future__ import annotations

import matplotlib
import numpy as np
from numpy.typing import ArrayLike, NDArray

from attnviz.errors import OptionError, did_you_mean

COLORMAPS = ("inferno", "viridis", "magma", "cividis", "turbo", "jet", "gray")
"""Perceptually uniform first; jet because the papers use it."""
SIGNED_COLORMAP = "RdBu_r"
DEFAULT_COLORMAP = "inferno"


def colour_table(name: str) -> NDArray[np.uint8]:
    """Returns the 256 colours of a colour map, (256,3) uint8.

    Raises:
        OptionError: if attnviz does not offer it.
    """
    if name not in (*COLORMAPS, SIGNED_COLORMAP):
        raise OptionError(
            'There is no colour map "{name}"; there are {names}.{hint}',
            name=name,
            names=", ".join(COLORMAPS),
            hint=did_you_mean(name, COLORMAPS),
        )
    colours: NDArray[np.float64] = matplotlib.colormaps[name].resampled(256)(np.arange(256))
    return np.rint(colours[:, :3] * 255).astype(np.uint8)


def imgify(
    values: ArrayLike, vmin: float, vmax: float, colormap: str = DEFAULT_COLORMAP, symmetric: bool = False
) -> NDArray[np.uint8]:
    """Colours values by a linear scale.

    Args:
        values: any shape (...), finite.
        vmin: the value of the first colour.
        vmax: the value of the last colour, more than ``vmin``. What lies outside is clipped.
        colormap: one of :data:`COLORMAPS`.
        symmetric: for signed values: the scale runs from -m to m, m being the larger of |vmin| and |vmax|, in
            :data:`SIGNED_COLORMAP`, so that 0 is white.

    Returns:
        (...,3) uint8.
    """
    if symmetric:
        vmax = max(abs(vmin), abs(vmax))
        vmin, colormap = -vmax, SIGNED_COLORMAP
    if not vmax > vmin:
        raise OptionError("vmax ({vmax}) must be more than vmin ({vmin}).", vmax=vmax, vmin=vmin)
    share = (np.asarray(values, np.float32) - vmin) / (vmax - vmin)
    chosen: NDArray[np.uint8] = colour_table(colormap)[np.rint(np.clip(share, 0, 1) * 255).astype(np.intp)]
    return chosen
