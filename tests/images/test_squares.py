"""Cells as squares, against nearest-exact of torch and by hand."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from attnviz.images import squares


def test_by_hand() -> None:
    cells = np.array([[1, 2], [3, 4]])
    assert squares(cells, 4, 3).tolist() == [[1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert squares(cells, 2, 2).tolist() == cells.tolist()
    assert squares(np.zeros((2, 2, 3), np.uint8), 5, 6).shape == (6, 5, 3)


@given(count=st.integers(1, 64), side=st.integers(1, 700))
def test_each_pixel_has_the_cell_that_its_centre_is_in(count: int, side: int) -> None:
    row = squares(np.arange(count)[None], side, 1)[0]
    for pixel, cell in enumerate(row.tolist()):
        assert 2 * side * cell <= (2 * pixel + 1) * count < 2 * side * (cell + 1)


def test_torch_agrees_where_no_centre_is_on_an_edge() -> None:
    cells = torch.rand(1, 1, 7, 7)
    fine = torch.nn.functional.interpolate(cells, (640, 640), mode="nearest-exact")
    assert np.array_equal(squares(cells[0, 0].numpy(), 640, 640), fine[0, 0].numpy())
