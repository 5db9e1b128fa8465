"""Comparisons become figures for papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from attnviz.comparison import Comparison, Result
from attnviz.draw import Look, Panel, grid_figure, overlays
from attnviz.errors import OptionError
from attnviz.maps import Degeneracy

CROP_PIXELS = 640
UNMATCHED = "the models were trained differently"
IN_WORDS: Mapping[Degeneracy, str] = {
    Degeneracy.NAN: "not a number",
    Degeneracy.CONSTANT: "the same everywhere",
    Degeneracy.NO_POSITIVE: "no positive evidence",
}


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
            said = f"P{of} = {result.probability:.5f}\n{_why(result, stage)}"
            row.append(Panel(drawn, name if number == 0 else "", said))
        rows.append(row)
    first = comparisons[0]
    note = f"{first.method} at {stage}, {look.in_words()}"
    if not first.matched:
        note += f" · {UNMATCHED}"
    return grid_figure(rows, [comparison.target or "each model's own" for comparison in comparisons], note)


def stages_figure(comparison: Comparison, look: Look | None = None) -> Figure:
    """Returns a row a model with the map of every stage that was asked for.

    Args:
        comparison: of one photo.
        look: how the maps are drawn; each by its own maximum, since stages have no scale in common.

    Raises:
        OptionError: if there are no maps.
    """
    look = look or Look()
    if not all(result.maps for result in comparison.values()):
        raise OptionError("There are no maps to draw; ask compare for a stage.")
    crop = comparison.view.crop(CROP_PIXELS)
    rows = []
    for result in comparison.values():
        pictures = {stage: overlays(crop, {stage: heat}, look)[stage] for stage, heat in result.maps.items()}
        rows.append([
            Panel(picture, f"{stage}, {result.maps[stage].shape[1]}x{result.maps[stage].shape[0]}", _why(result, stage))
            for stage, picture in pictures.items()
        ])  # fmt: skip
    titles = [f"{name}, P = {result.probability:.5f}" for name, result in comparison.items()]
    note = f"{comparison.targets} · {comparison.method} · {look.in_words()}"
    return grid_figure(rows, titles, note if comparison.matched else f"{note} · {UNMATCHED}")


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
