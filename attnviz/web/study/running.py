"""A frozen study that is being served."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from attnviz.study.plan import DATA, Plan, read_plan
from attnviz.study.votes import Votes
from attnviz.web.study.pictures import Pictures


@dataclass(frozen=True)
class RunningStudy:
    """What the routes of a study need.

    Attributes:
        plan: frozen.
        votes: where they go.
        pictures: of the trials.
    """

    plan: Plan
    votes: Votes
    pictures: Pictures

    @classmethod
    def open(cls, folder: Path) -> RunningStudy:
        """Opens the frozen study of a folder.

        Raises:
            StudyError: if there is none, or its votes cannot be kept.
        """
        plan = read_plan(folder)
        return cls(plan, Votes(folder / DATA, plan), Pictures(folder, plan))
