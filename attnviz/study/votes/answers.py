"""What a browser sends as an answer, checked, and what is stored of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import attnviz
from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.schedule import Trial
from attnviz.study.votes.columns import SCHEMA, plain

Choice = Literal["left", "right", "similar"]
LONGEST_MS = 2**31 - 1
_WORD = r"(?!mirrored)[a-z][a-z0-9_]*(=[A-Za-z0-9_.:-]{1,40})?"
_FLAGS = re.compile(rf"({_WORD}( {_WORD})*)?", re.ASCII)
_MOST_FLAGS = 200


@dataclass(frozen=True)
class Vote:
    """A vote that is stored.

    Attributes:
        sequence: its place among all votes, from 1.
        vote_id: of its trial.
        participant: id of who cast it.
        trial: number of the trial.
        choice: what was answered.
        response_ms: how long it took, as the browser said.
        voted_at: UTC, when it was stored.
    """

    sequence: int
    vote_id: str
    participant: str
    trial: int
    choice: Choice
    response_ms: int
    voted_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Vote:
        """Returns a row of the database as a vote."""
        return cls(
            row["sequence"], row["vote_id"], row["participant"], row["trial"], row["choice"], row["response_ms"],
            datetime.fromisoformat(row["voted_at"]),
        )  # fmt: skip


def stamp(moment: datetime) -> str:
    """Returns a UTC time as it is stored; such texts sort as the times do."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def check_answer(choice: object, response_ms: object, flags: object) -> None:
    """Refuses what no page of attnviz sends.

    Raises:
        StudyError: if it is none of the three choices, no time, or no flags.
    """
    if choice not in get_args(Choice):
        raise StudyError("An answer can be left, right or similar; reload the page, and answer again.")
    if not isinstance(response_ms, int) or isinstance(response_ms, bool) or response_ms < 0:
        raise StudyError("The time that an answer took must be in whole milliseconds, from 0.")
    if not isinstance(flags, str) or len(flags) > _MOST_FLAGS or not _FLAGS.fullmatch(flags):
        raise StudyError('The flags of an answer must be short words such as "hidden=2", with a space between.')


def row_of(
    plan: Plan, trial: Trial, shown: Mapping[str, Any], choice: Choice, response_ms: int, flags: str
) -> dict[str, Any]:
    """Returns what is stored of a vote, but for its place and time.

    Args:
        plan: frozen.
        trial: that was answered.
        shown: the row of its showing: vote_id, participant, trial and shown_at.
        choice: likewise checked.
        response_ms: cut to what a database holds.
        flags: the page's; the mirrored side of a catch trial is put before them.
    """
    models = {"left": trial.left, "right": trial.right, "similar": ""}
    mirrored = [f"mirrored={trial.mirrored}"] if trial.mirrored else []
    return {
        **shown,
        "schema": SCHEMA,
        "study": plain(plan.study),
        "kind": trial.kind,
        "image": plain(trial.image),
        "class": plain(plan.image(trial.image).label),
        "left_model": plain(trial.left),
        "right_model": plain(trial.right),
        "choice": choice,
        "preferred_model": plain(models[choice]),
        "method": plain(plan.method),
        "stage": plain(plan.stage),
        "response_ms": min(response_ms, LONGEST_MS),
        "flags": " ".join([*mirrored, *flags.split()]),
        "app_version": attnviz.__version__,
    }
