"""Sentences follow from numbers."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from attnviz.study.results import Retest, clustered_preference, position_bias
from attnviz.study.results import wording as say

Votes = Callable[..., pd.DataFrame]


def sentence(votes: pd.DataFrame, pairs: int = 1) -> str:
    return say.headline_sentence(next(clustered_preference(votes).itertuples()), pairs)


def test_a_preference_is_told_with_its_interval(simulated: Votes) -> None:
    said = sentence(simulated(1, preference=0.75))
    row = clustered_preference(simulated(1, preference=0.75)).iloc[0]
    assert said.startswith(
        "baseline against cbam: 40 participants cast 2400 votes on 60 images; the region of cbam was "
    )
    assert "was preferred to that of baseline in " in said
    assert f"{100 * row.share_b:.1f} % of votes (95 % interval {100 * row.low:.1f} % to {100 * row.high:.1f} %" in said
    assert "p < 0.001." in said
    assert f"Among those who decided it was {100 * row.decided_b:.1f} %." in said


def test_the_model_that_was_preferred_is_told_first_whichever_it_is(simulated: Votes) -> None:
    said = sentence(simulated(1, preference=0.25))
    row = clustered_preference(simulated(1, preference=0.25)).iloc[0]
    assert "the region of baseline was preferred to that of cbam" in said
    assert f"{100 * (1 - row.high):.1f} % to {100 * (1 - row.low):.1f} %" in said


def test_no_preference_is_no_preference(simulated: Votes, of: Votes) -> None:
    assert "no preference was shown" in sentence(simulated(4))
    assert "too few to test" in sentence(of("RRR"))
    even = pd.concat([of("RL", participant="p"), of("LR", participant="q")])
    assert "neither region was preferred: each has 50.0 % of votes" in sentence(even)


def test_several_pairs_are_said_to_be_corrected(three_models: Votes) -> None:
    row = next(clustered_preference(three_models(1)).itertuples())
    assert f"{say.p_in_words(row.p_holm)}, corrected for 3 pairs" in say.headline_sentence(row, 3)


def test_what_the_correction_takes_away_is_no_preference(three_models: Votes) -> None:
    row = next(clustered_preference(three_models(1)).itertuples())._replace(p_value=0.02, p_holm=0.06)
    said = say.headline_sentence(row, 3)
    assert "no preference was shown" in said
    assert "p = 0.060, corrected for 3 pairs" in said


@pytest.mark.parametrize(("side", "left"), [(0.5, "left"), (-0.5, "right")])
def test_a_side_is_told(simulated: Votes, side: float, left: str) -> None:
    said = say.position_sentence(position_bias(simulated(2, side=side)))
    assert said.startswith(f"The picture on the {left} was preferred for its side, in ")
    assert float(said.split("in ")[1].split(" %")[0]) > 50


def test_no_side_is_told(simulated: Votes, of: Votes) -> None:
    assert say.position_sentence(position_bias(simulated(2))).startswith("No preference for a side was shown")
    assert "too few votes" in say.position_sentence(position_bias(of("SS")))


def test_what_leaving_out_changes_is_told(simulated: Votes) -> None:
    strong, weak = (clustered_preference(simulated(1, preference=share)) for share in (0.75, 0.5))
    assert say.changed_sentence(strong, strong) == "With nobody left out the conclusions are the same."
    assert (
        say.changed_sentence(strong, weak)
        == "With nobody left out the conclusion would be another for baseline against cbam."
    )


def test_agreement_is_told_where_there_is_some() -> None:
    alpha = pd.DataFrame({"alpha": [0.1234], "low": [0.1], "high": [0.2]})
    retest = Retest(0.5, 0.4, 0.6, 0.75, 120)
    said = say.agreement_sentence(alpha, retest)
    assert "alpha is 0.123 (95 % interval 0.100 to 0.200)" in said
    assert "75.0 % of 120 repeats were answered as the first time (kappa 0.500" in said
    assert "No trial was repeated" in say.agreement_sentence(alpha, replace(retest, repeats=0))
    assert "not defined" in say.agreement_sentence(alpha.assign(alpha=float("nan")), retest)


def test_ranks_are_intervals() -> None:
    table = pd.DataFrame({"item": ["cbam", "se"], "rank_low": [1, 2], "rank_high": [1, 3]})
    assert "cbam (rank 1), se (rank 2-3)" in say.strength_sentence(table)
