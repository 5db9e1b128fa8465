"""votes.csv is what the database has, whatever happened to it meanwhile."""

import csv
import io
import logging
import os
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.errors import StorageError
from attnviz.study.votes import COLUMNS, Votes
from attnviz.study.votes.columns import DICTIONARY, HEADER, line, plain
from attnviz.study.votes.copy import Copy
from tests.study.votes.conftest import Answer, Clock, make_plan


def aside(data: Path) -> list[Path]:
    return sorted(path for path in data.iterdir() if "set-aside" in path.name)


def as_text(votes: Votes) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in row.items()} for row in votes.rows()]


def read(data: Path) -> list[dict[str, str]]:
    with (data / "votes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_is_there_from_the_start_with_its_dictionary(votes: Votes, data: Path) -> None:
    assert (data / "votes.csv").read_bytes() == HEADER == (",".join(COLUMNS) + "\n").encode()
    told = (data / "columns.md").read_text()
    rows = [row.split("|")[1].strip() for row in told.splitlines() if row.startswith("| ")]
    assert rows[0] == "column"
    assert [name for name in rows[1:] if name != "---"] == list(COLUMNS)
    assert all(column.meaning.endswith(".") for column in DICTIONARY)
    (data / "columns.md").write_text("mine")
    Votes(data, votes.plan)
    assert (data / "columns.md").read_text() == told


def test_pandas_and_csv_read_what_was_stored(votes: Votes, data: Path, answer: Answer) -> None:
    person = votes.join("en")
    for choice in ("left", "right", "similar"):
        answer(person, choice)
    assert read(data) == as_text(votes)
    table = pandas.read_csv(data / "votes.csv", keep_default_na=False)
    assert table.to_dict("records") == votes.rows()
    assert table["class"].tolist()[0] == 'lion, "6"'
    assert pandas.to_datetime(table["voted_at"]).dt.tz is not None
    assert len((data / "votes.csv").read_bytes().splitlines()) == 4
    assert b"\r" not in (data / "votes.csv").read_bytes()


@given(st.text())
def test_a_field_is_one_physical_line_and_comes_back(text: str) -> None:
    field = plain(text)
    row = dict.fromkeys(COLUMNS, field)
    written = line(row).decode()
    assert len(written.splitlines()) == 1
    assert written.endswith("\n")
    assert next(csv.reader(io.StringIO(written, newline=""))) == [field] * len(COLUMNS)
    assert plain(field) == field


def test_a_label_that_breaks_lines_does_not_break_the_file(data: Path, clock: Clock) -> None:
    plan = make_plan()
    images = tuple(image.model_copy(update={"label": "=1+1\r\n\x00사자\u2028x"}) for image in plan.images)
    votes = Votes(data, plan.model_copy(update={"images": images}), clock=clock)
    person = votes.join("en")
    trial = votes.open(person)
    assert trial is not None
    clock.turn(seconds=1)
    votes.cast(person, trial.vote_id, trial.token, "left", 1)
    assert read(data)[0]["class"] == "=1+1 사자 x"


@pytest.mark.parametrize("restart", [False, True])
def test_a_tail_that_is_torn_at_any_byte_is_mended(
    votes: Votes, data: Path, answer: Answer, clock: Clock, restart: bool
) -> None:
    person = votes.join("en")
    for _ in range(3):
        answer(person)
    whole = (data / "votes.csv").read_bytes()
    last_two = sum(len(text) for text in whole.splitlines(keepends=True)[2:])
    for end in range(0, len(whole), 29) if restart else range(len(whole) - last_two, len(whole)):
        (data / "votes.csv").write_bytes(whole[:end])
        if restart:
            again = Votes(data, votes.plan, clock=clock)
            again.close()
        else:
            votes.check()
        assert (data / "votes.csv").read_bytes() == whole, end
    assert aside(data) == []
    answer(person)
    assert (data / "votes.csv").read_bytes().startswith(whole)
    assert read(data) == as_text(votes)


def edits() -> dict[str, Any]:
    return {
        "a choice": lambda data: data.replace(b",left,", b",rght,", 1),  # of the same length
        "a cell": lambda data: data.replace(b"where", b"elsewhere", 1),
        "line ends": lambda data: data.replace(b"\n", b"\r\n"),
        "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
        "a line less": lambda data: b"".join(data.splitlines(keepends=True)[:2] + data.splitlines(keepends=True)[3:]),
        "a line twice": lambda data: data + data.splitlines(keepends=True)[-1],
        "another order": lambda data: b"".join(data.splitlines(keepends=True)[index] for index in (0, 2, 1, 3)),
        "a line more": lambda data: data + b"1,v1,a line of my own\n",
        "half a line more": lambda data: data + b"note to self",
        "no header": lambda data: data[len(HEADER) :],
        "noise": lambda data: os.urandom(len(data)),
        "zeros at the end": lambda data: data[:-40] + bytes(40),
    }


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("edit", edits())
def test_an_edited_file_is_set_aside_told_and_written_anew(
    votes: Votes, data: Path, answer: Answer, clock: Clock, caplog: pytest.LogCaptureFixture, edit: str, restart: bool
) -> None:
    person = votes.join("en")
    for _ in range(3):
        answer(person)
    whole = (data / "votes.csv").read_bytes()
    edited = edits()[edit](whole)
    assert edited != whole
    (data / "votes.csv").write_bytes(edited)
    if restart:
        Votes(data, votes.plan, clock=clock)
        assert (data / "votes.csv").read_bytes() == whole
    answer(person)
    assert (data / "votes.csv").read_bytes().startswith(whole)
    assert read(data) == as_text(votes)
    assert [path.read_bytes() for path in aside(data)] == [edited]
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [aside(data)[0].name in record.getMessage() for record in told] == [True]
    answer(person)
    assert len(aside(data)) == 1


def test_two_edits_in_one_second_are_both_kept(votes: Votes, data: Path, answer: Answer) -> None:
    for text in (b"one\n", b"two\n"):
        (data / "votes.csv").write_bytes(text)
        votes.check()
    assert {path.read_bytes() for path in aside(data)} == {b"one\n", b"two\n"}


def test_a_file_that_was_deleted_or_only_touched_is_as_it_was(
    votes: Votes, data: Path, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    person = votes.join("en")
    answer(person)
    (data / "votes.csv").unlink()
    answer(person)
    assert read(data) == as_text(votes)
    assert "was gone" in caplog.text
    (data / "votes.csv").touch()
    (data / "votes.csv.lock").unlink()
    answer(person)
    (data / "votes.csv.lock").write_text('{"inode": 1')
    answer(person)
    assert read(data) == as_text(votes)
    assert aside(data) == []


def test_a_withdrawal_that_was_cut_off_before_the_file_is_no_edit(
    votes: Votes, data: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = votes.join("en"), votes.join("en")
    for person in (gone, stays, gone, stays):
        answer(person)
    with monkeypatch.context() as patched:
        patched.setattr(Copy, "catch_up", refuse)
        with pytest.raises(StorageError):
            votes.withdraw(gone.withdrawal_code)
    assert gone.id in (data / "votes.csv").read_text()
    assert gone.id not in {row["participant"] for row in votes.rows()}
    answer(stays)
    assert read(data) == as_text(votes)
    assert gone.id not in (data / "votes.csv").read_text()
    assert aside(data) == []


def test_a_withdrawn_vote_that_never_came_into_the_file(
    votes: Votes, data: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = votes.join("en"), votes.join("en")
    answer(stays)
    with monkeypatch.context() as patched:
        patched.setattr(Copy, "catch_up", refuse)
        with pytest.raises(StorageError):
            answer(gone)
        with pytest.raises(StorageError):
            votes.withdraw(gone.withdrawal_code)
    torn = (data / "votes.csv").read_bytes() + b"1,v"
    (data / "votes.csv").write_bytes(torn)
    answer(stays)
    assert read(data) == as_text(votes)
    assert aside(data) == []


def refuse(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")
