"""The clustered test finds what is there, and nothing where nothing is."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from attnviz.errors import StudyError
from attnviz.study.results import clustered_preference, sign_test

Simulated = Callable[..., pd.DataFrame]


def naive_p(votes: pd.DataFrame) -> float:
    """Of the exact binomial test of all votes that decided."""
    decided = votes[votes["choice"] != "similar"]
    wins = ((decided["choice"] == "left") == (decided["left_model"] == "cbam")).sum()
    return float(stats.binomtest(int(wins), len(decided)).pvalue)


def test_a_null_study_is_seldom_significant_where_the_naive_test_often_errs(simulated: Simulated) -> None:
    studies = [simulated(seed) for seed in range(400)]
    found = sum(clustered_preference(votes)["p_value"][0] < 0.05 for votes in studies)
    naive = sum(naive_p(votes) < 0.05 for votes in studies)
    assert naive_p(studies[0]) == pytest.approx(sign_test(studies[0])["p_value"][0], abs=1e-12)
    assert found <= 0.08 * 400
    assert naive > 0.25 * 400


def test_a_planted_preference_is_found(simulated: Simulated) -> None:
    found = 0
    for seed in range(200):
        row = clustered_preference(simulated(1000 + seed, preference=0.65)).iloc[0]
        found += row.p_value < 0.05 and row.share_b > 0.5
    assert found >= 0.95 * 200


def test_intervals_hold_what_they_should(simulated: Simulated) -> None:
    """0.5 is in at least 92 % of 95 % intervals of few people and images, and of people who differ alone."""
    held = [0, 0]
    for seed in range(150):
        for place, options in enumerate(({}, {"sd_images": 0.0})):
            row = clustered_preference(simulated(seed, people=12, images=20, **options)).iloc[0]
            held[place] += row.low <= 0.5 <= row.high
    assert min(held) >= 0.92 * 150


def test_one_image_each_is_student_t(of: Callable[..., pd.DataFrame]) -> None:
    """Where nobody and no image comes twice the variances are the same, and the test is the one-sample t-test."""
    votes = of("LRRRSRRLRR").assign(participant=[f"p{number}" for number in range(10)])
    row = clustered_preference(votes).iloc[0]
    scores = np.array([-1, 1, 1, 1, 0, 1, 1, -1, 1, 1])
    expected = stats.ttest_1samp(scores, 0)
    interval = expected.confidence_interval(0.95)
    assert row.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    assert (row.low, row.high) == pytest.approx(((interval.low + 1) / 2, min((interval.high + 1) / 2, 1)))
    assert row.share_b == pytest.approx(0.75)
    assert (row.decided_b, row.cohens_g) == pytest.approx((7 / 9, 7 / 9 - 0.5))


def test_variances_by_hand(of: Callable[..., pd.DataFrame]) -> None:
    """Two people, two images: residuals 1/2 1/2 / 1/2 -3/2, so that V by people and by image is 2 (1 + 1) / 16."""
    votes = pd.concat([of("RR", participant="p"), of("RL", participant="q")])
    row = clustered_preference(votes).iloc[0]
    by_people = by_images = 2 * (1**2 + 1**2) / 4**2
    by_both = 4 / 3 * (3 * 0.5**2 + 1.5**2) / 4**2
    assert row.se == pytest.approx(np.sqrt(max(by_people + by_images - by_both, by_people)) / 2)
    assert row.share_b == 0.75
    assert row.df == 1


def test_ties_are_half_a_vote_for_each(of: Callable[..., pd.DataFrame]) -> None:
    votes = pd.concat([of("RSSS", participant=f"p{number}") for number in range(3)])
    row = clustered_preference(votes).iloc[0]
    assert row.share_b == 0.625
    assert row.decided_b == 1


@pytest.mark.parametrize(
    ("answers", "share", "p_value", "low", "high"),
    [("RRRRRR", 1, 2 / 2**6, 0.025 ** (1 / 6), 1), ("SSSSSS", 0.5, 1, 0.025 ** (1 / 6) / 2, 1 - 0.025 ** (1 / 6) / 2)],
)
def test_nobody_who_differs_counts_as_few(of: Callable[..., pd.DataFrame], answers: str, share: float, p_value: float,
                                          low: float, high: float) -> None:  # fmt: skip
    """Six images seen alike by 40 people are six observations, not 240, and no certainty."""
    votes = pd.concat([of(answers, participant=f"p{number}") for number in range(40)])
    row = clustered_preference(votes).iloc[0]
    assert (row.share_b, row.p_value, row.low, row.high) == pytest.approx((share, p_value, low, high))


def test_one_person_is_too_few(of: Callable[..., pd.DataFrame]) -> None:
    row = clustered_preference(of("RRLR")).iloc[0]
    assert row.share_b == 0.75
    assert np.isnan([row.se, row.p_value, row.low, row.high, row.p_holm]).all()


def test_only_main_trials_count(simulated: Simulated) -> None:
    votes = simulated(1, people=10, images=10)
    others = [votes.assign(kind=kind, choice="left") for kind in ("repeat", "catch", "practice", "demo")]
    pd.testing.assert_frame_equal(clustered_preference(pd.concat([*others, votes])), clustered_preference(votes))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(simulated: Simulated, seed: int) -> None:
    votes = simulated(seed, people=8, images=9, preference=0.6)
    mixed = votes.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(clustered_preference(mixed), clustered_preference(votes), rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_swapping_names_turns_the_share_around(simulated: Simulated, seed: int) -> None:
    votes = simulated(seed, people=8, images=9, preference=0.6)
    names = {"baseline": "cbam", "cbam": "baseline"}
    swapped = votes.assign(**{side: votes[side].map(names) for side in ("left_model", "right_model")})
    here, there = (clustered_preference(some).iloc[0] for some in (votes, swapped))
    turned = clustered_preference(votes, [("cbam", "baseline")]).iloc[0]
    for other in (there, turned):
        assert other.share_b == pytest.approx(1 - here.share_b)
        assert (1 - other.high, 1 - other.low) == pytest.approx((here.low, here.high))
        assert other.p_value == pytest.approx(here.p_value)


def test_several_pairs_are_corrected(three_models: Simulated) -> None:
    table = clustered_preference(three_models(3, people=15, images=15))
    expected = multipletests(table["p_value"], method="holm")[1]
    assert table["p_holm"].to_numpy() == pytest.approx(expected)
    assert (table["p_holm"] >= table["p_value"]).all()
    assert table[["model_a", "model_b"]].to_numpy().tolist() == [
        ["baseline", "cbam"],
        ["baseline", "se"],
        ["cbam", "se"],
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"choice": "both"}, 'says "both"'),
        ({"kind": "practice"}, "no votes that count"),
        ({"right_model": "bam"}, "baseline with bam"),
        ({"right_model": "baseline"}, "baseline with baseline"),
    ],
)
def test_votes_that_cannot_be_read_are_told(of: Callable[..., pd.DataFrame], change: dict[str, str], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        clustered_preference(of("LR").assign(**change), [("baseline", "cbam")])


def test_a_column_that_is_not_there_is_told(of: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(StudyError, match="no column image"):
        clustered_preference(of("LR").drop(columns="image"))
