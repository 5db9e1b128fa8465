"""The papers' numbers as HTML tables, each with its source under it."""

from __future__ import annotations

from html import escape

from attnviz.web.lessons.numbers import SOURCES, Row, Table
from attnviz.web.lessons.texts import Told


def table(told: Told, data: Table, topic: str) -> str:
    """Returns a table that scrolls in a box of its own where it is too wide, with the lesson's own row marked."""
    label = escape(told.plain("scroll.table"), quote=True)
    rows = "".join(_row(told, row, f"row.{topic}" == row.label) for row in data.rows)
    sources = "; ".join(_covered(told, key, labels) for key, labels in data.sources)
    return (
        f'<div class="av-lesson-table"><div class="av-lesson-scroll" tabindex="0" role="group" aria-label="{label}">'
        f"<table><caption>{told.html(data.caption)}</caption><thead>{_head(told, data)}</thead><tbody>{rows}</tbody>"
        f'</table></div><p class="av-lesson-source">{sources}</p></div>'
    )


def source_line(told: Told, key: str) -> str:
    """Returns a citation: authors, venue and identifier, linked, and the table, figure or section."""
    source = SOURCES[key]
    cite = f"<cite>{escape(source.cite)}</cite>"
    if source.url:
        cite = f'<a href="{escape(source.url, quote=True)}" target="_blank" rel="noopener noreferrer">{cite}</a>'
    return f"{cite}, {told.html(source.key, number=source.number)}" if source.key else cite


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


def _covered(told: Told, key: str, labels: tuple[str, ...]) -> str:
    covers = ", ".join(told.label(label) for label in labels)
    return f"{covers}: {source_line(told, key)}" if covers else source_line(told, key)
