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


def test_another_photo_ends_what_was_asked_for_and_lets_in_nothing_of_the_one_before() -> None:
    turns = Turns()
    assert turns.look_at("one", "lion.jpg")
    number = turns.begin("one", "lion", "lion.jpg")
    assert not turns.look_at("one", "lion.jpg")  # Gradio tells of an upload twice
    turns.check("one", number, "lion")
    assert turns.look_at("one", "goldfish.jpg")
    for late in (lambda: turns.check("one", number, "lion"), lambda: turns.begin("one", "lion", "lion.jpg")):
        with pytest.raises(Superseded):
            late()
    newer = turns.begin("one", "goldfish", "goldfish.jpg")
    with pytest.raises(Superseded):
        turns.begin("one", "lion", "lion.jpg")
    assert turns.is_current("one", newer)
    assert turns.look_at("two", "lion.jpg")


def test_who_comes_back_may_go_on_with_the_photo_they_had() -> None:
    turns = Turns()
    turns.look_at("one", "goldfish.jpg")
    turns.leave("one")
    turns.check("one", turns.begin("one", "lion", "lion.jpg"), "lion")


def test_a_stopped_request_ends_whatever_it_was_for() -> None:
    turns = Turns()
    number = turns.begin("one", "lion")
    turns.begin("one")
    with pytest.raises(Superseded):
        turns.check("one", number, "lion")
