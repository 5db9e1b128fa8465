"""Rows as lines of a CSV: those of a part, which hold what levels are chosen by, and those of the table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from attnviz.evaluation.folder import Cells
from attnviz.evaluation.levels import KINDS, Fitted, unpacked, value_at
from attnviz.evaluation.photos import Photo, written
from attnviz.evaluation.question import Place
from attnviz.evaluation.rows import Key, Row

COLUMNS = ("image", "split", "label", "object_share", "model", "attention", "method", "stage", "target", "correct",
           "probability", "confidence", "degenerate")  # fmt: skip
"""Columns of the table before the scores."""
SKIPPED_COLUMNS = ("image", "reason")
REASON = "skipped"
"""Column of a part: why its photo was skipped; such a line has no model."""

Levels = Mapping[Key, Mapping[str, Fitted]]


def part_columns(scores: Sequence[str]) -> tuple[str, ...]:
    """Returns the columns of a part."""
    return (*COLUMNS, *scores, REASON, *(hits_column(score) for score in scores if score in KINDS))


def hits_column(score: str) -> str:
    """Returns the column of a part that holds the hits of a score."""
    return f"{score} hits"


def part_line(row: Row) -> Cells:
    """Returns a row as a line of a part."""
    cells = {
        "image": written(row.image), "split": row.split, "label": row.label, "object_share": _number(row.object_share),
        "model": row.model, "attention": row.attention, "method": row.method, "stage": row.stage, "target": row.target,
        "correct": "" if row.correct is None else str(row.correct), "probability": _number(row.probability),
        "confidence": _number(row.confidence), "degenerate": str(row.degenerate),
    }  # fmt: skip
    cells |= {score: _number(value) for score, value in row.scores.items()}
    return cells | {hits_column(score): hits for score, hits in row.hits.items()}


def skipped_line(photo: Photo, reason: str) -> Cells:
    """Returns a photo that cannot be read as a line of a part."""
    return {"image": written(photo.name), "split": photo.split, REASON: reason}


def key_of(line: Cells) -> Key:
    """Returns what of a line has levels of its own."""
    return line["model"], Place(line["method"], line["stage"])


def table_line(line: Cells, scores: Sequence[str], levels: Levels) -> Cells:
    """Returns a line of a part as it stands in the table.

    A line of the fit half gets its value at the levels that were chosen on that half; only the report half's is to be
    reported.
    """
    cells = {column: line[column] for column in (*COLUMNS, *scores)}
    chosen = levels.get(key_of(line), {})
    for score in KINDS.keys() & chosen.keys():
        hits = unpacked(score, line[hits_column(score)])
        if hits is not None:
            cells[score] = _number(value_at(hits, chosen[score]))
    return cells


def _number(value: float | None) -> str:
    """Nine digits tell every float32 from its neighbours; NaN and what is not there are an empty cell."""
    return "" if value is None or math.isnan(value) else f"{value:.9g}"
