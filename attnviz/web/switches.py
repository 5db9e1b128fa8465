"""Gates switched in the Stages tab: a switch on every gate, and what the model answers with those that are set.

The page has a frame a model (:func:`switch_panel`) and a switch a gate (:func:`gate_switch`); static/switches.js fills
both with what web/switching.py answers.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from attnviz.stages import Picture, Row
from attnviz.web.cards import map_figure
from attnviz.web.texts import Say

if TYPE_CHECKING:
    from attnviz.comparison import Result
    from attnviz.web.comparisons import Shown

KEPT = "kept"
CHOICES = (KEPT, "mean", "off")
_SWITCHED_ROWS = ("se", "cbam", "bam", "bam.channel", "bam.spatial")


def gate_switch(shown: Shown, result: Result, picture: Picture, row: Row, say: Say) -> str:
    """Returns the HTML of the switch of one gate or branch, with a place for what it does alone; nothing for features.

    Args:
        shown: what the picture is part of.
        result: of the model.
        picture: of the gate.
        row: that it stands in.
        say: in the visitor's language.
    """
    if row.kind not in _SWITCHED_ROWS:
        return ""
    place = f"{picture.place}.{row.kind.partition('.')[2]}" if row.is_branch else picture.place
    whole = f' data-whole="{escape(picture.place)}"' if row.is_branch else ""
    return (
        f'<span class="av-switch-line">{_select(shown, result, place, say("switch_gate", place=place), say, whole)}'
        f'<output class="av-alone av-small"></output></span>'
    )


def switch_panel(shown: Shown, result: Result, say: Say) -> str:
    """Returns the HTML above a model's table: what it answers with switched gates; nothing for one without gates."""
    if not result.gates:
        return ""
    no_means = "" if result.name in shown.means else f" {say('switch_no_means')}"
    return (
        f'<section class="av-switches" data-model="{escape(result.name)}" '
        f'aria-label="{escape(say("switch_of", model=result.name))}"><h3>{escape(say("switch_heading"))}</h3>'
        f'<p class="av-small">{escape(say("switch_what") + no_means)}</p>'
        f'<p class="av-switch-line"><label>{escape(say("switch_all"))} '
        f"{_select(shown, result, 'all', say('switch_all'), say)}</label>"
        f'<button type="button" class="av-switch-reset" disabled>{escape(say("switch_reset"))}</button></p>'
        f'<div class="av-switched" aria-live="polite"></div></section>'
    )


def switched_answer(shown: Shown, plain: Result, switched: Result, say: Say) -> str:
    """Returns the HTML of what a model answers with switched gates, beside what it answers without.

    Args:
        shown: of the page.
        plain: with every gate left alone.
        switched: of the same class, with gates switched.
        say: in the visitor's language.
    """
    before, after = plain.top[0][0], switched.top[0]
    top = say("switched_top" if before != after[0] else "switched_top_same", name=after[0], probability=after[1])
    said = say(
        "switched_p", target=plain.target, before=plain.probability, after=switched.probability,
        change=points(switched.probability - plain.probability),
    )  # fmt: skip
    caveat = say("switch_caveat") if "off" in switched.switched.values() else ""
    maps = "".join(
        f'<div><p class="av-small">{stage}</p>{map_figure(shown, switched, stage, say)}</div>'
        for stage in switched.maps
    )
    rank = say("switched_rank", before=_rank(plain, shown), after=_rank(switched, shown))
    return (
        f'<p class="av-switched-p"><b>{escape(said)}</b> {escape(rank)} {escape(top)}</p>'
        + (f'<p class="av-warning">{escape(caveat)}</p>' if caveat else "")
        + f'<p class="av-small">{escape(say("switched_maps"))}</p><div class="av-switched-maps">{maps}</div>'
    )


def points(change: float) -> str:
    """Returns a change of a probability in percentage points, with its sign: ``−3.14``."""
    return f"{100 * change:+.2f}".replace("-", "−")


def _rank(result: Result, shown: Shown) -> int:
    own = result.logits[shown.comparison.classes.find(result.target)]
    return 1 + int((result.logits > own).sum())


def _select(shown: Shown, result: Result, place: str, label: str, say: Say, more: str = "") -> str:
    options = "".join(
        f'<option value="{choice}"{_disabled(shown, result, choice)}>{escape(say(f"switch_{choice}"))}</option>'
        for choice in CHOICES
    )
    return (
        f'<select class="av-switch" data-place="{escape(place)}"{more} aria-label="{escape(label)}">{options}</select>'
    )


def _disabled(shown: Shown, result: Result, choice: str) -> str:
    return " disabled" if choice == "mean" and result.name not in shown.means else ""
