"""Agreement as others compute it, on published tables and on votes."""

from collections.abc import Callable

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.study import results
from attnviz.study.results import alpha_table, catch_score, krippendorff_alpha
from attnviz.study.results.agreement import _pooled_alpha, _pooled_kappa

Of = Callable[..., pd.DataFrame]


def answers(*people: str) -> pd.DataFrame:
    """One string of A, B, S or - (not seen) a person, an image each."""
    rows = [
        (f"p{person}", f"i{image}", {"A": "left", "B": "right", "S": "similar"}[answer])
        for person, said in enumerate(people) for image, answer in enumerate(said) if answer != "-"
    ]  # fmt: skip
    votes = pd.DataFrame(rows, columns=["participant", "image", "choice"])
    return votes.assign(kind="main", left_model="baseline", right_model="cbam")


def test_alpha_of_the_published_example() -> None:
    """The example of the krippendorff package: .691 nominal."""
    data = [["*", "*", "*", "*", "*", "3", "4", "1", "2", "1", "1", "3", "3", "*", "3"],
            ["1", "*", "2", "1", "3", "3", "4", "3", "*", "*", "*", "*", "*", "*", "*"],
            ["*", "*", "2", "1", "3", "4", "4", "*", "2", "1", "1", "3", "3", "*", "4"]]  # fmt: skip
    counts = np.array([[sum(row[unit] == str(value) for row in data) for value in range(1, 5)] for unit in range(15)])
    assert _pooled_alpha([counts.astype(float)]) == pytest.approx(0.691, abs=5e-4)


def test_alpha_by_hand() -> None:
    """Two people, four images, one of which they see differently: D_o = 2/8, D_e = (64 - 16 - 9 - 1) / 56."""
    assert krippendorff_alpha(answers("AABS", "AABB")) == pytest.approx(1 - (2 / 8) / ((64 - 16 - 9 - 1) / 56))


def test_alpha_is_what_the_library_says() -> None:
    people = ("AABBSSABAB", "ABBBSSABAB", "A-BBASAB--", "----------", "SABBSAABAA")
    codes = [[np.nan if answer == "-" else "ASB".index(answer) for answer in said] for said in people]
    expected = krippendorff.alpha(reliability_data=codes, level_of_measurement="nominal")
    assert krippendorff_alpha(answers(*people)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("people", [("AAA", "AAA"), ("ABS",), ("AB--", "--AB")])
def test_alpha_that_is_not_defined(people: tuple[str, ...]) -> None:
    assert np.isnan(krippendorff_alpha(answers(*people)))


def test_all_alike_is_one_and_random_is_none() -> None:
    assert krippendorff_alpha(answers("ABSAB", "ABSAB", "ABSAB")) == 1
    draw = np.random.default_rng(0)
    assert abs(krippendorff_alpha(answers(*("".join(draw.choice(list("ABS"), 60)) for _ in range(20))))) < 0.03


def test_alpha_of_several_pairs_is_between_them(three_models: Callable[..., pd.DataFrame]) -> None:
    votes = three_models(1, people=10, images=12)
    table = alpha_table(votes, None, 50, seed=0)
    assert table["model_a"].tolist()[-1] == "all"
    assert table["alpha"].iloc[-1] == pytest.approx(krippendorff_alpha(votes))
    assert table["alpha"].iloc[:-1].min() < table["alpha"].iloc[-1] < table["alpha"].iloc[:-1].max()
    assert (table["low"] < table["high"]).all()


def test_pairs_weigh_by_the_disagreement_expected_in_them() -> None:
    """Two people on three images, and four people on two, by hand."""
    few, many = np.array([[2.0, 0, 0], [1, 0, 1], [0, 0, 2]]), np.array([[3.0, 1, 0], [0, 0, 4]])
    observed_few, expected_few = 2 / 1, (36 - 9 - 9) / 5
    observed_many, expected_many = (16 - 9 - 1) / 3, (64 - 9 - 1 - 16) / 7
    assert _pooled_alpha([few]) == pytest.approx(1 - observed_few / expected_few)
    assert _pooled_alpha([many]) == pytest.approx(1 - observed_many / expected_many)
    both = 1 - (observed_few + observed_many) / (expected_few + expected_many)
    assert _pooled_alpha([few, many]) == pytest.approx(both)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_names_and_sides_changes_nothing(simulated: Callable[..., pd.DataFrame], seed: int) -> None:
    votes = simulated(seed, people=6, images=8)
    names = {"baseline": "cbam", "cbam": "baseline"}
    swapped = votes.assign(**{side: votes[side].map(names) for side in ("left_model", "right_model")})
    swapped = swapped.sample(frac=1, random_state=seed)
    assert krippendorff_alpha(swapped) == pytest.approx(krippendorff_alpha(votes), abs=1e-12)


def test_kappa_of_the_published_table() -> None:
    """Cohen's kappa of Wikipedia's grants: 20 5 / 10 15 is 0.4."""
    table = np.zeros((1, 3, 3))
    table[0, :2, :2] = [[20, 5], [10, 15]]
    assert _pooled_kappa(table) == pytest.approx(0.4)


def test_who_always_says_left_does_not_agree_with_themselves(of: Of) -> None:
    first = of("LLLLRR")
    again = of("LLLLRR", left="cbam", right="baseline", kind="repeat")
    retest = results.test_retest_kappa(pd.concat([first, again]))
    assert (retest.agreement, retest.repeats) == (0, 6)
    assert retest.kappa < 0
    assert np.isnan(retest.low)


def test_repeats_are_matched_by_person_and_image(of: Of) -> None:
    people = []
    for person, said, again in (("p", "LRSR", "RLSR"), ("q", "RRLL", "LLRS")):
        people.append(of(said, participant=person))
        people.append(of(again, participant=person, left="cbam", right="baseline", kind="repeat"))
    retest = results.test_retest_kappa(pd.concat(people).sample(frac=1, random_state=0))
    assert (retest.agreement, retest.repeats) == (6 / 8, 8)
    # first: 3 A, 1 S, 4 B; again: 3 A... by hand 4 B -> 3 B 0 S 1 A, 1 S, 3 A -> 2 A 1 S
    observed, chance = 6 / 8, (3 * 3 + 1 * 2 + 4 * 3) / 64
    assert retest.kappa == pytest.approx((observed - chance) / (1 - chance))
    assert retest.low <= retest.kappa <= retest.high


def test_no_repeats_are_no_failure(of: Of) -> None:
    retest = results.test_retest_kappa(of("LR"))
    assert retest.repeats == 0
    assert np.isnan(retest.kappa)


def test_catch_trials_are_right_where_the_other_map_is_chosen(of: Of) -> None:
    options = {"left": "cbam", "right": "cbam", "kind": "catch"}
    votes = pd.concat([
        of("LRS", flags="mirrored=right", participant="p", **options),
        of("L", flags="mirrored=left hidden=2", participant="p", **options),
        of("R", flags="hidden=1 mirrored=left", participant="p", **options),
        of("R", flags="unmirrored=left", participant="q", **options),
        of("RRRR", participant="r"),
    ])  # fmt: skip
    assert catch_score(votes).astype(object).fillna("none").to_numpy().tolist() == [
        ["p", 5, 2, 0, 0.4],
        ["q", 1, 0, 1, "none"],
    ]


def test_without_catch_trials_there_is_no_score(of: Of) -> None:
    assert catch_score(of("LR")).empty
