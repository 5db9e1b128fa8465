"""Votes as a CSV file anywhere, from the database, which is the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attnviz.errors import StudyError
from attnviz.study.plan import DATA, read_plan
from attnviz.study.votes import Votes
from attnviz.study.votes.columns import HEADER, line

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(folder: Path, output: Path, excel: bool = False) -> int:
    """Writes the votes of a study, withdrawn ones left out, and returns how many there are.

    Args:
        folder: of the frozen study.
        output: CSV file, UTF-8, a header and a line a vote.
        excel: a byte order mark first, by which Excel knows UTF-8, and an apostrophe before what it would take for a
            formula.

    Raises:
        StudyError: if there is no frozen study, or the file cannot be written.
    """
    rows = Votes(folder / DATA, read_plan(folder)).rows()
    try:
        output.write_text(as_csv(rows, excel), encoding="utf-8-sig" if excel else "utf-8", newline="")
    except OSError as error:
        raise StudyError('"{name}" cannot be written: {reason}.', name=output.name, reason=error.strerror) from None
    return len(rows)


def as_csv(rows: Sequence[Mapping[str, Any]], excel: bool = False) -> str:
    """Returns votes as CSV, a header and a line a vote; ``excel`` as for :func:`export`, without the mark."""
    lines = (line({name: _harmless(value) for name, value in row.items()} if excel else row) for row in rows)
    return b"".join((HEADER, *lines)).decode()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
