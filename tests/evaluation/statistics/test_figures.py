"""Figures have the values of the analysis where they belong."""

from collections.abc import Callable
from dataclasses import replace

import matplotlib.colors
import numpy as np
import pytest

from attnviz.evaluation.statistics import Analysis, Measured, analyse
from attnviz.evaluation.statistics.figures import colours_of, differences_figure, figures, sizes_figure
from attnviz.reports.figures import OF_ATTENTION


@pytest.fixture(scope="module")
def analysis(make_measured: Callable[..., Measured]) -> Analysis:
    return analyse(make_measured(photos=60, gains={"se": 0.1, "cbam": 0.2}), resamples=50)


def points(axes: object, colour: str) -> list[list[float]]:
    """The points of that colour: [x, y] each, in the order of drawing."""
    lines = [line for line in axes.lines if line.get_marker() == "o"]  # type: ignore[attr-defined]
    of_colour = [line for line in lines if matplotlib.colors.to_hex(line.get_color()) == colour]
    return [point for line in of_colour for point in np.transpose(line.get_data(orig=True)).tolist()]


def test_differences_are_turned_so_that_right_is_better(analysis: Analysis) -> None:
    (axes,) = differences_figure(analysis).axes
    found = analysis.differences[analysis.differences["part"] == "all"].set_index(["score", "model"])["difference"]
    scores = list(analysis.measured.scores)
    drawn = points(axes, OF_ATTENTION["cbam"])
    assert len(drawn) == len(scores)
    for place, (score, (x, y)) in enumerate(zip(scores, drawn, strict=True)):
        assert x == pytest.approx(found[score, "cbam"] * (-1 if score == "deletion" else 1))
        assert round(y) == place
    assert drawn[scores.index("deletion")][0] > 0.1
    assert next(text.get_text() for text in axes.get_yticklabels()) == "Pointing game"


def test_sizes_have_a_point_a_model_and_size(analysis: Analysis) -> None:
    panels = [axes for axes in sizes_figure(analysis).axes if axes.get_visible()]
    titles = [axes.get_title() for axes in panels]
    assert titles == ["Pointing game", "Energy-based pointing game", "MaxBoxAccV2"]  # of place; not deletion and Gini
    found = analysis.means.set_index(["score", "name", "part"])["mean"]
    drawn = points(panels[1], OF_ATTENTION["se"])
    for (_, y), size in zip(drawn, ("small", "medium", "large"), strict=True):
        assert y == pytest.approx(found["energy_pointing_game", "se", f"{size} object"])


def test_a_second_model_of_an_attention_has_another_colour(make_measured: Callable[..., Measured]) -> None:
    models = {"baseline": "none", "se-1": "se", "se-2": "se", "mine": "other"}
    colours = colours_of(analyse(make_measured(photos=12, models=models), resamples=20))
    assert len(set(colours.values())) == 4
    assert colours["se-1"] == OF_ATTENTION["se"]


def test_without_boxes_there_is_no_figure_of_sizes(make_measured: Callable[..., Measured]) -> None:
    one = make_measured(photos=12)
    one = replace(one, object_share=np.full(12, np.nan))
    assert [name for name, _, _ in figures(analyse(one, resamples=20))] == ["differences"]
