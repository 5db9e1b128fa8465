"""The calibration error of the report is the model card's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attnviz.evaluation.statistics import Resamples
from attnviz.evaluation.statistics.calibration import calibration_error, calibration_interval
from attnviz.training.measure import calibration_error as of_card

SURE = st.integers(0, 1000).map(lambda number: (number + 0.5) / 1001)  # never on the edge of a bin


@given(st.lists(st.tuples(SURE, st.booleans()), min_size=1, max_size=60))
def test_it_is_that_of_the_card(answers: list[tuple[float, bool]]) -> None:
    confidence, correct = (np.array(column, dtype=float) for column in zip(*answers, strict=True))
    theirs = of_card(torch.tensor(confidence).float(), torch.tensor(correct, dtype=torch.bool))
    assert calibration_error(confidence, correct) == pytest.approx(theirs, abs=1e-6)


def test_photos_without_a_label_do_not_count() -> None:
    assert calibration_error(np.array([0.5, 0.9, 0.1]), np.array([1.0, np.nan, np.nan])) == 0.5
    assert np.isnan(calibration_error(np.array([0.5]), np.array([np.nan])))
    assert np.isnan(calibration_interval(np.array([0.5]), np.array([np.nan]), Resamples(1, 10))).all()


def test_the_interval_holds_the_error_of_one_that_is_too_sure() -> None:
    draw = np.random.default_rng(0)
    confidence = draw.uniform(0.6, 1, 2000)
    correct = (draw.random(2000) < confidence - 0.2).astype(float)
    low, high = calibration_interval(confidence, correct, Resamples(2000, 500))
    assert low < 0.2 < high
    assert low <= calibration_error(confidence, correct) <= high
    assert high - low < 0.06
    # of one draw that takes every photo as often as it is there, the error is the photos' own
    assert low > 0.16


def test_a_draw_s_error_is_that_of_the_drawn_photos() -> None:
    confidence, correct = np.array([0.2, 0.55, 0.9, 0.95]), np.array([0.0, 1.0, 1.0, np.nan])
    draws = Resamples(4, 1, seed=3)
    often = draws.sums(np.eye(4))[0].astype(int)
    assert often.sum() == 4
    drawn = calibration_error(np.repeat(confidence, often), np.repeat(correct, often))
    assert calibration_interval(confidence, correct, draws) == pytest.approx((drawn, drawn))
