"""The Scores tab: where the heat lies by a box that the visitor draws, and what the model does without the hot pixels.

The page has a frame (:func:`scores`); static/scores.js fills it with what web/scoring.py answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from attnviz.web.cards import heading, view
from attnviz.web.texts import Say

if TYPE_CHECKING:
    from attnviz.web.comparisons import Shown

LOCALISATION = ("pointing_game", "energy_pointing_game", "relevance_rank", "box_iou")
"""The scores of :data:`attnviz.scores.SCORES` that need no more than one box."""
REFERENCES = ("centre", "gaussian", "edges", "random")
Curves = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Insertion and deletion of one model, (S+1,) each; NaN for a map that shows nothing."""
DASHES = ("", "6 3", "2 2", "8 3 2 3")


def scores(shown: Shown, box: tuple[int, ...] | None, say: Say) -> str:
    """Returns the HTML of the frame: the photo to draw a box on, and places for the scores and the curves.

    Args:
        shown: whose maps are scored.
        box: that is known of the photo, in pixels of the network's input; a visitor can draw another.
        say: in the visitor's language.
    """
    side = shown.comparison.view.preprocessing.input_size
    edges = "".join(
        f'<label>{escape(say(f"box_{edge}"))}<input type="number" name="{edge}" min="0" max="{side}" step="1"></label>'
        for edge in ("left", "top", "right", "bottom")
    )
    content = (
        f'<p class="av-heading">{escape(heading(shown, say))}</p>'
        f'<div class="av-where"><div><div class="av-boxing" role="img" aria-label="{escape(say("box_alt"))}">'
        f'<img src="" alt="" draggable="false"><span class="av-drawn-box" hidden></span></div>'
        f'<form class="av-edges" aria-label="{escape(say("box_form", side=side))}">{edges}'
        f'<button type="reset">{escape(say("box_clear"))}</button></form>'
        f'<p class="av-small">{escape(say("box_how", side=side))}</p></div>'
        f'<div class="av-localisation" aria-live="polite"><p class="av-message">{escape(say("box_none"))}</p></div>'
        f"</div>"
        f'<section class="av-faithful"><h2>{escape(say("curves"))}</h2><p>{escape(say("curves_what"))}</p>'
        f'<p class="av-run"><button type="button" class="av-curves-go">{escape(say("curves_go"))}</button>'
        f'<button type="button" class="av-curves-stop" hidden>{escape(say("stop"))}</button>'
        f'<progress max="1" value="0" aria-label="{escape(say("curves"))}" hidden></progress></p>'
        f'<div class="av-curves" aria-live="polite"></div></section>'
    )
    return view(shown, say, content, "av-scores", f'data-side="{side}" data-box="{escape(json.dumps(box))}"')


def localisation_table(rows: Mapping[str, Mapping[str, float]], models: int, say: Say) -> str:
    """Returns the scores by a box as a table.

    Args:
        rows: scores by the name of a model or, after the first ``models``, of a reference map; NaN for a map that shows
            nothing.
        models: how many rows are models.
        say: in the visitor's language.
    """
    head = "".join(
        f'<th scope="col" title="{escape(say(f"{name}_is"))}">{escape(say(name))}</th>' for name in LOCALISATION
    )
    blind = [values for name, values in rows.items() if name in ("centre", "gaussian")]
    best = {name: max(values[name] for values in blind) for name in LOCALISATION}
    body = "".join(
        _row(name if number < models else say(f"reference_{name}"), values, best if number < models else {}, say)
        for number, (name, values) in enumerate(rows.items())
    )
    return (
        f'<table class="av-numbers"><thead><tr><th scope="col">{escape(say("map_by"))}</th>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table><p class="av-small">{escape(say("not_above"))} {escape(say("one_photo"))}</p>'
    )


def _row(name: str, values: Mapping[str, float], best: Mapping[str, float], say: Say) -> str:
    cells = ""
    for score, value in values.items():
        said = say("says_nothing") if np.isnan(value) else f"{value:.3f}"
        mark = "&nbsp;†" if score in best and value <= best[score] else ""
        cells += f"<td>{escape(said)}{mark}</td>"
    kind = "" if best else ' class="av-reference"'
    return f'<tr{kind}><th scope="row">{escape(name)}</th>{cells}</tr>'


def curves_figure(curves: Mapping[str, Curves], say: Say) -> str:
    """Returns insertion and deletion curves of all models in one plot each, with the areas under them in a table."""
    plots = "".join(
        f"<figure><figcaption>{escape(say(name))}</figcaption>"
        f"{_plot([curve[index] for curve in curves.values()], say(name), say)}</figure>"
        for index, name in enumerate(("insertion", "deletion"))
    )
    rows = "".join(
        f'<tr><th scope="row">{_key(number)} {escape(model)}</th>'
        + "".join(f"<td>{_area(curve, say)}</td>" for curve in both)
        + "</tr>"
        for number, (model, both) in enumerate(curves.items())
    )
    titles = ("model", "insertion_area", "deletion_area")
    head = "".join(f'<th scope="col">{escape(say(title))}</th>' for title in titles)
    return (
        f'<div class="av-plots">{plots}</div><table class="av-numbers"><thead><tr>{head}</tr></thead>'
        f'<tbody>{rows}</tbody></table><p class="av-small">{escape(say("curves_caveat"))}</p>'
    )


def _area(curve: NDArray[np.float32], say: Say) -> str:
    if np.isnan(curve).any():
        return escape(say("says_nothing"))
    return f"{np.trapezoid(curve) / (len(curve) - 1):.3f}"


def _plot(lines: list[NDArray[np.float32]], title: str, say: Say) -> str:
    """Returns an SVG of curves over the share of pixels, both axes from 0 to 1."""
    drawn = "".join(
        f'<polyline class="av-line av-line-{number}" stroke-dasharray="{DASHES[number % len(DASHES)]}" points="'
        + " ".join(f"{40 + 250 * x / (len(line) - 1):.1f},{170 - 160 * y:.1f}" for x, y in enumerate(line.tolist()))
        + '"/>'
        for number, line in enumerate(lines)
        if not np.isnan(line).any()
    )
    ticks = "".join(
        f'<line x1="40" x2="290" y1="{170 - 160 * t}" y2="{170 - 160 * t}"/><text x="34" y="{174 - 160 * t}" '
        f'text-anchor="end">{t:g}</text><text x="{40 + 250 * t}" y="186" text-anchor="middle">{100 * t:g}%</text>'
        for t in (0, 0.5, 1)
    )
    return (
        f'<svg class="av-plot" viewBox="0 0 300 206" role="img" aria-label="{escape(title)}"><g class="av-axes">{ticks}'
        f'<text x="165" y="202" text-anchor="middle">{escape(say("share_of_pixels"))}</text></g>{drawn}</svg>'
    )


def _key(number: int) -> str:
    return (
        f'<svg class="av-key" viewBox="0 0 28 8" aria-hidden="true"><line class="av-line av-line-{number}" '
        f'x1="0" x2="28" y1="4" y2="4" stroke-dasharray="{DASHES[number % len(DASHES)]}"/></svg>'
    )
