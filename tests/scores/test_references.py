"""Maps that know nothing: what each is, and that it can be scored."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.maps import says_something
from attnviz.scores import REFERENCES, Truth, energy_pointing_game, entropy, gini, pointing_game, reference

TRUTH = [[16, 16, 48, 48]]
"""A quarter of 64 x 64, at its centre."""


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_is_a_map_of_each_image(images: Tensor, name: str) -> None:
    maps = reference(name, images)
    assert maps.shape == (3, 64, 64)
    assert maps.dtype == torch.float32
    assert maps.min() >= 0
    assert says_something(maps).all()
    assert torch.equal(maps, reference(name, images))


def test_uniform_is_chance(images: Tensor) -> None:
    maps = reference("uniform", images)
    truth = Truth.of_boxes(TRUTH * 3, 64, 64)
    assert energy_pointing_game(maps, truth).tolist() == pytest.approx([0.25] * 3, abs=1e-4)
    assert gini(maps).max() < 1e-3
    assert entropy(maps).min() > 1 - 1e-6


def test_the_centre_is_the_centre(images: Tensor) -> None:
    truth = Truth.of_boxes(TRUTH * 3, 64, 64)
    assert pointing_game(reference("centre", images), truth).tolist() == [1, 1, 1]
    assert reference("centre", images[:, :, :5, :4])[0].nonzero().tolist() == [[2, 1], [2, 2]]
    heat = reference("gaussian", images)
    assert pointing_game(heat, truth).tolist() == [1, 1, 1]
    assert torch.equal(heat, heat.flip(1))
    assert (heat[0, 31, 31 + 16] / heat[0, 31, 31]).item() == pytest.approx(torch.tensor(-0.5).exp().item(), abs=0.03)


def test_edges_are_where_the_colour_changes() -> None:
    image = torch.zeros(1, 3, 8, 8)
    image[..., 4:] = 2
    heat = reference("edges", image)[0]
    assert heat[:, 3:5].unique().tolist() == [1]
    assert heat[:, :3].max() == heat[:, 5:].max() == 0
    torch.testing.assert_close(reference("edges", image.mT)[0], heat.T)


def test_random_has_a_seed_and_differs_from_image_to_image(images: Tensor) -> None:
    one = reference("random", images, 1)
    assert not torch.equal(one[0], one[1])
    assert not torch.equal(one, reference("random", images, 2))
    assert one.mean().item() == pytest.approx(0.5, abs=0.02)


def test_an_unknown_reference_is_refused(images: Tensor) -> None:
    with pytest.raises(OptionError, match=r'no reference "center".*Did you mean "centre"'):
        reference("center", images)
