"""Many threads and processes over one folder."""

import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.votes import Counts, Votes
from tests.study.votes.conftest import make_plan
from tests.study.votes.test_copy import as_text, read

FORK = multiprocessing.get_context("fork")
PROCESSES, THREADS = 4, 8


def together(target: Any, *given: Any) -> list[Any]:
    """Calls ``target(start, *given)`` in PROCESSES processes at once, and returns what they return."""
    start, answers = FORK.Barrier(PROCESSES), FORK.SimpleQueue()
    processes = [FORK.Process(target=put, args=(answers, target, start, *given)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    said = [answers.get() for _ in processes]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return said


def put(answers: Any, target: Any, *given: Any) -> None:
    try:
        answers.put(target(*given))
    except BaseException as error:
        answers.put(error)
        raise


def test_one_vote_in_eight_threads_is_one_vote(data: Path) -> None:
    votes = Votes(data, make_plan(minimum_ms=0))
    person = votes.join("en")
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(6):
            opened = list(pool.map(lambda _: votes.open(person), range(THREADS)))
            assert len({trial.vote_id for trial in opened if trial}) == 1
            trial = opened[0]
            assert trial is not None

            def vote(place: int, trial: Any = trial) -> Any:
                try:
                    return votes.cast(person, trial.vote_id, trial.token, ("left", "right")[place % 2], place)  # type: ignore[arg-type]
                except StudyError as refused:
                    return str(refused)

            said = Counter(pool.map(vote, range(THREADS)))
            assert sorted(said.values()) == [THREADS // 2, THREADS // 2]
            assert "This trial was answered before; the first answer stands." in said
    assert [row["trial"] for row in votes.rows()] == [1, 2, 3, 4, 5, 6]
    assert read(data) == as_text(votes)


def test_sessions_at_once_in_processes_and_threads(data: Path) -> None:
    plan = make_plan(participants=PROCESSES * 4, minimum_ms=0)
    numbers = [number for said in together(_sessions, data, plan) for number in said]
    assert sorted(numbers) == list(range(PROCESSES * 4))
    votes = Votes(data, plan)
    assert votes.counts() == Counts(joined=16, finished=16, withdrawn=0, votes=16 * 6)
    rows = votes.rows()
    assert len({row["vote_id"] for row in rows}) == len({(row["participant"], row["trial"]) for row in rows}) == 96
    assert read(data) == as_text(votes)


def _sessions(start: Barrier, data: Path, plan: Plan) -> list[int]:
    start.wait()  # the database is made at once too
    votes = Votes(data, plan)

    def session(_: int) -> int:
        person = votes.join("en")
        while trial := votes.open(person):
            votes.cast(person, trial.vote_id, trial.token, "left", 1)
        return person.number

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(session, range(4)))


def test_places_hold_when_everybody_comes_at_once(data: Path) -> None:
    plan = make_plan(participants=20)
    Votes(data, plan).close()
    numbers = [number for said in together(_joins, data, plan) for number in said]
    assert sorted(number for number in numbers if number is not None) == list(range(20))
    assert numbers.count(None) == PROCESSES * THREADS - 20


def _joins(start: Barrier, data: Path, plan: Plan) -> list[int | None]:
    votes = Votes(data, plan)

    def join(_: int) -> int | None:
        try:
            return votes.join("ko").number
        except StudyError:
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        start.wait()
        return list(pool.map(join, range(THREADS)))


def test_withdrawals_while_others_vote(data: Path) -> None:
    plan = make_plan(participants=100, minimum_ms=0)
    kept = {name for said in together(_come_and_go, data, plan) for name in said}
    votes = Votes(data, plan)
    assert {row["participant"] for row in votes.rows()} == kept
    assert len(votes.rows()) == 6 * len(kept) == 6 * PROCESSES * 3
    assert read(data) == as_text(votes)
    assert votes.counts().withdrawn == PROCESSES * 3
    assert not [path for path in data.iterdir() if "set-aside" in path.name]


def _come_and_go(start: Barrier, data: Path, plan: Plan) -> list[str]:
    votes, kept = Votes(data, plan), []
    start.wait()
    for turn in range(6):
        person = votes.join("en")
        while trial := votes.open(person):
            votes.cast(person, trial.vote_id, trial.token, "right", 1)
        if turn % 2:
            assert votes.withdraw(person.withdrawal_code)
        else:
            kept.append(person.id)
    return kept
