"""A small plan, and a clock that tests turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from attnviz.study.plan import Image, Plan, Stimulus
from attnviz.study.votes import OpenTrial, Participant, Vote, Votes


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def make_plan(images: int = 6, **changes: Any) -> Plan:
    both = ("baseline", "cbam")
    pictures = tuple(
        Image(
            id=f"i{number:02d}",
            file=f"{number}.jpg",
            label=f'lion, "{number}"',  # a name that a CSV must quote
            sha256="0" * 64,
            stimulus=Stimulus(
                photo=f"{number:016x}.jpg",
                overlays={model: f"{number:015x}{place}.jpg" for place, model in enumerate(both)},
                mirrored={"cbam": f"{number:015x}f.jpg"} if number <= 2 else {},
            ),
            practice=number == images,
            catch=number <= 2 and number != images,
        )
        for number in range(1, images + 1)
    )
    asked: dict[str, Any] = {
        "study": "where", "title": {"en": "Where", "ko": "어디"}, "question": {}, "intro": {}, "consent": {},
        "family": "f", "weights": dict.fromkeys(both, "0" * 64), "pairs": (both,), "pairs_per_image": 1,
        "images": pictures, "method": "gradcam", "stage": "stage4", "presentation": {}, "participants": 3,
        "repeats": 0, "catches": 0, "minimum_ms": 700, "seed": 7,
    }  # fmt: skip
    return Plan(**(asked | changes))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def votes(data: Path, clock: Clock) -> Iterator[Votes]:
    opened = Votes(data, make_plan(), clock=clock)
    yield opened
    opened.close()


Answer = Callable[..., Vote]


@pytest.fixture
def answer(votes: Votes, clock: Clock) -> Answer:
    """Looks for a second, and answers what is open."""

    def answers(participant: Participant, choice: str = "left") -> Vote:
        trial = votes.open(participant)
        assert isinstance(trial, OpenTrial)
        clock.turn(seconds=1)
        return votes.cast(participant, trial.vote_id, trial.token, choice, 900)  # type: ignore[arg-type]

    return answers
