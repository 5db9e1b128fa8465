"""Intervals of strengths and ranks, by drawing participants and images anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from attnviz.study.results.clustered import LEVEL
from attnviz.study.results.outcomes import Pairs, main_outcomes
from attnviz.study.results.preference import comparisons
from attnviz.study.results.strength import Floats, bradley_terry, design, gradient, information

RESAMPLES = 2000
_AT_A_TIME = 200
_RIDGE = 1e-3  # so weak that it tells only where a draw has no finite strength
_STEPS, _LONGEST, _NEAR = 60, 1.0, 1e-8


def strengths(
    votes: pd.DataFrame, pairs: Pairs | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> pd.DataFrame:
    """Returns Davidson-Bradley-Terry strengths with the left side's advantage, their intervals, and ranks.

    Intervals are of the two-way bootstrap: participants and images are drawn anew with replacement, a vote counts as
    often as its participant times its image were drawn, and the model is fitted to each draw (with a ridge of 1e-3,
    felt only where a model never won or never lost in it). Percentiles. Somewhat wider than need be: Owen, Annals of
    Applied Statistics 1 (2007), 386-411.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.
        pairs: (model_a, model_b); the first model of the first is the reference. None for the alphabet's.
        resamples: how many draws.
        seed: of the draws: the same votes, pairs and seed give the same intervals.

    Returns:
        A row a model, strongest first: item, ability and se as in :func:`attnviz.study.results.bradley_terry`, centred
        (ability less the mean of all, so that none is the reference), low, high (95 %, of centred), rank, rank_low,
        rank_high (1 is the strongest). ``.attrs`` as there, with side_low and side_high, and resamples and seed.

    Raises:
        StudyError: as :func:`attnviz.study.results.bradley_terry`, or if the votes cannot be read, or none counts.
    """
    chosen = main_outcomes(votes, pairs)
    pairs = chosen.attrs["pairs"]
    table = comparisons(votes, pairs)
    fitted = bradley_terry(table, side=True)
    items, with_ties = fitted["item"].tolist(), fitted.attrs["nu"] > 0
    i, j = (np.array([items.index(item) for item in table[name]]) for name in ("item_i", "item_j"))
    x = design(len(items), i, j, side=True, with_ties=with_ties)
    start = np.r_[fitted["ability"].to_numpy()[1:], fitted.attrs["side"]]
    start = np.r_[start, np.log(fitted.attrs["nu"])] if with_ties else start
    draw = np.random.default_rng(seed)
    cells = _cells(chosen, len(table))[..., : 3 if with_ties else 2]
    drawn = [_fits(x, counts, start) for counts in _drawn(cells, resamples, draw)]
    theta = np.concatenate(drawn)
    ability = np.c_[np.zeros(len(theta)), theta[:, : len(items) - 1]]
    centred = ability - ability.mean(axis=1, keepdims=True)
    ranks = (-ability).argsort(axis=1).argsort(axis=1) + 1
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    result = fitted.assign(centred=fitted["ability"] - fitted["ability"].mean())
    result["low"], result["high"] = np.quantile(centred, tails, axis=0)
    result["rank"] = (-result["ability"]).rank(method="min").astype(int)
    result["rank_low"], result["rank_high"] = np.quantile(ranks, tails, axis=0, method="inverted_cdf").astype(int)
    side_low, side_high = np.quantile(theta[:, len(items) - 1], tails)
    result.attrs = fitted.attrs | {"side_low": float(side_low), "side_high": float(side_high)}
    result.attrs |= {"resamples": resamples, "seed": seed}
    return result.sort_values("rank", kind="stable").reset_index(drop=True)


def _cells(chosen: pd.DataFrame, rows: int) -> Floats:
    """Returns votes as (participants, images, rows of the comparisons, 3 outcomes): left wins, right wins, ties."""
    # in the order of names, so that the same votes in another order are drawn alike
    people, images = (pd.factorize(chosen[name].astype(str), sort=True)[0] for name in ("participant", "image"))
    cells = np.zeros((people.max() + 1, images.max() + 1, rows, 3))
    row = 2 * chosen["pair"].to_numpy() + ~chosen["left_is_a"].to_numpy()
    outcome = chosen["side"].map({1: 0, -1: 1, 0: 2}).to_numpy()
    np.add.at(cells, (people, images, row, outcome), 1)
    return cells


def _drawn(cells: Floats, resamples: int, draw: np.random.Generator) -> list[Floats]:
    """Returns the counts of the draws, (B, rows, outcomes) some at a time."""
    people, images, rows, options = cells.shape
    drawn = []
    for first in range(0, resamples, _AT_A_TIME):
        number = min(_AT_A_TIME, resamples - first)
        by_person = draw.multinomial(people, [1 / people] * people, number).astype(float)
        by_image = draw.multinomial(images, [1 / images] * images, number).astype(float)
        per_image = (by_person @ cells.reshape(people, -1)).reshape(number, images, rows * options)
        drawn.append(np.einsum("bi,bik->bk", by_image, per_image).reshape(number, rows, options))
    return drawn


def _fits(x: Floats, counts: Floats, start: npt.NDArray[np.float64]) -> Floats:
    """Returns (B, K): the maxima of the likelihoods of (B, rows, outcomes) less the ridge, by Newton's short steps."""
    theta = np.tile(start, (len(counts), 1))
    for _ in range(_STEPS):
        slope = gradient(x, counts, theta) - _RIDGE * theta
        bend = information(x, counts, theta) + _RIDGE * np.eye(theta.shape[1])
        step = np.linalg.solve(bend, slope[..., None])[..., 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        theta = theta + step * np.minimum(1, _LONGEST / np.maximum(longest, _LONGEST))
        if longest.max() < _NEAR:
            break
    return theta
