"""Parts of the photos: who is right, and how large the object is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from attnviz.evaluation.statistics.measured import Flags, Measured

ALL = "all"
ALL_CORRECT = "all models correct"
DISAGREE = "models disagree"
SIZES = ("small object", "medium object", "large object")


def strata(measured: Measured) -> Mapping[str, Flags]:
    """Returns which photos (N,) are in each part, by its name; parts without photos too.

    ``all models correct`` compares maps of answers that are right, and conditions on success: what a study like the
    authors' shows. ``models disagree`` are photos that some models have right and some wrong. The two and the photos
    that all have wrong are all. Sizes are thirds of the photos whose object is known, by its share of the photo, equal
    ones together: bounds fixed beforehand would leave parts empty, as objects fill photos of one data set and not of
    another's.
    """
    correct = np.nan_to_num(measured.correct).astype(bool)
    labelled = ~np.isnan(measured.correct).any(axis=1)
    everybody = np.asarray(correct.all(axis=1) & labelled, dtype=np.bool_)
    somebody = np.asarray(correct.any(axis=1) & labelled, dtype=np.bool_)
    found: dict[str, Flags] = {
        ALL: np.ones(len(measured.images), dtype=bool),
        ALL_CORRECT: everybody,
        DISAGREE: somebody & ~everybody,
    }
    lower, upper = size_bounds(measured)
    share = measured.object_share
    with np.errstate(invalid="ignore"):
        parts = (share <= lower, (share > lower) & (share <= upper), share > upper)
    return found | dict(zip(SIZES, parts, strict=True))


def size_bounds(measured: Measured) -> tuple[float, float]:
    """Returns the largest share of a photo that a small object has, and that a medium one has; NaN without boxes."""
    known = measured.object_share[~np.isnan(measured.object_share)]
    if not len(known):
        return float("nan"), float("nan")
    lower, upper = np.quantile(known, (1 / 3, 2 / 3))
    return float(lower), float(upper)
