"""What was preferred, counted: the table that the paper prints, the sign test, ties, and which side was preferred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from attnviz.errors import StudyError
from attnviz.study.results.clustered import LEVEL, clustered_mean
from attnviz.study.results.outcomes import Pairs, main_outcomes
from attnviz.study.results.strength import bradley_terry


@dataclass(frozen=True)
class PositionBias:
    """Whether the left picture was preferred for being on the left.

    Attributes:
        left: votes for the left picture.
        ties: votes for neither.
        right: votes for the right picture.
        share_left: of those who decided, 0 to 1; NaN if nobody did.
        low: of its 95 % interval, two-way clustered; NaN with fewer than two participants or images.
        high: likewise.
        p_value: two-sided, of both sides being preferred alike, from the same.
        side: what being on the left adds to the log strength, in :func:`attnviz.study.results.bradley_terry`; NaN where
            that cannot be fitted. It is marginal, an average over participants and images that differ: nearer to 0 than
            the coefficient of any one participant and image.
        side_se: its standard error, which takes votes for independent.
        chi2: how much the term improves the fit, by the likelihood ratio; one degree of freedom.
        chi2_p: of that; takes votes for independent.
    """

    left: int
    ties: int
    right: int
    share_left: float
    low: float
    high: float
    p_value: float
    side: float
    side_se: float
    chi2: float
    chi2_p: float


def preference_table(votes: pd.DataFrame, pairs: Pairs | None = None) -> pd.DataFrame:
    """Returns the paper's table: for each pair, who preferred A, saw no difference, or preferred B.

    Woo, Park, Lee & Kweon, "CBAM", ECCV 2018, section 4.4.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.
        pairs: (model_a, model_b) in the order in which they are to be told; None for the alphabet's.

    Returns:
        A row a pair: model_a, model_b, a_better, similar, b_better, votes (counts), share_a, share_similar, share_b (0
        to 1, sum 1; NaN without votes).

    Raises:
        StudyError: if the votes cannot be read, are not of these pairs, or none counts.
    """
    chosen = main_outcomes(votes, pairs)
    rows = []
    for number, (first, second) in enumerate(chosen.attrs["pairs"]):
        score = chosen.loc[chosen["pair"] == number, "score"]
        counts = {"a_better": -1, "similar": 0, "b_better": 1}
        row: dict[str, Any] = {"model_a": first, "model_b": second}
        row |= {name: int((score == value).sum()) for name, value in counts.items()} | {"votes": len(score)}
        shares = {"share_a": "a_better", "share_similar": "similar", "share_b": "b_better"}
        row |= {share: row[name] / len(score) if len(score) else np.nan for share, name in shares.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def sign_test(votes: pd.DataFrame, pairs: Pairs | None = None) -> pd.DataFrame:
    """Returns the exact sign test of each pair: of those who decided, do as many prefer A as B?

    It takes every vote for independent, so that it finds differences where there are none when votes of a participant
    or on an image are alike; it stands beside :func:`attnviz.study.results.clustered_preference`, never alone. Clopper
    & Pearson, Biometrika 26 (1934), 404-413.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.
        pairs: (model_a, model_b) in the order in which they are to be told; None for the alphabet's.

    Returns:
        A row a pair: model_a, model_b, a_better, b_better, similar (counts), share_b (0 to 1, of those who decided; NaN
        without), low, high (exact 95 % interval), p_value (two-sided; 1 if nobody decided) and p_ties_split (the same
        with each tie half a vote for both; half a vote left over is dropped).

    Raises:
        StudyError: if the votes cannot be read, are not of these pairs, or none counts.
    """
    table = preference_table(votes, pairs)
    result = table[["model_a", "model_b", "a_better", "b_better", "similar"]]
    tests = [_exact(row.b_better, row.a_better, row.similar) for row in result.itertuples()]
    return result.join(pd.DataFrame(tests))


def _exact(wins: int, losses: int, ties: int) -> dict[str, float]:
    decided, half = wins + losses, ties // 2
    split = stats.binomtest(wins + half, decided + 2 * half).pvalue if decided + half else 1.0
    if not decided:
        return {"share_b": np.nan, "low": np.nan, "high": np.nan, "p_value": 1.0, "p_ties_split": float(split)}
    test = stats.binomtest(wins, decided)
    interval = test.proportion_ci(LEVEL, "exact")
    return {
        "share_b": wins / decided,
        "low": float(interval.low),
        "high": float(interval.high),
        "p_value": float(test.pvalue),
        "p_ties_split": float(split),
    }


def tie_rate(votes: pd.DataFrame) -> float:
    """Returns the share of main votes that say "about the same", 0 to 1, over all pairs.

    Raises:
        StudyError: if the votes cannot be read, or none counts.
    """
    return float((main_outcomes(votes)["score"] == 0).mean())


def comparisons(votes: pd.DataFrame, pairs: Pairs | None = None) -> pd.DataFrame:
    """Returns the table that :func:`attnviz.study.results.bradley_terry` fits: item_i was on the left.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.
        pairs: (model_a, model_b); the first model of the first is the first item. None for the alphabet's.

    Returns:
        (2 P, 5): item_i, item_j, wins_i, wins_j, ties; two rows a pair, one for each model on the left.

    Raises:
        StudyError: if the votes cannot be read, are not of these pairs, or none counts.
    """
    chosen = main_outcomes(votes, pairs)
    rows = []
    for number, (first, second) in enumerate(chosen.attrs["pairs"]):
        of_pair = chosen[chosen["pair"] == number]
        for first_left in (True, False):
            side = of_pair.loc[of_pair["left_is_a"] == first_left, "side"]
            row = {"item_i": first if first_left else second, "item_j": second if first_left else first}
            counts = {"wins_i": 1, "wins_j": -1, "ties": 0}
            rows.append(row | {name: int((side == value).sum()) for name, value in counts.items()})
    return pd.DataFrame(rows)


def position_bias(votes: pd.DataFrame) -> PositionBias:
    """Returns whether the left picture was preferred to the right one, over all pairs.

    Sides are balanced, so that a bias does not favour a model; it adds noise, and draws shares towards 1/2.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.

    Raises:
        StudyError: if the votes cannot be read, or none counts.
    """
    chosen = main_outcomes(votes)
    mean = clustered_mean(chosen[chosen["side"] != 0], "side")
    left, ties, right = (int((chosen["side"] == value).sum()) for value in (1, 0, -1))
    table = comparisons(votes)
    try:
        without, fitted = bradley_terry(table), bradley_terry(table, side=True)
        side, side_se = fitted.attrs["side"], fitted.attrs["side_se"]
        chi2 = max(0.0, without.attrs["deviance"] - fitted.attrs["deviance"])
        chi2_p = float(stats.chi2.sf(chi2, 1))
    except StudyError:
        side = side_se = chi2 = chi2_p = np.nan
    share, low, high = ((value + 1) / 2 for value in (mean.value, mean.low, mean.high))
    return PositionBias(left, ties, right, share, low, high, mean.p_value, side, side_se, chi2, chi2_p)
