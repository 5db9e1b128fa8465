"""Counts, the exact test and sides, in numbers that can be counted by hand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.errors import StudyError
from attnviz.study.results import comparisons, position_bias, preference_table, sign_test, tie_rate

Of = Callable[..., pd.DataFrame]


def test_the_table_counts_models_not_sides(of: Of) -> None:
    votes = pd.concat([of("LLS"), of("LLLSR", left="cbam", right="baseline")])
    row = preference_table(votes).iloc[0]
    assert (row.model_a, row.model_b) == ("baseline", "cbam")
    assert (row.a_better, row.similar, row.b_better, row.votes) == (3, 2, 3, 8)
    assert (row.share_a, row.share_similar, row.share_b) == (3 / 8, 2 / 8, 3 / 8)
    assert tie_rate(votes) == 2 / 8


def test_pairs_are_told_in_the_order_asked_for(of: Of) -> None:
    votes = of("LLS")
    table = preference_table(votes, [("cbam", "baseline"), ("se", "cbam")])
    assert table[["a_better", "b_better", "votes"]].to_numpy().tolist() == [[0, 2, 3], [0, 0, 0]]
    assert np.isnan(table.loc[1, "share_a"])


@pytest.mark.parametrize(
    ("answers", "p_value", "low", "high"),
    [("RRRRRRRLLL", 0.34375, 0.34755, 0.93326), ("R" * 20, 2 * 0.5**20, 0.83157, 1), ("SS", 1, np.nan, np.nan)],
)
def test_the_sign_test_as_r_has_it(of: Of, answers: str, p_value: float, low: float, high: float) -> None:
    """binom.test of R: 7 of 10, and 20 of 20."""
    row = sign_test(of(answers)).iloc[0]
    assert row.p_value == pytest.approx(p_value, abs=1e-12)
    assert (row.low, row.high) == pytest.approx((low, high), abs=1e-5, nan_ok=True)


def test_ties_leave_the_sign_test_and_are_split_beside_it(of: Of) -> None:
    row = sign_test(of("RRRRRRRLLL" + "S" * 5)).iloc[0]
    assert (row.similar, row.share_b) == (5, 0.7)
    assert row.p_value == pytest.approx(0.34375)
    assert row.p_ties_split == pytest.approx(sign_test(of("R" * 9 + "L" * 5))["p_value"][0])


def test_comparisons_say_who_was_on_the_left(of: Of) -> None:
    table = comparisons(pd.concat([of("LLS"), of("LLLSR", left="cbam", right="baseline")]))
    assert table.to_numpy().tolist() == [["baseline", "cbam", 2, 0, 1], ["cbam", "baseline", 3, 1, 1]]


def test_sides_are_counted(of: Of) -> None:
    parts = [of("LLLS", participant=person) for person in "pq"]
    parts += [of("LLRS", left="cbam", right="baseline", participant=person) for person in "rs"]
    bias = position_bias(pd.concat(parts))
    assert (bias.left, bias.ties, bias.right) == (10, 4, 2)
    assert bias.share_left == pytest.approx(10 / 12)
    assert bias.low < 10 / 12 < bias.high


def test_no_side_term_is_no_failure(of: Of) -> None:
    bias = position_bias(of("LLLS"))
    assert np.isnan([bias.side, bias.side_se, bias.chi2_p, bias.p_value]).all()
    assert bias.share_left == 1


def test_a_planted_side_is_found_and_no_other(simulated: Callable[..., pd.DataFrame]) -> None:
    planted = position_bias(simulated(3, side=0.3, preference=0.65))
    assert planted.p_value < 0.001
    assert 0.15 < planted.side < 0.4
    assert planted.low > 0.5
    assert position_bias(simulated(3, preference=0.65)).p_value > 0.05


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_mirrored_studies_have_the_opposite_bias(simulated: Callable[..., pd.DataFrame], seed: int) -> None:
    votes = simulated(seed, people=6, images=8, side=0.5)
    mirrored = votes.rename(columns={"left_model": "right_model", "right_model": "left_model"})
    mirrored["choice"] = mirrored["choice"].map({"left": "right", "right": "left", "similar": "similar"})
    mixed = mirrored.sample(frac=1, random_state=seed)
    here, there = position_bias(votes), position_bias(mixed)
    assert there.share_left == pytest.approx(1 - here.share_left)
    assert there.side == pytest.approx(-here.side, abs=1e-6, nan_ok=True)
    pd.testing.assert_frame_equal(preference_table(mixed), preference_table(votes))


@pytest.mark.parametrize("function", [preference_table, sign_test, tie_rate, comparisons, position_bias])
def test_no_votes_are_told(function: Callable[..., object], of: Of) -> None:
    with pytest.raises(StudyError, match="no votes that count"):
        function(of(""))
