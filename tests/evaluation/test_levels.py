"""Levels are those that the published rule gives, though only bits and sums of them are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Tensor

from attnviz.evaluation.levels import KINDS, Fitted, Hits, fitted, hits_of, packed, unpacked, value_at
from attnviz.scores import SCORES, Truth, best_level, box_ious
from attnviz.scores.boxes import LEVELS


@pytest.fixture(scope="module")
def maps() -> Tensor:
    return torch.rand(12, 4, 4, generator=torch.Generator().manual_seed(2)) - 0.2


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth.of_boxes([[2 * n, n, 20 + n, 24] for n in range(12)], 24, 32)


def all_hits(score: str, maps: Tensor, truth: Truth, step: int = 1) -> list[Hits]:
    return [hits for hits in hits_of(score, maps, truth, step) if hits is not None]


@pytest.mark.parametrize("score", KINDS)
def test_levels_and_values_are_those_of_the_scores(score: str, maps: Tensor, truth: Truth) -> None:
    contours, deltas = KINDS[score]
    ious = box_ious(maps, truth, contours)
    hits = all_hits(score, maps, truth)
    chosen = fitted(np.sum(hits, 0))
    assert chosen.levels == tuple(best_level(ious, delta) for delta in deltas)
    expected = SCORES[score].function(maps, truth, chosen.argument)
    assert [value_at(each, chosen) for each in hits] == pytest.approx(expected.tolist())
    assert 0 < expected.mean() < 1


def test_of_fewer_levels_the_others_are_never_chosen(maps: Tensor, truth: Truth) -> None:
    every, fifth = (np.sum(all_hits("max_box_acc_v2", maps, truth, step), 0) for step in (1, 5))
    assert (fifth[:, ::5] == every[:, ::5]).all()
    assert fifth[:, np.arange(LEVELS) % 5 != 0].sum() == 0
    assert all(level % 5 == 0 for level in fitted(fifth).levels)


def test_a_degenerate_map_leaves_nothing(truth: Truth) -> None:
    maps = torch.stack([torch.eye(3), torch.ones(3, 3), torch.full((3, 3), math.nan), -torch.eye(3)])
    some = Truth.of_boxes([[0, 0, 9, 9]] * 4, 24, 32)
    found = hits_of("max_box_acc", maps, some)
    assert [hits is None for hits in found] == [False, True, True, False]
    assert [packed(hits) == "" for hits in found] == [False, True, True, False]
    assert unpacked("max_box_acc", "") is None


@given(st.sampled_from(sorted(KINDS)).flatmap(
    lambda score: st.tuples(st.just(score), arrays(np.bool_, (len(KINDS[score][1]), LEVELS)))
))  # fmt: skip
def test_what_is_packed_comes_back(of: tuple[str, Hits]) -> None:
    score, hits = of
    back = unpacked(score, packed(hits))
    assert back is not None
    assert np.array_equal(back, hits)


def test_a_value_is_the_share_of_the_ious_that_fit_each_at_its_own_level() -> None:
    hits = np.zeros((3, LEVELS), np.bool_)
    hits[0, 7] = hits[1, 8] = hits[2, 254] = True
    assert value_at(hits, Fitted((7, 8, 9))) == pytest.approx(2 / 3)
    assert value_at(hits, Fitted((7, 8, 254))) == 1
