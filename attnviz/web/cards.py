"""A comparison becomes cards: where each model looks, how sure it is, and how finely it can say so.

The maps travel as small grids of floats and are coloured in the browser (static/maps.js), by the rules of
:mod:`attnviz.draw`.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from attnviz.web.choice import METHOD_NAMES, OWN
from attnviz.web.comparisons import EXAMPLE, Shown
from attnviz.web.pictures import grid_data
from attnviz.web.texts import Say

if TYPE_CHECKING:
    from attnviz.comparison import Comparison, Result

FIGURES, NUMBERS = ("png", "svg", "pdf"), ("npz", "json")


def cards(shown: Shown, say: Say) -> str:
    """Returns the HTML of one card a model, and of what can be downloaded."""
    comparison, choice = shown.comparison, shown.choice
    stage = "input" if choice.at_input else choice.stage
    side = comparison.view.picture.width
    photo = f"attnviz/photo/{quote(choice.photo, safe='')}/{quote(choice.family, safe='')}"
    made = "".join(_card(comparison, result, stage, side, say) for result in comparison.values())
    return (
        f'<div class="av-view" data-key="{shown.key}" data-photo="{photo}/crop.png" data-seen="{photo}/seen.png" '
        f'data-link="{escape(link(shown))}">{notice(comparison, say)}'
        f'<p class="av-heading">{escape(_heading(shown, say))}</p>'
        f'<div class="av-cards">{made}</div>{_downloads(shown, say)}</div>'
    )


def notice(comparison: Comparison, say: Say) -> str:
    """Returns the line that stands on the page for a family whose models were trained differently."""
    return "" if comparison.matched else f'<p class="av-notice" role="note">{escape(say("unmatched"))}</p>'


def message(text: str) -> str:
    """Returns a line in place of the cards."""
    return f'<p class="av-message" role="status">{escape(text)}</p>'


def link(shown: Shown) -> str:
    """Returns the query that reopens a view of an example, or nothing for a photo that only its owner has."""
    choice = shown.choice
    if not choice.photo.startswith(EXAMPLE):
        return ""
    wanted = {"family": choice.family, "example": choice.photo.removeprefix(EXAMPLE), "target": choice.target,
              "stage": choice.stage, "method": choice.method}  # fmt: skip
    return "?" + urlencode({key: value for key, value in wanted.items() if value})


def _heading(shown: Shown, say: Say) -> str:
    choice, method = shown.choice, METHOD_NAMES[shown.choice.method]
    place = say("input") if choice.at_input else choice.stage
    if choice.target == OWN:
        said = say("heading_own", method=method, stage=place)
    else:
        said = say("heading", method=method, target=shown.comparison.target, stage=place)
    if choice.method in ("gradcam", "hirescam") and choice.stage == "stage4":
        said += f" {say('identical')}"
    return said


def _card(comparison: Comparison, result: Result, stage: str, side: int, say: Say) -> str:
    heat, name = result.maps[stage], escape(result.name)
    why = result.degenerate.get(stage)
    alt = escape(say("map_of", method=METHOD_NAMES[comparison.method], model=result.name, target=result.target,
                     stage=stage))  # fmt: skip
    canvas = (
        f'<canvas role="img" aria-label="{alt}" width="{side}" height="{side}" data-width="{heat.shape[1]}" '
        f'data-height="{heat.shape[0]}" data-grid="{grid_data(heat)}" data-why="{why.value if why else ""}"></canvas>'
    )
    grid = say("grid", width=heat.shape[1], height=heat.shape[0], input=comparison.view.preprocessing.input_size)
    numbers = say("numbers", min=float(heat.min()), mean=float(heat.mean()), max=float(heat.max()))
    warning = f'<p class="av-warning">{escape(say(why.value))}</p>' if why else ""
    bars = "".join(_bar(label, probability) for label, probability in result.top)
    return (
        f'<figure class="av-card" data-model="{name}" data-attention="{escape(result.attention)}">'
        f'<figcaption>{name}</figcaption><button type="button" class="av-map" '
        f'aria-label="{escape(say("enlarge", model=result.name))}">{canvas}<span class="av-cross"></span></button>'
        f'<p class="av-scale av-small"></p><p class="av-here av-small"></p>'
        f'<p class="av-probability">P({escape(result.target)}) = <b>{result.probability:.5f}</b></p>'
        f'{warning}<ol class="av-top">{bars}</ol><p class="av-small">{escape(grid)}. {escape(numbers)}</p></figure>'
    )


def _bar(name: str, probability: float) -> str:
    return (
        f'<li><span class="av-name">{escape(name)}</span><span class="av-value">{probability:.1%}</span>'
        f'<span class="av-bar"><span style="width:{probability:.1%}"></span></span></li>'
    )


def _downloads(shown: Shown, say: Say) -> str:
    address = f"attnviz/view/{shown.key}"
    items = [
        f'<a class="av-figure" href="{address}/figure.{kind}" download="attnviz.{kind}">{kind.upper()}</a>'
        for kind in FIGURES
    ] + [f'<a href="{address}/numbers.{kind}" download="attnviz.{kind}">{kind.upper()}</a>' for kind in NUMBERS]
    if link(shown):
        copied = escape(say("copied"))
        items.append(f'<button type="button" class="av-copy" data-done="{copied}">{escape(say("copy_link"))}</button>')
    else:
        items.append(f'<span class="av-small">{escape(say("no_link"))}</span>')
    return f'<p class="av-downloads"><span>{escape(say("download"))}</span> {" ".join(items)}</p>'
