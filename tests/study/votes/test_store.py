"""Nothing is acknowledged that is not stored, and nothing is overwritten that is somebody else's."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from attnviz.errors import StorageError, StudyError
from attnviz.study.votes import OpenTrial, Participant, Votes
from attnviz.study.votes.participants import _PROGRESS
from attnviz.study.votes.store import _ONE_AT_A_TIME
from attnviz.study.votes.tables import METADATA
from tests.study.votes.conftest import Answer, Clock, make_plan
from tests.study.votes.test_copy import as_text, read

ROOT = Path(__file__).parents[3]


def ready(votes: Votes, clock: Clock) -> tuple[Participant, OpenTrial]:
    person = votes.join("en")
    trial = votes.open(person)
    assert trial is not None
    clock.turn(seconds=1)
    return person, trial


def files(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.iterdir() if path.suffix not in (".lock",)}


def test_it_writes_through_to_disk(votes: Votes) -> None:
    with votes._store.reading() as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 10000),
        ):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_vote_is_written_before_it_is_acknowledged(
    votes: Votes, clock: Clock, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, trial = ready(votes, clock)
    flushed: list[tuple[int, bool]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        with sqlite3.connect(data / "votes.sqlite") as connection:
            rows = connection.execute("SELECT count(*) FROM votes").fetchone()[0]
        connection.close()
        flushed.append((rows, trial.vote_id.encode() in (data / "votes.csv").read_bytes()))

    monkeypatch.setattr(os, "fsync", fsync)
    votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert flushed == [(1, True)]


@pytest.mark.parametrize("call", ["pwrite", "fsync", "open"])
def test_a_full_disk_is_told_and_the_same_vote_is_taken_later(
    votes: Votes, clock: Clock, data: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, call: str
) -> None:
    other = votes.join("en")
    answer(other)
    person, trial = ready(votes, clock)
    before = (data / "votes.csv").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        for _ in range(2):
            with pytest.raises(StorageError, match="The vote could not be stored; it will be tried again"):
                votes.cast(person, trial.vote_id, trial.token, "left", 900)
        with pytest.raises(StorageError, match="cannot be stored now"):
            votes.check()
    assert (data / "votes.csv").read_bytes() == before
    votes.check()
    vote = votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert votes.cast(person, trial.vote_id, trial.token, "left", 900) == vote
    assert read(data) == as_text(votes)
    assert len(votes.rows()) == 2
    assert not [path for path in data.iterdir() if path.name.startswith(".votes-check")]


def test_half_a_line_and_then_a_full_disk(
    votes: Votes, clock: Clock, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, trial = ready(votes, clock)
    real = os.pwrite
    calls: list[int] = []

    def half(descriptor: int, data: bytes, offset: int) -> int:
        calls.append(len(data))
        if len(calls) % 2 == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data[: len(data) // 2], offset)

    def stays(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", half)
        patched.setattr(os, "ftruncate", stays)
        with pytest.raises(StorageError):
            votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert not (data / "votes.csv").read_bytes().endswith(b"\n")
    votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert read(data) == as_text(votes)


def test_a_limit_on_the_size_of_files_is_a_full_disk_for_all_of_it(data: Path, tmp_path: Path) -> None:
    """With real system calls, in the database too: until it is full every acknowledged vote is kept, and none after."""
    script = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from attnviz.errors import StorageError
        from attnviz.study.votes import Votes
        from tests.study.votes.conftest import make_plan
        votes = Votes(Path(sys.argv[1]), make_plan(images=60, minimum_ms=0))
        person = votes.join("en")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        while True:
            try:
                trial = votes.open(person)
                votes.cast(person, trial.vote_id, trial.token, "left", 1)
                print(trial.vote_id)
            except StorageError:
                break
        for _ in range(3):
            try:
                votes.check()
            except StorageError:
                print("unhealthy")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        votes.check()
        for _ in range(2):
            trial = votes.open(person)
            votes.cast(person, trial.vote_id, trial.token, "left", 1)
            print(trial.vote_id)
    """)
    for limit in (10_000, 200_000):  # one is met by votes.csv, the other by the database's log
        folder = data / str(limit)
        run = subprocess.run(
            [sys.executable, "-c", script, folder, str(limit)],
            cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        said = run.stdout.split()
        acknowledged = [word for word in said if word != "unhealthy"]
        assert "unhealthy" in said  # until SQLite has made room in its log
        votes = Votes(folder, make_plan(images=60, minimum_ms=0))
        stored = [row["vote_id"] for row in votes.rows()]
        assert [vote for vote in stored if vote in acknowledged] == acknowledged
        assert len(stored) - len(acknowledged) in (0, 1)  # stored, and not in votes.csv when it was full
        assert read(folder) == as_text(votes)


def test_a_database_that_is_removed_or_replaced_takes_no_vote(votes: Votes, clock: Clock, data: Path) -> None:
    person, trial = ready(votes, clock)
    database = data / "votes.sqlite"
    database.rename(data / "elsewhere")
    for call in (
        votes.check,
        lambda: votes.cast(person, trial.vote_id, trial.token, "left", 900),
        lambda: votes.join("en"),
        lambda: votes.rows(),
        lambda: votes.open(person),
        lambda: votes.participant(person.secret),
    ):
        with pytest.raises(StorageError):
            call()  # type: ignore[operator]
    assert not database.exists()
    shutil.copy(data / "elsewhere", database)
    with pytest.raises(StorageError):
        votes.cast(person, trial.vote_id, trial.token, "left", 900)
    (data / "elsewhere").replace(database)
    votes.cast(person, trial.vote_id, trial.token, "left", 900)
    votes.check()


def test_a_log_that_is_removed_takes_no_vote(votes: Votes, clock: Clock, data: Path) -> None:
    person, trial = ready(votes, clock)
    log = data / "votes.sqlite-wal"
    log.rename(data / "elsewhere")
    with pytest.raises(StorageError):
        votes.cast(person, trial.vote_id, trial.token, "left", 900)
    (data / "elsewhere").rename(log)
    votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert read(data) == as_text(votes)


def test_a_folder_that_is_gone(votes: Votes, clock: Clock, data: Path) -> None:
    person, trial = ready(votes, clock)
    data.rename(data.with_name("elsewhere"))
    with pytest.raises(StorageError):
        votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert not data.exists()
    data.with_name("elsewhere").rename(data)
    votes.cast(person, trial.vote_id, trial.token, "left", 900)


def test_a_database_that_another_program_holds(
    votes: Votes, clock: Clock, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attnviz.study.votes.store.BUSY_SECONDS", 0.05)
    votes = Votes(data, votes.plan, clock=clock)
    person, trial = ready(votes, clock)
    holder = sqlite3.connect(data / "votes.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="tried again"):
        votes.cast(person, trial.vote_id, trial.token, "left", 900)
    holder.execute("ROLLBACK")
    holder.close()
    votes.cast(person, trial.vote_id, trial.token, "left", 900)


def change(data: Path, statement: str) -> None:
    with sqlite3.connect(data / "votes.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def test_a_database_of_a_newer_version_is_left_alone(votes: Votes, data: Path, answer: Answer) -> None:
    answer(votes.join("en"))
    votes.close()
    change(data, "UPDATE study SET schema_version = 2")
    (data / "votes.csv").write_text("of a newer version too\n")
    before = files(data)
    with pytest.raises(StudyError, match=r"newer attnviz \(schema 2\)"):
        Votes(data, votes.plan)
    assert files(data) == before


def test_the_votes_of_another_plan_are_left_alone(votes: Votes, data: Path, answer: Answer) -> None:
    answer(votes.join("en"))
    votes.close()
    before = files(data)
    with pytest.raises(StudyError, match="another plan"):
        Votes(data, make_plan(seed=8))
    assert files(data) == before
    Votes(data, make_plan())


def test_what_is_not_our_database_is_left_alone(data: Path) -> None:
    data.mkdir()
    change(data, "CREATE TABLE mine (x)")
    before = files(data)
    with pytest.raises(StudyError, match="not a database of attnviz"):
        Votes(data, make_plan())
    (data / "votes.sqlite").write_bytes(b"not a database at all " * 300)
    with pytest.raises(StorageError):
        Votes(data, make_plan())
    assert files(data) == {"votes.sqlite": b"not a database at all " * 300} != before


def test_votes_without_their_database_are_left_alone(votes: Votes, data: Path, answer: Answer) -> None:
    answer(votes.join("en"))
    votes.close()
    for empty in (False, True):
        (data / "votes.sqlite").unlink()
        if empty:
            (data / "votes.sqlite").touch()
        before = files(data)
        with pytest.raises(StudyError, match="is gone; put it back"):
            Votes(data, votes.plan)
        assert files(data) == before
        (data / "votes.sqlite").touch()


def test_a_start_that_was_cut_off_is_made_good(data: Path, clock: Clock) -> None:
    data.mkdir()
    (data / "votes.sqlite").touch()
    (data / "votes.csv").write_bytes(b"schema,vo")
    votes = Votes(data, make_plan(), clock=clock)
    votes.check()
    assert votes.rows() == []
    assert read(data) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="data folder"):
        Votes(tmp_path / "file" / "data", make_plan())


def test_a_url_of_sqlite_is_a_file(tmp_path: Path, clock: Clock) -> None:
    name = tmp_path / "a b%20?#c"
    name.mkdir()
    votes = Votes(f"sqlite:///{tmp_path}/x.sqlite", make_plan(), clock=clock)
    votes.join("en")
    assert (tmp_path / "votes.csv").exists()
    Votes(name, make_plan(), clock=clock).join("en")
    assert (name / "votes.sqlite").stat().st_size > 0
    for place in ("sqlite://", "postgresql://localhost/x"):
        with pytest.raises(ValueError):
            Votes(place, make_plan())


def test_postgresql_understands_the_tables_and_the_longest_statements() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in METADATA.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    assert "FOR UPDATE" in str(_ONE_AT_A_TIME.compile(dialect=dialect))
    assert "LIMIT" in str(_PROGRESS.compile(dialect=dialect))


def test_no_log_tells_what_was_asked_of_the_database(
    votes: Votes, clock: Clock, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    person, trial = ready(votes, clock)
    change(data, "DROP TABLE votes")
    with pytest.raises(StorageError):
        votes.cast(person, trial.vote_id, trial.token, "left", 900)
    assert "no such table" in caplog.text
    for hidden in (person.id, trial.vote_id, trial.token, str(data)):
        assert hidden not in caplog.text
