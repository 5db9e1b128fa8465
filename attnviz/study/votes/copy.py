"""votes.csv, the copy of the votes in the database.

The lines that it should have are known from the database, so nothing has to be remembered to tell whether it is whole:
it is compared. That is done at the start, and again whenever the file is not as the last writer left it, whose word
(size, time of change, how far it got) stands in the lock file. Otherwise a vote costs one write and one fsync.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, func, select

from attnviz.study.votes.columns import COLUMNS, HEADER, dictionary, line
from attnviz.study.votes.tables import PARTICIPANTS, VOTES

NAME, LOCK, DICTIONARY = "votes.csv", "votes.csv.lock", "columns.md"
_LEFT_BYTES = 256
_GONE = select(func.count()).select_from(PARTICIPANTS).where(PARTICIPANTS.c.withdrawn_at.is_not(None))
_LINES = (
    select(VOTES.c.sequence, PARTICIPANTS.c.withdrawn_at, *(VOTES.c[name] for name in COLUMNS))
    .join(PARTICIPANTS, VOTES.c.participant == PARTICIPANTS.c.id)
    .where(VOTES.c.sequence > bindparam("after"))
    .order_by(VOTES.c.sequence)
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Left:
    """How the last writer left the file; what cannot be read as this is compared anew."""

    inode: int
    size: int
    changed: int  # nanoseconds
    sequence: int
    withdrawn: int


@dataclass(frozen=True)
class _Found:
    """What a comparison found: how much of the file is right, and up to which vote."""

    end: int
    sequence: int
    torn: bool = False
    stale: bool = False  # votes that have been withdrawn since are in it
    edited: bool = False


class Copy:
    """The files in a data folder that are copies. Whoever writes them holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME
        self.lock = folder / LOCK

    def has_votes(self) -> bool:
        """Whether there is a votes.csv with more than its header."""
        try:
            return self.path.stat().st_size > len(HEADER)
        except FileNotFoundError:
            return False

    def explain(self) -> None:
        """Writes columns.md beside it, if it is not there as it should be."""
        text = dictionary().encode()
        path = self.folder / DICTIONARY
        if not path.is_file() or path.read_bytes() != text:
            self._replace(path, iter([text]))

    def is_whole(self, engine: Engine) -> bool:
        """Whether all of the file is right, without the lock: others may be writing, so False says little."""
        try:
            data = self.path.read_bytes()  # before the database: what is copied was committed
        except FileNotFoundError:
            return False
        with engine.connect() as connection:
            found = _compare(data, connection)
        return not (found.torn or found.stale or found.edited)

    def catch_up(self, connection: Connection, lock: int, compare: bool = False) -> None:
        """Brings the file up to the last vote of the database; all of it is on disk on return.

        Args:
            connection: in a transaction that sees what was committed.
            lock: descriptor of the lock file.
            compare: compare all of it even if it is as the last writer left it.

        Raises:
            OSError: if it cannot be written; whatever was written of it is mended by the next call.
        """
        gone = connection.scalar(_GONE)
        left = _read(lock)
        if compare or left is None or left.withdrawn != gone or not _untouched(self.path, left):
            left, end, sequence = None, *self._mended(connection)
        else:
            end, sequence = left.size, left.sequence
        new = list(_lines(connection, after=sequence))
        lines = [text for _, withdrawn, text in new if not withdrawn]
        if left is not None and not lines:
            return
        status = self._append(b"".join(lines), end)
        _write(
            lock, _Left(status.st_ino, status.st_size, status.st_mtime_ns, new[-1][0] if new else sequence, gone or 0)
        )

    def _append(self, data: bytes, end: int) -> os.stat_result:
        """Writes at the end, and flushes even where there is nothing to write: what is there may not be on disk."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            try:
                _write_all(descriptor, data, end)
                os.fsync(descriptor)
            except OSError:
                # what stays must be flushed again: after a failed fsync the system takes its pages for written
                with suppress(OSError):
                    os.ftruncate(descriptor, end)
                raise
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)

    def _mended(self, connection: Connection) -> tuple[int, int]:
        """Compares the file, mends what is wrong, and returns how long it is and its last vote."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            if connection.scalar(select(func.count()).select_from(VOTES)):
                _log.warning("votes.csv was gone; it is written again from the database")
            return self._rewrite(connection)
        found = _compare(data, connection)
        if found.edited:
            new = self._prepare(self.path, (text for _, _, text in _kept(connection)))
            aside = self._set_aside()
            _log.warning(
                "votes.csv is not as attnviz wrote it (edited or damaged after byte %d); that file is kept as %s, and "
                "votes.csv is written again from the database", found.end, aside,
            )  # fmt: skip
            self._put(new, self.path)
            return self.path.stat().st_size, _last(connection)
        if found.stale:
            return self._rewrite(connection)
        if found.torn:
            _log.info("votes.csv ended in the middle of a line; it is cut to whole lines (%d bytes)", found.end)
            os.truncate(self.path, found.end)
        return found.end, found.sequence

    def _rewrite(self, connection: Connection) -> tuple[int, int]:
        self._replace(self.path, (text for _, _, text in _kept(connection)))
        return self.path.stat().st_size, _last(connection)

    def _set_aside(self) -> str:
        """Renames the file out of the way, over nothing; returns its new name."""
        base = f"{NAME}.set-aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        names = (base if attempt == 1 else f"{base}-{attempt}" for attempt in range(1, 1000))
        aside = next(self.folder / name for name in names if not os.path.lexists(self.folder / name))
        self.path.rename(aside)
        return aside.name

    def _replace(self, path: Path, parts: Iterator[bytes]) -> None:
        self._put(self._prepare(path, parts), path)

    def _prepare(self, path: Path, parts: Iterator[bytes]) -> Path:
        new = path.with_name(path.name + ".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            end = 0
            for part in parts:
                end += _write_all(descriptor, part, end)
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                new.unlink()
            raise
        finally:
            os.close(descriptor)
        return new

    def _put(self, new: Path, path: Path) -> None:
        new.replace(path)
        flush_folder(self.folder)


def flush_folder(folder: Path) -> None:
    """Puts on disk which files a folder has."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(connection: Connection, after: int = -1) -> Iterator[tuple[int, bool, bytes]]:
    """Yields sequence number, whether it was withdrawn, and the line; the header is number 0."""
    if after < 0:
        yield 0, False, HEADER
    for row in connection.execute(_LINES, {"after": after}).mappings():
        yield row["sequence"], row["withdrawn_at"] is not None, line(dict(row))


def _kept(connection: Connection) -> Iterator[tuple[int, bool, bytes]]:
    return (entry for entry in _lines(connection) if not entry[1])


def _last(connection: Connection) -> int:
    return connection.scalar(select(func.max(VOTES.c.sequence))) or 0


def _compare(data: bytes, connection: Connection) -> _Found:
    """Compares a file with the lines that it should have; those of withdrawn participants may be there or not."""
    end, sequence, stale = 0, -1, False
    awaited: list[bytes] = []  # what could come next
    for number, withdrawn, text in _lines(connection):
        if data.startswith(text, end):
            end, sequence, awaited = end + len(text), number, []
            stale |= withdrawn
            continue
        awaited.append(text)
        if not withdrawn:
            break
    rest = data[end:]
    torn = bool(rest) and any(text.startswith(rest) for text in awaited)
    return _Found(end, sequence, torn=torn, stale=stale, edited=bool(rest) and not torn)


def _write_all(descriptor: int, data: bytes, offset: int) -> int:
    done = 0
    while done < len(data):
        done += os.pwrite(descriptor, data[done:], offset + done)
    return done


def _untouched(path: Path, left: _Left) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return (status.st_ino, status.st_size, status.st_mtime_ns) == astuple(left)[:3]


def _read(lock: int) -> _Left | None:
    try:
        said = json.loads(os.pread(lock, _LEFT_BYTES, 0))
        return _Left(**said)
    except (ValueError, TypeError):
        return None


def _write(lock: int, left: _Left) -> None:
    """The file keeps its length: to change it would cost as much as an fsync."""
    _write_all(lock, json.dumps(asdict(left)).ljust(_LEFT_BYTES).encode(), 0)
