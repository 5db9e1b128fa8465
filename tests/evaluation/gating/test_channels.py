"""Sums kept in passing give what two passes over all photos give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.evaluation.gating.channels import ChannelStatistics, ChannelSums, Floats

CLASSES = 4


def streamed(gates: Floats, labels: np.ndarray, batch: int = 5) -> ChannelStatistics:
    sums = ChannelSums(CLASSES, gates.shape[1])
    for first in range(0, len(gates), batch):
        part = gates[first : first + batch]
        low, high = int((part < 0.1).sum()), int((part > 0.9).sum())
        sums.add(part, labels[first : first + batch], low, high, part.size)
    return sums.statistics()


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 7), st.floats(1e-7, 0.5))
def test_all_statistics_are_those_of_two_passes(seed: int, photos: int, batch: int, spread: float) -> None:
    """Down to gates that hardly move, whose spread a sum of squares would lose."""
    draw = np.random.default_rng(seed)
    gates = 0.5 + spread * draw.uniform(-0.99, 0.99, (photos, 3))
    labels = draw.integers(0, CLASSES, photos)
    found = streamed(gates, labels, batch)
    means = np.stack([gates[labels == label].mean(0) for label in labels])
    exact = {"rtol": 1e-9, "atol": 1e-15}
    for label in range(CLASSES):
        of_class = gates[labels == label]
        assert found.counts[label] == len(of_class)
        if len(of_class) == 0:
            assert np.isnan(found.class_means[label]).all()
            assert np.isnan(found.class_sds[label]).all()
        else:
            np.testing.assert_allclose(found.class_means[label], of_class.mean(0), **exact)
            np.testing.assert_allclose(found.class_sds[label], of_class.std(0), **exact)
    np.testing.assert_allclose(found.mean, gates.mean(0), **exact)
    np.testing.assert_allclose(found.within, np.sqrt(((gates - means) ** 2).mean()), **exact)
    np.testing.assert_allclose(found.between, np.sqrt(((means - gates.mean(0)) ** 2).mean()), **exact)
    np.testing.assert_allclose(found.over_photos, np.sqrt(gates.var(0).mean()), **exact)
    np.testing.assert_allclose(found.over_channels, gates.mean(0).std(), **exact)
    assert (found.low, found.high) == ((gates < 0.1).mean(), (gates > 0.9).mean())


def test_the_class_explains_everything_or_nothing() -> None:
    labels = np.repeat(np.arange(CLASSES), 50)
    by_class = np.array([0.2, 0.4, 0.6, 0.8])[labels][:, None]
    assert streamed(by_class, labels).class_share == pytest.approx(1)
    draws = [streamed(np.random.default_rng(seed).random((200, 1)), labels).class_share for seed in range(300)]
    assert np.mean(draws) == pytest.approx(0, abs=0.003)  # without the correction it were 3/199 = 0.015
    assert streamed(np.full((200, 1), 0.5), labels).class_share != streamed(by_class, labels).class_share
    half = by_class + np.tile([-1, 1], 100)[:, None] * by_class.std()
    assert streamed(half, labels).class_share == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("gates", "labels"), [([0.1, 0.2, 0.3], [0, 1, 2]), ([0.1, 0.2], [1, 1]), ([0.5] * 4, [0, 0, 1, 1])]
)
def test_where_there_is_no_share_of_the_class(gates: list[float], labels: list[int]) -> None:
    assert np.isnan(streamed(np.array(gates)[:, None], np.array(labels)).class_share)
