"""The parts of a report, and what they are in Markdown and in a page that loads nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from attnviz.reports.style import STYLE


@dataclass(frozen=True)
class Heading:
    """A line above what follows; level 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Mark:
    """A cell of a table that is a verdict: its word, and whether it is good, bad or open."""

    text: str
    tone: Literal["good", "bad", "open"]


@dataclass(frozen=True)
class Ranged:
    """A cell of a table that is a number with what stands smaller beneath it, such as its interval."""

    text: str
    beneath: str


Cell = str | Mark | Ranged


@dataclass(frozen=True)
class Table:
    """Rows of cells under a row of names.

    Attributes:
        names: of the columns.
        rows: cells.
        numbers: whether all columns but the first are numbers, which stand at the right.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure: what it shows, the name of its file, and it as SVG."""

    caption: str
    name: str
    svg: str


@dataclass(frozen=True)
class Lead:
    """The sentence that the report comes down to."""

    text: str


@dataclass(frozen=True)
class Note:
    """A paragraph that must not be missed."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: Sequence[str]


Block = Heading | Table | Picture | Lead | Note | Points | str


def markdown(blocks: Sequence[Block]) -> str:
    """Returns them as Markdown; figures are files beside it."""
    return "\n\n".join(map(_in_markdown, blocks)) + "\n"


def page(title: str, blocks: Sequence[Block]) -> str:
    """Returns them as a page that loads nothing, light or dark as the reader's system is, and fit to be printed."""
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f'<meta charset="utf-8">{viewport}<title>{html.escape(title)}</title><style>{STYLE}</style>'
    body = "\n".join(map(_in_html, blocks))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _in_markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_plain(block.text)}"
    if isinstance(block, Picture):
        return f"![{block.caption}](figure-{block.name}.svg)"
    if isinstance(block, Lead):
        return f"**{_plain(block.text)}**"
    if isinstance(block, Note):
        return f"> **Note.** {_plain(block.text)}"
    if isinstance(block, Points):
        return "\n".join(f"- {_plain(item)}" for item in block.items)
    if isinstance(block, Table):
        rule = ["---", *(["---:" if block.numbers else "---"] * (len(block.names) - 1))]
        rows = [[_cell_in_markdown(cell) for cell in row] for row in (block.names, *block.rows)]
        return "\n".join("| " + " | ".join(row) + " |" for row in (rows[0], rule, *rows[1:]))
    return _plain(block)


def _cell_in_markdown(cell: Cell) -> str:
    if isinstance(cell, Mark):
        return f"**{_plain(cell.text)}**"
    if isinstance(cell, Ranged):
        return _plain(f"{cell.text} ({cell.beneath})" if cell.beneath else cell.text)
    return _plain(cell)


def _in_html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"
    if isinstance(block, Picture):
        caption = html.escape(block.caption)
        drawn = _for_page(block.svg).replace("<svg", f'<svg role="img" aria-label="{caption}"', 1)
        return f"<figure>{drawn}<figcaption>{caption}</figcaption></figure>"
    if isinstance(block, Lead):
        return f'<p class="lead">{html.escape(block.text)}</p>'
    if isinstance(block, Note):
        return f'<p class="note">{html.escape(block.text)}</p>'
    if isinstance(block, Points):
        return f"<ul>{''.join(f'<li>{html.escape(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Table):
        return _table_in_html(block)
    return f"<p>{html.escape(block)}</p>"


def _table_in_html(table: Table) -> str:
    names = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.names)
    rows = ("".join(map(_cell_in_html, row)) for row in table.rows)
    kind = ' class="numbers"' if table.numbers else ""
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    # a box that can be reached by the keyboard, since it may have to be scrolled
    return f'<div class="table" tabindex="0"><table{kind}><tr>{names}</tr>{body}</table></div>'


def _cell_in_html(cell: Cell) -> str:
    if isinstance(cell, Mark):
        return f'<td><span class="mark {cell.tone}">{html.escape(cell.text)}</span></td>'
    if isinstance(cell, Ranged):
        beneath = f"<small>{html.escape(cell.beneath)}</small>" if cell.beneath else ""
        return f"<td>{html.escape(cell.text)}{beneath}</td>"
    return f"<td>{html.escape(cell)}</td>"


def _for_page(svg: str) -> str:
    """Returns a figure that is drawn in the ink of the page, on the page."""
    return svg.replace("#000000", "currentColor").replace("fill: #ffffff", "fill: none")


def _plain(text: str) -> str:
    r"""Returns text that Markdown shows as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", " ".join(text.split()))
