"""One model, stage by stage: which pictures there are of it, and the fixed range that each is drawn in.

A table: a column a stage, a row a kind of picture, as BAM's first figure for BAM and a row a block for SE and CBAM. The
page (:mod:`attnviz.web.stages`) and the figure (:func:`attnviz.figures.stages_figure`) show the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from attnviz.draw import SIGNED_COLORMAP

if TYPE_CHECKING:  # so that the page, which imports this, need not wait for torch
    from torch import Tensor

    from attnviz.comparison import Result
    from attnviz.maps import GateReading

Kind = Literal["features", "before", "after", "bam", "bam.channel", "bam.spatial", "se", "cbam", "map"]
FEATURES_COLORMAP, GATE_COLORMAP = "gray", "viridis"


@dataclass(frozen=True)
class Picture:
    """Numbers to be coloured.

    Attributes:
        place: of a gate, ``stage3.1.cbam.spatial``, or a stage.
        values: (h,w), or (C,) for one a channel.
        low: the value of the first colour.
        high: the value of the last colour.
        colormap: one of :data:`attnviz.draw.COLORMAPS`, or :data:`attnviz.draw.SIGNED_COLORMAP` where 0 is the middle.
    """

    place: str
    values: Tensor
    low: float
    high: float
    colormap: str = GATE_COLORMAP

    @property
    def is_strip(self) -> bool:
        """Whether there is a value a channel, and none a place."""
        return self.values.ndim == 1


@dataclass(frozen=True)
class Row:
    """One kind of picture at every stage that has it.

    Attributes:
        kind: what the pictures are. ``bam.channel`` and ``bam.spatial`` are the logits of BAM's branches; ``map`` is
            the class's heat map, drawn by the rules of maps.
        block: number of the residual block in its stage, from 0, for the gates that sit in blocks.
        cells: by stage, the pictures of the row; a stage that has none is left out.
    """

    kind: Kind
    block: int | None
    cells: Mapping[str, tuple[Picture, ...]]

    @property
    def is_branch(self) -> bool:
        """Whether the row is one of BAM's branches, which are shown on request."""
        return self.kind in ("bam.channel", "bam.spatial")


def stage_rows(result: Result) -> list[Row]:
    """Returns the table of one model's result, from the top row to the bottom.

    Args:
        result: with maps at stages.
    """
    above = _bam_rows(result) if result.attention == "bam" else [_features_row(result), *_block_rows(result)]
    maps = {stage: (Picture(stage, heat, 0, max(float(heat.max()), 0)),) for stage, heat in result.maps.items()}
    return [*above, Row("map", None, maps)]


def _features_row(result: Result) -> Row:
    cells = {stage: (_features(stage, mean, _range(mean)),) for stage, mean in result.features.items()}
    return Row("features", None, cells)


def _bam_rows(result: Result) -> list[Row]:
    gates = {place.split(".")[0]: (place, gate) for place, gate in result.gates.items()}
    before, after, bam, channel, spatial = {}, {}, {}, {}, {}
    reach = _range(*(logits.abs() for _, gate in gates.values() for logits in gate.logits.values()))[1]
    for stage, (place, gate) in gates.items():
        both = _range(gate.before, gate.after)  # one scale, so that before and after can be compared
        before[stage] = (_features(place, gate.before, both),)
        bam[stage] = (Picture(place, gate.values.mean(0), *gate.range),)
        after[stage] = (_features(place, gate.after, both),)
        channel[stage] = (Picture(place, gate.logits["channel"], -reach, reach, SIGNED_COLORMAP),)
        spatial[stage] = (Picture(place, gate.logits["spatial"], -reach, reach, SIGNED_COLORMAP),)
    for stage, mean in result.features.items():  # no BAM follows the last stage
        if stage not in before:
            before[stage] = (_features(stage, mean, _range(mean)),)
    return [
        Row("before", None, before),
        Row("bam.channel", None, channel),
        Row("bam.spatial", None, spatial),
        Row("bam", None, bam),
        Row("after", None, after),
    ]


def _block_rows(result: Result) -> list[Row]:
    rows: dict[int, dict[str, tuple[Picture, ...]]] = {}
    for place, gate in result.gates.items():
        stage, block = place.split(".")[:2]
        cells = rows.setdefault(int(block), {})
        cells[stage] = (*cells.get(stage, ()), _gate(place, gate))
    kind: Kind = "se" if result.attention == "se" else "cbam"
    return [Row(kind, block, cells) for block, cells in sorted(rows.items())]


def _gate(place: str, gate: GateReading) -> Picture:
    return Picture(place, gate.values, *gate.range)


def _features(place: str, mean: Tensor, drawn: tuple[float, float]) -> Picture:
    return Picture(place, mean, *drawn, colormap=FEATURES_COLORMAP)


def _range(*grids: Tensor) -> tuple[float, float]:
    """Returns the range from 0, or the smallest value if that is less, to the largest; to 1 if all are 0.

    What is not finite does not count.
    """
    finite = [values for grid in grids if len(values := grid[grid.isfinite()])]
    low = min((float(values.min()) for values in finite), default=0.0)
    high = max((float(values.max()) for values in finite), default=0.0)
    low = min(low, 0.0)
    return low, high if high > low else low + 1
