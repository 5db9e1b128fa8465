"""Whether two scores put the models in the same order."""

from __future__ import annotations

import itertools

import numpy as np

from attnviz.evaluation.statistics.measured import Floats


def kendall(one: Floats, other: Floats) -> Floats:
    """Returns Kendall's tau-b between two scores' rankings of the models, photo by photo.

    tau-b = (concordant - discordant) / sqrt((pairs not tied in one) (pairs not tied in the other)); Kendall,
    Biometrika 33 (1945), 239-251.

    Args:
        one: (N,M), a score of M models on N photos, more being better.
        other: (N,M), another, likewise.

    Returns:
        (N,), -1 to 1; NaN where a score ties all models, or lacks a value.
    """
    pairs = list(itertools.combinations(range(one.shape[1]), 2))
    signs = [np.stack([np.sign(score[:, i] - score[:, j]) for i, j in pairs], axis=1) for score in (one, other)]
    both = (signs[0] * signs[1]).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        tau: Floats = both / np.sqrt((signs[0] ** 2).sum(axis=1) * (signs[1] ** 2).sum(axis=1))
    return tau
