"""How far a model's confidence is from how often it is right."""

from __future__ import annotations

import numpy as np

from attnviz.evaluation.statistics.bootstrap import LEVEL, Resamples
from attnviz.evaluation.statistics.measured import Floats

BINS = 15


def calibration_error(confidence: Floats, correct: Floats, bins: int = BINS) -> float:
    """Returns the expected calibration error: sum over bins of (share of photos) |accuracy - mean confidence|.

    Bins of equal width, closed above, as in a model card (:func:`attnviz.families.calibration.calibration_error`), but
    without torch, which reading a table would not wait for; Guo et al., ICML 2017.

    Args:
        confidence: (N,), of the top-1, 0 to 1.
        correct: (N,), 1 or 0; NaN for photos without a label, which do not count.
        bins: how many.

    Returns:
        0 to 1; NaN without labelled photos.
    """
    gaps, counted = _columns(confidence, correct, bins)
    return float(np.abs(gaps.sum(axis=0)).sum() / counted.sum()) if counted.any() else float("nan")


def calibration_interval(
    confidence: Floats, correct: Floats, resamples: Resamples, bins: int = BINS
) -> tuple[float, float]:
    """Returns the 95 % interval of the expected calibration error; NaN without labelled photos.

    The error is a sum of absolute values, and chance in a bin can only add to it: so do the draws, once more than the
    photos did, so that plain percentiles may not even hold the error itself. The interval is that of percentiles, moved
    down by how much more error the draws have than the photos, in the mean. What chance added to the photos' own error,
    the more the fewer they are, stays in both.

    Args:
        confidence: as in :func:`calibration_error`.
        correct: likewise.
        resamples: draws of the N photos.
        bins: how many.
    """
    if np.isnan(correct).all():
        return float("nan"), float("nan")
    drawn = drawn_errors(confidence, correct, resamples, bins)
    more = drawn.mean() - calibration_error(confidence, correct, bins)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) - more
    return max(float(low), 0.0), float(high)


def drawn_errors(confidence: Floats, correct: Floats, resamples: Resamples, bins: int = BINS) -> Floats:
    """Returns (B,): the expected calibration error of the photos of each draw."""
    gaps, counted = _columns(confidence, correct, bins)
    errors: Floats = np.abs(resamples.sums(gaps)).sum(axis=1) / resamples.sums(counted[:, None].astype(float))[:, 0]
    return errors


def _columns(confidence: Floats, correct: Floats, bins: int) -> tuple[Floats, Floats]:
    """Returns (N,bins), what each photo adds to (correct - confidence) of its bin, and (N,), whether it counts."""
    counted = ~np.isnan(correct)
    places = np.clip(np.ceil(np.nan_to_num(confidence) * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.zeros((len(confidence), bins))
    gaps[np.arange(len(confidence)), places] = np.where(counted, np.nan_to_num(correct) - confidence, 0.0)
    return gaps, counted
