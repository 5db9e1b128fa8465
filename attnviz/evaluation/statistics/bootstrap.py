"""Intervals of means over photos, by drawing photos anew: the same draws for every model, score and part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from attnviz.evaluation.statistics.measured import Floats

LEVEL = 0.95
RESAMPLES = 2000
FEWEST = 10
"""Of fewer photos no interval is told: the bootstrap's would be too narrow."""
_AT_A_TIME = 250


@dataclass(frozen=True)
class Estimates:
    """Means over photos, K of them.

    Attributes:
        mean: (K,), over the photos that have a value; NaN if none has.
        photos: (K,), how many have.
        low: (K,), of the interval; NaN where there is none.
        high: (K,), likewise.
        level: that the interval has, 0 to 1.
    """

    mean: Floats
    photos: npt.NDArray[np.int_]
    low: Floats
    high: Floats
    level: float


class Resamples:
    """Draws of N photos with replacement. Everything that is asked of one object is of the same draws.

    So an interval of a difference (the difference of each photo as a column) fits the intervals of what it is of.
    """

    def __init__(self, photos: int, number: int = RESAMPLES, seed: int = 0) -> None:
        """Draws.

        Args:
            photos: N.
            number: how many draws, B.
            seed: the same seed gives the same draws.
        """
        draw = np.random.default_rng(seed)
        self._often = np.empty((number, photos), dtype=np.uint16)
        for row in self._often:
            row[:] = np.bincount(draw.integers(photos, size=photos), minlength=photos)

    def sums(self, columns: Floats) -> Floats:
        """Returns (B,K): the sum of each column (N,K) in each draw."""
        parts = range(0, len(self._often), _AT_A_TIME)
        return np.concatenate([self._often[first : first + _AT_A_TIME].astype(float) @ columns for first in parts])

    def means(self, columns: Floats) -> Floats:
        """Returns (B,K): the mean of each column (N,K) in each draw, of the photos that are not NaN in it."""
        has = ~np.isnan(columns)
        masks, of_mask = np.unique(has, axis=1, return_inverse=True)  # models share theirs: one product for all
        counts = self.sums(masks.astype(float))[:, of_mask.ravel()]
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = self.sums(np.where(has, columns, 0.0)) / counts
        return found

    def estimates(self, columns: Floats, level: float = LEVEL) -> Estimates:
        """Returns means over photos with BCa intervals.

        Bias-corrected and accelerated (Efron, J. American Statistical Association 82 (1987), 171-185): percentiles of
        the draws, moved by how far the draws' median lies from the mean, and by the skewness of the values. For a mean
        of thousands they are the plain percentiles; for a share near 0 or 1 of a few dozen they are not, and the plain
        ones cover too little. There is no interval of fewer than ``FEWEST`` photos, nor where all have the same value
        and draws therefore say nothing.

        Args:
            columns: (N,K); NaN for a photo without a value.
            level: of each interval, 0 to 1.
        """
        has = ~np.isnan(columns)
        photos = has.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(has, columns, 0.0).sum(axis=0) / photos
        off = np.where(has, columns - mean, 0.0)
        spread = (off**2).sum(axis=0)
        told = (photos >= FEWEST) & (spread > 1e-24)
        low, high = np.full(len(mean), np.nan), np.full(len(mean), np.nan)
        if told.any():
            acceleration = (off**3).sum(axis=0)[told] / (6 * spread[told] ** 1.5)
            ends = bca(self.means(columns[:, told]), mean[told], acceleration, level)
            low[told], high[told] = ends
        return Estimates(mean, photos, low, high, level)


def bca(draws: Floats, found: Floats, acceleration: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Returns the ends of BCa intervals, (K,) each.

    Args:
        draws: (B,K), a statistic in each draw; NaN where a draw has none.
        found: (K,), the statistic itself.
        acceleration: (K,), a sixth of the skewness of its jackknife values; 0 for bias correction alone.
        level: of each interval.
    """
    known = ~np.isnan(draws)
    below = ((draws < found) + (draws == found) / 2).sum(axis=0) / known.sum(axis=0)
    # a draw on one side only moves the interval as far as one draw can
    shift = stats.norm.ppf(np.clip(below, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        moved = shift + stats.norm.ppf(tail)
        ends.append(stats.norm.cdf(shift + moved / (1 - acceleration * moved)))
    low, high = (_quantiles(draws, shares) for shares in ends)
    return low, high


def _quantiles(draws: Floats, shares: Sequence[float] | Floats) -> Floats:
    """Returns a quantile of each column (B,K), one share a column."""
    return np.array([np.nanquantile(column, share) for column, share in zip(draws.T, shares, strict=True)])
