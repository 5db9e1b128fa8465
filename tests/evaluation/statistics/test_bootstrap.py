"""Intervals over photos: SciPy's, where SciPy has them, and they cover as often as they say."""

import numpy as np
import pytest
from scipy import stats

from attnviz.evaluation.statistics import Resamples
from attnviz.evaluation.statistics.bootstrap import FEWEST, bca


@pytest.fixture(scope="module")
def skewed() -> np.ndarray:
    return np.random.default_rng(1).lognormal(0, 1.2, (60, 1))


def test_they_are_those_of_scipy(skewed: np.ndarray) -> None:
    number = 40_000
    found = Resamples(60, number, seed=2).estimates(skewed)
    theirs = stats.bootstrap((skewed[:, 0],), np.mean, n_resamples=number, method="BCa", rng=3, batch=5000)
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    assert found.mean[0] == skewed.mean()
    assert found.low[0] == pytest.approx(theirs.confidence_interval.low, abs=0.02 * width)
    assert found.high[0] == pytest.approx(theirs.confidence_interval.high, abs=0.02 * width)
    plain = np.quantile(Resamples(60, number, seed=2).means(skewed)[:, 0], [0.025, 0.975])
    assert found.high[0] - plain[1] > 0.1 * width  # so that plain percentiles would not pass


def test_a_rare_hit_is_covered_as_often_as_is_said() -> None:
    share, photos, studies = 0.1, 60, 1500
    columns = (np.random.default_rng(4).random((photos, studies)) < share).astype(float)
    found = Resamples(photos, 1000).estimates(columns)
    told = ~np.isnan(found.low)
    covered = ((found.low <= share) & (share <= found.high))[told].mean()
    assert 0.92 < covered < 0.98


def test_the_draws_of_a_difference_are_those_of_its_terms() -> None:
    columns = np.random.default_rng(5).normal(size=(40, 2))
    draws = Resamples(40, 50)
    one, other = draws.means(columns).T
    np.testing.assert_allclose(draws.means(columns[:, :1] - columns[:, 1:])[:, 0], one - other, atol=1e-12)
    np.testing.assert_array_equal(draws.means(columns), Resamples(40, 50).means(columns))
    assert (draws.means(columns) != Resamples(40, 50, seed=1).means(columns)).any()


def test_photos_without_a_value_do_not_count() -> None:
    columns = np.full((30, 2), np.nan)
    columns[:20, 0] = np.arange(20)
    draws = Resamples(30, 200)
    found = draws.estimates(columns)
    assert found.photos.tolist() == [20, 0]
    assert found.mean[0] == 9.5
    assert found.low[0] < 9.5 < found.high[0]
    assert np.isnan([found.mean[1], found.low[1], found.high[1]]).all()
    doubled = Resamples(30, 200).estimates(np.repeat(columns[:, :1], 3, axis=1))
    assert set(doubled.low) == {found.low[0]}


def test_no_interval_is_told_where_there_is_none() -> None:
    few = np.full((30, 3), np.nan)
    few[: FEWEST - 1, 0] = np.arange(FEWEST - 1)
    few[:FEWEST, 1] = np.arange(FEWEST)
    few[:, 2] = 1.0  # thirty hits of thirty do not make sure of the thirty-first
    found = Resamples(30, 200).estimates(few)
    assert np.isnan(found.low).tolist() == [True, False, True]
    assert np.isnan(found.high).tolist() == [True, False, True]
    assert found.mean[2] == 1


def test_without_bias_and_skewness_they_are_percentiles() -> None:
    draws = np.arange(1, 1000, dtype=float)[:, None]
    low, high = bca(draws, np.array([500.0]), np.array([0.0]), 0.9)
    np.testing.assert_allclose([low[0], high[0]], np.quantile(draws, [0.05, 0.95]))
    low, high = bca(draws, np.array([2000.0]), np.array([0.0]), 0.9)  # all on one side
    assert np.isfinite([low[0], high[0]]).all()
