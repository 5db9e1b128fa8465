"""Strengths agree with published fits and closed forms, and designs without strengths are told so."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.errors import StudyError
from attnviz.study.results import bradley_terry, comparisons
from attnviz.study.results.strength import design, gradient, information, probabilities

COLUMNS = ["item_i", "item_j", "wins_i", "wins_j", "ties"]
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
# Agresti, Categorical Data Analysis (2002), 10.6: wins at home and away, by team at home
AT_HOME = (
    "43 42 43 61 42 60", "33 42 43 60 61 43", "25 43 24 43 42 60", "33 51 25 43 42 61", "51 25 33 42 52 60",
    "25 33 34 43 42 24", "25 15 16 24 16 34",
)  # fmt: skip
# Davidson (1970): brands of chocolate pudding
PUDDING = (
    (1, 2, 19, 22, 16), (1, 3, 16, 19, 12), (2, 3, 19, 19, 10), (1, 4, 18, 23, 13), (2, 4, 23, 19, 9),
    (3, 4, 19, 20, 15), (1, 5, 13, 19, 18), (2, 5, 16, 20, 12), (3, 5, 16, 15, 17), (4, 5, 17, 14, 16),
    (1, 6, 18, 21, 12), (2, 6, 22, 20, 12), (3, 6, 13, 18, 10), (4, 6, 14, 19, 18), (5, 6, 11, 21, 12),
)  # fmt: skip


def table(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def baseball(first: str = "Baltimore") -> pd.DataFrame:
    rows = []
    for home, results in zip(TEAMS, AT_HOME, strict=True):
        for away, (won, lost) in zip([team for team in TEAMS if team != home], results.split(), strict=True):
            rows.append((home, away, int(won), int(lost), 0))
    return table(*sorted(rows, key=lambda row: row[0] != first))


def by_item(fitted: pd.DataFrame, column: str = "ability") -> dict[str, float]:
    return dict(zip(fitted["item"], fitted[column], strict=True))


def test_baseball_as_bradleyterry2_fits_it() -> None:
    """tests/baseball.Rout.save of BradleyTerry2."""
    fitted = bradley_terry(baseball())
    published = {"Boston": 1.1077, "Cleveland": 0.6839, "Detroit": 1.4364, "Milwaukee": 1.5814, "New York": 1.2476,
                 "Toronto": 1.2945, "Baltimore": 0}  # fmt: skip
    assert by_item(fitted) == pytest.approx(published, abs=1e-4)
    assert by_item(fitted, "se") == pytest.approx(
        {"Boston": 0.3339, "Cleveland": 0.3319, "Detroit": 0.3396, "Milwaukee": 0.3433, "New York": 0.3359,
         "Toronto": 0.3367, "Baltimore": 0}, abs=1e-4
    )  # fmt: skip
    assert fitted.attrs["deviance"] == pytest.approx(44.053, abs=1e-3)
    assert fitted.attrs["nu"] == 0
    assert np.isnan(fitted.attrs["side"])


def test_baseball_at_home_as_bradleyterry2_fits_it() -> None:
    fitted = bradley_terry(baseball(), side=True)
    published = {"Boston": 1.1438, "Cleveland": 0.7047, "Detroit": 1.4754, "Milwaukee": 1.6196, "New York": 1.2813,
                 "Toronto": 1.3271, "Baltimore": 0}  # fmt: skip
    assert by_item(fitted) == pytest.approx(published, abs=1e-4)
    assert fitted.attrs["side"] == pytest.approx(0.3023, abs=1e-4)
    assert fitted.attrs["side_se"] == pytest.approx(0.1309, abs=1e-4)
    assert fitted.attrs["deviance"] == pytest.approx(38.643, abs=1e-3)
    without = bradley_terry(baseball()).attrs["deviance"]
    assert without - fitted.attrs["deviance"] == pytest.approx(5.4106, abs=1e-4)


@pytest.mark.parametrize("ties", ["davidson", "half"])
def test_citations_as_bradleyterry2_fits_them(ties: str) -> None:
    """tests/BTabilities.Rout.save of BradleyTerry2: Stigler's four journals."""
    biometrika, communications = "Biometrika", "Comm Statist"
    fitted = bradley_terry(
        table(
            (biometrika, communications, 730, 33, 0), (biometrika, "JASA", 498, 320, 0),
            (biometrika, "JRSS-B", 221, 284, 0), (communications, "JASA", 68, 813, 0),
            (communications, "JRSS-B", 17, 276, 0), ("JASA", "JRSS-B", 142, 325, 0),
        ), ties=ties,  # type: ignore[arg-type]
    )  # fmt: skip
    assert fitted["item"].tolist() == [biometrika, communications, "JASA", "JRSS-B"]
    assert fitted["ability"].tolist() == pytest.approx([0, -2.9490725, -0.4795698, 0.2689541], abs=1e-6)
    assert fitted["se"].tolist() == pytest.approx([0, 0.10254534, 0.06058873, 0.07082997], abs=1e-6)


def test_pudding_as_davidson_fits_it() -> None:
    fitted = bradley_terry(table(*PUDDING))
    worth = np.exp(fitted["ability"])
    assert fitted.attrs["nu"] == pytest.approx(0.746823, abs=1e-5)
    published = [0.138803, 0.173002, 0.161747, 0.165373, 0.158685, 0.202389]
    assert (worth / worth.sum()).tolist() == pytest.approx(published, abs=1e-5)


def test_two_items_have_a_closed_form() -> None:
    """Both sides alike: win odds are pi_i / pi_j, and ties per root of the product of wins are nu."""
    fitted = bradley_terry(table(("a", "b", 30, 12, 20)))
    assert fitted["ability"].tolist() == pytest.approx([0, np.log(12 / 30)], abs=1e-8)
    assert fitted.attrs["nu"] == pytest.approx(20 / np.sqrt(30 * 12), abs=1e-8)
    assert fitted.attrs["deviance"] == pytest.approx(0, abs=1e-8)
    half = bradley_terry(table(("a", "b", 30, 12, 20)), ties="half")
    assert half["ability"][1] == pytest.approx(np.log(22 / 40), abs=1e-8)
    assert half["se"][1] == pytest.approx(np.sqrt(1 / 22 + 1 / 40), abs=1e-8)
    assert np.isnan(half.attrs["nu"])


def test_a_side_has_a_closed_form() -> None:
    fitted = bradley_terry(table(("a", "b", 30, 10, 0), ("b", "a", 20, 20, 0)), side=True)
    assert fitted.attrs["side"] == pytest.approx((np.log(3) + np.log(1)) / 2, abs=1e-8)
    assert fitted["ability"][1] == pytest.approx(-(np.log(3) - np.log(1)) / 2, abs=1e-8)


def test_a_binomial_glm_of_statsmodels_says_the_same() -> None:
    data = baseball()
    teams = bradley_terry(data)["item"].tolist()
    signs = np.array([[(row.item_i == team) - (row.item_j == team) for team in teams[1:]] + [1]
                      for row in data.itertuples()])  # fmt: skip
    model = sm.GLM(data[["wins_i", "wins_j"]].to_numpy(), signs, family=sm.families.Binomial()).fit()
    fitted = bradley_terry(data, side=True)
    assert [*fitted["ability"][1:], fitted.attrs["side"]] == pytest.approx(model.params.tolist(), abs=1e-6)
    assert [*fitted["se"][1:], fitted.attrs["side_se"]] == pytest.approx(model.bse.tolist(), abs=1e-6)
    assert fitted.attrs["deviance"] == pytest.approx(model.deviance, abs=1e-6)


def test_derivatives_are_those_of_the_likelihood() -> None:
    draw = np.random.default_rng(0)
    x = design(3, np.array([0, 1, 2, 0]), np.array([1, 2, 0, 2]), side=True, with_ties=True)
    counts, theta, small = draw.integers(1, 20, (4, 3)).astype(float), draw.normal(size=4), 1e-5 * np.eye(4)

    def value(at: np.ndarray) -> float:
        return float((counts * np.log(probabilities(x, at))).sum())

    slopes = [(value(theta + step) - value(theta - step)) / 2e-5 for step in small]
    assert gradient(x, counts, theta) == pytest.approx(slopes, abs=1e-5)
    bends = [-(gradient(x, counts, theta + step) - gradient(x, counts, theta - step)) / 2e-5 for step in small]
    assert information(x, counts, theta) == pytest.approx(np.array(bends), abs=1e-5)


WON = st.integers(1, 30)
DECISIVE = st.lists(st.tuples(WON, WON, st.integers(0, 20)), min_size=6, max_size=6)


@settings(max_examples=30, deadline=None)
@given(DECISIVE, st.randoms(use_true_random=False), st.sampled_from(["davidson", "half"]))
def test_the_order_of_rows_and_names_changes_nothing(results: list[tuple[int, int, int]], mix, ties) -> None:
    items = ("a", "b", "c", "d")
    pairs = [(first, second) for place, first in enumerate(items) for second in items[place + 1 :]]
    rows = [(*pair, *result) for pair, result in zip(pairs, results, strict=True)]
    one = by_item(bradley_terry(table(*rows), ties=ties))
    swapped = [(j, i, wins_j, wins_i, tied) if mix.random() < 0.5 else (i, j, wins_i, wins_j, tied)
               for i, j, wins_i, wins_j, tied in rows]  # fmt: skip
    mix.shuffle(swapped)
    other = by_item(bradley_terry(table(*swapped), ties=ties))
    assert {item: ability - other["a"] for item, ability in other.items()} == pytest.approx(one, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(DECISIVE)
def test_swapping_the_sides_turns_the_side_around(results: list[tuple[int, int, int]]) -> None:
    pairs = [("a", "b"), ("b", "a"), ("a", "c"), ("c", "a"), ("b", "c"), ("c", "b")]
    here = bradley_terry(table(*((*pair, *result) for pair, result in zip(pairs, results, strict=True))), side=True)
    swapped = [(j, i, wins_j, wins_i, tied) for (i, j), (wins_i, wins_j, tied) in zip(pairs, results, strict=True)]
    there = bradley_terry(table(*swapped), side=True)
    assert there.attrs["side"] == pytest.approx(-here.attrs["side"], abs=1e-6)
    assert there.attrs["deviance"] == pytest.approx(here.attrs["deviance"], abs=1e-6)
    moved = {item: ability - by_item(there)["a"] for item, ability in by_item(there).items()}
    assert moved == pytest.approx(by_item(here), abs=1e-6)


CYCLE = [("a", "b", 3, 1, 1), ("b", "c", 3, 1, 1), ("c", "a", 3, 1, 1)]


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([("a", "b", 3, 2, 0), ("c", "d", 3, 2, 0)], {}, "a, b and c, d were never compared"),
        ([*CYCLE, ("d", "a", 4, 0, 0)], {}, "d never lost against the others"),
        (
            [*CYCLE, ("d", "a", 4, 0, 0), ("a", "d", 2, 0, 0), ("e", "a", 3, 0, 0)],
            {},
            "e never lost against the others",
        ),
        ([*CYCLE, ("c", "b", 3, 1, 1), ("d", "a", 4, 0, 0)], {"side": True}, "d never lost against the others"),
        ([*CYCLE, ("a", "d", 4, 0, 0)], {}, "d never won against the others"),
        ([("a", "b", 4, 0, 0)], {}, "a never lost"),
        ([("a", "b", 4, 0, 2)], {}, "a never lost"),
        ([("a", "b", 0, 0, 9)], {}, "All votes are ties"),
        ([("a", "b", 4, 2, 0)], {"side": True}, "show each pair on both sides"),
        ([("a", "b", 4, 0, 0), ("b", "a", 4, 0, 0)], {"side": True}, "too few or too much alike"),
        ([("a", "a", 4, 2, 0)], {}, "two different items"),
        ([("a", None, 4, 2, 0)], {}, "two different items"),
        ([("a", "b", 4, -1, 0)], {}, "must be numbers of 0 or more"),
        ([("a", "b", 4, np.nan, 0)], {}, "must be numbers of 0 or more"),
        ([("a", "b", 4, "many", 0)], {}, "must be numbers of 0 or more"),
        ([("a", "b", 0, 0, 0)], {}, "not all 0"),
        ([], {}, "not all 0"),
        ([("a", "b", 4, 2, 0)], {"ties": "none"}, '"davidson" or "half"'),
    ],
)
def test_what_has_no_strengths_is_told(rows: list[tuple[object, ...]], options: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        bradley_terry(table(*rows), **options)  # type: ignore[arg-type]


def test_a_table_without_a_column_is_told() -> None:
    with pytest.raises(StudyError, match="no column wins_j, ties"):
        bradley_terry(pd.DataFrame({"item_i": ["a"], "item_j": ["b"], "wins_i": [1]}))


def test_ties_make_finite_who_never_lost() -> None:
    """A tie is as likely as the strengths are near, once others tell how likely ties are."""
    fitted = by_item(bradley_terry(table(*CYCLE, ("d", "a", 4, 0, 3))))
    assert 0 < fitted["d"] < 5


def test_half_a_tie_saves_who_never_won() -> None:
    assert bradley_terry(table(("a", "b", 4, 0, 2)), ties="half")["ability"][1] == pytest.approx(
        np.log(1 / 5), abs=1e-8
    )


def test_a_planted_side_is_recovered_where_votes_are_alike(simulated: Callable[..., pd.DataFrame]) -> None:
    """Within 2 SE in at least 90 % of studies."""
    near = 0
    for seed in range(100):
        votes = simulated(seed, people=20, images=30, side=0.3, sd_people=0, sd_images=0)
        fitted = bradley_terry(comparisons(votes), side=True)
        near += abs(fitted.attrs["side"] - 0.3) <= 2 * fitted.attrs["side_se"]
    assert near >= 90


def test_people_and_images_that_differ_leave_its_sign_and_the_order(three_models: Callable[..., pd.DataFrame]) -> None:
    signs, orders, mean = 0, 0, 0.0
    for seed in range(100):
        table = comparisons(three_models(seed, side=0.3))
        fitted = bradley_terry(table, side=True)
        signs += fitted.attrs["side"] > 0
        mean += fitted.attrs["side"] / 100
        orders += _order(fitted) == _order(bradley_terry(table))
    assert signs >= 99
    assert orders >= 99
    assert 0.2 < mean < 0.29, "the coefficient is marginal: nearer to 0"


def _order(fitted: pd.DataFrame) -> list[str]:
    return fitted.sort_values("ability", ascending=False)["item"].tolist()
