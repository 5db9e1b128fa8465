"""A recipe refuses what cannot be trained, and grows its crops to the photos' own side."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.errors import OptionError
from attnviz.training import Recipe


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"epochs": 0}, "epochs is 0; it must be more than 0."),
        ({"batch": -1}, "batch is -1; it must be more than 0."),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be more than 0."),
        ({"smallest_crop": 0.0}, "smallest_crop is 0.0; it must be more than 0 and at most 1."),
        ({"smallest_crop": 1.1}, "smallest_crop is 1.1; it must be more than 0 and at most 1."),
        ({"start_size": 31}, "start_size is 31; the networks need at least 32 pixels."),
    ],
)
def test_values_that_cannot_be(options: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        Recipe(**options)
    assert str(caught.value) == told


def test_edges_that_can_be() -> None:
    recipe = Recipe(epochs=1, batch=1, smallest_crop=1.0, start_size=32)
    assert (recipe.epochs, recipe.batch, recipe.smallest_crop, recipe.start_size) == (1, 1, 1.0, 32)


def test_recipe_does_not_change_under_a_run() -> None:
    with pytest.raises(FrozenInstanceError):
        Recipe().epochs = 3  # type: ignore[misc]


def test_full_size_from_the_start() -> None:
    assert [Recipe(epochs=3).size_at(epoch, 64) for epoch in range(3)] == [64, 64, 64]


def test_size_grows_in_steps_of_8_and_is_full_in_the_last_epoch() -> None:
    recipe = Recipe(epochs=6, start_size=32)
    assert [recipe.size_at(epoch, 64) for epoch in range(6)] == [32, 40, 48, 48, 56, 64]
    assert Recipe(epochs=1, start_size=32).size_at(0, 64) == 64


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(epochs=st.integers(2, 100), start=st.integers(32, 300), eighth=st.integers(4, 40))
def test_size_never_shrinks(epochs: int, start: int, eighth: int) -> None:
    full = 8 * eighth
    sizes = [Recipe(epochs=epochs, start_size=start).size_at(epoch, full) for epoch in range(epochs)]
    assert sizes == sorted(sizes)
    assert sizes[0] == min(full, 8 * round(start / 8))
    assert all(size % 8 == 0 for size in sizes)
    assert sizes[-1] == full


@pytest.mark.parametrize("full", [97, 100, 108, 300])
def test_the_last_epoch_shows_photos_whole_whatever_their_side(full: int) -> None:
    assert Recipe(epochs=6, start_size=64).size_at(5, full) == full
