"""The controls of how maps are drawn: plain HTML, since no request follows from them (static/look.js reads them)."""

from __future__ import annotations

import base64
import json
from html import escape

from attnviz.draw import COLORMAPS, SIGNED_COLORMAP, Look, colour_table
from attnviz.web.texts import GRADIO_LABELS, Say

TEXTS_FOR_SCRIPTS = (
    "drawn", "drawn_difference", "not_drawn", "here", "close", "restarted", "stretched", "value_here", "channel_here",
    "features_of", "features_loading", "gone", "box_none", "box_wrong", "curves_stopped", "no_answer",
    "usual_here", "usual_here_class", "switch_waiting", "photo_lost",
)  # fmt: skip


def controls(say: Say, started: str) -> str:
    """Returns the HTML of the controls, with the colour tables and texts that the page's scripts need.

    Args:
        say: in the visitor's language.
        started: differs from one start of the server to the next.
    """
    tables = {name: base64.b64encode(colour_table(name).tobytes()).decode() for name in (*COLORMAPS, SIGNED_COLORMAP)}
    texts = {key: say.template(key) for key in TEXTS_FOR_SCRIPTS}
    labels = GRADIO_LABELS[say.language]
    look = Look()
    return (
        f'<form class="av-look" aria-label="{escape(say("look"))}" data-tables="{escape(json.dumps(tables))}" '
        f'data-texts="{escape(json.dumps(texts))}" data-labels="{escape(json.dumps(labels))}" '
        f'data-signed="{SIGNED_COLORMAP}" data-started="{escape(started)}">'
        f"<div>{_range('opacity', look.opacity, say)}{_range('threshold', look.threshold, say)}"
        f"{_select('colormap', COLORMAPS, say)}{_select('scale', ('each', 'shared'), say, translated=True)}</div>"
        f"<div>{_box('signed', say)}{_box('cells', say)}{_box('difference', say)}"
        f'<button type="reset" class="av-reset">{escape(say("reset"))}</button></div></form>'
    )


def _range(name: str, value: float, say: Say) -> str:
    return (
        f'<label class="av-range"><span>{escape(say(name))} <b>{value:.0%}</b></span>'
        f'<input type="range" name="{name}" min="0" max="1" step="0.01" value="{value}"></label>'
    )


def _select(name: str, values: tuple[str, ...], say: Say, translated: bool = False) -> str:
    options = "".join(
        f'<option value="{value}">{escape(say(f"{name}_{value}") if translated else value)}</option>'
        for value in values
    )
    return f'<label><span>{escape(say(name))}</span><select name="{name}">{options}</select></label>'


def _box(name: str, say: Say) -> str:
    title = escape(say(f"{name}_title"))
    return f'<label class="av-box" title="{title}"><input type="checkbox" name="{name}"> {escape(say(name))}</label>'
