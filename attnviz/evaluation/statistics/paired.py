"""Whether two models differ on the same photos: the sign-flip test, and Holm's correction for many tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from attnviz.evaluation.statistics.measured import Floats

FLIPS = 19_999
"""p-values are multiples of 1/20,000, so that a hundred tests corrected by Holm can still be below 0.01."""
_AT_A_TIME = 500


def sign_flip(differences: Floats, flips: int = FLIPS, seed: int = 0) -> Floats:
    """Returns the two-sided p-values of the paired permutation test of means of differences being 0.

    If the two models were alike, a photo's difference could as well have the other sign: the observed mean is held
    against those of random signs (Fisher 1935; Good, Permutation, Parametric and Bootstrap Tests, 2005). It tests the
    very mean that the tables tell, with no assumption about its distribution; Wilcoxon's test would ask about ranks
    instead. Where all differences that are not 0 have one size, as of hits and misses, the permutation distribution is
    binomial and the p-value exact: McNemar's exact test. Otherwise p = (1 + b) / (1 + flips), b of ``flips`` random
    signs at least as far from 0, which is valid for any number of flips (Phipson & Smyth 2010).

    Args:
        differences: (N,K), of N photos; NaN for those that do not count.
        flips: how many random signs.
        seed: of the signs.

    Returns:
        (K,), each in (0,1]; 1 where nothing differs, NaN where no photo counts.
    """
    known = np.nan_to_num(differences)
    p_values = np.where(np.isnan(differences).all(axis=0), np.nan, 1.0)
    drawn = []
    for column, values in enumerate(known.T):
        differing = values[values != 0]
        if not len(differing):
            continue
        if np.ptp(np.abs(differing)) < 1e-12:
            p_values[column] = stats.binomtest(int((differing > 0).sum()), len(differing)).pvalue
        else:
            drawn.append(column)
    if drawn:
        p_values[drawn] = _monte_carlo(known[:, drawn], flips, seed)
    return p_values


def _monte_carlo(known: Floats, flips: int, seed: int) -> Floats:
    draw = np.random.default_rng(seed)
    photos = len(known)
    observed = np.abs(known.sum(axis=0))
    slack = 1e-9 * np.abs(known).sum(axis=0)  # sums of the same numbers in another order
    as_far = np.zeros(known.shape[1], dtype=int)
    for first in range(0, flips, _AT_A_TIME):
        number = min(_AT_A_TIME, flips - first)
        bits = np.unpackbits(draw.integers(0, 256, (number, -(-photos // 8)), dtype=np.uint8), axis=1, count=photos)
        as_far += (np.abs((2.0 * bits - 1) @ known) >= observed - slack).sum(axis=0)
    result: Floats = (1 + as_far) / (1 + flips)
    return result


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Returns p-values corrected for their number; those that are NaN stay so and do not count.

    Holm, Scandinavian J. Statistics 6 (1979), 65-70.
    """
    corrected = np.array(p_values, dtype=float)
    known = ~np.isnan(corrected)
    if known.sum() > 1:
        corrected[known] = multipletests(corrected[known], method="holm")[1]
    return corrected
