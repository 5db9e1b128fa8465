"""What is said of where a gate is open, against sums written out, and at the points where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attnviz.evaluation.gating.places import MeanGate, boxed, estimates, unboxed


def gates(seed: int, photos: int = 3, side: int = 4, values: int = 6) -> torch.Tensor:
    """Gates of few values, so that many cells are equal."""
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(1, values, (photos, side, side), generator=draw).double() / values


def box(left: int, top: int, right: int, bottom: int, side: int = 16) -> torch.Tensor:
    inside = torch.zeros(1, side, side, dtype=torch.bool)
    inside[0, top:bottom, left:right] = True
    return inside


boxes = st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(1, 16), st.integers(1, 16)).filter(
    lambda edges: edges[0] < edges[2] and edges[1] < edges[3] and edges != (0, 0, 16, 16)
)


@given(st.integers(0, 1000), boxes)
def test_numbers_are_the_sums_of_their_definitions(seed: int, edges: tuple[int, int, int, int]) -> None:
    gate, inside = gates(seed, photos=1), box(*edges)
    before, after = gates(seed + 1, photos=1), gates(seed + 2, photos=1)
    g = gate[0].flatten().numpy()
    w = np.array([
        inside[0, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].double().mean().item()
        for row in range(4) for column in range(4)
    ])  # fmt: skip
    pairs = [(w[i] * (1 - w[j]), (g[i] > g[j]) + 0.5 * (g[i] == g[j])) for i in range(16) for j in range(16)]
    found = boxed(gate, inside, before, after)
    assert found["excess"][0] == pytest.approx((g * w).sum() / g.sum() - w.mean())
    assert found["rank"][0] == pytest.approx(sum(p * r for p, r in pairs) / sum(p for p, _ in pairs))
    shares = [(mass[0].flatten().numpy() * w).sum() / mass[0].sum().item() for mass in (before, after)]
    assert found["moved"][0] == pytest.approx(shares[1] - shares[0])
    plain = unboxed(gate)
    p = g / g.sum()
    assert plain["entropy"][0] == pytest.approx(-(p * np.log(p)).sum() / np.log(16))
    assert (plain["mean"][0], plain["spread"][0]) == pytest.approx((g.mean(), g.std()))
    sharp = unboxed(gate**3)
    assert (sharp["closed"][0], sharp["open"][0]) == ((g**3 < 0.1).mean(), (g**3 > 0.9).mean())


@given(boxes, st.floats(0.01, 0.99))
def test_a_uniform_gate_says_nothing_of_any_box(edges: tuple[int, int, int, int], value: float) -> None:
    uniform = torch.full((1, 4, 4), value)
    found = boxed(uniform, box(*edges))
    assert found["excess"][0] == pytest.approx(0, abs=1e-12)
    assert found["rank"][0] == pytest.approx(0.5)
    assert unboxed(uniform)["entropy"][0] == pytest.approx(1)


def test_a_gate_that_is_the_box() -> None:
    inside = box(0, 0, 8, 8)
    gate = torch.zeros(1, 4, 4)
    gate[0, :2, :2] = 0.9
    found = boxed(gate, inside)
    assert (found["excess"][0], found["rank"][0]) == (0.75, 1)
    gate = torch.zeros(1, 4, 4)
    gate[0, 3, 3] = 0.9
    assert unboxed(gate)["entropy"][0] == 0
    assert boxed(gate, inside)["excess"][0] == -0.25
    assert list(boxed(gate, inside)) == ["excess", "rank"]


def test_no_box_and_a_box_that_is_everything_tell_nothing() -> None:
    inside = torch.cat([box(0, 0, 16, 16), box(3, 3, 3, 3), box(0, 0, 16, 15)])
    for values in boxed(gates(1), inside).values():
        assert np.isnan(values).tolist() == [True, True, False]


def test_the_mean_gate_has_the_excess_of_one_gate_for_all_photos() -> None:
    gate, inside = gates(4, photos=5), torch.cat([box(0, 0, 9, 9), box(4, 2, 16, 8), *[box(6, 6, 12, 12)] * 3])
    mean, everything = MeanGate(), box(0, 0, 16, 16)
    assert np.isnan(mean.excess)
    mean.add(gate[:2], inside[:2])
    mean.add(torch.cat([gate[2:], gate[:1]]), torch.cat([inside[2:], everything]))  # the last tells nothing
    one = (gate / gate.sum((1, 2), keepdim=True)).mean(0, keepdim=True).expand(5, -1, -1)
    assert mean.excess == pytest.approx(boxed(one, inside)["excess"].mean())


def test_intervals_are_those_of_the_mean() -> None:
    draw = np.random.default_rng(2)
    values = draw.normal(3, 2, 400)
    some = np.where(np.arange(400) < 100, values, np.nan)
    found = estimates({"all": values, "some": some, "none": np.full(400, np.nan), "rise": values + 1 - values})
    half = 1.96 * values.std() / 20
    assert (found["all"].mean, found["all"].photos) == (pytest.approx(values.mean()), 400)
    assert found["all"].low == pytest.approx(values.mean() - half, abs=0.03)
    assert found["all"].high == pytest.approx(values.mean() + half, abs=0.03)
    assert found["some"].mean == pytest.approx(values[:100].mean())
    assert found["some"].high - found["some"].low == pytest.approx(2 * 1.96 * values[:100].std() / 10, rel=0.1)
    assert found["none"].photos == 0
    assert np.isnan(found["none"].mean)
    assert found["rise"].mean == 1
    assert np.isnan(found["rise"].low)  # the same of every photo: draws say nothing
    assert estimates({}) == {}


def test_the_same_photos_and_seed_give_the_same_interval() -> None:
    values = np.random.default_rng(3).random(30)
    assert estimates({"a": values}) == estimates({"a": values})
    assert estimates({"a": values})["a"].low == pytest.approx(estimates({"b": -values, "a": values})["a"].low)
    assert estimates({"a": values}, seed=1)["a"].low != estimates({"a": values})["a"].low
