"""Intervals of strengths and ranks: as wide as the study is small, and the same again."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from attnviz.errors import StudyError
from attnviz.study.results import bradley_terry, comparisons, strengths
from attnviz.study.results.bootstrap import _RIDGE, _fits
from attnviz.study.results.strength import design, gradient

PAIRS = (("baseline", "se"), ("baseline", "cbam"), ("se", "cbam"))
Votes = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def votes(three_models: Votes) -> pd.DataFrame:
    return three_models(2, people=25, images=30, side=0.3)


@pytest.fixture(scope="module")
def found(votes: pd.DataFrame) -> pd.DataFrame:
    return strengths(votes, PAIRS, 500, seed=1)


def test_points_are_those_of_the_fit(votes: pd.DataFrame, found: pd.DataFrame) -> None:
    fitted = bradley_terry(comparisons(votes, PAIRS), side=True)
    assert fitted["item"].tolist() == ["baseline", "se", "cbam"]
    same = found.set_index("item").loc[fitted["item"]]
    assert same["ability"].tolist() == fitted["ability"].tolist()
    assert same["centred"].sum() == pytest.approx(0, abs=1e-12)
    assert {name: found.attrs[name] for name in fitted.attrs} == fitted.attrs


def test_strongest_first_with_ranks_as_intervals(found: pd.DataFrame) -> None:
    assert found["item"].iloc[0] == "cbam"
    assert found["rank"].tolist() == [1, 2, 3]
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert (found["low"] < found["centred"]).all()
    assert (found["centred"] < found["high"]).all()
    assert found.attrs["side_low"] < found.attrs["side"] < found.attrs["side_high"]


def test_the_same_seed_gives_the_same_in_any_order_of_rows(votes: pd.DataFrame, found: pd.DataFrame) -> None:
    mixed = votes.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(strengths(mixed, PAIRS, 500, seed=1), found, rtol=1e-9)
    assert strengths(votes, PAIRS, 500, seed=2)["low"].tolist() != found["low"].tolist()


def test_intervals_are_wider_than_those_of_independent_votes(found: pd.DataFrame) -> None:
    cbam = found[found["item"] == "cbam"].iloc[0]
    assert (cbam.high - cbam.low) / 3.92 > 1.2 * cbam.se


def test_models_that_are_alike_have_ranks_that_overlap(three_models: Votes) -> None:
    found = strengths(three_models(1, (0, 0, 0), people=10, images=10), PAIRS, 300)
    assert (found["rank_low"] < found["rank_high"]).all()


def test_intervals_hold_the_truth(three_models: Votes) -> None:
    held = 0
    for seed in range(30):
        found = strengths(three_models(seed, (0, 0, 0), people=12, images=12), PAIRS, 200)
        cbam = found[found["item"] == "cbam"].iloc[0]
        held += cbam.low <= 0 <= cbam.high
    assert held >= 27


def test_many_fits_at_once_are_at_their_maxima() -> None:
    draw = np.random.default_rng(0)
    x = design(3, np.array([0, 1, 2, 0]), np.array([1, 2, 0, 2]), side=True, with_ties=True)
    counts = draw.integers(0, 30, (50, 4, 3)).astype(float)
    counts[0, :, 1] = 0
    theta = _fits(x, counts, np.zeros(4))
    assert np.abs(gradient(x, counts, theta) - _RIDGE * theta).max() < 1e-6


def test_without_ties_there_is_no_nu(three_models: Votes) -> None:
    found = strengths(three_models(1, people=10, images=10, ties=0.0), PAIRS, 100)
    assert found.attrs["nu"] == 0
    assert found["low"].notna().all()


def test_a_pair_that_is_missing_is_told(three_models: Votes) -> None:
    votes = three_models(1, people=5, images=5)
    votes = votes[(votes["left_model"] != "se") & (votes["right_model"] != "se")]
    with pytest.raises(StudyError, match="baseline, cbam and se were never compared"):
        strengths(votes, PAIRS)
