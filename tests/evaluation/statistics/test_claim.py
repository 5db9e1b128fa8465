"""CBAM over SE over the baseline: supported, not supported or undecided, and by which interval."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from attnviz.evaluation.statistics import Claim, Gain, Measured, Resamples, claims
from attnviz.evaluation.statistics.claim import JOINT_LEVEL, decide, over_networks

NAN = float("nan")


def gains(*intervals: tuple[float, float]) -> list[Gain]:
    names = (("cbam", "se"), ("se", "none"))
    return [Gain(*name, sum(ends) / 2, *ends) for name, ends in zip(names, intervals, strict=True)]


@pytest.mark.parametrize(
    ("one", "other", "verdict", "reason", "decides"),
    [
        ((0.02, 0.06), (0.01, 0.05), "supported", "both better", "none"),
        ((0.001, 0.004), (0.01, 0.05), "supported", "both better", "se"),
        ((-0.06, -0.02), (0.01, 0.05), "not supported", "the wrong way", "se"),
        ((-0.06, -0.02), (-0.09, -0.03), "not supported", "the wrong way", "none"),
        ((0.02, 0.06), (-0.004, 0.005), "not supported", "too small", "none"),
        ((0.02, 0.06), (-0.01, 0.05), "undecided", "not told apart", "none"),
        ((-0.02, 0.06), (-0.01, 0.05), "undecided", "not told apart", "se"),
        ((NAN, NAN), (0.01, 0.05), "undecided", "not told apart", "se"),
        ((NAN, NAN), (-0.05, -0.01), "not supported", "the wrong way", "none"),
    ],
)
def test_the_rule(
    one: tuple[float, float], other: tuple[float, float], verdict: str, reason: str, decides: str
) -> None:
    found = decide(gains(one, other), 0.01)
    assert (*found[:2], found[2].than) == (verdict, reason, decides)


ENDS = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(lambda ends: (min(ends), max(ends)))


@given(ENDS, ENDS)
def test_the_deciding_interval_bears_the_verdict_out(one: tuple[float, float], other: tuple[float, float]) -> None:
    both = gains(one, other)
    verdict, _, deciding = decide(both, 0.01)
    assert deciding in both
    assert (verdict == "supported") == (one[0] > 0 and other[0] > 0)
    if verdict == "not supported":
        assert deciding.high < 0.01
        assert deciding.low <= 0
    if verdict == "undecided":
        assert deciding.low <= 0 <= deciding.high


@pytest.fixture(scope="module")
def verdicts(make_measured: Callable[..., Measured]) -> Callable[..., dict[str, Claim]]:
    def verdicts(worst: bool = False, **options: object) -> dict[str, Claim]:
        one = make_measured(**options)
        return {claim.score: claim for claim in claims(one, Resamples(len(one.images), 500), worst)}

    return verdicts


def test_a_planted_order_is_found(verdicts: Callable[..., dict[str, Claim]]) -> None:
    found = verdicts(gains={"se": 0.1, "cbam": 0.2})
    assert found.keys() == {"pointing_game", "energy_pointing_game", "max_box_acc_v2", "deletion"}  # and not gini
    for score in ("energy_pointing_game", "max_box_acc_v2", "deletion"):
        assert found[score].verdict == "supported", score
    for gain in found["deletion"].gains:  # less is better, and a gain is above 0
        assert gain.low < 0.1 < gain.high
    assert found["energy_pointing_game"].photos == 180
    assert found["deletion"].photos == 200


def test_a_planted_reverse_is_found(verdicts: Callable[..., dict[str, Claim]]) -> None:
    found = verdicts(gains={"se": -0.1})
    assert {found[score].verdict for score in ("energy_pointing_game", "deletion")} == {"not supported"}
    assert found["deletion"].deciding.than == "none"


def test_no_difference_is_undecided_by_few_photos_and_too_small_by_many(
    verdicts: Callable[..., dict[str, Claim]],
) -> None:
    assert verdicts(photos=40, spread=0.2)["energy_pointing_game"].verdict == "undecided"
    assert verdicts(photos=400, spread=0.01)["energy_pointing_game"].reason == "too small"


def test_degenerate_maps_may_count_as_the_worst(verdicts: Callable[..., dict[str, Claim]]) -> None:
    left_out = verdicts(degenerate=0.1)["deletion"]
    counted = verdicts(worst=True, degenerate=0.1)["deletion"]
    assert left_out.photos < counted.photos == 200


def test_one_interval_each_is_wider_so_that_both_hold(make_measured: Callable[..., Measured]) -> None:
    one = make_measured()
    draws = Resamples(len(one.images), 500)
    (claim,) = [claim for claim in claims(one, draws) if claim.score == "deletion"]
    values = one.of_models("deletion")
    column = (values[:, 1] - values[:, 3])[:, None]  # se less cbam: deletion is better where it is less
    joint, alone = draws.estimates(column, JOINT_LEVEL), draws.estimates(column)
    assert (claim.gains[0].low, claim.gains[0].high) == (joint.low[0], joint.high[0])
    assert joint.low[0] < alone.low[0] < alone.high[0] < joint.high[0]
    assert pytest.approx(0.975) == JOINT_LEVEL


def test_a_family_that_lacks_a_model_has_no_claim(verdicts: Callable[..., dict[str, Claim]]) -> None:
    assert verdicts(models={"baseline": "none", "cbam": "cbam"}) == {}


SEEDS = {f"{name}-{seed}": name for name in ("none", "se", "cbam") for seed in range(3)}


def test_with_three_networks_each_the_seeds_count_too(verdicts: Callable[..., dict[str, Claim]]) -> None:
    same = {name: {"none": 0.0, "se": 0.1, "cbam": 0.2}[attention] for name, attention in SEEDS.items()}
    found = verdicts(models=SEEDS, gains=same)["energy_pointing_game"]
    assert found.about_attention
    assert found.verdict == "supported"
    apart = same | {"se-0": 0.35, "cbam-1": -0.1}  # two runs that went otherwise: the attention is not what decides
    found = verdicts(models=SEEDS, gains=apart)["energy_pointing_game"]
    assert found.verdict == "undecided"
    assert not verdicts()["deletion"].about_attention


def test_where_photos_are_alike_it_is_welch_s_test() -> None:
    one, other = np.array([0.5, 0.6, 0.75]), np.array([0.4, 0.45, 0.3, 0.2])
    low, high = over_networks(np.tile(one, (5, 1)), np.tile(other, (5, 1)))
    theirs = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    assert (low, high) == pytest.approx((theirs.low, theirs.high))
    missing = np.vstack([np.tile(one, (5, 1)), np.full((1, 3), NAN)])
    assert over_networks(missing, np.vstack([np.tile(other, (5, 1)), np.full((1, 4), NAN)])) == pytest.approx(
        (low, high)
    )
