"""How channel gates differ between photos, classes and channels: sums that are kept while photos pass by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOW, HIGH = 0.1, 0.9
"""A gate is saturated below the one and above the other."""


@dataclass(frozen=True)
class ChannelStatistics:
    """The channel gates of one place over a set of photos, (K classes, C channels).

    Below, g_nc is the gate of photo n and channel c, k(n) its class, N_k the number of photos of class k, and N that of
    all. A full gate (BAM's) counts with its mean over the places.

    Attributes:
        counts: (K,), N_k.
        class_means: (K,C), m_kc, the mean of g_nc over the photos of class k; NaN for a class without photos.
        squares: (K,C), S_kc, the sum of (g_nc - m_kc)^2 over them; 0 for a class without photos.
        low: share of the gate's values below :data:`LOW`. Of a full gate every place counts.
        high: share above :data:`HIGH`.
    """

    counts: NDArray[np.int64]
    class_means: Floats
    squares: Floats
    low: float
    high: float

    @cached_property
    def mean(self) -> Floats:
        """(C,), the mean over all photos: what SE's section 7.2 draws beside single classes."""
        total: Floats = (self._shares[:, None] * np.nan_to_num(self.class_means)).sum(0)
        return total

    @cached_property
    def class_sds(self) -> Floats:
        """(K,C), the standard deviation within each class (over N_k, not N_k - 1); NaN for a class without photos."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(self.squares / self.counts[:, None])

    @cached_property
    def within(self) -> float:
        """Spread within classes: the root of the mean over n and c of (g_nc - m_k(n)c)^2."""
        return float(np.sqrt(self._within_squares.mean() / self._photos))

    @cached_property
    def between(self) -> float:
        """Spread between classes: the root of the mean over n and c of (m_k(n)c - m_c)^2."""
        return float(np.sqrt(self._between_squares.mean() / self._photos))

    @cached_property
    def over_photos(self) -> float:
        """Spread over photos, of a channel: within^2 + between^2, and the root of that."""
        return float(np.hypot(self.within, self.between))

    @cached_property
    def over_channels(self) -> float:
        """Spread over channels: the standard deviation of m_c.

        A gate with far more of it than over photos is the same pattern for every photo, as SE's section 7.2 finds in
        the last block.
        """
        return float(self.mean.std())

    @cached_property
    def class_share(self) -> float:
        """How class-specific the gate is: the share of the variance over photos that the class explains, at most 1.

        1 - (W / (N - K')) / ((W + B) / (N - 1)), with W and B the sums over n and c of the squares in :attr:`within`
        and :attr:`between`, and K' the classes that have photos. So corrected (Ezekiel's R^2), it is 0 in expectation
        where the class says nothing, whatever the number of classes, and may be a little less by chance. NaN where
        every photo is of a class of its own, there is one class only, or the gate is the same for all photos.
        """
        within, between = self._within_squares.sum(), self._between_squares.sum()
        photos, classes = self._photos, int((self.counts > 0).sum())
        if classes < 2 or photos <= classes or within + between == 0:
            return float("nan")
        return float(1 - (within / (photos - classes)) / ((within + between) / (photos - 1)))

    @property
    def _photos(self) -> int:
        return int(self.counts.sum())

    @property
    def _shares(self) -> Floats:
        shares: Floats = self.counts / self._photos
        return shares

    @property
    def _within_squares(self) -> Floats:
        total: Floats = self.squares.sum(0)
        return total

    @property
    def _between_squares(self) -> Floats:
        away = np.nan_to_num(self.class_means) - self.mean
        total: Floats = (self.counts[:, None] * away**2).sum(0)
        return total


class ChannelSums:
    """What :class:`ChannelStatistics` is made of, while photos come in batches of any size, in any order.

    A class's mean and squares are merged with a batch's by Chan, Golub and LeVeque's rule (The American Statistician
    37, 1983, 242-247), so that a gate that hardly moves keeps its spread: a sum of squares would lose it to rounding.

    Args:
        classes: K.
        channels: C.
    """

    def __init__(self, classes: int, channels: int) -> None:
        self._counts = np.zeros(classes, np.int64)
        self._means = np.zeros((classes, channels))
        self._squares = np.zeros((classes, channels))
        self._low = self._high = self._values = 0

    def add(self, gates: Floats, labels: NDArray[np.int64], low: int, high: int, values: int) -> None:
        """Adds a batch.

        Args:
            gates: (N,C), in (0,1).
            labels: (N,), the photos' classes, 0 to K-1.
            low: how many of the gates' values are below :data:`LOW`.
            high: how many are above :data:`HIGH`.
            values: how many there are.
        """
        self._low, self._high, self._values = self._low + low, self._high + high, self._values + values
        for label in np.unique(labels):
            batch = gates[labels == label].astype(np.float64)
            before, new = self._counts[label], len(batch)
            mean = batch.mean(0)
            away = mean - self._means[label]
            self._means[label] += away * new / (before + new)
            self._squares[label] += ((batch - mean) ** 2).sum(0) + away**2 * before * new / (before + new)
            self._counts[label] += new

    def statistics(self) -> ChannelStatistics:
        """Returns the statistics of what has been added, which must be something."""
        means = np.where(self._counts[:, None] > 0, self._means, np.nan)
        low, high = self._low / self._values, self._high / self._values
        return ChannelStatistics(self._counts.copy(), means, self._squares.copy(), low, high)
