"""The figures of a report."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from attnviz.study.results.analysis import Analysis
from attnviz.study.results.wording import percent

A_COLOUR, TIE_COLOUR, B_COLOUR = "#4c78a8", "#c9c9c9", "#e08214"
_WIDTH = 7.0


def figures(analysis: Analysis) -> Iterator[tuple[str, str, Figure]]:
    """Yields each figure with a short name for its file and a caption that tells what it shows."""
    yield "votes", "Who preferred what, for each pair.", votes_figure(analysis.table)
    caption = "The share that preferred the second model, a tie being half a vote, with 95 % intervals (clustered)."
    yield "preference", caption, preference_figure(analysis.headline)
    if analysis.strengths is not None:
        caption = "Strengths on the log scale, mean 0, with 95 % intervals (two-way bootstrap)."
        yield "strengths", caption, strengths_figure(analysis.strengths)


def votes_figure(table: pd.DataFrame) -> Figure:
    """Returns a bar a pair, in three parts.

    Args:
        table: of :func:`attnviz.study.results.preference_table`.
    """
    figure, axes = _axes(len(table), "share of votes")
    for place, row in enumerate(table.itertuples()):
        start = 0.0
        parts = ((row.share_a, A_COLOUR), (row.share_similar, TIE_COLOUR), (row.share_b, B_COLOUR))
        for share, colour in parts if row.votes else ():
            axes.barh(place, share, left=start, color=colour, height=0.6)
            if share > 0.06:
                axes.text(start + share / 2, place, percent(share), ha="center", va="center", fontsize=8)
            start += share
    axes.set_yticks(range(len(table)), [f"{row.model_a} | similar | {row.model_b}" for row in table.itertuples()])
    axes.set_xlim(0, 1)
    return figure


def preference_figure(headline: pd.DataFrame) -> Figure:
    """Returns a point with its interval a pair.

    Args:
        headline: of :func:`attnviz.study.results.clustered_preference`.
    """
    figure, axes = _axes(len(headline), "share that preferred the second")
    _intervals(axes, headline, "share_b", 0.5, B_COLOUR)
    axes.set_yticks(range(len(headline)), [f"{row.model_b} to {row.model_a}" for row in headline.itertuples()])
    axes.set_xlim(0, 1)
    return figure


def strengths_figure(table: pd.DataFrame) -> Figure:
    """Returns a point with its interval a model.

    Args:
        table: of :func:`attnviz.study.results.strengths`.
    """
    figure, axes = _axes(len(table), "log strength")
    _intervals(axes, table, "centred", 0, A_COLOUR)
    axes.set_yticks(range(len(table)), list(table["item"]))
    return figure


def svg(figure: Figure) -> str:
    """Returns a figure as SVG to stand in a page; the same figure gives the same text."""
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "attnviz", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    said = file.getvalue()
    # ids of parts that nothing refers to are the same in every figure, and one page holds several
    return re.sub(r' id="[a-z0-9]+_\d+"|<metadata>.*?</metadata>\s*', "", said[said.index("<svg") :], flags=re.DOTALL)


def _axes(rows: int, label: str) -> tuple[Figure, mpl.axes.Axes]:
    figure = Figure(figsize=(_WIDTH, 1.0 + 0.5 * rows), layout="constrained")
    axes = figure.subplots()
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _intervals(axes: mpl.axes.Axes, table: pd.DataFrame, value: str, nothing: float, colour: str) -> None:
    """Draws a point with its interval a row, beside the line of no difference."""
    axes.axvline(nothing, color="grey", linewidth=0.8, linestyle="--")
    for place, (low, at, high) in enumerate(table[["low", value, "high"]].itertuples(index=False, name=None)):
        axes.plot([low, high], [place, place], color=colour, linewidth=2)
        axes.plot([at], [place], "o", color=colour)
