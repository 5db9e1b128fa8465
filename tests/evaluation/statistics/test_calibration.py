"""The calibration error of the report is the model card's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attnviz.evaluation.statistics import Resamples
from attnviz.evaluation.statistics.calibration import calibration_error, calibration_interval, drawn_errors
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


@pytest.mark.parametrize("too_sure", [0.0, 0.2])
def test_the_interval_holds_the_error(too_sure: float) -> None:
    draw = np.random.default_rng(0)
    confidence = draw.uniform(0.6, 1, 1000)
    correct = (draw.random(1000) < confidence - too_sure).astype(float)
    low, high = calibration_interval(confidence, correct, Resamples(1000, 500))
    error = calibration_error(confidence, correct)
    assert 0 <= low < error < high
    assert high - low < 0.08
    if too_sure:
        assert low < too_sure < high
    else:  # where there is hardly any, draws have more of it than the photos
        assert np.quantile(drawn_errors(confidence, correct, Resamples(1000, 500)), 0.025) > low


def test_a_draw_s_error_is_that_of_the_drawn_photos() -> None:
    confidence, correct = np.array([0.2, 0.55, 0.9, 0.95]), np.array([0.0, 1.0, 1.0, np.nan])
    draws = Resamples(4, 20, seed=3)
    for often, error in zip(draws.sums(np.eye(4)).astype(int), drawn_errors(confidence, correct, draws), strict=True):
        if often[:3].any():
            assert error == pytest.approx(calibration_error(np.repeat(confidence, often), np.repeat(correct, often)))
