"""Who takes part: places, and what the database knows of a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, exists, func, select

from attnviz.errors import StudyError
from attnviz.study.votes import secret as secrets
from attnviz.study.votes.answers import stamp
from attnviz.study.votes.tables import PARTICIPANTS, TRIALS, VOTES

IDLE = timedelta(hours=2)
"""After which the place of somebody who joined and never answered can be taken by another."""
GONE = timedelta(days=1)
"""After which somebody who began and did not go on counts no more for a place; they can still go on."""

_PROGRESS = (
    select(
        PARTICIPANTS.c.secret_sha256,
        PARTICIPANTS.c.withdrawn_at,
        select(func.max(VOTES.c.trial))
        .where(VOTES.c.participant == bindparam("who"))
        .scalar_subquery()
        .label("answered"),
        *TRIALS.c,
    )
    .select_from(PARTICIPANTS.outerjoin(TRIALS, TRIALS.c.participant == PARTICIPANTS.c.id))
    .where(PARTICIPANTS.c.id == bindparam("who"))
    .order_by(TRIALS.c.trial.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Participant:
    """Somebody who agreed to take part.

    Attributes:
        id: random; what stands on their votes.
        secret: random; what their cookie holds. The database has its SHA-256.
        number: from 0; which of the schedules is theirs.
        language: in which they read the study.
        withdrawal_code: by which they can take their votes back.
        completion_code: once they have answered everything, else None.
    """

    id: str
    secret: str = field(repr=False)
    number: int
    language: str
    withdrawal_code: str = field(repr=False)
    completion_code: str | None = field(repr=False)


def place(connection: Connection, places: int, now: datetime) -> int:
    """Returns the number of a newcomer.

    It is the lowest that nobody has; where all are taken, that of the first who never answered and is idle for long;
    and then one more for each who began and is gone, so that as many can finish as are wanted.

    Raises:
        StudyError: if all places are taken.
    """
    taken = set(connection.scalars(select(PARTICIPANTS.c.number).where(PARTICIPANTS.c.number.is_not(None))))
    free = next(number for number in count() if number not in taken)
    if len(taken) < places:
        return free
    idle = (
        select(PARTICIPANTS.c.id, PARTICIPANTS.c.number)
        .where(
            PARTICIPANTS.c.number.is_not(None),
            PARTICIPANTS.c.joined_at < stamp(now - IDLE),
            ~exists().where(VOTES.c.participant == PARTICIPANTS.c.id),
        )
        .order_by(PARTICIPANTS.c.joined_at, PARTICIPANTS.c.number)
    )
    row = connection.execute(idle).first()
    if row is not None:
        connection.execute(delete(TRIALS).where(TRIALS.c.participant == row.id))
        connection.execute(delete(PARTICIPANTS).where(PARTICIPANTS.c.id == row.id))
        return int(row.number)
    last_vote = select(func.max(VOTES.c.voted_at)).where(VOTES.c.participant == PARTICIPANTS.c.id).scalar_subquery()
    gone = select(func.count()).where(
        PARTICIPANTS.c.number.is_not(None), PARTICIPANTS.c.finished_at.is_(None), last_vote < stamp(now - GONE)
    )
    if len(taken) - (connection.scalar(gone) or 0) < places:
        return free
    raise StudyError("All places in this study are taken; thank you for your interest.")


def known(row: RowMapping, secret: str) -> Participant:
    """Returns the participant of a row of the database, with what only their secret tells."""
    completion = secrets.completion_code(secret) if row["finished_at"] is not None else None
    return Participant(row["id"], secret, row["number"], row["language"], secrets.withdrawal_code(secret), completion)


@dataclass(frozen=True)
class Progress:
    """How far a participant is.

    Attributes:
        answered: how many trials.
        shown: the last trial that was shown, a row of the database; None before the first.
    """

    answered: int
    shown: dict[str, Any] | None

    @property
    def waits(self) -> bool:
        """Whether a trial was shown and not answered yet."""
        return self.shown is not None and self.shown["trial"] > self.answered


def progress(connection: Connection, participant: Participant) -> Progress:
    """Returns how far a participant is.

    Raises:
        StudyError: if the participant is none, or none any more.
    """
    row = connection.execute(_PROGRESS, {"who": participant.id}).mappings().first()
    if row is None or not secrets.same(row["secret_sha256"], secrets.sha256(participant.secret)):
        raise StudyError("This session is not known, or its place was given to another; begin again.")
    if row["withdrawn_at"] is not None:
        raise StudyError("This session was withdrawn; its answers are in no export.")
    shown = {column.name: row[column.name] for column in TRIALS.c} if row["vote_id"] is not None else None
    return Progress(row["answered"] or 0, shown)
