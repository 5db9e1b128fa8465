"""Figures for papers, as matplotlib Figures that no global state knows of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

PANEL_INCHES = 1.7
CAPTION_INCHES = 0.42


@dataclass(frozen=True)
class Panel:
    """Attributes: picture, a title above it and a caption beneath; either text may be empty."""

    picture: Image.Image | NDArray[np.uint8]
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
            ax.imshow(np.asarray(panel.picture), interpolation="nearest")
            ax.set_title(panel.title, fontsize=9)
            ax.text(0.5, -0.04, panel.caption, transform=ax.transAxes, ha="center", va="top", fontsize=7.5)
        row_axes[0].text(
            -0.06, 0.5, row_title, transform=row_axes[0].transAxes, rotation=90, ha="right", va="center", fontsize=9
        )
    if note:
        figure.supxlabel(note, fontsize=7, color="0.35")
    return figure
