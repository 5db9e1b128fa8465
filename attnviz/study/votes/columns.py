"""The columns of votes.csv: their names, what they mean, and how a vote becomes one line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True)
class Column:
    """One column, for the data dictionary.

    Attributes:
        name: in the header.
        kind: ``text``, ``integer`` or ``time``: UTC, ISO 8601, with milliseconds.
        values: what can stand in it.
        example: one value.
        meaning: in a sentence.
    """

    name: str
    kind: str
    values: str
    example: str
    meaning: str


DICTIONARY = (
    Column("schema", "integer", "1", "1", "Version of these columns."),
    Column("vote_id", "text", "v and 32 hex digits, unique", "v0f3a...", "Made by the server when the trial is shown."),
    Column("study", "text", "", "where-do-they-look", "Short name of the study."),
    Column("plan_sha256", "text", "64 hex digits", "9b1c...", "SHA-256 of the plan.json that was shown."),
    Column("participant", "text", "p and 32 hex digits", "p77d1...", "A random number, all that is known of them."),
    Column("trial", "integer", "from 1", "7", "Its place in the participant's session, practice included."),
    Column(
        "kind", "text", "main, repeat, catch, practice, demo", "main",
        "Only main enters the outcome; repeat shows a trial again with the sides swapped, catch shows a mirrored map.",
    ),
    Column("image", "text", "", "i07", "Id of the image in plan.json."),
    Column("class", "text", "", "lion", "Name of the class that was asked about."),
    Column("left_model", "text", "a model of the plan", "baseline", "Whose overlay was on the left."),
    Column("right_model", "text", "a model of the plan", "cbam", "Likewise; the same in a catch trial."),
    Column("choice", "text", "left, right, similar", "right", "The button that was pressed."),
    Column("preferred_model", "text", "a model of the plan, or empty", "cbam", "On the chosen side."),
    Column("method", "text", "", "gradcam", "How the maps were computed."),
    Column("stage", "text", "", "stage4", "Of which stage of the networks."),
    Column("shown_at", "time", "", "2026-01-31T09:30:00.000Z", "When the server first gave out the trial; UTC."),
    Column("voted_at", "time", "", "2026-01-31T09:30:04.250Z", "When the server stored the vote; UTC."),
    Column("response_ms", "integer", "from 0", "3120", "From the pictures to the answer, by the browser's clock."),
    Column(
        "flags", "text", "words with a space between, or empty", "mirrored=left",
        "mirrored=left or mirrored=right: the side with the mirrored map of a catch trial; others are the page's.",
    ),
    Column("app_version", "text", "", "0.1.0", "Of the attnviz that stored the vote."),
)  # fmt: skip

COLUMNS = tuple(column.name for column in DICTIONARY)
HEADER = (",".join(COLUMNS) + "\n").encode()


def line(row: Mapping[str, Any]) -> bytes:
    """Returns a vote as one physical line of votes.csv; :func:`plain` has kept line breaks out of its fields."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([row[name] for name in COLUMNS])
    return text.getvalue().encode()


def plain(text: str) -> str:
    """Returns a text on one line: whatever breaks lines or cannot be printed is a space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def dictionary() -> str:
    """Returns columns.md, which lies beside votes.csv."""
    rows = "\n".join(
        f"| {column.name} | {column.kind} | {column.values} | {column.example} | {column.meaning} |"
        for column in DICTIONARY
    )
    return (
        "# The columns of votes.csv\n\n"
        "One line a vote, in the order in which votes were stored; UTF-8, commas, quotes where needed, one header. "
        "Who withdrew is not in it.\nvotes.sqlite is the original and votes.csv its copy: change neither; an edited "
        "votes.csv is set aside and written anew.\n\n"
        f"| column | type | values | example | meaning |\n| --- | --- | --- | --- | --- |\n{rows}\n"
    )
