"""Who may answer what, once."""

import itertools
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import StorageError, StudyError
from attnviz.study.schedule import schedule
from attnviz.study.votes import COLUMNS, Counts, OpenTrial, Participant, Vote, Votes
from attnviz.study.votes import secret as secrets
from tests.study.votes.conftest import Answer, Clock, make_plan


def shown(votes: Votes, participant: Participant) -> OpenTrial:
    trial = votes.open(participant)
    assert trial is not None
    return trial


def test_a_session_from_consent_to_the_completion_code(votes: Votes, clock: Clock) -> None:
    person = votes.join("ko")
    assert (person.number, person.language, person.completion_code) == (0, "ko", None)
    for expected in schedule(votes.plan, 0):
        trial = shown(votes, person)
        assert (trial.trial, trial.total, trial.shown_at) == (expected, 6, clock.now)
        clock.turn(milliseconds=700)
        vote = votes.cast(person, trial.vote_id, trial.token, "right", 650, "hidden=2 zoom")
        assert vote == Vote(expected.number, trial.vote_id, person.id, expected.number, "right", 650, clock.now)
        again = votes.participant(person.secret)
        assert again is not None
        assert (again.completion_code is None) == (expected.number < 6)
    assert votes.open(person) is None
    assert again.withdrawal_code == person.withdrawal_code != again.completion_code
    for code in (again.withdrawal_code, again.completion_code):
        assert re.fullmatch("[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}", str(code))
    assert votes.counts() == Counts(joined=1, finished=1, withdrawn=0, votes=6)
    rows = votes.rows()
    assert [tuple(row) for row in rows] == [COLUMNS] * 6
    first = rows[0]
    expected = schedule(votes.plan, 0)[0]
    assert first == {
        "schema": 1, "vote_id": first["vote_id"], "study": "where", "plan_sha256": votes.plan.sha256,
        "participant": person.id, "trial": 1, "kind": "practice", "image": "i06", "class": 'lion, "6"',
        "left_model": expected.left, "right_model": expected.right, "choice": "right",
        "preferred_model": expected.right, "method": "gradcam", "stage": "stage4",
        "shown_at": "2026-03-01T12:00:00.000Z", "voted_at": "2026-03-01T12:00:00.700Z", "response_ms": 650,
        "flags": "hidden=2 zoom", "app_version": first["app_version"],
    }  # fmt: skip
    assert len(votes.rows(["main"])) == 5
    assert votes.rows([]) == []


def test_a_reload_and_a_second_tab_see_the_same_trial_and_its_first_time(
    votes: Votes, clock: Clock, data: Path
) -> None:
    person = votes.join("en")
    first = shown(votes, person)
    clock.turn(minutes=5)
    assert shown(votes, person) == first
    restarted = Votes(data, votes.plan, clock=clock)
    same = restarted.participant(person.secret)
    assert same == person
    assert shown(restarted, same) == first


def test_a_double_click_a_retry_and_a_replay_are_one_vote(votes: Votes, clock: Clock, answer: Answer) -> None:
    person = votes.join("en")
    trial = shown(votes, person)
    clock.turn(seconds=1)
    first = votes.cast(person, trial.vote_id, trial.token, "similar", 900)
    clock.turn(seconds=1)
    assert votes.cast(person, trial.vote_id, trial.token, "similar", 950) == first
    answer(person)
    assert votes.cast(person, trial.vote_id, trial.token, "similar", 900) == first
    assert len(votes.rows()) == 2
    assert votes.rows()[0]["preferred_model"] == ""


def test_a_different_second_answer_is_refused_and_the_first_stands(votes: Votes, clock: Clock) -> None:
    person = votes.join("en")
    trial = shown(votes, person)
    clock.turn(seconds=1)
    votes.cast(person, trial.vote_id, trial.token, "left", 900)
    with pytest.raises(StudyError, match="first answer stands"):
        votes.cast(person, trial.vote_id, trial.token, "right", 900)
    assert [row["choice"] for row in votes.rows()] == ["left"]


def test_too_early_by_the_clock_of_the_server(votes: Votes, clock: Clock) -> None:
    person = votes.join("en")
    trial = shown(votes, person)
    clock.turn(milliseconds=699)
    with pytest.raises(StudyError, match="a little longer"):
        votes.cast(person, trial.vote_id, trial.token, "left", 5000)
    assert votes.rows() == []
    clock.turn(milliseconds=1)
    votes.cast(person, trial.vote_id, trial.token, "left", 5000)


def test_a_clock_that_was_set_back_locks_nobody_out(votes: Votes, clock: Clock) -> None:
    person = votes.join("en")
    trial = shown(votes, person)
    clock.turn(hours=-1)
    votes.cast(person, trial.vote_id, trial.token, "left", 900)


def test_forged_answers_leave_no_row(votes: Votes, clock: Clock, answer: Answer) -> None:
    person, other = votes.join("en"), votes.join("en")
    answer(other)
    old = votes.rows()[0]["vote_id"]
    mine, theirs = shown(votes, person), shown(votes, other)
    clock.turn(seconds=1)
    before = votes.rows()
    stranger = Participant("p" + "0" * 32, "secret", 0, "en", "", None)
    thief = Participant(other.id, person.secret, 1, "en", "", None)
    forged: list[tuple[Participant, str, str]] = [
        (person, mine.vote_id, ""),
        (person, mine.vote_id, "0" * 64),
        (person, mine.vote_id, theirs.token),
        (person, theirs.vote_id, theirs.token),
        (person, theirs.vote_id, mine.token),
        (person, old, mine.token),
        (person, "v" + "0" * 32, mine.token),
        (person, "", ""),
        (person, "v'; DROP TABLE votes; --", "é\ud800"),
        (other, mine.vote_id, mine.token),
        (stranger, mine.vote_id, mine.token),
        (thief, theirs.vote_id, theirs.token),
        (thief, theirs.vote_id, mine.token),
    ]
    for who, vote_id, token in forged:
        with pytest.raises(StudyError) as refused:
            votes.cast(who, vote_id, token, "left", 900)
        assert not isinstance(refused.value, StorageError)
    assert votes.rows() == before


def test_a_token_of_ones_own_making_for_the_vote_of_another_is_no_use(
    votes: Votes, clock: Clock, answer: Answer
) -> None:
    person, other = votes.join("en"), votes.join("en")
    answered, open_ = answer(other).vote_id, shown(votes, other).vote_id
    shown(votes, person)
    clock.turn(seconds=1)
    for vote_id in (answered, open_, "v" + "0" * 32):
        with pytest.raises(StudyError, match="not the trial that is open"):
            votes.cast(person, vote_id, secrets.token(person.secret, vote_id), "left", 900)


@pytest.mark.parametrize(
    "changed",
    [
        {"choice": "Left"}, {"choice": ""}, {"choice": None}, {"choice": ["left"]}, {"response_ms": -1},
        {"response_ms": 1.5}, {"response_ms": True}, {"response_ms": "900"}, {"flags": "a\nb"}, {"flags": "=1+1"},
        {"flags": "mirrored=left"}, {"flags": "x mirrored=left"}, {"flags": "x" * 201}, {"flags": None},
        {"flags": "a,b"}, {"flags": "a "},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_page_sends_is_refused(votes: Votes, clock: Clock, changed: dict[str, Any]) -> None:
    person = votes.join("en")
    trial = shown(votes, person)
    clock.turn(seconds=1)
    sent: dict[str, Any] = {"choice": "left", "response_ms": 900, "flags": ""}
    with pytest.raises(StudyError):
        votes.cast(person, trial.vote_id, trial.token, **(sent | changed))
    assert votes.rows() == []


def test_a_huge_time_is_cut_to_what_a_database_holds(votes: Votes, clock: Clock) -> None:
    person = votes.join("en")
    trial = shown(votes, person)
    clock.turn(seconds=1)
    assert votes.cast(person, trial.vote_id, trial.token, "left", 10**30).response_ms == 2**31 - 1


def test_nobody_joins_opens_or_answers_after_the_closing_date(data: Path, clock: Clock) -> None:
    votes = Votes(data, make_plan(closes="2026-03-01T12:00:10"), clock=clock)
    person = votes.join("en")
    first = shown(votes, person)
    clock.turn(seconds=1)
    stored = votes.cast(person, first.vote_id, first.token, "left", 900)
    second = shown(votes, person)
    clock.turn(seconds=9)
    for late in (
        lambda: votes.join("en"),
        lambda: votes.open(person),
        lambda: votes.cast(person, second.vote_id, second.token, "left", 900),
    ):
        with pytest.raises(StudyError, match="closed"):
            late()
    assert votes.cast(person, first.vote_id, first.token, "left", 900) == stored  # a retry is told that it is stored
    assert votes.withdraw(person.withdrawal_code)


def test_places_are_counted(votes: Votes) -> None:
    people = [votes.join("en") for _ in range(3)]
    assert [person.number for person in people] == [0, 1, 2]
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")
    assert votes.withdraw(people[1].withdrawal_code)
    assert votes.join("en").number == 1
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")


def test_who_never_answered_for_two_hours_can_lose_their_place(votes: Votes, clock: Clock, answer: Answer) -> None:
    voted, looked, late = (votes.join("en") for _ in range(3))
    answer(voted)
    opened = shown(votes, looked)
    clock.turn(hours=1, minutes=59)
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")
    assert votes.participant(looked.secret) == looked
    clock.turn(minutes=2)
    assert votes.participant(looked.secret) == looked  # nobody needed it yet
    assert votes.join("en").number == looked.number
    assert votes.participant(looked.secret) is None
    with pytest.raises(StudyError, match="place was given to another"):
        votes.cast(looked, opened.vote_id, opened.token, "left", 900)
    assert votes.join("en").number == late.number
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")
    assert len(votes.rows()) == 1


def test_who_began_and_is_gone_for_a_day_keeps_nobody_out_and_can_go_on(
    votes: Votes, clock: Clock, answer: Answer
) -> None:
    finished, gone, at_work = (votes.join("en") for _ in range(3))
    while votes.open(finished) is not None:
        answer(finished)
    for person in (gone, at_work):
        answer(person)
    clock.turn(hours=23)
    answer(at_work)
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")
    clock.turn(hours=2)
    newcomer = votes.join("en")
    assert newcomer.number == 3  # whoever is gone keeps theirs
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")
    for person in (gone, newcomer):
        while votes.open(person) is not None:
            answer(person)
    assert votes.counts().finished == 3  # as many as were wanted, one of whom was gone
    with pytest.raises(StudyError, match="All places"):
        votes.join("en")


def test_who_withdrew_is_in_no_export(votes: Votes, data: Path, answer: Answer) -> None:
    gone, stays = votes.join("en"), votes.join("en")
    for person in (gone, stays, gone, stays):
        answer(person)
    opened = shown(votes, gone)
    assert not votes.withdraw("AAAA-BBBB-CCCC")
    assert not votes.withdraw("")
    assert not votes.withdraw(stays.secret)
    assert len(votes.rows()) == 4
    assert votes.withdraw(f" {gone.withdrawal_code.lower().replace('-', ' ')}\n")
    assert votes.withdraw(gone.withdrawal_code)  # a retry is told the same
    assert {row["participant"] for row in votes.rows()} == {stays.id}
    written = (data / "votes.csv").read_text()
    assert gone.id not in written
    assert written.count(stays.id) == 2
    assert votes.counts() == Counts(joined=1, finished=0, withdrawn=1, votes=2)
    assert votes.participant(gone.secret) is None
    for refused in (
        lambda: votes.open(gone),
        lambda: votes.cast(gone, opened.vote_id, opened.token, "left", 900),
        lambda: votes.cast(gone, votes.rows()[0]["vote_id"], "", "left", 900),
    ):
        with pytest.raises(StudyError):
            refused()
    answer(stays)
    assert [row["trial"] for row in votes.rows()] == [1, 2, 3]
    assert (data / "votes.csv").read_text().startswith(written)
    assert sorted(path.name for path in data.iterdir() if "aside" in path.name) == []


def test_the_completion_code_withdraws_too(votes: Votes, answer: Answer) -> None:
    person = votes.join("en")
    for _ in range(6):
        answer(person)
    same = votes.participant(person.secret)
    assert same is not None
    assert same.completion_code is not None
    assert votes.withdraw(same.completion_code)
    assert votes.rows() == []


def test_a_catch_trial_says_which_side_was_mirrored(data: Path, clock: Clock) -> None:
    votes = Votes(data, make_plan(catches=1), clock=clock)
    person = votes.join("en")
    for trial in schedule(votes.plan, 0):
        opened = shown(votes, person)
        clock.turn(seconds=1)
        votes.cast(person, opened.vote_id, opened.token, "left", 900, "zoom")
        flags = f"mirrored={trial.mirrored} zoom" if trial.kind == "catch" else "zoom"
        assert votes.rows()[-1]["flags"] == flags
    assert [row["kind"] for row in votes.rows()].count("catch") == 1


def test_no_secret_and_no_code_is_in_any_file(votes: Votes, data: Path, answer: Answer) -> None:
    person = votes.join("en")
    for _ in range(6):
        token = shown(votes, person).token
        answer(person)
    person = votes.participant(person.secret) or person
    written = b"".join(path.read_bytes() for path in data.iterdir())
    assert person.id.encode() in written
    for hidden in (person.secret, person.withdrawal_code, person.completion_code, token):
        assert str(hidden).encode() not in written
        assert str(hidden) not in repr(person)


def test_the_database_itself_refuses_a_second_vote(votes: Votes, data: Path, answer: Answer) -> None:
    answer(votes.join("en"))
    with sqlite3.connect(data / "votes.sqlite") as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(votes)")]
        row = dict(zip(names, next(connection.execute("SELECT * FROM votes")), strict=True))
        insert = f"INSERT INTO votes VALUES ({','.join(f':{name}' for name in names)})".replace(":class", ":class_")
        row["class_"] = row.pop("class")
        fresh = {"sequence": 2, "vote_id": "v2", "trial": 2}
        for same in itertools.combinations(fresh, 2):
            with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
                connection.execute(insert, row | {name: fresh[name] for name in same})
    connection.close()
