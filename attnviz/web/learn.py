"""``/learn``: all lessons on one page, for a class; plain HTML that needs no script and can be printed."""

from __future__ import annotations

from attnviz.web.lessons import lessons_page
from attnviz.web.texts import Say


def learn_page(language: str) -> str:
    """Returns the whole page.

    Args:
        language: ``en`` or ``ko``.
    """
    say = Say(language)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{say('learn_title')} · attnviz</title>"
        f'<link rel="stylesheet" href="attnviz/static/learn.css">'
        f'<link rel="stylesheet" href="attnviz/static/lessons.css"></head>'
        f'<body><header><a href="./">{say("back")}</a></header>'
        f"<main><h1>{say('learn_heading')}</h1>{lessons_page(language)}</main></body></html>"
    )
