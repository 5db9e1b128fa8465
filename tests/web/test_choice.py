"""The page's copies of what torch would have to be loaded for are the same as the originals."""

from attnviz.maps import INPUT_METHODS, METHODS
from attnviz.web.choice import AT_INPUT, METHOD_NAMES, Choice


def test_the_methods_are_those_that_there_are() -> None:
    assert list(METHOD_NAMES) == [*METHODS, *INPUT_METHODS]
    assert list(AT_INPUT) == list(INPUT_METHODS)


def test_what_follows_from_a_kept_pass() -> None:
    assert Choice("p", "f").is_free
    assert not Choice("p", "f", stage="stage3").is_free
    assert not Choice("p", "f", method="occlusion").is_free
    assert Choice("p", "f", method="occlusion").at_input
