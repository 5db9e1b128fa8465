"""Models stage by stage: the tables of :mod:`attnviz.stages` as HTML, a column a stage.

Gates are drawn in a fixed range, the sigmoid's, so that a flat gate looks flat; the page can stretch a picture to its
own range on request, and says so (static/stages.js).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from attnviz.draw import BINS
from attnviz.stages import Picture, Row, stage_rows
from attnviz.web.cards import downloads, map_figure, view
from attnviz.web.choice import METHOD_NAMES
from attnviz.web.pictures import grid_data, least_mean_most
from attnviz.web.switches import gate_switch, switch_panel
from attnviz.web.texts import Say
from attnviz.web.usual import usual_data, usual_in_box, usual_mean

if TYPE_CHECKING:
    from attnviz.comparison import Result
    from attnviz.web.comparisons import Shown

TOPICS = {
    "features": ("features",),
    "before": ("features",),
    "after": ("features",),
    "bam": ("bam",),
    "bam.channel": ("bam",),
    "bam.spatial": ("bam",),
    "se": ("se",),
    "cbam": ("cbam.channel", "cbam.spatial"),
    "map": ("gradcam",),
}
"""The lessons behind each kind of row."""


def stages(shown: Shown, models: tuple[str, ...], say: Say) -> str:
    """Returns the HTML of one table a model, and of what can be downloaded."""
    comparison = shown.comparison
    results = [comparison[model] for model in models]
    branches = any(result.attention == "bam" for result in results)
    return view(
        shown, say, f'<p class="av-heading">{escape(say("stages_heading"))}</p>{_options(branches, say)}'
        f"{''.join(_table(shown, result, say) for result in results)}{downloads(shown, say)}",
        "av-stages", f'data-models="{escape(",".join(models))}"',
    )  # fmt: skip


def _options(branches: bool, say: Say) -> str:
    boxes = ("branches", "stretch") if branches else ("stretch",)
    made = "".join(
        f'<label class="av-box" title="{escape(say(f"{name}_title"))}"><input type="checkbox" name="{name}"> '
        f"{escape(say(name))}</label>"
        for name in boxes
    )
    return f'<form class="av-stage-look" aria-label="{escape(say("stage_look"))}">{made}</form>'


def _table(shown: Shown, result: Result, say: Say) -> str:
    columns = list(result.maps)
    heads = "".join(
        f'<th scope="col">{stage} <small>{heat.shape[1]}x{heat.shape[0]}</small></th>'
        for stage, heat in result.maps.items()
    )
    rows = "".join(_row(shown, result, row, columns, say) for row in stage_rows(result))
    name = escape(result.name)
    info = _info("none", say("none_title"), say) if result.attention == "none" else ""
    return (
        f'<section class="av-model"><h2>{name}</h2><p>{escape(say(f"{result.attention}_note"))} {info}</p>'
        f"{switch_panel(shown, result, say)}"
        f'<table class="av-table" aria-label="{name}"><thead><tr>{heads}</tr></thead>{rows}</table></section>'
    )


def _row(shown: Shown, result: Result, row: Row, columns: list[str], say: Say) -> str:
    said = say(f"row_{row.kind}", block=row.block, target=result.target, method=METHOD_NAMES[shown.choice.method])
    infos = "".join(_info(topic, say(f"topic_{topic}"), say) for topic in TOPICS[row.kind])
    cells = "".join(f"<td>{_cell(shown, result, row, stage, say)}</td>" for stage in columns)
    kind = " av-branch" if row.is_branch else ""
    in_box = usual_in_box(shown.usual, result.name, row, say)
    usual = f'<tr><td class="av-usual" colspan="{len(columns)}">{escape(in_box)}</td></tr>' if in_box else ""
    return (
        f'<tbody class="av-row{kind}" data-kind="{row.kind}"><tr><th scope="rowgroup" colspan="{len(columns)}">'
        f"{escape(said)} {infos}</th></tr><tr>{cells}</tr>{usual}</tbody>"
    )


def _info(topic: str, about: str, say: Say) -> str:
    label = escape(say("about", what=about))
    return f'<button type="button" class="av-info" data-topic="{topic}" aria-label="{label}" title="{label}">i</button>'


def _cell(shown: Shown, result: Result, row: Row, stage: str, say: Say) -> str:
    if row.kind == "map":
        return map_figure(shown, result, stage, say)
    pictures = row.cells.get(stage, ())
    if not pictures and row.kind == "bam":
        return f'<p class="av-small">{escape(say("no_bam"))}</p>'
    return "".join(_picture(shown, result, picture, row, say) for picture in pictures)


def _picture(shown: Shown, result: Result, picture: Picture, row: Row, say: Say) -> str:
    values = picture.values.numpy()
    height, width = (1, len(values)) if picture.is_strip else values.shape
    title = _title(picture, row, say)
    numbers = least_mean_most(picture.values, say)
    drawn = say("range", low=picture.low, high=picture.high)
    label = escape(f"{result.name}, {picture.place}: {title}. {numbers}")
    canvas = (
        f'<canvas class="av-{"strip" if picture.is_strip else "grid"}" width="{width}" height="{height}" '
        f'data-width="{width}" data-height="{height}" data-grid="{grid_data(values)}" data-low="{picture.low!r}" '
        f'data-high="{picture.high!r}" data-colormap="{picture.colormap}" data-model="{escape(result.name)}" '
        f'data-place="{picture.place}" {_role(picture, label)}{_usual(shown, result, picture)}></canvas>'
    )
    bins = _histogram(picture, say) if picture.is_strip else ""
    return (
        f'<figure class="av-tile">{canvas}{bins}<figcaption>{escape(title)}<span class="av-small">{escape(numbers)}; '
        f'<span class="av-drawn" data-fixed="{escape(drawn)}">{escape(drawn)}</span></span>'
        f"{usual_mean(shown.usual, result.name, picture, row, say)}"
        f'<span class="av-value-here av-small"></span></figcaption>'
        f"{gate_switch(shown, result, picture, row, say)}</figure>"
    )


def _usual(shown: Shown, result: Result, picture: Picture) -> str:
    names = shown.comparison.classes.names
    label = names.index(result.target) if result.target in names else None
    data = usual_data(shown.usual, result.name, picture, label)
    return f'{data} data-usual-name="{escape(result.target)}"' if data else ""


def _role(picture: Picture, label: str) -> str:
    """A strip can be walked along with the arrow keys, a channel a step."""
    if not picture.is_strip:
        return f'role="img" aria-label="{label}"'
    last = len(picture.values) - 1
    return f'role="slider" tabindex="0" aria-label="{label}" aria-valuemin="0" aria-valuemax="{last}" aria-valuenow="0"'


def _title(picture: Picture, row: Row, say: Say) -> str:
    if row.kind not in ("se", "cbam"):
        count = f" ({say('channels', count=len(picture.values))})" if picture.is_strip else ""
        return f"{picture.place}{count}"
    if picture.is_strip:
        return say("channel_gate", count=len(picture.values))
    return say("spatial_gate")


def _histogram(picture: Picture, say: Say) -> str:
    counts = picture.values.histc(BINS, picture.low, picture.high).tolist()
    most = max(*counts, 1)
    bars = "".join(
        f'<rect x="{place}.1" y="{1 - count / most:.3f}" width=".8" height="{count / most:.3f}"/>'
        for place, count in enumerate(counts)
        if count
    )
    label = escape(say("histogram", low=picture.low, high=picture.high))
    return (
        f'<svg class="av-bins" role="img" aria-label="{label}" viewBox="0 0 {BINS} 1" preserveAspectRatio="none">'
        f"<title>{label}</title>{bars}</svg>"
    )
