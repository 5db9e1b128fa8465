"""The figures of the report of a results table: differences to the baseline, and scores by the size of the object."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnviz.evaluation.statistics.analysis import Analysis
from attnviz.evaluation.statistics.strata import ALL, SIZES
from attnviz.reports.figures import OF_ATTENTION, WIDTH
from attnviz.scores import SCORES

OTHERS = ("#cc79a7", "#e69f00", "#56b4e9")
GREY = "#9aa0a8"
BESIDE = {"centre": ":", "gaussian": "--"}
"""The references that are drawn beside the models, by how: those that know where objects mostly are."""
_ROW, _BAND = 0.17, 1.0
_ACROSS = 3


def figures(analysis: Analysis) -> Iterator[tuple[str, str, Figure]]:
    """Yields each figure with a short name for its file and a caption that tells what it shows."""
    if not analysis.differences.empty and any(map(drawable, analysis.measured.scores)):
        caption = (
            f"Differences to {analysis.baseline} on the same photos, all of them, turned so that right is better, with "
            "95 % intervals."
        )
        yield "differences", caption, differences_figure(analysis)
    if not math.isnan(analysis.sizes[0]) and any(map(of_place, analysis.measured.scores)):
        caption = (
            "Scores of place by the size of the object, with 95 % intervals. Grey: the point (dotted) and the Gaussian "
            "(dashed) in the middle, which know nothing of the network."
        )
        yield "sizes", caption, sizes_figure(analysis)


def drawable(score: str) -> bool:
    """Returns whether a score has a direction and a range, so that differences of several stand on one axis."""
    about = SCORES[score]
    return about.better != "neither" and math.isfinite(about.high - about.low)


def of_place(score: str) -> bool:
    """Returns whether a score asks where the object is."""
    return SCORES[score].group == "localisation"


def differences_figure(analysis: Analysis) -> Figure:
    """Returns a band a score with a line a model: the gain over the baseline and its interval."""
    scores = [score for score in analysis.measured.scores if drawable(score)]
    models = [name for name in analysis.measured.models if name != analysis.baseline]
    found = analysis.differences[analysis.differences["part"] == ALL].set_index(["score", "model"])
    colours = colours_of(analysis)
    figure = Figure(figsize=(WIDTH, 1.1 + len(scores) * (0.25 + _ROW * len(models))), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0, color=GREY, linewidth=1)
    offsets = (np.arange(len(models)) - (len(models) - 1) / 2) * 0.7 / max(len(models), 2)
    for place, score in enumerate(scores):
        if place:
            axes.axhline(place - _BAND / 2, color=GREY, linewidth=0.4)
        sign = 1 if SCORES[score].better == "up" else -1
        for offset, model in zip(offsets, models, strict=True):
            low, at, high = sorted(sign * found.loc[(score, model), ["low", "difference", "high"]].to_numpy(float))
            axes.plot([low, high], [place + offset] * 2, color=colours[model], linewidth=2, solid_capstyle="butt")
            axes.plot([at], [place + offset], "o", color=colours[model], markersize=5,
                      label=model if not place else None)  # fmt: skip
    axes.set_ylim(len(scores) - 0.5, -0.5)
    axes.set_yticks(range(len(scores)), [SCORES[score].title for score in scores])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"better than {analysis.baseline} by")
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(loc="outside upper right", ncols=len(models), frameon=False)
    return figure


def sizes_figure(analysis: Analysis) -> Figure:
    """Returns a panel a score of place: the mean of each model for small, medium and large objects."""
    scores = [score for score in analysis.measured.scores if of_place(score)]
    across = min(_ACROSS, len(scores))
    down = -(-len(scores) // across)
    figure = Figure(figsize=(2.35 * across + 0.4, 2.1 * down + 0.6), layout="constrained")
    panels: Sequence[Axes] = figure.subplots(down, across, squeeze=False, sharex=True).ravel().tolist()
    for axes, score in zip(panels, scores, strict=False):
        _sizes_panel(axes, analysis, score)
    for axes in panels[len(scores) :]:
        axes.set_visible(False)
    lines, names = panels[0].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside upper center", ncols=len(names), frameon=False)
    return figure


def _sizes_panel(axes: Axes, analysis: Analysis, score: str) -> None:
    measured = analysis.measured
    found = analysis.means[analysis.means["score"] == score].set_index(["name", "part"])
    places = np.arange(len(SIZES), dtype=float)
    colours = colours_of(analysis)
    for name, line in BESIDE.items():
        if name in measured.references:
            axes.plot(places, found.loc[name].loc[list(SIZES), "mean"], line, color=GREY, linewidth=1.2, label=name)
    offsets = (np.arange(len(measured.models)) - (len(measured.models) - 1) / 2) * 0.12
    for offset, name in zip(offsets, measured.models, strict=True):
        of_name = found.loc[name].loc[list(SIZES)]
        axes.vlines(places + offset, of_name["low"], of_name["high"], color=colours[name], linewidth=1.5)
        # no line from point to point: beside another's, it would look higher for being shifted
        axes.plot(places + offset, of_name["mean"], "o", color=colours[name], markersize=4, label=name)
    axes.set_title(SCORES[score].title, fontsize=10)
    axes.set_xticks(places, [size.removesuffix(" object") for size in SIZES])
    axes.set_xlim(-0.4, len(SIZES) - 0.6)
    axes.spines[["top", "right"]].set_visible(False)


def colours_of(analysis: Analysis) -> Mapping[str, str]:
    """Returns each model's colour: its attention's, and another for a second of the same attention."""
    colours: dict[str, str] = {}
    for name in analysis.measured.models:
        own = OF_ATTENTION.get(analysis.measured.attention[name])
        free = [colour for colour in OTHERS if colour not in colours.values()] or list(OTHERS)
        colours[name] = own if own is not None and own not in colours.values() else free[0]
    return colours
