"""How the maps of one comparison are drawn: one set of choices for all of them, the page's and the figures'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from attnviz.draw.colours import DEFAULT_COLORMAP, colour_table
from attnviz.draw.overlay import Scale, is_drawn, largest, overlay
from attnviz.errors import OptionError


@dataclass(frozen=True)
class Look:
    """What is the same for every map of a figure or page.

    Attributes:
        opacity: share of the colours in the picture, 0 to 1.
        threshold: share of the scale, 0 to 1, below which the picture is left as it is.
        colormap: one of :data:`attnviz.draw.COLORMAPS`; the papers have ``jet``.
        scale: ``each`` map divided by its own maximum, or all by the ``shared`` one.
        signed: no ReLU: what speaks against the class is blue, what speaks for it red.
        cells: as the network saw it: a square a cell of the map, over the pixels of the network's input.
        difference: what a model's map has more (red) or less (blue) than the baseline's, both on the shared scale, in
            shares of it.
    """

    opacity: float = 0.5
    threshold: float = 0.0
    colormap: str = DEFAULT_COLORMAP
    scale: Scale = "each"
    signed: bool = False
    cells: bool = False
    difference: bool = False

    def __post_init__(self) -> None:
        """Checks what the type does not.

        Raises:
            OptionError: for a value that cannot be.
        """
        for name in ("opacity", "threshold"):
            if not 0 <= getattr(self, name) <= 1:
                raise OptionError("{name} is {value}; it can be 0 to 1.", name=name, value=getattr(self, name))
        if self.scale not in get_args(Scale):
            raise OptionError("{option} is {value}; it can be {values}.", option="scale", value=repr(self.scale),
                              values=", ".join(get_args(Scale)))  # fmt: skip
        colour_table(self.colormap)

    def in_words(self) -> str:
        """Returns what a figure says of it."""
        if self.difference:
            said = "difference to the baseline, in shares of one scale a row"
        elif self.scale == "shared":
            said = "one scale a row"
        else:
            said = "each map by its own maximum"
        if self.signed:
            said += ", signed"
        return f"{said}, from {self.threshold:.0%} of the scale up" if self.threshold else said


def overlays(
    picture: Image.Image, maps: Mapping[str, ArrayLike], look: Look, baseline: str | None = None
) -> dict[str, Image.Image]:
    """Lays the maps of several models over one picture.

    Args:
        picture: the crop, RGB.
        maps: raw, (h,w), by model.
        look: how they are drawn.
        baseline: the model to take differences to; its own map is drawn as it is, on the shared scale.

    Returns:
        RGB pictures of the same size, by model.

    Raises:
        OptionError: if a difference is asked for and the baseline is not among the maps.
    """
    raw = {name: np.asarray(heat, np.float32) for name, heat in maps.items()}
    drawn = {name: heat for name, heat in raw.items() if is_drawn(heat, look.signed)}
    top = largest(drawn.values(), look.signed) if look.difference or look.scale == "shared" else None
    pictures = {
        name: overlay(picture, heat, top, look.opacity, look.colormap, look.signed, look.threshold, look.cells)
        for name, heat in raw.items()
    }
    if look.difference:
        if baseline not in raw:
            raise OptionError("There is no baseline among the models, so there is no difference to it to draw.")
        for name, heat in raw.items():
            if name != baseline:
                change = difference(heat, raw[baseline], top or 0, look.signed)
                pictures[name] = overlay(
                    picture, change, 1, look.opacity, look.colormap, True, look.threshold, look.cells
                )
    return pictures


def difference(heat: NDArray[np.float32], base: NDArray[np.float32], top: float, signed: bool) -> NDArray[np.float32]:
    """Returns what a map (h,w) has more than the baseline's, as a share of ``top``: NaN where either is no number.

    Args:
        heat: raw.
        base: raw, of the same shape.
        top: of the shared scale; where it is 0 there is no difference.
        signed: whether negative values count, instead of being taken for 0 as the overlay does.
    """
    more: NDArray[np.float32] = heat - base if signed else np.maximum(heat, 0) - np.maximum(base, 0)
    return (more / top if top > 0 else 0 * more).astype(np.float32)
