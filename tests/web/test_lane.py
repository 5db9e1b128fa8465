"""Turns are given in the order in which they were asked for, to one at a time, and to so many only."""

import threading
import time

import pytest

from attnviz.errors import BusyError
from attnviz.web.lane import Lane


def waiting(lane: Lane, count: int) -> None:
    while len(lane._waiting) < count:
        time.sleep(0.001)


def in_line(lane: Lane, names: str, visit) -> list[threading.Thread]:
    """Lets threads of those names stand in line, one after the other, each to call ``visit(name)`` in its turn."""
    threads = []
    for name in names:

        def come(name: str = name) -> None:
            with lane:
                visit(name)

        before = len(lane._waiting)
        threads.append(threading.Thread(target=come))
        threads[-1].start()
        waiting(lane, before + 1)
    return threads


def test_first_come_first_served():
    lane, order = Lane(), []
    with lane:
        threads = in_line(lane, "abcdefgh", order.append)
    for thread in threads:
        thread.join()
    assert order == list("abcdefgh")


def test_one_at_a_time():
    lane, inside, most = Lane(), 0, 0

    def visit(_: str) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)
        inside -= 1

    def come_often() -> None:
        for _ in range(20):
            with lane:
                visit("")

    threads = [threading.Thread(target=come_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert inside == 0


def test_long_work_lets_those_who_wait_go_first():
    lane, order = Lane(), []

    with lane:
        threads = in_line(lane, "ab", order.append)
        for step in range(3):
            lane.let_others_pass()
            order.append(step)
    for thread in threads:
        thread.join()
    assert order == ["a", "b", 0, 1, 2]


def test_two_who_have_long_work_take_turns():
    lane, order = Lane(), []

    def work(name: str) -> None:
        for _ in range(2):
            order.append(name)
            lane.let_others_pass()

    with lane:
        threads = in_line(lane, "ab", work)
    for thread in threads:
        thread.join()
    assert order == ["a", "b", "a", "b"]


def test_who_fails_gives_the_turn_back():
    lane = Lane()
    with pytest.raises(ZeroDivisionError), lane:
        _ = 1 / 0
    with lane:
        pass


def test_so_many_may_wait_and_no_more():
    lane, order = Lane(2), []
    with lane:
        threads = in_line(lane, "ab", order.append)
        with pytest.raises(BusyError, match="try again"), lane:
            order.append("c")
    for thread in threads:
        thread.join()
    assert order == ["a", "b"]
    with lane:
        pass
