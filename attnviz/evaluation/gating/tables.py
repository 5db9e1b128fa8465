"""Gate statistics as tables: those that people read, and one with every number in rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnviz.evaluation.gating.channels import HIGH, LOW, ChannelStatistics
from attnviz.evaluation.gating.places import MEASURES, Estimate, estimates
from attnviz.evaluation.gating.result import GatePlace, GateStatistics
from attnviz.reports.numbers import between, number, percent, signed, signed_between

CHOSEN = 4
"""Classes that are drawn if none are chosen: as many as in SE's figure."""
COLUMNS = ("model", "gate", "class", "channel", "quantity", "value", "low", "high", "photos")
SIGNED = ("excess", "moved")
"""Measures that are differences, of which a uniform gate has 0."""
BRIEF, SHARES = ("mean", "spread"), ("closed", "open")
"""Measures that are told without their intervals, which are in the table of every number."""
_CHANGE = ""
"""In the place of a gate's name, that of the difference between the last gate and the first."""
CHANNEL_NUMBERS = ("low", "high", "within", "between", "class_share", "over_photos", "over_channels")


@dataclass(frozen=True)
class Grid:
    """A table for people: ``names`` above the columns, and ``rows`` of as many cells."""

    names: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def chosen_classes(statistics: GateStatistics, count: int = CHOSEN) -> tuple[int, ...]:
    """Returns classes that have photos, evenly spread over the family's order."""
    there = np.unique(statistics.labels)
    places = np.linspace(0, len(there), min(count, len(there)), endpoint=False).astype(int)
    return tuple(there[places].tolist())


@dataclass(frozen=True)
class PlaceEstimates:
    """Means over photos of every spatial gate of a model, and of how they change with depth.

    Attributes:
        gates: by name of the gate, and of the measure.
        first: name of the model's first gate in depth, of those that are no branch; None where it has fewer than two.
        last: of the last.
        change: by measure, what ``last`` has less what ``first`` has, photo by photo.
    """

    gates: Mapping[str, Mapping[str, Estimate]]
    first: str | None
    last: str | None
    change: Mapping[str, Estimate]


def place_estimates(statistics: GateStatistics, model: str) -> PlaceEstimates:
    """Returns the means and their intervals, all of the same draws of photos."""
    gates = {name: gate for name, gate in statistics.models[model].items() if gate.is_spatial}
    numbers = {(name, key): values for name, gate in gates.items() for key, values in gate.numbers.items()}
    whole = [name for name in gates if not is_branch(name)]
    first, last = (whole[0], whole[-1]) if len(whole) > 1 else (None, None)
    if first is not None and last is not None:
        both = gates[first].numbers.keys() & gates[last].numbers.keys()
        numbers |= {(_CHANGE, key): numbers[last, key] - numbers[first, key] for key in MEASURES if key in both}
    by_gate: dict[str, dict[str, Estimate]] = {}
    for (name, key), estimate in estimates(numbers).items():
        by_gate.setdefault(name, {})[key] = estimate
    change = by_gate.pop(_CHANGE, {})
    return PlaceEstimates(by_gate, first, last, change)


def is_branch(name: str) -> bool:
    """Whether a gate is what a spatial branch would be alone: ``stage2.bam.spatial``, not ``stage1.0.cbam.spatial``."""
    return name.endswith(".spatial") and ".cbam." not in name


def channel_grid(statistics: GateStatistics) -> Grid:
    """Returns a row a channel gate: how saturated it is, and what it depends on."""
    names = ("gate", "mean", f"below {LOW:g}", f"above {HIGH:g}", "spread over photos", "over channels",
             "within classes", "between classes", "share of the class")  # fmt: skip
    rows = [
        (f"{model} {gate.name}", number(one.mean.mean()), percent(one.low), percent(one.high),
         *(number(value) for value in (one.over_photos, one.over_channels, one.within, one.between)),
         percent(one.class_share))
        for model, gate, one in _channels(statistics)
    ]  # fmt: skip
    return Grid(names, rows)


def place_grid(statistics: GateStatistics, found: Mapping[str, PlaceEstimates]) -> Grid:
    """Returns a row a spatial gate: where it is open, with 95 % intervals.

    Args:
        statistics: whose.
        found: of :func:`place_estimates`, by model.
    """
    there = {key for one in found.values() for numbers in one.gates.values() for key in numbers}
    keys = [key for key in MEASURES if key in there]
    fixed = ("the same of the mean gate",) if "excess" in there else ()
    rows = []
    for model, one in found.items():
        for name, numbers in one.gates.items():
            cells = [told(key, numbers[key]) if key in numbers else "" for key in keys]
            same = (signed(statistics.models[model][name].fixed_excess),) if fixed else ()
            at = keys.index("excess") + 1 if fixed else 0
            rows.append((f"{model} {name}", *cells[:at], *same, *cells[at:]))
    at = keys.index("excess") + 1 if fixed else 0
    names = [MEASURES[key] for key in keys]
    return Grid(("gate", *names[:at], *fixed, *names[at:]), rows)


def every_number(
    statistics: GateStatistics, found: Mapping[str, PlaceEstimates], classes: Iterable[int]
) -> pd.DataFrame:
    """Returns a row a number, with the columns :data:`COLUMNS`; what does not apply is empty.

    Quantities: those of ``MEASURES`` with their intervals, ``fixed_excess``; the numbers of
    :class:`attnviz.evaluation.gating.ChannelStatistics`; ``channel_mean`` and ``channel_sd`` of every channel, for
    all photos (class empty) and for chosen classes.

    Args:
        statistics: whose.
        found: of :func:`place_estimates`, by model.
        classes: those that are told channel by channel.
    """
    rows: list[tuple[object, ...]] = []
    for model, one in found.items():
        for name, numbers in one.gates.items():
            rows += [_row(model, name, key, estimate) for key, estimate in numbers.items()]
            rows.append((model, name, "", None, "fixed_excess", statistics.models[model][name].fixed_excess))
        rows += [_row(model, f"{one.last} less {one.first}", key, estimate) for key, estimate in one.change.items()]
    photos = len(statistics.photos)
    for model, gate, channels in _channels(statistics):
        if not gate.is_spatial:  # of which it is told above, with its interval
            rows.append((model, gate.name, "", None, "mean", channels.mean.mean(), None, None, photos))
        rows += [(model, gate.name, "", None, key, getattr(channels, key), None, None, photos)
                 for key in CHANNEL_NUMBERS]  # fmt: skip
        rows += [(model, gate.name, "", channel, "channel_mean", value, None, None, photos)
                 for channel, value in enumerate(channels.mean)]  # fmt: skip
        for label in classes:
            name, count = statistics.classes[label], int(channels.counts[label])
            for key, values in (("channel_mean", channels.class_means), ("channel_sd", channels.class_sds)):
                rows += [(model, gate.name, name, channel, key, value, None, None, count)
                         for channel, value in enumerate(values[label])]  # fmt: skip
    table = pd.DataFrame([(*row, *[None] * (len(COLUMNS) - len(row))) for row in rows], columns=COLUMNS)
    return table.astype({"channel": "Int64", "photos": "Int64", "value": float, "low": float, "high": float})


def told(key: str, estimate: Estimate) -> str:
    """Returns a mean with its interval, signed where it is a difference; nothing where no photo has the number."""
    if estimate.photos == 0:
        return ""
    if key in BRIEF:
        return number(estimate.mean)
    if key in SHARES:
        return percent(estimate.mean)
    say = signed_between if key in SIGNED else between
    return say(estimate.mean, estimate.low, estimate.high)


def _row(model: str, name: str, key: str, estimate: Estimate) -> tuple[object, ...]:
    return model, name, "", None, key, estimate.mean, estimate.low, estimate.high, estimate.photos


def _channels(statistics: GateStatistics) -> Iterator[tuple[str, GatePlace, ChannelStatistics]]:
    for model, gate in statistics.places():
        if gate.channels is not None:
            yield model, gate, gate.channels
