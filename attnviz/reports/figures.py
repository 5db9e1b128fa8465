"""What the figures of reports share: axes with a row a line, intervals, and a figure as SVG that stands in a page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

import matplotlib as mpl
from matplotlib.figure import Figure

WIDTH = 7.0
OF_ATTENTION = {"none": "#80868f", "se": "#0072b2", "bam": "#009e73", "cbam": "#d55e00"}
"""The colours of models by their attention, told apart by people who see colours in any way."""


def svg(figure: Figure) -> str:
    """Returns a figure as SVG to stand in a page; the same figure gives the same text."""
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "attnviz", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    said = file.getvalue()
    # ids of parts that nothing refers to are the same in every figure, and one page holds several
    return re.sub(r' id="[a-z0-9]+_\d+"|<metadata>.*?</metadata>\s*', "", said[said.index("<svg") :], flags=re.DOTALL)


def png(figure: Figure, dpi: int = 200) -> bytes:
    """Returns a figure as PNG; the same figure gives the same bytes."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
    return file.getvalue()


def rows_axes(rows: int, label: str) -> tuple[Figure, mpl.axes.Axes]:
    """Returns a figure for ``rows`` lines from the top down, with the label of the horizontal axis."""
    figure = Figure(figsize=(WIDTH, 1.0 + 0.5 * rows), layout="constrained")
    axes = figure.subplots()
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def draw_intervals(
    axes: mpl.axes.Axes, intervals: Iterable[tuple[float, float, float]], nothing: float, colour: str
) -> None:
    """Draws a point with its interval (low, value, high) a row, beside the line of no difference."""
    axes.axvline(nothing, color="grey", linewidth=0.8, linestyle="--")
    for place, (low, at, high) in enumerate(intervals):
        axes.plot([low, high], [place, place], color=colour, linewidth=2)
        axes.plot([at], [place], "o", color=colour)
