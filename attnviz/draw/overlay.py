"""A map over the picture that the network saw: one rule of scaling, one of upsampling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from attnviz.draw.colours import DEFAULT_COLORMAP, imgify
from attnviz.images import squares

Scale = Literal["each", "shared"]


def upsample(values: ArrayLike, width: int, height: int, cells: bool = False) -> NDArray[np.float32]:
    """Enlarges a map (h,w) to (height,width).

    Bilinear with half-pixel centres (torch's ``align_corners=False``), or with ``cells`` a square a cell.
    """
    grid = np.asarray(values, np.float32)
    if cells:
        return squares(grid, width, height)
    return np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BILINEAR))


def largest(maps: Iterable[ArrayLike], signed: bool = False) -> float:
    """Returns the largest positive value of some maps, the shared scale's top; 0 if there is none.

    Args:
        maps: raw.
        signed: whether the largest magnitude counts instead.
    """
    finite = (values[np.isfinite(values)] for values in map(np.asarray, maps))
    return max((float((np.abs(v) if signed else v).max(initial=0)) for v in finite), default=0.0)


def is_drawn(heat: ArrayLike, signed: bool) -> bool:
    """Tells whether a raw map (h,w) is drawn: one that says nothing (:class:`attnviz.maps.Degeneracy`) is not.

    Args:
        heat: raw.
        signed: whether one that is nowhere positive is drawn.
    """
    import torch  # here, so that whoever has no map to draw need not wait for it

    from attnviz.maps import Degeneracy, degeneracy

    why = degeneracy(torch.from_numpy(np.array(heat, np.float32)))
    return why is None or (signed and why is Degeneracy.NO_POSITIVE)


def overlay(
    picture: Image.Image,
    heat: ArrayLike,
    vmax: float | None = None,
    opacity: float = 0.5,
    colormap: str = DEFAULT_COLORMAP,
    signed: bool = False,
    threshold: float = 0,
    cells: bool = False,
) -> Image.Image:
    """Lays a raw map over the crop that the network saw: ReLU, divided by ``vmax``, enlarged, coloured.

    A degenerate map (see :class:`attnviz.maps.Degeneracy`) leaves the picture as it is; signed, one that is nowhere
    positive is drawn.

    Args:
        picture: the crop, RGB.
        heat: (h,w), raw.
        vmax: the value of the last colour; None for the map's own maximum (the scale ``each``).
        opacity: share of the colours in the result, 0 to 1.
        colormap: one of :data:`attnviz.draw.COLORMAPS`.
        signed: no ReLU: negative values are blue, positive ones red, 0 white.
        threshold: share of ``vmax``, 0 to 1, below which the picture is left as it is.
        cells: a square a cell of the map, rather than smooth.

    Returns:
        RGB, of the picture's size.
    """
    raw = np.asarray(heat, np.float32)
    if not is_drawn(raw, signed):
        return picture.copy()
    shown = np.abs(raw) if signed else np.maximum(raw, 0)
    top = float(shown.max()) if vmax is None else vmax
    fine = upsample(raw if signed else shown, *picture.size, cells=cells)
    colours = Image.fromarray(imgify(fine, 0, top, colormap, symmetric=signed))
    coloured = Image.blend(picture, colours, opacity)
    if threshold > 0:
        coloured.paste(picture, mask=Image.fromarray(np.abs(fine) < threshold * top))
    return coloured
