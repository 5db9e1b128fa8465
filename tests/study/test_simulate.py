"""Simulated participants answer as they were planted."""

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import StudyError
from attnviz.study.plan import write_plan
from attnviz.study.schedule import Trial
from attnviz.study.simulate import Habits, answer, simulate

DRAWS = 20_000


def shares(habits: Habits, trial: Trial) -> dict[str, float]:
    draw = random.Random(4)
    answers = [answer(habits, trial, draw) for _ in range(DRAWS)]
    return {choice: answers.count(choice) / DRAWS for choice in ("left", "similar", "right")}


@pytest.mark.parametrize(("left", "right", "expected"), [("cbam", "baseline", 0.7), ("baseline", "cbam", 0.3),
                                                         ("baseline", "bam", 0.5)])  # fmt: skip
def test_the_preferred_model_is_chosen_on_either_side(left: str, right: str, expected: float) -> None:
    found = shares(Habits("cbam", 0.7, similar=0.2), Trial(1, "main", "i01", left, right))
    assert found["similar"] == pytest.approx(0.2, abs=0.01)
    assert found["left"] / (found["left"] + found["right"]) == pytest.approx(expected, abs=0.015)


def test_a_side_bias_adds_to_the_log_odds() -> None:
    found = shares(Habits("cbam", 0.6, side_bias=0.3, similar=0), Trial(1, "main", "i01", "cbam", "bam"))
    assert math.log(found["left"] / found["right"]) == pytest.approx(math.log(0.6 / 0.4) + 0.3, abs=0.05)


@pytest.mark.parametrize(("mirrored", "expected"), [("left", "right"), ("right", "left")])
def test_a_mirrored_map_is_not_chosen(mirrored: str, expected: str) -> None:
    assert shares(Habits(), Trial(1, "catch", "i01", "cbam", "cbam", mirrored))[expected] == 1


def test_a_model_that_is_not_there_is_told(make_plan: Callable[..., Any], tmp_path: Path) -> None:
    write_plan(tmp_path, make_plan())
    with pytest.raises(StudyError, match='no model "vit" in this study; there are baseline, cbam'):
        simulate(tmp_path, "http://127.0.0.1:1", 1, Habits("vit"))
