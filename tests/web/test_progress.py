"""Work tells its steps while it goes on, then its result or its error."""

import pytest

from attnviz.web.progress import Advance, Work


def test_steps_then_the_result() -> None:
    def work(advance: Advance) -> str:
        advance(0, 2)
        advance(1, 2)
        return "done"

    going = Work(work)
    assert list(going) == [(0, 2), (1, 2)]
    assert going.result() == "done"


def test_an_error_comes_out_where_the_result_would() -> None:
    def work(advance: Advance) -> str:
        advance(0, 2)
        raise ZeroDivisionError

    going = Work(work)
    assert list(going) == [(0, 2)]
    with pytest.raises(ZeroDivisionError):
        going.result()
