"""Figures for papers, as matplotlib Figures that no global state knows of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from attnviz.draw.colours import imgify

PANEL_INCHES = 1.7
CAPTION_INCHES = 0.42
BINS = 20
"""Of a strip's histogram, here and on the page."""


@dataclass(frozen=True)
class Strip:
    """A value a channel (C,), drawn as a strip of colours over a histogram, both from ``low`` to ``high``."""

    values: NDArray[np.float32]
    low: float
    high: float
    colormap: str


@dataclass(frozen=True)
class Panel:
    """Attributes: picture, a title above it and a caption beneath; either text may be empty."""

    picture: Image.Image | NDArray[np.uint8] | Strip
    title: str = ""
    caption: str = ""


def grid_figure(rows: Sequence[Sequence[Panel]], row_titles: Sequence[str], note: str = "") -> Figure:
    """Lays panels out in rows, as the CBAM paper's Grad-CAM figure does: the class beside, P beneath each picture.

    Args:
        rows: the panels; rows may differ in length.
        row_titles: what stands to the left of each row.
        note: a line at the foot.
    """
    columns = max(len(row) for row in rows)
    height = len(rows) * (PANEL_INCHES + CAPTION_INCHES) + 0.35
    figure = Figure(figsize=(columns * PANEL_INCHES + 0.5, height), dpi=150, layout="constrained")
    axes = figure.subplots(len(rows), columns, squeeze=False)
    for row_axes, row, row_title in zip(axes, rows, row_titles, strict=True):
        for ax in row_axes:
            ax.set_axis_off()
        for ax, panel in zip(row_axes, row, strict=False):
            if isinstance(panel.picture, Strip):
                _draw_strip(ax, panel.picture)
            else:
                ax.imshow(np.asarray(panel.picture), interpolation="nearest")
            ax.set_title(panel.title, fontsize=9)
            ax.text(0.5, -0.04, panel.caption, transform=ax.transAxes, ha="center", va="top", fontsize=7.5)
        row_axes[0].text(
            -0.06, 0.5, row_title, transform=row_axes[0].transAxes, rotation=90, ha="right", va="center", fontsize=9
        )
    if note:
        figure.supxlabel(note, fontsize=7, color="0.35")
    return figure


def _draw_strip(ax: Axes, strip: Strip) -> None:
    ax.set_box_aspect(1)
    colours = ax.inset_axes((0, 0.78, 1, 0.2))
    colours.imshow(imgify(strip.values[None], strip.low, strip.high, strip.colormap), aspect="auto")
    colours.set_axis_off()
    bins = ax.inset_axes((0, 0.16, 1, 0.5))
    bins.hist(strip.values, bins=BINS, range=(strip.low, strip.high), color="0.5")
    bins.set_xlim(strip.low, strip.high)
    bins.set_xticks([strip.low, strip.high], [f"{strip.low:.3g}", f"{strip.high:.3g}"], fontsize=6)
    bins.set_yticks([])
    bins.spines[["left", "top", "right"]].set_visible(False)
