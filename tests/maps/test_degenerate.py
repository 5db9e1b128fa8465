"""Maps that say nothing are told apart from those that say little."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.maps import Degeneracy, degeneracy

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("heat", "why"),
    [
        ([[0.0, 1.0], [2.0, 3.0]], None),
        ([[-5.0, 1e-6], [-2.0, -3.0]], None),  # positive in one place
        ([[1.0, 1.00001], [1.0, 1.0]], None),  # more than rounding
        ([[0.0, 0.0], [0.0, 1e-30]], None),  # small, and yet not the same everywhere
        ([[1.0, NAN], [2.0, 3.0]], "nan"),
        ([[NAN, NAN], [NAN, NAN]], "nan"),
        ([[1.0, INF], [2.0, 3.0]], "nan"),
        ([[1.0, -INF], [2.0, 3.0]], "nan"),
        ([[0.0, 0.0], [0.0, 0.0]], "constant"),
        ([[7.0, 7.0], [7.0, 7.0]], "constant"),
        ([[-7.0, -7.0], [-7.0, -7.0]], "constant"),  # nowhere positive, too
        ([[3.0, 3.0 + 1e-6], [3.0, 3.0]], "constant"),  # the same to rounding
        ([[5.0]], "constant"),  # one cell
        ([[-5.0, -1.0], [-2.0, -3.0]], "no-positive"),
        ([[-5.0, 0.0], [-2.0, -3.0]], "no-positive"),
    ],
)
def test_why_a_map_shows_nothing(heat: list[list[float]], why: str | None) -> None:
    found = degeneracy(torch.tensor(heat))
    assert (None if found is None else found.value) == why


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_types(dtype: torch.dtype) -> None:
    assert degeneracy(torch.tensor([[-1.0, -2.0]], dtype=dtype)) is Degeneracy.NO_POSITIVE
    assert degeneracy(torch.tensor([[1.0, -2.0]], dtype=dtype)) is None


values = st.lists(st.integers(-9, 9), min_size=1, max_size=8)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(values, st.integers(-40, 40))
def test_scale_does_not_matter(cells: list[int], exponent: int) -> None:
    heat = torch.tensor([cells], dtype=torch.float32)
    assert degeneracy(heat * 2.0**exponent) is degeneracy(heat)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(values)
def test_what_is_left_can_be_drawn(cells: list[int]) -> None:
    heat = torch.tensor([cells], dtype=torch.float32)
    if degeneracy(heat) is None:
        assert heat.max() > 0
        assert heat.min() < heat.max()
    else:
        assert max(cells) <= 0 or min(cells) == max(cells)
