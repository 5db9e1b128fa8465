"""The database and its copy behind one lock: a writer's transaction, then votes.csv, then the next writer.

SQLite would let writers queue by itself, but by polling, and its releases before 3.51.3 can damage a database when two
connections write and checkpoint at the same moment (the "WAL-reset bug"); behind one lock they cannot.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from attnviz.errors import Message, StorageError, StudyError
from attnviz.study.plan import Plan
from attnviz.study.votes.answers import stamp
from attnviz.study.votes.columns import SCHEMA
from attnviz.study.votes.copy import Copy, flush_folder
from attnviz.study.votes.lock import held
from attnviz.study.votes.tables import METADATA, STUDY, VOTES

NAME = "votes.sqlite"
BUSY_SECONDS = 10
_PROBE, _PROBE_BYTES = ".votes-check", 64 * 1024
_ONE_AT_A_TIME = select(STUDY.c.id).with_for_update()
_LAST = select(func.max(VOTES.c.sequence))
_log = logging.getLogger(__name__)


class Store:
    """Where a study's votes are kept.

    Args:
        place: a data folder, which gets votes.sqlite and votes.csv; or the URL of a database.
        plan: whose votes it is to hold.
        folder: where votes.csv goes, for a URL; beside the file for one of SQLite.

    Raises:
        StudyError: if it has the votes of another plan, or is of a newer version; nothing is changed then.
        StorageError: if it cannot be opened or written.
    """

    def __init__(self, place: Path | str, plan: Plan, folder: Path | None = None) -> None:
        self._file, url = _located(place)
        home = folder or (self._file.parent if self._file else None)
        if home is None:
            raise ValueError("a database that is no file needs a folder for votes.csv")
        self._copy = Copy(home)
        self._engine = _engine(self._file, url)
        self._writer = self._engine.execution_options(writes=True)
        with self.told(Message("Votes cannot be stored in this study's data folder; see the log for the reason.")):
            home.mkdir(parents=True, exist_ok=True)
            try:
                with held(self._copy.lock):
                    self._open(plan)
                    self._copy.explain()
                whole = self._copy.is_whole(self._engine)  # long for many votes, so nobody waits for it
                with held(self._copy.lock) as lock, self._engine.connect() as connection:
                    self._copy.catch_up(connection, lock, compare=not whole)
            except BaseException:
                self.close()
                raise
        self._status = self._file.stat() if self._file else None

    def close(self) -> None:
        """Closes the connections to the database."""
        self._engine.dispose()

    @contextmanager
    def told(self, message: Message) -> Iterator[None]:
        """Turns whatever database or disk say into one sentence, and logs what they said."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            _log.error("%s [%s: %s]", message, type(error).__name__, error)
            raise StorageError(message.template, **message.values) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Gives a connection that sees one moment of the database."""
        self._check_file()
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, copy: bool = True) -> Iterator[Connection]:
        """Gives a connection for one transaction; on return it is on disk, and so is votes.csv.

        Args:
            copy: whether votes.csv is to be caught up.
        """
        with held(self._copy.lock) as lock:
            self._check_file()
            with self._writer.begin() as connection:
                connection.execute(_ONE_AT_A_TIME)
                yield connection
                self._check_log()
            self._check_file()
            if copy:
                with self._engine.connect() as connection:
                    self._copy.catch_up(connection, lock)

    def probe(self, now: datetime) -> None:
        """Stores something in the database, the copy and the folder, as a vote would.

        Raises:
            SQLAlchemyError, OSError: if that fails.
        """
        path = self._copy.folder / f"{_PROBE}-{os.getpid()}"
        with self.writing() as connection:
            connection.execute(update(STUDY).values(checked_at=stamp(now)))
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                left = _PROBE_BYTES
                while left > 0:
                    left -= os.write(descriptor, bytes(left))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
                with suppress(OSError):
                    path.unlink()

    def _check_file(self) -> None:
        """A database that was removed or replaced would still take votes, into a file without a name."""
        if self._file and self._status:
            status = self._file.stat()
            if not os.path.samestat(status, self._status):
                raise FileNotFoundError("votes.sqlite was replaced while in use; start attnviz again")

    def _check_log(self) -> None:
        """Likewise the log beside it, which is there as long as a connection is; called within a transaction."""
        if self._file and not self._file.with_name(self._file.name + "-wal").exists():
            raise FileNotFoundError("votes.sqlite-wal was removed while in use; start attnviz again")

    def _check_new(self) -> None:
        if self._copy.has_votes():
            raise StudyError(
                "There are votes in votes.csv, and votes.sqlite, which they are a copy of, is gone; put it back, or "
                "move votes.csv to another folder."
            )

    def _open(self, plan: Plan) -> None:
        """Checks what is there before anything is written, and makes what is not."""
        if self._file and (not self._file.exists() or self._file.stat().st_size == 0):
            self._check_new()
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666))
        with self._engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                self._check_new()
            else:
                _check(connection, tables, plan)
        if self._file:
            with closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA journal_mode=WAL")
        if not tables:
            with self._writer.begin() as connection:
                METADATA.create_all(connection)
                connection.execute(
                    STUDY.insert().values(id=1, schema_version=SCHEMA, study=plan.study, plan_sha256=plan.sha256)
                )
            if self._file:
                flush_folder(self._file.parent)


def last_sequence(connection: Connection) -> int:
    """Returns the number of the last vote, 0 if there is none."""
    return connection.scalar(_LAST) or 0


def _check(connection: Connection, tables: list[str], plan: Plan) -> None:
    if STUDY.name not in tables:
        raise StudyError("votes.sqlite is not a database of attnviz; move it to another folder.")
    row = connection.execute(select(STUDY.c.schema_version, STUDY.c.study, STUDY.c.plan_sha256)).first()
    if row is None:
        raise StudyError("votes.sqlite is damaged: it does not say of which study it is; put a copy of it back.")
    if row.schema_version > SCHEMA:
        raise StudyError(
            "votes.sqlite is of a newer attnviz (schema {schema}); update attnviz.", schema=row.schema_version
        )
    if row.plan_sha256 != plan.sha256:
        raise StudyError(
            'votes.sqlite has the votes of another plan ("{study}"); put back the plan.json that they were cast under, '
            "or use a new folder.",
            study=row.study,
        )


def _located(place: Path | str) -> tuple[Path | None, str]:
    """Returns the file of the database, if it is one, and its URL."""
    if isinstance(place, str) and "://" in place:
        url = make_url(place)
        if url.get_backend_name() != "sqlite":
            return None, place
        if not url.database or url.database == ":memory:":
            raise ValueError("votes need a database that stays")
        return Path(url.database), place
    return Path(place) / NAME, ""


def _engine(file: Path | None, url: str) -> Engine:
    if file is None:
        return create_engine(url, hide_parameters=True)

    def connect() -> sqlite3.Connection:
        # rw: a file that vanished is an error, not a new and empty database
        return sqlite3.connect(
            f"file:{quote(str(file.absolute()))}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=-1, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
