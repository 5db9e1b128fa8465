"""Who takes part, which trial is open for whom, and what they answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from attnviz.errors import ClosedError, Message, StudyError
from attnviz.study.plan import Plan
from attnviz.study.schedule import Trial, schedule
from attnviz.study.votes import secret as secrets
from attnviz.study.votes.answers import Choice, Vote, check_answer, row_of, stamp
from attnviz.study.votes.columns import COLUMNS
from attnviz.study.votes.participants import Participant, known, place, progress
from attnviz.study.votes.store import Store, last_sequence
from attnviz.study.votes.tables import PARTICIPANTS, TRIALS, VOTES

_NOT_NOW = Message("The study's data cannot be read or written now; try again in a minute.")
_CACHED = 512
_STORED = select(VOTES).where(VOTES.c.vote_id == bindparam("asked"))


def utc_now() -> datetime:
    """Returns the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class OpenTrial:
    """The one trial that a participant can answer now.

    Attributes:
        trial: from their schedule.
        vote_id: of the vote that will answer it.
        token: which the browser must send with the answer.
        shown_at: UTC, when it was first given out.
        total: how many trials they have in all.
    """

    trial: Trial
    vote_id: str
    token: str = field(repr=False)
    shown_at: datetime
    total: int


@dataclass(frozen=True)
class Counts:
    """How far a study is.

    Attributes:
        joined: participants, without those who withdrew.
        finished: those of them who answered everything.
        withdrawn: participants who took their votes back.
        votes: of every kind, without those taken back.
    """

    joined: int
    finished: int
    withdrawn: int
    votes: int


class Votes:
    """The votes of one study, for any number of processes and threads; each process makes its own.

    What can be tried again later is a :class:`~attnviz.errors.StorageError`; every other
    :class:`~attnviz.errors.StudyError` is a refusal.

    Args:
        place: the data folder, or the URL of a database.
        plan: frozen.
        folder: where votes.csv goes, if a URL does not tell.
        clock: gives the time in UTC.
    """

    def __init__(
        self,
        place: Path | str,
        plan: Plan,
        *,
        folder: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.plan = plan
        self._sha256 = plan.sha256
        self._clock = clock
        self._closes = _utc(plan.closes) if plan.closes else None
        self._trials = lru_cache(_CACHED)(partial(schedule, plan))
        self._total = len(self._trials(0))
        self._store = Store(place, plan, folder)

    def close(self) -> None:
        """Closes the connections to the database."""
        self._store.close()

    def join(self, language: str) -> Participant:
        """Takes a place for somebody who agreed.

        Raises:
            ClosedError: if the study is closed.
            StudyError: if all places are taken.
        """
        secret = secrets.new_secret()
        with self._store.told(_NOT_NOW), self._store.writing(copy=False) as connection:
            self.check_open()
            now = self._clock()
            participant = Participant(
                id=secrets.new_id("p"),
                secret=secret,
                number=place(connection, self.plan.participants, now),
                language=language if language in self.plan.title else "en",
                withdrawal_code=secrets.withdrawal_code(secret),
                completion_code=None,
            )
            connection.execute(
                insert(PARTICIPANTS).values(
                    id=participant.id,
                    number=participant.number,
                    secret_sha256=secrets.sha256(secret),
                    withdrawal_sha256=secrets.sha256(participant.withdrawal_code),
                    language=participant.language,
                    joined_at=stamp(now),
                )
            )
        return participant

    def participant(self, secret: str) -> Participant | None:
        """Returns whose secret it is; None if it is nobody's, or they withdrew or lost their place."""
        query = select(PARTICIPANTS).where(PARTICIPANTS.c.secret_sha256 == secrets.sha256(secret))
        with self._store.told(_NOT_NOW), self._store.reading() as connection:
            row = connection.execute(query.where(PARTICIPANTS.c.withdrawn_at.is_(None))).mappings().first()
        return known(row, secret) if row is not None else None

    def open(self, participant: Participant) -> OpenTrial | None:
        """Returns the trial to answer now, the same until it is answered; None when all are.

        Raises:
            ClosedError: if the study is closed, and there is one.
            StudyError: if the participant is none.
        """
        with self._store.told(_NOT_NOW), self._store.reading() as connection:
            now = progress(connection, participant)
        if now.answered >= self._total:
            return None
        self.check_open()
        shown = now.shown if now.waits else self._show(participant)
        if shown is None:
            return None
        trial = self._trials(participant.number)[shown["trial"] - 1]
        vote_id = shown["vote_id"]
        return OpenTrial(
            trial, vote_id, secrets.token(participant.secret, vote_id), _utc(shown["shown_at"]), self._total
        )

    def cast(
        self, participant: Participant, vote_id: str, token: str, choice: Choice, response_ms: int, flags: str = ""
    ) -> Vote:
        """Stores an answer to the open trial; it is on disk, in the database and in votes.csv, on return.

        The same answer again returns what is stored.

        Raises:
            StorageError: if it could not be stored; send it again.
            StudyError: if it is refused.
        """
        check_answer(choice, response_ms, flags)
        if not secrets.same(token, secrets.token(participant.secret, vote_id)):
            raise StudyError("This answer does not have the token of its trial; reload the page to go on.")
        trials = self._trials(participant.number)  # drawn before anybody has to wait for it
        told = Message("The vote could not be stored; it will be tried again.")
        with self._store.told(told), self._store.writing() as connection:
            shown = progress(connection, participant).shown
            stored = connection.execute(_STORED, {"asked": vote_id}).mappings().first()
            if stored is not None:
                if stored["participant"] != participant.id:
                    raise StudyError("This is not the trial that is open; reload the page to go on.")
                if stored["choice"] != choice:
                    raise StudyError("This trial was answered before; the first answer stands.")
                return Vote.of(dict(stored))
            now = self._clock()
            if shown is None or shown["vote_id"] != vote_id:
                raise StudyError("This is not the trial that is open; reload the page to go on.")
            self.check_open()
            self._check_seen(shown, now)
            trial = trials[shown["trial"] - 1]
            row = row_of(self.plan, trial, shown, choice, response_ms, flags)
            row |= {
                "plan_sha256": self._sha256,
                "voted_at": stamp(now),
                "sequence": last_sequence(connection) + 1,
            }
            connection.execute(insert(VOTES), row)
            if trial.number == self._total:
                done = secrets.sha256(secrets.completion_code(participant.secret))
                connection.execute(
                    update(PARTICIPANTS)
                    .where(PARTICIPANTS.c.id == participant.id)
                    .values(finished_at=stamp(now), completion_sha256=done)
                )
            return Vote.of(row)

    def withdraw(self, code: str) -> bool:
        """Takes a session out of every export, by its withdrawal or completion code; False if no session has it.

        Raises:
            StorageError: if that could not be done; try again.
        """
        hashed = secrets.sha256(secrets.as_written(code))
        its = (PARTICIPANTS.c.withdrawal_sha256 == hashed) | (PARTICIPANTS.c.completion_sha256 == hashed)
        with self._store.told(_NOT_NOW), self._store.reading() as connection:
            if connection.scalar(select(PARTICIPANTS.c.id).where(its)) is None:
                return False
        with self._store.told(_NOT_NOW), self._store.writing() as connection:
            gone = update(PARTICIPANTS).where(its, PARTICIPANTS.c.withdrawn_at.is_(None))
            connection.execute(gone.values(withdrawn_at=stamp(self._clock()), number=None))
        return True

    def rows(self, kinds: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Returns the votes as in votes.csv, those of some kinds or all."""
        query = (
            select(*(VOTES.c[name] for name in COLUMNS))
            .join(PARTICIPANTS, VOTES.c.participant == PARTICIPANTS.c.id)
            .where(PARTICIPANTS.c.withdrawn_at.is_(None))
            .order_by(VOTES.c.sequence)
        )
        if kinds is not None:
            query = query.where(VOTES.c.kind.in_(list(kinds)))
        with self._store.told(_NOT_NOW), self._store.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def counts(self) -> Counts:
        """Returns how far the study is."""
        here = PARTICIPANTS.c.withdrawn_at.is_(None)
        people = select(func.count()).select_from(PARTICIPANTS)
        votes = select(func.count()).select_from(VOTES).join(PARTICIPANTS, VOTES.c.participant == PARTICIPANTS.c.id)
        with self._store.told(_NOT_NOW), self._store.reading() as connection:
            joined, finished, withdrawn, cast = (
                connection.scalar(query) or 0
                for query in (
                    people.where(here),
                    people.where(here, PARTICIPANTS.c.finished_at.is_not(None)),
                    people.where(~here),
                    votes.where(here),
                )
            )
        return Counts(joined, finished, withdrawn, cast)

    def check(self) -> None:
        """Stores something, as a vote would.

        Raises:
            StorageError: if it cannot be stored.
        """
        with self._store.told(Message("Votes cannot be stored now: the disk is full, read-only or gone; see the log.")):
            self._store.probe(self._clock())

    def check_open(self) -> None:
        """Returns if the study can be taken part in now.

        Raises:
            ClosedError: if its closing date has passed.
        """
        if self._closes is not None and self._clock() >= self._closes:
            raise ClosedError("This study is closed; thank you for your interest.")

    def _check_seen(self, shown: Mapping[str, Any], now: datetime) -> None:
        """A clock that was set back since must not lock anybody out."""
        seen = now - _utc(shown["shown_at"])
        if timedelta(0) <= seen < timedelta(milliseconds=self.plan.minimum_ms):
            raise StudyError("Look at the pictures a little longer, and answer then.")

    def _show(self, participant: Participant) -> dict[str, Any] | None:
        """Opens the next trial, unless another tab did so meanwhile, or answered the last."""
        with self._store.told(_NOT_NOW), self._store.writing(copy=False) as connection:
            now = progress(connection, participant)
            if now.waits or now.answered >= self._total:
                return now.shown if now.waits else None
            shown = {
                "vote_id": secrets.new_id("v"),
                "participant": participant.id,
                "trial": now.answered + 1,
                "shown_at": stamp(self._clock()),
            }
            connection.execute(insert(TRIALS), shown)
        return shown


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
