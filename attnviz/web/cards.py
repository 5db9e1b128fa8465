"""A comparison becomes cards: where each model looks, how sure it is, and how finely it can say so.

The maps travel as small grids of floats and are coloured in the browser (static/maps.js), by the rules of
:mod:`attnviz.draw`.
"""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from attnviz.web.address import link
from attnviz.web.choice import METHOD_NAMES, OWN, Choice
from attnviz.web.comparisons import Shown
from attnviz.web.pictures import grid_data, least_mean_most
from attnviz.web.texts import Say

if TYPE_CHECKING:
    from attnviz.comparison import Comparison, Result

FIGURES, NUMBERS = ("png", "svg", "pdf"), ("npz", "json")


def cards(shown: Shown, say: Say) -> str:
    """Returns the HTML of one card a model, and of what can be downloaded."""
    comparison = shown.comparison
    made = "".join(_card(shown, result, say) for result in comparison.values())
    return view(
        shown, say, f'<p class="av-heading">{escape(heading(shown, say))}</p>'
        f'<div class="av-cards">{made}</div>{downloads(shown, say)}',
    )  # fmt: skip


def view(shown: Shown, say: Say, content: str, kind: str = "", more: str = "") -> str:
    """Returns the element of a tab that shows a comparison, with what static/viewer.js must know of it.

    No two that differ have the same tag. Where tags are alike Gradio keeps the elements that are there and changes
    their attributes, and they would keep what scripts and visitors have left on them: the maps of another photo, a
    box, switches. What is the same altogether it leaves alone, so that a tab that is opened again has all that.

    Args:
        shown: the comparison.
        say: in the visitor's language.
        content: HTML that stands under the notice.
        kind: another class of the element.
        more: its other attributes.
    """
    photo = photo_address(shown.choice)
    attributes = (
        f'class="av-view {kind}" data-key="{shown.key}" data-photo="{photo}/crop.png" data-seen="{photo}/seen.png" '
        f'data-link="{escape(link(shown.choice))}" {more}'
    )
    inside = f"{notice(shown.comparison, say)}{content}"
    tag = f"av-view-{hashlib.sha256((attributes + inside).encode()).hexdigest()[:16]}"
    return f"<{tag} {attributes}>{inside}</{tag}>"


def photo_address(choice: Choice) -> str:
    """Returns the address under which a kept photo's crops are."""
    return f"attnviz/photo/{quote(choice.photo, safe='')}/{quote(choice.family, safe='')}"


def notice(comparison: Comparison, say: Say) -> str:
    """Returns what stands above a comparison: that its models may not be alike, or that they know no such thing."""
    said = [] if comparison.matched else [say("unmatched")]
    if comparison.is_unsure:
        said.append(say("unsure", share=comparison.UNSURE, count=len(comparison.classes)))
    return "".join(f'<p class="av-notice" role="note">{escape(text)}</p>' for text in said)


def message(text: str) -> str:
    """Returns a line in place of the cards."""
    return f'<p class="av-message" role="status">{escape(text)}</p>'


def heading(shown: Shown, say: Say) -> str:
    """Returns what the maps of a comparison are: the method, the class and the stage."""
    choice, method = shown.choice, METHOD_NAMES[shown.choice.method]
    place = say("input") if choice.at_input else choice.stage
    if choice.target == OWN:
        said = say("heading_own", method=method, stage=place)
    else:
        said = say("heading", method=method, target=shown.comparison.target, stage=place)
    if choice.method in ("gradcam", "hirescam") and choice.stage == "stage4":
        said += f" {say('identical')}"
    return said


def map_figure(shown: Shown, result: Result, stage: str, say: Say, beneath: str = "") -> str:
    """Returns the HTML of one map over the photo, with its scale, its numbers and a line where it shows nothing.

    Args:
        shown: what the map is part of.
        result: of one model.
        stage: whose map, or ``input``.
        say: in the visitor's language.
        beneath: HTML between the map and its numbers.
    """
    comparison, heat, name = shown.comparison, result.maps[stage], escape(result.name)
    why = result.degenerate.get(stage)
    alt = escape(say("map_of", method=METHOD_NAMES[comparison.method], model=result.name, target=result.target,
                     stage=stage))  # fmt: skip
    side = comparison.view.picture.width
    canvas = (
        f'<canvas role="img" aria-label="{alt}" width="{side}" height="{side}" data-width="{heat.shape[1]}" '
        f'data-height="{heat.shape[0]}" data-grid="{grid_data(heat)}" data-why="{why.value if why else ""}"></canvas>'
    )
    grid = say("grid", width=heat.shape[1], height=heat.shape[0], input=comparison.view.preprocessing.input_size)
    numbers = least_mean_most(heat, say)
    warning = f'<p class="av-warning">{escape(say(why.value))}</p>' if why else ""
    probability = escape(f"P({result.target}) = {result.probability:.5f}")
    return (
        f'<figure class="av-card" data-model="{name}" data-attention="{escape(result.attention)}" data-stage="{stage}" '
        f'data-title="{name} · {stage} · {probability}">'
        f'<figcaption>{name}</figcaption><button type="button" class="av-map" '
        f'aria-label="{escape(say("enlarge", model=result.name))}">{canvas}<span class="av-cross"></span></button>'
        f'<p class="av-scale av-small"></p><p class="av-here av-small"></p>{warning}{beneath}'
        f'<p class="av-small">{escape(grid)}. {escape(numbers)}</p></figure>'
    )


def _card(shown: Shown, result: Result, say: Say) -> str:
    bars = "".join(_bar(label, probability) for label, probability in result.top)
    scaled = say("temperature", temperature=result.temperature) if result.temperature != 1 else ""
    beneath = (
        f'<p class="av-probability" title="{escape(scaled)}">P({escape(result.target)}) = '
        f"<b>{result.probability:.5f}</b></p>"
        f'<ol class="av-top">{bars}</ol>'
    )
    stage = "input" if shown.choice.at_input else shown.choice.stage
    return map_figure(shown, result, stage, say, beneath)


def _bar(name: str, probability: float) -> str:
    return (
        f'<li><span class="av-name">{escape(name)}</span><span class="av-value">{probability:.1%}</span>'
        f'<span class="av-bar"><span style="width:{probability:.1%}"></span></span></li>'
    )


def downloads(shown: Shown, say: Say) -> str:
    """Returns the line of links to a comparison's figures and numbers."""
    address = f"attnviz/view/{shown.key}"
    items = [
        f'<a class="av-figure" href="{address}/figure.{kind}" download="attnviz.{kind}">{kind.upper()}</a>'
        for kind in FIGURES
    ] + [f'<a href="{address}/numbers.{kind}" download="attnviz.{kind}">{kind.upper()}</a>' for kind in NUMBERS]
    if link(shown.choice):
        copied = escape(say("copied"))
        items.append(f'<button type="button" class="av-copy" data-done="{copied}">{escape(say("copy_link"))}</button>')
    else:
        items.append(f'<span class="av-small">{escape(say("no_link"))}</span>')
    return f'<p class="av-downloads"><span>{escape(say("download"))}</span> {" ".join(items)}</p>'
