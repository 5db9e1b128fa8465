"""When a study has ended, and looks at its results before: each is written down, for it may decide when one stops."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.votes import Counts

PEEKS = "peeks.txt"


def has_ended(plan: Plan, counts: Counts) -> bool:
    """Whether as many have finished as were wanted, or the closing date has passed.

    Args:
        plan: frozen.
        counts: of its votes.
    """
    if plan.closes is not None and datetime.now(UTC) >= datetime.fromisoformat(plan.closes).astimezone(UTC):
        return True
    return counts.finished >= plan.participants


def record_peek(data: Path, votes: int) -> None:
    """Writes down that somebody looked, to ``peeks.txt``, and returns when that is on disk.

    Args:
        data: folder of the study's votes.
        votes: how many there were.

    Raises:
        StudyError: if it cannot be written, and so must not be looked at.
    """
    line = f"{datetime.now(UTC).isoformat(timespec='seconds')} {votes} votes\n"
    try:
        with (data / PEEKS).open("a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StudyError('"{name}" cannot be written: {reason}.', name=PEEKS, reason=error.strerror) from None


def peeks(data: Path) -> list[str]:
    """Returns when somebody looked, and how many votes there were, a line each."""
    try:
        return (data / PEEKS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
