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
