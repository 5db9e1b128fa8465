"""The figures of gate statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from attnviz.evaluation.gating.channels import HIGH, LOW, ChannelStatistics
from attnviz.evaluation.gating.places import Estimate
from attnviz.evaluation.gating.result import GatePlace, GateStatistics
from attnviz.evaluation.gating.tables import PlaceEstimates, is_branch
from attnviz.reports.figures import OF_ATTENTION, WIDTH

SAMPLED = 50
"""Channels that are drawn, evenly spread, as in SE's figure."""
ALL = "#000000"
"""Black is the ink of the page, light or dark."""
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")


def figures(
    statistics: GateStatistics, found: Mapping[str, PlaceEstimates], classes: Sequence[int]
) -> Iterator[tuple[str, str, Figure]]:
    """Yields each figure with a short name for its file and a caption that tells what it shows.

    Args:
        statistics: whose.
        found: of :func:`attnviz.evaluation.gating.tables.place_estimates`, by model.
        classes: those that are drawn beside the mean over all photos.
    """
    for model in statistics.models:
        gates = last_of_stages(statistics, model)
        if gates:
            caption = (
                f"{model}: mean gate of {SAMPLED} channels or fewer, evenly spread, in the last channel gate of each "
                "stage, for each class and for all photos. Below, two of the classes with a standard deviation within "
                "the class on each side."
            )
            yield f"channels-{model}", caption, channels_figure(gates, statistics.classes, classes)
    caption = f"Share of each gate's values that are below {LOW:g} (left) and above {HIGH:g} (right)."
    yield "saturation", caption, saturation_figure(statistics)
    if any(one.gates for one in found.values()):
        caption = (
            "How spread out each spatial gate's mass is: entropy, 1 for a uniform gate; means with 95 % intervals."
        )
        yield "entropy", caption, places_figure(found, "entropy", 1.0, "entropy of the gate's mass")
    if any("excess" in numbers for one in found.values() for numbers in one.gates.values()):
        caption = (
            "Share of each spatial gate's mass in the box less the box's share of the area, 0 for a uniform gate; "
            "means with 95 % intervals. Crosses are what the gate would have if it were the same for every photo."
        )
        fixed = {(model, gate.name): gate.fixed_excess for model, gate in statistics.places()}
        yield "in-box", caption, places_figure(found, "excess", 0.0, "gate's mass in the box, less its area", fixed)


def last_of_stages(statistics: GateStatistics, model: str) -> list[tuple[GatePlace, ChannelStatistics]]:
    """Returns the last channel gate of each stage, as in SE's figure."""
    last = {
        gate.stage: (gate, gate.channels) for gate in statistics.models[model].values() if gate.channels is not None
    }
    return list(last.values())


def channels_figure(
    gates: Sequence[tuple[GatePlace, ChannelStatistics]], names: Sequence[str], classes: Sequence[int]
) -> Figure:
    """Returns a panel a stage: lines of the classes' mean gates, and beneath it two of them with their spread.

    Args:
        gates: a channel gate a stage.
        names: of all classes.
        classes: those that are drawn.
    """
    figure = Figure(figsize=(1.2 * WIDTH, 5.0), layout="constrained")
    panels = figure.subplots(2, len(gates), sharex="col", sharey=True, squeeze=False)
    for (gate, channels), above, beneath in zip(gates, *panels, strict=True):
        count = len(channels.mean)
        at = np.unique(np.linspace(0, count - 1, min(SAMPLED, count)).round().astype(int))
        for axes in (above, beneath):
            axes.plot(at, channels.mean[at], color=ALL, linewidth=2, label="all photos", zorder=3)
            axes.spines[["top", "right"]].set_visible(False)
            axes.set_ylim(0, 1)
        for label, colour in zip(classes, _colours(), strict=False):
            line = channels.class_means[label, at]
            above.plot(at, line, color=colour, linewidth=1, label=names[label])
        for label, colour in zip(classes[:2], _colours(), strict=False):
            line, around = channels.class_means[label, at], channels.class_sds[label, at]
            beneath.fill_between(at, line - around, line + around, color=colour, alpha=0.3, linewidth=0)
            beneath.plot(at, line, color=colour, linewidth=1)
        above.set_title(gate.name, fontsize=9)
        beneath.set_xlabel("channel", fontsize=9)
    for axes in panels[:, 0]:
        axes.set_ylabel("mean gate", fontsize=9)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 6), frameon=False, fontsize=9)
    return figure


def saturation_figure(statistics: GateStatistics) -> Figure:
    """Returns two bars a gate, to the left what is nearly closed and to the right what is nearly open."""
    rows = [(model, gate.name, *_saturated(gate)) for model, gate in statistics.places() if not is_branch(gate.name)]
    figure = Figure(figsize=(WIDTH, 1.2 + 0.24 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))
    colours = [_colour(model, statistics.models) for model, *_ in rows]
    axes.barh(places, [-100 * low for *_, low, _ in rows], color=colours, height=0.7, alpha=0.6)
    axes.barh(places, [100 * high for *_, high in rows], color=colours, height=0.7)
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set_yticks(places, [f"{model}  {name}" for model, name, *_ in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    reach = max(5.0, *(abs(limit) for limit in axes.get_xlim()))
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g} %")
    axes.set_xlabel(f"below {LOW:g}  |  above {HIGH:g}")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _saturated(gate: GatePlace) -> tuple[float, float]:
    """Returns the shares of a gate's values below LOW and above HIGH; of a full gate every value counts."""
    if gate.channels is not None:
        return gate.channels.low, gate.channels.high
    return float(gate.numbers["closed"].mean()), float(gate.numbers["open"].mean())


def places_figure(
    found: Mapping[str, PlaceEstimates], measure: str, nothing: float, label: str,
    fixed: Mapping[tuple[str, str], float] | None = None,
) -> Figure:  # fmt: skip
    """Returns a row a spatial gate, from the first layer at the top to the last: the mean and its interval.

    Args:
        found: by model.
        measure: one of ``MEASURES``.
        nothing: its value for a uniform gate.
        label: of the axis.
        fixed: by model and gate, what is marked with a cross.
    """
    rows: list[tuple[str, str, Estimate]] = [
        (model, name, numbers[measure])
        for model, one in found.items()
        for name, numbers in one.gates.items()
        if measure in numbers and not is_branch(name)
    ]
    figure = Figure(figsize=(WIDTH, 1.2 + 0.28 * len(rows)), layout="constrained")
    axes = figure.subplots()
    axes.axvline(nothing, color="grey", linewidth=0.8, linestyle="--")
    for place, (model, name, one) in enumerate(rows):
        colour = _colour(model, found)
        axes.plot([one.low, one.high], [place, place], color=colour, linewidth=2)
        axes.plot([one.mean], [place], "o", color=colour)
        if fixed is not None:
            axes.plot([fixed[model, name]], [place], "x", color=ALL)
    axes.set_yticks(range(len(rows)), [f"{model}  {name}" for model, name, _ in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _colours() -> Iterator[str]:
    while True:
        yield from COLOURS


def _colour(model: str, models: Mapping[str, Any]) -> str:
    return OF_ATTENTION.get(model) or COLOURS[list(models).index(model) % len(COLOURS)]
