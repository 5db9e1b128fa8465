"""What went wrong becomes a toast on the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import gradio as gr

from attnviz.errors import AttnvizError
from attnviz.web.texts import Say, told_in
from attnviz.web.turns import Superseded

log = logging.getLogger(__name__)
T = TypeVar("T")


def told(say: Say, work: Callable[[], T]) -> T:
    """Does ``work``; what a user can mend becomes a toast, and anything else is logged and called an internal error."""
    try:
        return work()
    except Superseded:
        raise
    except AttnvizError as error:
        raise _toast(told_in(error, say.language)) from None
    except Exception:
        log.exception("An internal error")
        raise _toast(say("internal")) from None


def _toast(sentence: str) -> gr.Error:
    return gr.Error(sentence, print_exception=False)
