"""One model, stage by stage: Grad-CAM, features, and what every attention module did.

Three kinds of picture, each named, with its range and its numbers: Grad-CAM (of a class), features, and gates. Gates
are always drawn from 0 to 1, the range of the sigmoid, so that a flat gate looks flat.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from attnviz.draw import overlay
from attnviz.web.cards import notice
from attnviz.web.pictures import grid_tag, photo_tag, strip_tag
from attnviz.web.texts import Say

if TYPE_CHECKING:
    from torch import Tensor

    from attnviz.comparison import Comparison, Result
    from attnviz.maps import GateReading


def stages(comparison: Comparison, model: str, say: Say) -> str:
    """Returns the HTML of one section a stage for one model."""
    result = comparison[model]
    note = escape(say(f"{result.attention}_note"))
    sections = "".join(_section(comparison, result, stage, say) for stage in result.maps)
    return f'{notice(comparison, say)}<p class="av-heading">{escape(model)}. {note}</p>{sections}'


def _section(comparison: Comparison, result: Result, stage: str, say: Say) -> str:
    heat, mean = result.maps[stage], result.features[stage]
    title = say("stage_gradcam", target=result.target)
    why = result.degenerate.get(stage)
    text = say(why.value) if why else _numbers(heat, say)
    tiles = _tile(photo_tag(overlay(comparison.view.picture, heat), f"{title}, {stage}"), title, text)
    tiles += _features_tile(mean, say("stage_features"), _range(mean), say)
    gates = {place: gate for place, gate in result.gates.items() if place.split(".")[0] == stage}
    shown = "".join(_gate(place, gate, say) for place, gate in gates.items())
    if not gates and result.attention == "bam":
        shown = f'<p class="av-small">{escape(say("no_bam"))}</p>'
    size = f"{heat.shape[1]}x{heat.shape[0]}"
    heading = f"<h3>{stage} <small>{size}</small></h3>"
    return f'<section class="av-stage">{heading}<div class="av-tiles">{tiles}</div>{shown}</section>'


def _gate(place: str, gate: GateReading, say: Say) -> str:
    low, high = gate.range
    text = f"{_numbers(gate.values, say)}; {say('range', low=low, high=high)}"
    if gate.kind == "channel":
        title = say("channel_gate", count=len(gate.values))
        strip = strip_tag(gate.values, low, high, f"{place}: {title}")
        return f'<h4>{escape(place)}</h4><div class="av-wide">{strip}{_text(title, text)}</div>'
    values, title = (gate.values, "spatial_gate") if gate.kind == "spatial" else (gate.values.mean(0), "full_gate")
    both = _range(gate.before, gate.after)  # one scale, so that before and after can be compared
    tiles = _features_tile(gate.before, say("before"), both, say)
    tiles += _tile(grid_tag(values, low, high, f"{place}: {say(title)}"), say(title), text)
    tiles += _features_tile(gate.after, say("after"), both, say)
    return f'<h4>{escape(place)}</h4><div class="av-tiles">{tiles}</div>'


def _range(*features: Tensor) -> tuple[float, float]:
    """Returns the range from 0, or the smallest value if that is less, to the largest."""
    return min(0.0, *(float(mean.min()) for mean in features)), max(float(mean.max()) for mean in features)


def _features_tile(mean: Tensor, title: str, drawn: tuple[float, float], say: Say) -> str:
    low, high = drawn
    text = f"{_numbers(mean, say)}; {say('range', low=low, high=high)}"
    return _tile(grid_tag(mean, low, high, title, colormap="gray"), title, text)


def _tile(picture: str, title: str, text: str) -> str:
    return f'<figure class="av-tile">{picture}{_text(title, text)}</figure>'


def _text(title: str, text: str) -> str:
    return f'<figcaption><b>{escape(title)}</b><span class="av-small">{escape(text)}</span></figcaption>'


def _numbers(values: Tensor, say: Say) -> str:
    return say("numbers", min=float(values.min()), mean=float(values.mean()), max=float(values.max()))
