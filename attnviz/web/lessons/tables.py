"""The papers' numbers as HTML tables, each with its source under it."""

from __future__ import annotations

from html import escape

from attnviz.web.lessons.equations import OUTPUTS
from attnviz.web.lessons.numbers import IMAGENET, SOURCES, Row, Table
from attnviz.web.lessons.texts import Told


def table(told: Told, data: Table, topic: str) -> str:
    """Returns a table with the row of the lesson's own module marked."""
    own = f"row.{topic.split('.')[0]}"
    rows = "".join(_row(told, row, row.label == own) for row in data.rows)
    return _framed(told, data.caption, _head(told, data), rows, source_line(told, data.source))


def comparison(told: Told) -> str:
    """Returns the table that sets the modules side by side: place, gate, output, cost and gain."""
    head = "".join(
        f'<th scope="col" class="av-lesson-words">{told.label(column)}</th>'
        for column in ("column.place", "column.gate", "column.output")
    )
    head += "".join(f'<th scope="col">{told.label(column)}</th>' for column in ("column.parameters", "column.error"))
    rows = "".join(_compared(told, attention) for attention in IMAGENET)
    sources = "; ".join(
        f"{', '.join(told.label(f'row.{name}') for name in names)}: {source_line(told, source)}"
        for names, source in ((("none", "se", "cbam"), "cbam_imagenet"), (("none", "bam"), "bam_imagenet"))
    )
    return _framed(told, "table.modules", f"<tr><td></td>{head}</tr>", rows, sources)


def source_line(told: Told, key: str) -> str:
    """Returns a citation: authors, venue and identifier, linked, and the table, figure or section."""
    source = SOURCES[key]
    cite = escape(source.cite)
    if source.url:
        cite = f'<a href="{escape(source.url, quote=True)}" target="_blank" rel="noopener noreferrer">{cite}</a>'
    return f"{cite}, {told.html(source.key, number=source.number)}" if source.key else cite


def _framed(told: Told, caption: str, head: str, rows: str, source: str) -> str:
    """A table in a box of its own, in which it scrolls sideways where the page is too narrow for it."""
    label = escape(told.plain(caption), quote=True)
    return (
        f'<div class="av-lesson-table"><div class="av-lesson-scroll" tabindex="0" role="group" aria-label="{label}">'
        f"<table><caption>{told.html(caption)}</caption><thead>{head}</thead><tbody>{rows}</tbody></table></div>"
        f'<p class="av-lesson-source">{source}</p></div>'
    )


def _head(told: Told, data: Table) -> str:
    columns = "".join(f'<th scope="col">{told.label(column)}</th>' for column in data.columns)
    if not data.groups:
        return f"<tr><td></td>{columns}</tr>"
    groups = "".join(f'<th scope="colgroup" colspan="{span}">{told.label(name)}</th>' for name, span in data.groups)
    return f"<tr><td></td>{groups}</tr><tr><td></td>{columns}</tr>"


def _row(told: Told, row: Row, own: bool) -> str:
    mark = ' class="av-lesson-own"' if own else ""
    values = "".join(f"<td>{f'<b>{escape(v)}</b>' if row.best else escape(v)}</td>" for v in row.values)
    return f'<tr{mark}><th scope="row">{told.label(row.label)}</th>{values}</tr>'


def _compared(told: Told, attention: str) -> str:
    words = ("–", "–") if attention == "none" else [told.html(f"{what}.{attention}") for what in ("place", "gate")]
    texts = "".join(f'<td class="av-lesson-words">{text}</td>' for text in (*words, OUTPUTS[attention]))
    numbers = "".join(f"<td>{number}</td>" for number in IMAGENET[attention][50])
    return f'<tr><th scope="row">{told.label(f"row.{attention}")}</th>{texts}{numbers}</tr>'
