"""When a study has ended, and looks before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import StudyError
from attnviz.study.ending import has_ended, peeks, record_peek
from attnviz.study.votes import Counts


@pytest.mark.parametrize(
    ("closes", "finished", "ended"),
    [(None, 2, False), (None, 3, True), ("2020-01-01T00:00:00Z", 0, True), ("2999-01-01T00:00:00Z", 2, False)],
)
def test_it_ends_with_its_last_participant_or_its_date(
    make_plan: Callable[..., Any], closes: str | None, finished: int, ended: bool
) -> None:
    plan = make_plan(participants=3, closes=closes)
    assert has_ended(plan, Counts(joined=3, finished=finished, withdrawn=0, votes=9)) is ended


def test_every_look_is_a_line(tmp_path: Path) -> None:
    assert peeks(tmp_path) == []
    record_peek(tmp_path, 7)
    record_peek(tmp_path, 9)
    assert [line.split(" ", 1)[1] for line in peeks(tmp_path)] == ["7 votes", "9 votes"]


def test_a_look_that_cannot_be_written_down_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be written"):
        record_peek(tmp_path / "gone", 7)
