"""The figures of a report."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from matplotlib.figure import Figure

from attnviz.reports.figures import draw_intervals, rows_axes
from attnviz.reports.numbers import percent
from attnviz.study.results.analysis import Analysis

A_COLOUR, TIE_COLOUR, B_COLOUR = "#4c78a8", "#c9c9c9", "#e08214"
INK = "#1b1b1b"


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
    figure, axes = rows_axes(len(table), "share of votes")
    for place, row in enumerate(table.itertuples()):
        start = 0.0
        parts = ((row.share_a, A_COLOUR), (row.share_similar, TIE_COLOUR), (row.share_b, B_COLOUR))
        for share, colour in parts if row.votes else ():
            axes.barh(place, share, left=start, color=colour, height=0.6)
            if share > 0.06:
                axes.text(start + share / 2, place, percent(share), ha="center", va="center", fontsize=8, color=INK)
            start += share
    axes.set_yticks(range(len(table)), [f"{row.model_a} | similar | {row.model_b}" for row in table.itertuples()])
    axes.set_xlim(0, 1)
    return figure


def preference_figure(headline: pd.DataFrame) -> Figure:
    """Returns a point with its interval a pair.

    Args:
        headline: of :func:`attnviz.study.results.clustered_preference`.
    """
    figure, axes = rows_axes(len(headline), "share that preferred the second")
    draw_intervals(axes, _ends(headline, "share_b"), 0.5, B_COLOUR)
    axes.set_yticks(range(len(headline)), [f"{row.model_b} to {row.model_a}" for row in headline.itertuples()])
    axes.set_xlim(0, 1)
    return figure


def strengths_figure(table: pd.DataFrame) -> Figure:
    """Returns a point with its interval a model.

    Args:
        table: of :func:`attnviz.study.results.strengths`.
    """
    figure, axes = rows_axes(len(table), "log strength")
    draw_intervals(axes, _ends(table, "centred"), 0, A_COLOUR)
    axes.set_yticks(range(len(table)), list(table["item"]))
    return figure


def _ends(table: pd.DataFrame, value: str) -> Iterator[tuple[float, float, float]]:
    return table[["low", value, "high"]].itertuples(index=False, name=None)  # type: ignore[no-any-return]
