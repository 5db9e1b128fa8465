"""A lesson as an HTML fragment, and all of them as one page."""

from __future__ import annotations

from html import escape

from attnviz.web.lessons.drawings import drawing
from attnviz.web.lessons.equations import EQUATIONS, SYMBOLS
from attnviz.web.lessons.numbers import READ_ON, TABLES
from attnviz.web.lessons.places import place
from attnviz.web.lessons.tables import comparison, source_line, table
from attnviz.web.lessons.texts import Told

TOPICS = ("none", "features", "gradcam", "se", "bam", "cbam.channel", "cbam.spatial")
"""The lessons, in the order in which they are best taught. A gate's lesson is called as the gate is, less its place."""


def lesson(topic: str, language: str) -> str:
    """Returns one lesson as an HTML fragment with headings from <h2> down, no script and no id.

    Args:
        topic: one of TOPICS.
        language: ``en`` or ``ko``.

    Raises:
        ValueError: for another topic or language.
    """
    if topic not in TOPICS:
        raise ValueError(f"topic is {topic!r}; it can be {', '.join(TOPICS)}.")
    told = Told(language)
    return (
        f'<article class="av-lesson" lang="{told.language}"><h2>{told.html(f"{topic}.title")}</h2>'
        f'<p class="av-lesson-idea">{told.html(f"{topic}.idea")}</p>'
        f'<div class="av-lesson-figures">{_figure(told, f"{topic}.drawing", drawing(topic, told.plain))}'
        f"{_figure(told, f'{topic}.place', place(topic, told.plain))}</div>"
        f"{_equations(told, topic)}<h3>{told.html('heading.caveats')}</h3>{_items(told, topic, 'caveat')}"
        f"{_tables(told, topic)}{_more(told, topic)}</article>"
    )


def lessons_page(language: str) -> str:
    """Returns all lessons in teaching order, under an introduction and a table that sets the modules side by side.

    Args:
        language: ``en`` or ``ko``.

    Raises:
        ValueError: for another language.
    """
    told = Told(language)
    links = "".join(f'<li><a href="#{_anchor(t)}">{told.html(f"{t}.title")}</a></li>' for t in TOPICS)
    pictures = "".join(
        f"<div><dt>{told.html(f'page.{name}')}</dt><dd>{told.html(f'page.{name}.text')}</dd></div>"
        for name in ("gate", "features", "gradcam")
    )
    contents = escape(told.plain("page.contents"), quote=True)
    sections = "".join(f'<section id="{_anchor(topic)}">{lesson(topic, language)}</section>' for topic in TOPICS)
    return (
        f'<div class="av-lessons" lang="{told.language}"><p class="av-lesson-idea">{told.html("page.lead")}</p>'
        f'<nav class="av-lesson-contents" aria-label="{contents}"><ol>{links}</ol></nav>'
        f'<h2>{told.html("page.pictures")}</h2><dl class="av-lesson-pictures">{pictures}</dl>'
        f"<h2>{told.html('page.modules')}</h2>{comparison(told)}{sections}</div>"
    )


def _anchor(topic: str) -> str:
    return f"av-lesson-{topic.replace('.', '-')}"


def _figure(told: Told, key: str, svg: str) -> str:
    caption = f"<b>{told.html(key)}</b> {told.html(f'{key}.note')}"
    return f'<figure class="av-lesson-figure">{svg}<figcaption>{caption}</figcaption></figure>'


def _equations(told: Told, topic: str) -> str:
    keys = told.numbered(f"{topic}.equation")
    lines = "".join(
        f'<li><span>{told.html(key)}</span><div class="av-lesson-scroll" tabindex="0" role="group" '
        f'aria-label="{escape(told.plain(key), quote=True)}">{equation}</div></li>'
        for key, equation in zip(keys, EQUATIONS[topic], strict=True)
    )
    symbols = "".join(f"<div><dt>{formula}</dt><dd>{told.html(key)}</dd></div>" for formula, key in SYMBOLS[topic])
    return (
        f'<h3>{told.html("heading.equations")}</h3><ol class="av-lesson-equations">{lines}</ol>'
        f'<dl class="av-lesson-symbols" aria-label="{escape(told.plain("heading.symbols"), quote=True)}">{symbols}</dl>'
    )


def _items(told: Told, topic: str, part: str) -> str:
    items = "".join(f"<li>{told.html(key)}</li>" for key in told.numbered(f"{topic}.{part}"))
    return f'<ul class="av-lesson-{part}">{items}</ul>'


def _tables(told: Told, topic: str) -> str:
    shown = "".join(table(told, data, topic) for data in TABLES[topic])
    return f'<h3>{told.html("heading.numbers")}</h3><div class="av-lesson-tables">{shown}</div>'


def _more(told: Told, topic: str) -> str:
    """What only a reader of the papers or of their code needs, folded."""
    sources = "".join(f"<li>{source_line(told, key)}</li>" for key in READ_ON[topic])
    return (
        f'<details class="av-lesson-more"><summary>{told.html("heading.code")}</summary>{_items(told, topic, "code")}'
        f'<h4>{told.html("heading.sources")}</h4><ul class="av-lesson-sources">{sources}</ul></details>'
    )
