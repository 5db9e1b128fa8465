"""Parts of the photos, by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from attnviz.evaluation.statistics import Measured, strata
from attnviz.evaluation.statistics.strata import size_bounds


def test_who_is_right_and_how_large_the_object_is(make_measured: Callable[..., Measured]) -> None:
    one = make_measured(photos=7)
    correct = np.array([[1, 1, 1, 1], [0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, np.nan], [1] * 4, [0] * 4])
    share = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, np.nan])
    one = replace(one, correct=correct, object_share=share)
    parts = {name: np.flatnonzero(inside).tolist() for name, inside in strata(one).items()}
    assert parts == {
        "all": [0, 1, 2, 3, 4, 5, 6],
        "all models correct": [0, 5],
        "models disagree": [1, 2],
        "small object": [0, 1],
        "medium object": [2, 3],
        "large object": [4, 5],
    }
    without = strata(replace(one, object_share=np.full(7, np.nan)))
    assert not without["large object"].any()
    assert np.isnan(size_bounds(replace(one, object_share=np.full(7, np.nan)))).all()
