"""The levels of MaxBoxAcc: chosen on the fit half for each model, method and stage, and applied to the other half.

A photo of the fit half leaves behind, at every level, whether the best box of its map fits; 255 bits for each IoU that
counts. That is all that choosing a level needs, and little enough to be kept with the photo's other numbers.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from attnviz.scores import Truth, box_ious
from attnviz.scores.boxes import DELTAS, LEVELS, Contours

KINDS: Mapping[str, tuple[Contours, tuple[float, ...]]] = {
    "max_box_acc": ("largest", (0.5,)),
    "max_box_acc_v2": ("all", DELTAS),
}
"""The contours of each score that has levels, and the IoUs that count."""
REFERENCE_STEP, REFERENCE_PHOTOS = 5, 64
"""Of the references' levels every fifth is tried, on that many photos: noise has hundreds of contours at each."""

Hits = NDArray[np.bool_]
"""(D,255): at each level, whether the best box has each of the D IoUs."""


@dataclass(frozen=True)
class Fitted:
    """Levels that were chosen: for each of the score's IoUs one."""

    levels: tuple[int, ...]

    @property
    def argument(self) -> int | tuple[int, ...]:
        """As the score's function takes it."""
        return self.levels[0] if len(self.levels) == 1 else self.levels


def hits_of(score: str, maps: Tensor, truth: Truth, step: int = 1) -> list[Hits | None]:
    """Returns where the boxes of maps fit.

    Args:
        score: of :data:`KINDS`.
        maps: raw, (N,h,w).
        truth: of the N images.
        step: the distance of levels that are tried; at others nothing fits.

    Returns:
        One for each map; None for a degenerate one.
    """
    contours, deltas = KINDS[score]
    tried = np.arange(0, LEVELS, step)
    ious = box_ious(maps, truth, contours, tried)
    hits = np.zeros((len(ious), len(deltas), LEVELS), np.bool_)
    hits[:, :, tried] = ious[:, None] >= np.array(deltas)[None, :, None]
    return [None if np.isnan(row).any() else each for row, each in zip(ious, hits, strict=True)]


def packed(hits: Hits | None) -> str:
    """Returns hits as text; those of a degenerate map are empty."""
    return "" if hits is None else base64.b64encode(np.packbits(hits).tobytes()).decode()


def unpacked(score: str, text: str) -> Hits | None:
    """Returns what :func:`packed` was given."""
    if not text:
        return None
    count = len(KINDS[score][1]) * LEVELS
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8), count=count)
    return bits.reshape(-1, LEVELS).astype(np.bool_)


def fitted(counts: NDArray[np.int_]) -> Fitted:
    """Chooses, for each IoU, the level at which most maps have a box of it; of equals, the lowest.

    As :func:`attnviz.scores.best_level`, from sums instead of all that is summed.

    Args:
        counts: (D,255), the sum of the hits of the fit half.
    """
    return Fitted(tuple(counts.argmax(1).tolist()))


def value_at(hits: Hits, chosen: Fitted) -> float:
    """Returns the score of a map whose hits are kept: the share of the IoUs that its box has at their levels."""
    return float(np.mean([row[level] for row, level in zip(hits, chosen.levels, strict=True)]))
