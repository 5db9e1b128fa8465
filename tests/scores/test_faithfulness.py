"""Faithfulness in closed form, by pytorch-grad-cam where it is right, and by hand where it is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from pytorch_grad_cam.metrics.cam_mult_image import DropInConfidence
from pytorch_grad_cam.metrics.road import NoisyLinearImputer
from pytorch_grad_cam.utils.model_targets import ClassifierOutputSoftmaxTarget
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.nets import ResNet
from attnviz.scores import (
    Confidence,
    average_drop,
    confidence_in,
    deletion,
    deletion_curve,
    impute,
    increase_in_confidence,
    insertion,
    insertion_curve,
    road_combined,
    road_curve,
    road_lerf,
    road_morf,
)
from attnviz.scores.curves import baseline_of
from attnviz.scores.drop import through

WEIGHTS = torch.tensor([[[0.5, 0.3], [0.2, 0.0]]], dtype=torch.float64)
Linear = Callable[..., Confidence]
RandomNet = Callable[..., ResNet]


@pytest.fixture(scope="module")
def network(random_net: RandomNet) -> ResNet:
    return random_net(width=4)


# insertion and deletion


def test_the_curves_of_a_linear_model(linear: Linear) -> None:
    confidence = linear(WEIGHTS)
    curve = deletion_curve(WEIGHTS, confidence, steps=4)
    assert curve[0].tolist() == pytest.approx([1, 0.5, 0.2, 0, 0])
    assert deletion(WEIGHTS, confidence, steps=4).item() == pytest.approx(0.3)
    assert insertion_curve(WEIGHTS, confidence, "mean", 4)[0].tolist() == pytest.approx([0, 0.5, 0.8, 1, 1])
    assert insertion(WEIGHTS, confidence, "mean", 4).item() == pytest.approx(0.7)
    assert deletion(-WEIGHTS, confidence, steps=4).item() == pytest.approx(0.7)


def test_relative_divides_by_what_the_network_said_of_the_image(linear: Linear) -> None:
    half = linear(WEIGHTS / 2)
    assert deletion(WEIGHTS, half, steps=4).item() == pytest.approx(0.15)
    assert deletion(WEIGHTS, half, steps=4, relative=True).item() == pytest.approx(0.3)


def test_the_curves_begin_and_end_with_the_image_and_the_baseline(network: ResNet, images: Tensor) -> None:
    confidence = confidence_in(network, images, [0, 1, 2])
    maps = torch.rand(3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    clean = network(images).softmax(1)[range(3), [0, 1, 2]]
    for baseline in ("mean", "blur"):
        empty = network(baseline_of(images, baseline)).softmax(1)[range(3), [0, 1, 2]]
        removed = deletion_curve(maps, confidence, baseline, 3)
        added = insertion_curve(maps, confidence, baseline, 3)
        torch.testing.assert_close(removed[:, [0, -1]], torch.stack([clean, empty], 1))
        torch.testing.assert_close(added[:, [0, -1]], torch.stack([empty, clean], 1))


def test_blur_keeps_the_mean_and_loses_the_rest() -> None:
    images = torch.rand(1, 3, 64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    blurred = baseline_of(images, "blur")
    assert abs(blurred.mean() - images.mean()) < 5e-3
    assert blurred.std() < 0.1 * images.std()


def test_a_curve_that_cannot_be_is_refused(linear: Linear) -> None:
    with pytest.raises(OptionError, match='no baseline "black"'):
        deletion(WEIGHTS, linear(WEIGHTS), "black", 4)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="steps must be from 1 to 4"):
        deletion(WEIGHTS, linear(WEIGHTS), steps=5)
    with pytest.raises(OptionError, match="2 maps for 1 images"):
        deletion(WEIGHTS.repeat(2, 1, 1), linear(WEIGHTS), steps=4)


# confidence


def test_every_picture_is_of_its_image_and_counted(network: ResNet, images: Tensor) -> None:
    """Three images and five changes, in chunks of four pictures: each has the probability of its own target."""
    counted: list[int] = []
    made = confidence_in(network, images, [4, 0, 2])
    confidence = Confidence(images, made.score, made.black, chunk=4, advance=counted.append)
    found = confidence.after(lambda number: images * (1 + number / 10), 5)
    for number in range(5):
        expected = network(images * (1 + number / 10)).softmax(1)[range(3), [4, 0, 2]]
        torch.testing.assert_close(found[:, number], expected)
    assert sum(counted) == 15
    assert max(counted) <= 4
    torch.testing.assert_close(confidence.clean, network(images).softmax(1)[range(3), [4, 0, 2]])


def test_a_model_in_training_gives_the_same_and_is_left_so(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(width=4)
    expected = confidence_in(model, images).clean
    model.train()
    torch.testing.assert_close(confidence_in(model, images).clean, expected)
    assert model.training


def test_black_is_black(network: ResNet, images: Tensor) -> None:
    black = confidence_in(network, images, mean=(0.5, 0.25, 0.1), std=(0.25, 0.25, 0.2)).black
    assert black.tolist() == pytest.approx([-2, -1, -0.5])


# ROAD


@pytest.mark.parametrize("kind", ["top", "scattered", "frame"])
def test_imputation_is_that_of_grad_cam(images: Tensor, kind: str) -> None:
    """In float32, as pytorch-grad-cam has it; without noise, for each draws its own."""
    image = images[:1, :, :24, :20].float()
    order = torch.rand(24, 20, generator=torch.Generator().manual_seed(0))
    gone = {"top": torch.arange(24)[:, None].expand(24, 20) < 12, "scattered": order < 0.8, "frame": order < 2}[kind]
    gone = gone.clone()
    gone[8:12, 7:13] &= kind != "frame"
    expected = NoisyLinearImputer(noise=0)(image[0], (~gone).float())
    torch.testing.assert_close(impute(image, gone[None], noise=0)[0], expected, rtol=0, atol=1e-5)


def test_one_pixel_becomes_the_mean_of_its_neighbours() -> None:
    """At the centre of 3 x 3, and in its corner, where three neighbours of weights 1/6, 1/6 and 1/12 are left."""
    image = torch.arange(9, dtype=torch.float64).view(1, 1, 3, 3).expand(1, 3, 3, 3) ** 2
    gone = torch.zeros(1, 3, 3, dtype=torch.bool)
    gone[0, 1, 1] = True
    around = (1 + 9 + 25 + 49) / 6 + (0 + 4 + 36 + 64) / 12
    assert impute(image, gone, noise=0)[0, 0, 1, 1].item() == pytest.approx(around)
    gone = gone.roll((-1, -1), (1, 2))
    assert impute(image, gone, noise=0)[0, 0, 0, 0].item() == pytest.approx((1 * 2 + 9 * 2 + 16) / 5)


def test_noise_is_small_seeded_and_only_where_pixels_were_removed() -> None:
    images, gone = torch.zeros(2, 3, 32, 32), torch.zeros(2, 32, 32, dtype=torch.bool)
    gone[:, :16] = True
    found = impute(images, gone)
    assert torch.equal(found[:, :, 16:], images[:, :, 16:])
    assert found[:, :, :16].std().item() == pytest.approx(0.01, rel=0.1)
    assert torch.equal(found[0], found[1])
    assert torch.equal(found, impute(images, gone))
    assert not torch.equal(found, impute(images, gone, seed=1))
    assert torch.equal(impute(images, ~gone & gone), images)


def test_road_of_a_model_that_sees_one_half(linear: Linear) -> None:
    """It looks at the left half; on the right it is all 0, so that imputing a half from the other decides."""

    def score(pictures: Tensor, numbers: Tensor) -> Tensor:
        return pictures[:, 0, :, :8].mean((1, 2))

    images = torch.zeros(1, 3, 16, 16)
    images[..., :8] = 1
    confidence = Confidence(images, score, torch.zeros(3))
    heat = images[:, 0] + 0.001 * torch.rand(1, 16, 16, generator=torch.Generator().manual_seed(0))
    assert road_curve(heat, confidence, [0.5]).item() == pytest.approx(0, abs=5e-3)
    assert road_curve(heat, confidence, [0.5], least_first=True).item() == pytest.approx(1)
    morf, lerf = road_morf(heat, confidence), road_lerf(heat, confidence)
    assert lerf > 0.8 > 0.5 > morf  # as long as a tenth of the left half is left, the rest is imputed from it
    assert road_combined(heat, confidence).item() == pytest.approx((lerf - morf).item() / 2)
    assert road_combined(-heat, confidence).item() == pytest.approx(-(lerf - morf).item() / 2, abs=5e-3)


def test_road_takes_colour_pictures_on_a_network(network: ResNet, images: Tensor) -> None:
    """Quantus 0.6 raises an IndexError here. By hand: the hottest third of each image is imputed, and asked again."""
    maps = torch.rand(3, 64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    confidence = confidence_in(network, images, 1)
    places = (-maps).flatten(1).argsort(1).argsort(1).view(3, 64, 64)
    expected = network(impute(images, places < round(64 * 64 / 3))).softmax(1)[:, 1]
    torch.testing.assert_close(road_curve(maps, confidence, [1 / 3])[:, 0], expected)


@pytest.mark.parametrize("shares", [[], [1.0], [-0.1]])
def test_shares_that_cannot_be_are_refused(linear: Linear, shares: list[float]) -> None:
    with pytest.raises(OptionError, match="shares must be"):
        road_morf(WEIGHTS, linear(WEIGHTS), shares)


# average drop and increase in confidence


def test_average_drop_by_hand(linear: Linear) -> None:
    """Y = 1; the map halves the first pixel, keeps the second and blackens the others, black being 0 and then -1."""
    heat = torch.tensor([[[0.5, 1.0], [0.0, -3.0]]], dtype=torch.float64)
    assert average_drop(heat, linear(WEIGHTS)).item() == pytest.approx(1 - (0.25 + 0.3))
    assert average_drop(heat, linear(WEIGHTS * 0.5)).item() == pytest.approx(0.45)  # a share of Y
    darker = average_drop(heat, linear(WEIGHTS, black=-1.0)).item()
    assert darker == pytest.approx(1 - (0.5 * 0 + 0.3 - 0.2))
    assert increase_in_confidence(heat, linear(WEIGHTS)).item() == 0


def test_confidence_increases_where_what_speaks_against_is_hidden(linear: Linear) -> None:
    against = torch.tensor([[[0.8, 0.4], [-0.3, -0.1]]], dtype=torch.float64)
    heat = torch.tensor([[[1.0, 1.0], [0.0, 0.0]]], dtype=torch.float64)
    assert increase_in_confidence(heat, linear(against)).item() == 1
    assert average_drop(heat, linear(against)).item() == 0


def test_a_map_of_ones_drops_nothing(images: Tensor) -> None:
    black = torch.tensor([-2.0, -1.8, -1.7], dtype=torch.float64)
    torch.testing.assert_close(through(images, torch.ones(3, 64, 64, dtype=torch.float64), black), images)
    nothing = through(images, torch.zeros(3, 64, 64, dtype=torch.float64), black)
    torch.testing.assert_close(nothing, black[:, None, None].expand_as(images))


def test_grad_cam_multiplies_the_normalised_image_and_does_not_divide_by_y(network: ResNet, images: Tensor) -> None:
    """pytorch-grad-cam's drop is max(0, Y - O), O of a picture that is grey where the map is 0. Ours is the paper's."""
    heat = torch.rand(3, 64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    heat = heat / heat.amax((1, 2), keepdim=True)
    targets = [2, 0, 3]
    theirs = DropInConfidence()(images, heat.numpy(), [ClassifierOutputSoftmaxTarget(t) for t in targets], network)
    confidence = confidence_in(network, images, targets)
    grey = Confidence(images, confidence.score, torch.zeros(3, dtype=torch.float64))
    ours_without_black = average_drop(heat, grey) * confidence.clean
    np.testing.assert_allclose(ours_without_black, theirs, atol=1e-5)
    seen = network((images - confidence.black[:, None, None]) * heat[:, None] + confidence.black[:, None, None])
    after = seen.softmax(1)[range(3), targets]
    torch.testing.assert_close(
        average_drop(heat, confidence), (confidence.clean - after).clamp(min=0) / confidence.clean
    )
