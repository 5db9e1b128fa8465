"""The sign-flip test is SciPy's, and McNemar's exact test for hits and misses; Holm's correction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from attnviz.evaluation.statistics import holm, sign_flip


@given(only_one=st.integers(0, 40), only_other=st.integers(0, 40), both=st.integers(0, 20), neither=st.integers(0, 20))
def test_of_hits_and_misses_it_is_mcnemar_s_exact_test(only_one: int, only_other: int, both: int, neither: int) -> None:
    differences = np.repeat([1.0, -1.0, 0.0], [only_one, only_other, both + neither])[:, None]
    if not len(differences):
        return
    theirs = mcnemar([[both, only_one], [only_other, neither]], exact=True).pvalue
    assert sign_flip(differences)[0] == pytest.approx(theirs, rel=1e-9)


def test_of_few_photos_it_is_scipy_s_exact_permutation_test() -> None:
    differences = np.random.default_rng(0).normal(0.4, 1, (11, 4))
    ours = sign_flip(differences, flips=20_000)
    for column, p_value in zip(differences.T, ours, strict=True):
        exact = stats.permutation_test((column,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
        assert p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-4)


def test_of_many_photos_it_is_near_student_s_test() -> None:
    differences = np.random.default_rng(1).normal(0.09, 1, (500, 1))
    theirs = stats.ttest_1samp(differences[:, 0], 0).pvalue
    assert 0.01 < theirs < 0.2
    assert sign_flip(differences)[0] == pytest.approx(theirs, abs=0.006)


def test_alike_models_are_called_different_as_seldom_as_is_said() -> None:
    differences = np.random.default_rng(2).exponential(1, (80, 600)) * np.random.default_rng(3).choice(
        [-1, 1], (80, 600)
    )
    share = (sign_flip(differences, flips=999) <= 0.05).mean()
    assert 0.03 < share < 0.07


def test_what_does_not_count_and_what_does_not_differ() -> None:
    columns = np.zeros((6, 3))
    columns[:, 1] = np.nan
    columns[:, 2] = [0.5, 0.5, 0.5, 0.5, np.nan, 0]
    assert sign_flip(columns)[0] == 1
    assert np.isnan(sign_flip(columns)[1])
    assert sign_flip(columns)[2] == pytest.approx(2 / 2**4)
    mirrored = np.random.default_rng(3).normal(0.3, 1, (30, 1))
    assert sign_flip(mirrored)[0] == pytest.approx(sign_flip(-mirrored)[0], abs=0.01)


def test_holm_by_hand() -> None:
    corrected = holm([0.01, np.nan, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(corrected, [0.03, np.nan, 0.06, 0.06, 0.02])
    np.testing.assert_array_equal(holm([0.2, np.nan]), [0.2, np.nan])
