"""A newer request ends an older one of the same visitor, and nobody else's."""

import pytest

from attnviz.web.turns import Superseded, Turns


def test_a_newer_request_ends_an_older_one() -> None:
    turns = Turns()
    first = turns.begin("one")
    other = turns.begin("two")
    turns.check("one", first)
    second = turns.begin("one")
    with pytest.raises(Superseded):
        turns.check("one", first)
    turns.check("one", second)
    turns.check("two", other)


def test_who_left_waits_for_nothing() -> None:
    turns = Turns()
    number = turns.begin("one")
    turns.leave("one")
    turns.leave("never came")
    with pytest.raises(Superseded):
        turns.check("one", number)
    assert turns.begin("one") != number


def test_a_newer_request_for_the_same_lets_the_older_finish_but_not_be_current() -> None:
    turns = Turns()
    first = turns.begin("one", "lion")
    second = turns.begin("one", "lion")
    turns.check("one", first, "lion")
    assert not turns.is_current("one", first)
    assert turns.is_current("one", second)
    turns.begin("one", "goldfish")
    for number in (first, second):
        with pytest.raises(Superseded):
            turns.check("one", number, "lion")


def test_what_is_asked_for_already_is_not_begun_again() -> None:
    turns = Turns()
    assert turns.begin_another("one", "broken.jpg")
    assert not turns.begin_another("one", "broken.jpg")
    assert turns.begin_another("two", "broken.jpg")
    number = turns.begin("one", "lion")
    assert turns.begin_another("one", "broken.jpg")
    with pytest.raises(Superseded):
        turns.check("one", number, "lion")


def test_a_stopped_request_ends_whatever_it_was_for() -> None:
    turns = Turns()
    number = turns.begin("one", "lion")
    turns.begin("one")
    with pytest.raises(Superseded):
        turns.check("one", number, "lion")
