"""Comparisons become figures for papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from attnviz.comparison import Comparison, Result
from attnviz.draw import Look, Panel, Strip, grid_figure, imgify, overlays
from attnviz.errors import OptionError
from attnviz.maps import Degeneracy
from attnviz.stages import Kind, Row, stage_rows

CROP_PIXELS = 640
UNMATCHED = "the models are not known to be trained alike"
IN_WORDS: Mapping[Degeneracy, str] = {
    Degeneracy.NAN: "not a number",
    Degeneracy.CONSTANT: "the same everywhere",
    Degeneracy.NO_POSITIVE: "no positive evidence",
}
ROW_TITLES: Mapping[Kind, str] = {
    "features": "features",
    "before": "before BAM",
    "bam.channel": "channel branch",
    "bam.spatial": "spatial branch",
    "bam": "M(F), mean",
    "after": "after BAM",
    "se": "SE",
    "cbam": "CBAM",
    "map": "map",
}

_BLANK = Image.new("RGB", (1, 1), "white")


def comparison_figure(comparisons: Sequence[Comparison], stage: str | None = None, look: Look | None = None) -> Figure:
    """Returns a figure with a row a photo: the picture, then each model's map with its P.

    Args:
        comparisons: all of the same models.
        stage: whose maps are drawn; None for the last there is.
        look: how they are drawn.

    Raises:
        OptionError: if there are no maps of that stage, or no baseline to take the difference to.
    """
    look = look or Look()
    rows = []
    for number, comparison in enumerate(comparisons):
        stage = stage or last_stage(comparison)
        if any(stage not in result.maps for result in comparison.values()):
            raise OptionError('There are no maps of "{stage}"; ask compare for that stage.', stage=stage)
        crop = comparison.view.crop(CROP_PIXELS)
        maps = {name: result.maps[stage] for name, result in comparison.items()}
        baseline = None if comparison.baseline is None else comparison.baseline.name
        picture = comparison.view.as_seen(crop.width) if look.cells else crop
        row = [Panel(picture, "input" if number == 0 else "")]
        for name, drawn in overlays(picture, maps, look, baseline).items():
            result = comparison[name]
            of = "" if comparison.target else f"({result.target})"
            said = f"P{of} = {result.probability:.5f}\n{_why(result, stage)}{_switched(result)}"
            row.append(Panel(drawn, name if number == 0 else "", said))
        rows.append(row)
    first = comparisons[0]
    note = f"{first.method} at {stage}, {look.in_words()}"
    if not first.matched:
        note += f" · {UNMATCHED}"
    return grid_figure(rows, [comparison.target or "each model's own" for comparison in comparisons], note)


def stages_figure(
    comparison: Comparison, look: Look | None = None, models: Sequence[str] | None = None, branches: bool = False
) -> Figure:
    """Returns what each model did stage by stage, a column a stage: features, gates in their fixed ranges, and maps.

    Args:
        comparison: of one photo.
        look: how the maps are drawn; a shared scale is shared by the models, since stages have none in common.
        models: names of those to show; None for all.
        branches: whether BAM's channel and spatial branches are shown.

    Raises:
        OptionError: if there are no maps, or no such model.
    """
    names = list(comparison if models is None else models)
    for name in names:
        if name not in comparison:
            raise OptionError('There is no model "{name}"; there are {names}.', name=name, names=", ".join(comparison))
    stages = list(comparison[names[0]].maps) if names else []
    if not stages:
        raise OptionError("There are no maps to draw; ask compare for a stage.")
    drawn = _drawn_maps(comparison, stages, look or Look())
    panels: list[list[Panel]] = []
    titles = []
    for name in names:
        for row in stage_rows(comparison[name]):
            if row.is_branch and not branches:
                continue
            # a row may have nothing at the stages that were asked for, as BAM at stage 4
            for line in range(max(len(row.cells.get(stage, ())) for stage in stages)):
                panels.append([_cell(comparison[name], row, stage, line, drawn) for stage in stages])
                titles.append(f"{name}{_switched(comparison[name])}\n{_row_title(row)}")
    note = f"{comparison.targets} · {comparison.method} · {(look or Look()).in_words()}"
    return grid_figure(panels, titles, note if comparison.matched else f"{note} · {UNMATCHED}")


def _switched(result: Result) -> str:
    return "".join(f"\n{place} {kind}" for place, kind in result.switched.items())


def _drawn_maps(comparison: Comparison, stages: Sequence[str], look: Look) -> dict[tuple[str, str], Image.Image]:
    crop = comparison.view.crop(CROP_PIXELS)
    picture = comparison.view.as_seen(crop.width) if look.cells else crop
    baseline = None if comparison.baseline is None else comparison.baseline.name
    return {
        (name, stage): overlaid
        for stage in stages
        for name, overlaid in overlays(
            picture, {name: result.maps[stage] for name, result in comparison.items()}, look, baseline
        ).items()
    }


def _cell(result: Result, row: Row, stage: str, line: int, drawn: Mapping[tuple[str, str], Image.Image]) -> Panel:
    pictures = row.cells.get(stage, ())
    if line >= len(pictures):
        return Panel(_BLANK)
    picture = pictures[line]
    values = picture.values.numpy()
    said = f"{values.min():.3g} … {values.mean():.3g} … {values.max():.3g}"
    if row.kind == "map":
        height, width = values.shape
        return Panel(drawn[result.name, stage], f"{stage}, {width}x{height}", f"{said}\n{_why(result, stage)}")
    if not np.isfinite(values).all():
        return Panel(_BLANK, picture.place, f"{said}\n{IN_WORDS[Degeneracy.NAN]}")
    said += f"\ndrawn {picture.low:.3g} to {picture.high:.3g}"
    if picture.is_strip:
        return Panel(Strip(values, picture.low, picture.high, picture.colormap), picture.place, said)
    return Panel(imgify(values, picture.low, picture.high, picture.colormap), picture.place, said)


def _row_title(row: Row) -> str:
    return ROW_TITLES[row.kind] if row.block is None else f"{ROW_TITLES[row.kind]}, block {row.block}"


def last_stage(comparison: Comparison) -> str:
    """Returns the last stage that there are maps of.

    Raises:
        OptionError: if there are none.
    """
    maps = next(iter(comparison.values())).maps
    if not maps:
        raise OptionError("There are no maps to draw; ask compare for a stage.")
    return list(maps)[-1]


def _why(result: Result, stage: str) -> str:
    """Returns why a map shows nothing, or nothing."""
    return IN_WORDS[result.degenerate[stage]] if stage in result.degenerate else ""
