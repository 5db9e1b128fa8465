"""Kendall's tau-b, photo by photo, is SciPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from attnviz.evaluation.statistics import kendall

LEVELS = st.integers(0, 3).map(float)


@given(arrays.arrays(float, (2, 3, 4), elements=LEVELS))
def test_it_is_scipy_s(scores: np.ndarray) -> None:
    for ours, one, other in zip(kendall(*scores), *scores, strict=True):
        theirs = stats.kendalltau(one, other, variant="b").statistic
        assert ours == pytest.approx(theirs, nan_ok=True)


def test_a_photo_that_lacks_a_value_has_none() -> None:
    one = np.array([[1.0, 2, 3], [1, np.nan, 3]])
    tau = kendall(one, np.array([[3.0, 2, 1], [3, 2, 1]]))
    assert tau[0] == -1
    assert np.isnan(tau[1])
