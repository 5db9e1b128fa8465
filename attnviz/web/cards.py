"""A comparison becomes cards: what each model sees, how sure it is, and where it looks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from attnviz.draw import overlay
from attnviz.web.pictures import photo_tag
from attnviz.web.texts import Say

if TYPE_CHECKING:
    from attnviz.comparison import Comparison, Result


def cards(comparison: Comparison, stage: str, say: Say) -> str:
    """Returns the HTML of one card a model."""
    heading = escape(say("heading", target=comparison.target, stage=stage))
    shown = "".join(_card(comparison, result, stage, say) for result in comparison.values())
    return f'{notice(comparison, say)}<p class="av-heading">{heading}</p><div class="av-cards">{shown}</div>'


def notice(comparison: Comparison, say: Say) -> str:
    """Returns the line that stands on the page for a family whose models were trained differently."""
    return "" if comparison.matched else f'<p class="av-notice" role="note">{escape(say("unmatched"))}</p>'


def message(text: str) -> str:
    """Returns a line in place of the cards."""
    return f'<p class="av-message" role="status">{escape(text)}</p>'


def _card(comparison: Comparison, result: Result, stage: str, say: Say) -> str:
    heat = result.maps[stage]
    alt = say("map_of", model=result.name, target=result.target, stage=stage)
    picture = photo_tag(overlay(comparison.view.picture, heat), alt)
    grid = say("grid", width=heat.shape[1], height=heat.shape[0], input=comparison.view.preprocessing.input_size)
    why = result.degenerate.get(stage)
    warning = f'<p class="av-warning">{escape(say(why.value))}</p>' if why else ""
    bars = "".join(_bar(name, probability) for name, probability in result.top)
    return (
        f'<figure class="av-card" data-model="{escape(result.name)}">'
        f"<figcaption>{escape(result.name)}</figcaption>{picture}"
        f'<p class="av-probability">P({escape(result.target)}) = <b>{result.probability:.5f}</b></p>'
        f'{warning}<ol class="av-top">{bars}</ol><p class="av-small">{escape(grid)}</p></figure>'
    )


def _bar(name: str, probability: float) -> str:
    return (
        f'<li><span class="av-name">{escape(name)}</span><span class="av-value">{probability:.1%}</span>'
        f'<span class="av-bar"><span style="width:{probability:.1%}"></span></span></li>'
    )
