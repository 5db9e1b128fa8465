"""The line that says what the page is doing. It is always there, so that nothing jumps when it has something to say."""

from __future__ import annotations

from html import escape

from attnviz.web.texts import Say


def idle(text: str = "") -> str:
    """Returns the line at rest, with a last word or none."""
    return f'<div class="av-status" role="status">{escape(text)}</div>'


def working(text: str, say: Say, share: float | None = None) -> str:
    """Returns the line at work, with a bar and a button that stops it.

    Args:
        text: what is being done.
        say: in the visitor's language.
        share: of the work that is done, 0 to 1; None where nobody knows.
    """
    value = "" if share is None else f' value="{share:.3f}"'
    return (
        f'<div class="av-status" role="status"><progress max="1"{value} aria-label="{escape(text)}"></progress>'
        f'<span>{escape(text)}</span><button type="button" class="av-stop">{escape(say("stop"))}</button></div>'
    )


def stop_script() -> str:
    """Returns the script that makes a click on the button, and on nothing else, a click of the component."""
    return "element.addEventListener('click', (event) => event.target.closest('.av-stop') && trigger('click'));"
