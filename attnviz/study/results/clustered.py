"""Whether one model's pictures are preferred to another's, when votes of a participant and on an image are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from attnviz.evaluation.statistics.paired import holm
from attnviz.study.results.outcomes import Pairs, main_outcomes

LEVEL = 0.95
_NOTHING = 1e-12
_UNKNOWN = (np.nan, np.nan, np.nan, np.nan, 0)


@dataclass(frozen=True)
class Mean:
    """A mean of votes with what is known of it.

    Attributes:
        value: the mean.
        se: its standard error; NaN with fewer than two participants or images.
        low: of the 95 % interval.
        high: likewise.
        p_value: two-sided, of the mean being 0.
        df: degrees of freedom of Student's t.
    """

    value: float
    se: float
    low: float
    high: float
    p_value: float
    df: int


def clustered_preference(votes: pd.DataFrame, pairs: Pairs | None = None) -> pd.DataFrame:
    """Tests for each pair whether one model is preferred, with participants and images both as random.

    The share that prefers B is the mean of 1 (B), 1/2 (about the same: a tie is half a vote for each) and 0 (A). Its
    variance is V_participants + V_images - V_cells, each the cluster-robust variance of the mean by that grouping with
    G / (G - 1), and never less than either of the first two; the test and the 95 % interval are Student's t with one
    less than the fewer of participants and images. Where nobody differs from anybody there is no variance to estimate;
    then each of the fewer of participants and images counts as one observation of an exact binomial.

    Cameron, Gelbach & Miller, J. Business & Economic Statistics 29 (2011), 238-249. Images are a random factor since
    the question is about images in general: Clark, J. Verbal Learning & Verbal Behavior 12 (1973), 335-359. Several
    pairs: Holm, Scand. J. Statistics 6 (1979), 65-70.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.
        pairs: (model_a, model_b) in the order in which they are to be told; None for the alphabet's.

    Returns:
        A row a pair: model_a, model_b, votes, participants, images (counts), share_b, low, high (0 to 1; ties half),
        se, df, p_value, p_holm (p_value corrected for the number of pairs), decided_b, decided_low, decided_high (0 to
        1; of those who did not answer "about the same") and cohens_g (decided_b - 1/2). NaN where a pair has fewer than
        two participants or images, or nobody decided.

    Raises:
        StudyError: if the votes cannot be read, are not of these pairs, or none counts.
    """
    chosen = main_outcomes(votes, pairs)
    rows = []
    for number, (first, second) in enumerate(chosen.attrs["pairs"]):
        of_pair = chosen[chosen["pair"] == number]
        row: dict[str, Any] = {"model_a": first, "model_b": second, "votes": len(of_pair)}
        row |= {"participants": of_pair["participant"].nunique(), "images": of_pair["image"].nunique()}
        mean, decided = clustered_mean(of_pair, "score"), clustered_mean(of_pair[of_pair["score"] != 0], "score")
        row |= {"share_b": _share(mean.value), "low": _share(mean.low), "high": _share(mean.high), "se": mean.se / 2}
        row |= {"df": mean.df, "p_value": mean.p_value, "p_holm": np.nan}
        row |= {"decided_b": _share(decided.value), "decided_low": _share(decided.low)}
        row |= {"decided_high": _share(decided.high), "cohens_g": decided.value / 2}
        rows.append(row)
    result = pd.DataFrame(rows)
    result["p_holm"] = holm(result["p_value"])
    return result


def clustered_mean(chosen: pd.DataFrame, value: str) -> Mean:
    """Returns the mean of a column of numbers in -1 to 1, two-way clustered by participant and image.

    Args:
        chosen: (V, columns), among them participant and image.
        value: name of the column.
    """
    y = chosen[value].to_numpy(dtype=float)
    if not len(y):
        return Mean(np.nan, *_UNKNOWN)
    people, images = (pd.factorize(chosen[name])[0] for name in ("participant", "image"))
    mean, fewer = float(y.mean()), int(min(people.max(), images.max())) + 1
    if fewer < 2:
        return Mean(mean, *_UNKNOWN)
    errors = y - mean
    by_people, by_images = _variance(errors, people), _variance(errors, images)
    by_both = _variance(errors, people * (images.max() + 1) + images)
    se = float(np.sqrt(max(by_people + by_images - by_both, by_people, by_images)))
    if se < _NOTHING:
        return _unanimous(mean, fewer)
    df = fewer - 1
    half = float(stats.t.ppf((1 + LEVEL) / 2, df)) * se
    p_value = float(2 * stats.t.sf(abs(mean) / se, df))
    return Mean(mean, se, max(mean - half, -1.0), min(mean + half, 1.0), p_value, df)


def _variance(errors: npt.NDArray[np.float64], groups: npt.NDArray[np.intp]) -> float:
    """Returns the cluster-robust variance of the mean whose residuals these are."""
    sums = np.bincount(groups, errors)
    count = np.count_nonzero(np.bincount(groups))
    return float((sums**2).sum() / len(errors) ** 2 * count / (count - 1))


def _unanimous(mean: float, observations: int) -> Mean:
    """Returns what an exact binomial says of so many observations that are all the same."""
    span = 2 * (1 - ((1 - LEVEL) / 2) ** (1 / observations))  # Clopper-Pearson, on a scale of -1 to 1
    p_value = 1.0 if abs(mean) < _NOTHING else float(min(1, 2 * 0.5**observations))
    if abs(mean) < _NOTHING:
        return Mean(mean, 0.0, -span / 2, span / 2, p_value, observations - 1)
    return Mean(mean, 0.0, max(mean - span, -1.0), min(mean + span, 1.0), p_value, observations - 1)


def _share(mean: float) -> float:
    return (mean + 1) / 2
