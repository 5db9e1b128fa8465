"""Numbers get matplotlib's colours, between the bounds that the caller names."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.draw import COLORMAPS, DEFAULT_COLORMAP, SIGNED_COLORMAP, colour_table, imgify
from attnviz.errors import OptionError


@pytest.mark.parametrize("name", [*COLORMAPS, SIGNED_COLORMAP])
def test_table_is_matplotlibs(name: str) -> None:
    table = colour_table(name)
    assert (table.shape, table.dtype) == ((256, 3), np.uint8)
    for index in range(0, 256, 5):
        exact = np.array(matplotlib.colormaps[name](index / 255)[:3]) * 255
        assert np.abs(table[index] - exact).max() <= 0.5 + 1e-9, index


def test_some_colours_by_hand() -> None:
    assert colour_table("gray").tolist() == [[grey, grey, grey] for grey in range(256)]
    assert colour_table("jet")[[0, 255]].tolist() == [[0, 0, 128], [128, 0, 0]]
    assert colour_table("inferno")[0].tolist() == [0, 0, 4]


def test_default_is_perceptually_uniform() -> None:
    assert DEFAULT_COLORMAP == "inferno"
    greys = colour_table(DEFAULT_COLORMAP) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(greys) > -1).all()  # brighter all the way, to rounding


@pytest.mark.parametrize(
    ("wrong", "meant"), [("infernal", ' Did you mean "inferno"?'), ("Magma", ' Did you mean "magma"?'), ("x", "")]
)
def test_unknown_colour_map(wrong: str, meant: str) -> None:
    with pytest.raises(OptionError) as caught:
        colour_table(wrong)
    there_are = "there are inferno, viridis, magma, cividis, turbo, jet, gray."
    assert str(caught.value) == f'There is no colour map "{wrong}"; {there_are}{meant}'


def test_imgify_is_linear_between_its_bounds() -> None:
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0, 9.0])
    greys = imgify(values, -1, 3, "gray")[:, 0]
    assert greys.tolist() == [0, 0, 64, 128, 255, 255]  # 0.25 * 255 and 0.5 * 255, rounded; what lies outside, clipped
    assert imgify([[0.0, 1.0]], 0, 1, "jet").tolist() == [[[0, 0, 128], [128, 0, 0]]]


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 3, 5)])
def test_imgify_keeps_the_shape(shape: tuple[int, ...]) -> None:
    coloured = imgify(np.zeros(shape), 0, 1)
    assert (coloured.shape, coloured.dtype) == ((*shape, 3), np.uint8)
    assert (coloured == colour_table("inferno")[0]).all()


@pytest.mark.parametrize(("vmin", "vmax"), [(-2, 1), (0, 2), (-2, 0), (1, 2)])
def test_symmetric_scale_is_white_at_zero(vmin: float, vmax: float) -> None:
    coloured = imgify([-2.0, 0.0, 2.0], vmin, vmax, "jet", symmetric=True).astype(int)
    table = colour_table(SIGNED_COLORMAP)
    assert (coloured[[0, 2]] == table[[0, 255]]).all()  # whichever bound is larger holds on both sides
    assert coloured[1].min() >= 240
    assert coloured[0, 2] > 2 * coloured[0, 0]  # negative is blue
    assert coloured[2, 0] > 2 * coloured[2, 2]  # positive is red


@pytest.mark.parametrize(("vmin", "vmax"), [(1, 1), (2, 1), (0, float("nan")), (float("nan"), 0)])
def test_bounds_that_cannot_be(vmin: float, vmax: float) -> None:
    with pytest.raises(OptionError) as caught:
        imgify([0.0], vmin, vmax)
    assert str(caught.value) == f"vmax ({vmax}) must be more than vmin ({vmin})."
    with pytest.raises(OptionError):
        imgify([0.0], 0, 0, symmetric=True)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1), st.floats(-1e3, 1e3), st.floats(0.1, 1e3))
def test_a_larger_value_never_gets_an_earlier_colour(values: list[float], vmin: float, span: float) -> None:
    greys = imgify(np.sort(values), vmin, vmin + span, "gray")[:, 0].astype(int)
    assert (np.diff(greys) >= 0).all()
    assert imgify([vmin, vmin + span], vmin, vmin + span, "gray")[:, 0].tolist() == [0, 255]
