"""A comparison as its visitor sees it come: the status line while it is made, and at last what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from attnviz.errors import FamilyError
from attnviz.web.cards import message
from attnviz.web.choice import Choice
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.progress import Work
from attnviz.web.status import idle, working
from attnviz.web.texts import Say, told_in
from attnviz.web.toasts import told
from attnviz.web.turns import Superseded, Turns


def steps(
    comparisons: Comparisons, turns: Turns, visitor: str, say: Say, choice: Choice, draw: Callable[[Shown, Say], str]
) -> Iterator[tuple[Any, Any]]:
    """Yields the HTML of the status line and of the open tab, either of which may be left as it is.

    Args:
        comparisons: what makes it.
        turns: in which a newer request of the visitor's ends this one.
        visitor: whoever asks.
        say: in their language.
        choice: what is compared.
        draw: makes the tab's HTML.

    Raises:
        gr.Error: with the sentence for the visitor, if there is no comparison.
    """
    try:
        turn = turns.begin(visitor, choice, choice.photo)  # twice for an upload, of which Gradio tells twice
    except Superseded:
        return
    if not comparisons.families[choice.family]:
        yield idle(), message(say("nothing_here"))
        return
    if comparisons.status == "loading":
        yield working(say("models_loading"), say), gr.skip()
    try:
        comparisons.wait()
    except FamilyError as error:
        yield idle(), message(say("failed", why=told_in(error, say.language)))
        return

    def compare(advance: Callable[[int, int], None]) -> Shown:
        def check_and_advance(done: int, total: int) -> None:
            turns.check(visitor, turn, choice)
            advance(done, total)

        return comparisons.compare(choice, check_and_advance)

    work = Work(compare)
    for done, total in work:
        if done < total and turns.is_current(visitor, turn):
            share = done / total
            yield working(say("comparing", percent=f"{share:.0%}"), say, share), gr.skip()
    try:
        shown = told(say, work.result)
    except Superseded:
        return
    except gr.Error:
        if turns.is_current(visitor, turn):
            yield idle(), gr.skip()
        raise
    if turns.is_current(visitor, turn):
        yield idle(), draw(shown, say)
