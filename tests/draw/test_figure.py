"""Figures hold the panels and texts that they were given, save in every format, and leave no global state."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from attnviz.draw import BINS, Panel, Strip, grid_figure, imgify

RED, BLUE = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
ROWS = [
    [Panel(RED, "input"), Panel(BLUE, "baseline", "P = 0.12500"), Panel(RED, "cbam", "P = 0.75000")],
    [Panel(BLUE), Panel(np.asarray(RED), "", "P = 0.50000\nno positive evidence")],
]


@pytest.fixture
def figure() -> Figure:
    return grid_figure(ROWS, ["lion", "pizza"], "gradcam at stage4")


def texts(figure: Figure) -> set[str]:
    """Every text but the empty ones."""
    found = {text.get_text() for ax in figure.axes for text in [*ax.texts, ax.title]}
    return (found | {text.get_text() for text in figure.texts} | {figure.get_supxlabel()}) - {""}


def test_panels_in_rows(figure: Figure) -> None:
    assert len(figure.axes) == 6  # the shorter row is filled up
    shown = [ax.get_images() for ax in figure.axes]
    assert [len(pictures) for pictures in shown] == [1, 1, 1, 1, 1, 0]
    for pictures, colour in zip(shown, (RED, BLUE, RED, BLUE, RED), strict=False):
        assert np.array_equal(pictures[0].get_array(), colour)
        assert pictures[0].get_interpolation() == "nearest"
    assert not any(ax.axison for ax in figure.axes)


def test_texts_are_where_they_belong(figure: Figure) -> None:
    assert texts(figure) == {
        "input", "baseline", "cbam", "P = 0.12500", "P = 0.75000", "P = 0.50000\nno positive evidence", "lion", "pizza",
        "gradcam at stage4",
    }  # fmt: skip
    assert [ax.get_title() for ax in figure.axes] == ["input", "baseline", "cbam", "", "", ""]
    beside = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert "lion" in beside[0]
    assert "P = 0.75000" in beside[2]
    assert "pizza" in beside[3]
    assert figure.get_supxlabel() == "gradcam at stage4"


def test_without_a_note() -> None:
    assert grid_figure([[Panel(RED)]], ["lion"]).get_supxlabel() == ""


def test_texts_do_not_overlap_pictures(figure: Figure) -> None:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    pictures = [ax.get_window_extent(renderer) for ax in figure.axes]
    captions = [t for ax in figure.axes for t in [*ax.texts, ax.title] if t.get_text()]
    for caption in captions:
        extent = caption.get_window_extent(renderer)
        assert not any(extent.overlaps(picture) for picture in pictures), caption.get_text()
        assert figure.bbox.x0 <= extent.x0 <= extent.x1 <= figure.bbox.x1, caption.get_text()
        assert figure.bbox.y0 <= extent.y0 <= extent.y1 <= figure.bbox.y1, caption.get_text()


def test_a_strip_is_colours_over_a_histogram() -> None:
    values = np.array([-2, -1.99, 0, 0.1, 0.15, 1.5, 2, 7], np.float32)
    figure = grid_figure([[Panel(Strip(values, -2, 2, "RdBu_r"), "bam", "min")]], ["lion"])
    (ax,) = figure.axes
    colours, bins = ax.child_axes
    (picture,) = colours.get_images()
    assert np.array_equal(picture.get_array(), imgify(values[None], -2, 2, "RdBu_r"))
    heights = [bar.get_height() for bar in bins.patches]
    assert heights == np.histogram(values, bins=BINS, range=(-2, 2))[0].tolist()
    # both ends are in it, and what lies outside is not
    assert (len(heights), heights[0], heights[10], heights[-1], sum(heights)) == (20, 2, 3, 1, 7)
    assert [label.get_text() for label in bins.get_xticklabels()] == ["-2", "2"]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    frame = ax.get_window_extent(renderer)
    strip, histogram = (inset.get_window_extent(renderer) for inset in (colours, bins))
    assert frame.width == pytest.approx(frame.height)
    assert frame.y0 < histogram.y0 < histogram.y1 < strip.y0 < strip.y1 <= frame.y1
    caption = ax.texts[0].get_window_extent(renderer)
    for label in bins.get_xticklabels():
        assert not label.get_window_extent(renderer).overlaps(caption)


def test_saves_as_png(figure: Figure, tmp_path: Path) -> None:
    figure.savefig(tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as saved:
        inches = figure.get_size_inches()
        assert saved.size == tuple(round(150 * side) for side in inches)
        colours = {colour for _, colour in saved.convert("RGB").getcolors(10**6)}
    assert {(255, 0, 0), (0, 0, 255), (255, 255, 255)} <= colours


def test_saves_as_svg_and_pdf(figure: Figure, tmp_path: Path) -> None:
    figure.savefig(tmp_path / "figure.svg")
    root = ElementTree.parse(tmp_path / "figure.svg").getroot()
    assert len(root.findall(".//{http://www.w3.org/2000/svg}image")) == 5
    buffer = io.BytesIO()
    figure.savefig(buffer, format="pdf")
    assert buffer.getvalue().startswith(b"%PDF-")
    assert buffer.getvalue().count(b"/Subtype /Image") == 5


def test_rows_and_their_titles_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="shorter"):
        grid_figure(ROWS, ["lion"])


def test_pyplot_knows_of_nothing() -> None:
    code = """
import io, sys
from PIL import Image
from attnviz.draw import BINS, Panel, Strip, grid_figure, imgify
figure = grid_figure([[Panel(Image.new("RGB", (8, 8)))]], ["lion"])
for kind in ("png", "svg", "pdf"):
    figure.savefig(io.BytesIO(), format=kind)
print("matplotlib.pyplot" in sys.modules, "torch" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "False"]
