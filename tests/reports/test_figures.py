"""Figures of reports: the same every time, and with the values where they belong."""

import io

import numpy as np
from PIL import Image

from attnviz.reports.figures import draw_intervals, png, rows_axes, svg


def test_the_same_figure_gives_the_same_text_and_bytes() -> None:
    def drawn() -> tuple[str, bytes]:
        figure, axes = rows_axes(2, "share")
        draw_intervals(axes, [(0.1, 0.2, 0.3), (0.4, 0.5, 0.6)], 0, "#4c78a8")
        return svg(figure), png(figure, 50)

    assert drawn() == drawn()
    assert drawn()[0].startswith("<svg")
    assert "<metadata" not in drawn()[0]


def test_intervals_are_drawn_where_they_are() -> None:
    _, axes = rows_axes(2, "share")
    draw_intervals(axes, [(0.1, 0.2, 0.3), (0.4, 0.5, 0.6)], 0.25, "#4c78a8")
    nothing, *lines = [np.array(line.get_data(orig=True)).tolist() for line in axes.lines]
    assert nothing[0] == [0.25, 0.25]
    assert lines == [[[0.1, 0.3], [0, 0]], [[0.2], [0]], [[0.4, 0.6], [1, 1]], [[0.5], [1]]]
    bottom, top = axes.get_ylim()
    assert top < 0 < 1 < bottom  # the first row is on top


def test_a_png_has_the_figure_s_size() -> None:
    figure, _ = rows_axes(4, "share")
    assert Image.open(io.BytesIO(png(figure, 100))).size == (700, 300)
