"""Maps at the input are Captum's own in float64, and are what their papers promise."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Occlusion, Saliency
from torch import Tensor

from attnviz import Family
from attnviz.images import open_picture
from attnviz.maps import explain_input
from attnviz.nets import ResNet

EXACT, FLOAT32 = 1e-10, 1e-6  # of a map's range
ATTENTIONS = ("none", "se", "bam", "cbam")
TARGETS = [3, 0, 4]
MODULE = importlib.import_module("attnviz.maps.input_level")

RandomNet = Callable[..., ResNet]


def difference(heat: Tensor, reference: Tensor) -> float:
    """The largest difference in a batch of maps, each as a share of its reference's range."""
    ranges = reference.amax((1, 2)) - reference.amin((1, 2))
    return float(((heat - reference).abs().amax((1, 2)) / ranges).max())


# what Captum says


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_integrated_gradients_equal_one_call_of_captum(random_net: RandomNet, images: Tensor, attention: str) -> None:
    model = random_net(attention=attention)
    found = explain_input(model, images, TARGETS, "integrated-gradients")
    reference = IntegratedGradients(model).attribute(images, 0, torch.tensor(TARGETS), n_steps=32)
    assert found.map.dtype == torch.float64
    assert difference(found.map, reference.sum(1)) <= EXACT
    assert found.map.min() < 0 < found.map.max()


@pytest.mark.parametrize(("attention", "size"), [("bam", (48, 48)), ("cbam", (45, 38))])  # 45: over the edge
def test_occlusion_equals_one_call_of_captum(
    random_net: RandomNet, images: Tensor, attention: str, size: tuple[int, int]
) -> None:
    model, x = random_net(attention=attention, width=4), images[:2, :, : size[0], : size[1]]
    found = explain_input(model, x, TARGETS[:2], "occlusion")
    window, stride = (tuple(side // part for side in size) for part in (8, 16))
    reference = Occlusion(model).attribute(
        x, (3, *window), (3, *stride), 0, torch.tensor(TARGETS[:2]), perturbations_per_eval=10_000
    )
    assert found.map.dtype == torch.float64
    assert difference(found.map, reference.double().sum(1)) <= FLOAT32  # to which Captum itself rounds
    assert found.map.min() < 0 < found.map.max()


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_smoothgrad_equals_captums_noise_tunnel(random_net: RandomNet, images: Tensor, attention: str) -> None:
    """Captum draws from the global generator; seeded alike, it draws the very noise that we draw from our own."""
    model = random_net(attention=attention)
    heat = explain_input(model, images[1:], TARGETS[1:], "smoothgrad").map

    def tunnel(number: int, seed: int) -> Tensor:
        image = images[number, None]
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return NoiseTunnel(Saliency(model)).attribute(
                image, "smoothgrad", 24, 8, 0.15 * float(image.max() - image.min()), target=TARGETS[number]
            ).amax(1)  # fmt: skip

    assert difference(heat, torch.cat([tunnel(1, 0), tunnel(2, 0)])) <= EXACT
    assert difference(heat, torch.cat([tunnel(1, 1), tunnel(2, 1)])) > 0.01
    assert heat.min() >= 0


# what the papers promise


@pytest.mark.parametrize("name", ["baseline", "se", "bam", "cbam"])
def test_integrated_gradients_are_complete(shipped: Family, real_photos: list[Any], name: str) -> None:
    """A map sums to the logit less the mean colour's: within a tenth of it, for a quadrature of 32 points."""
    model = shipped[name]
    photos = torch.cat([shipped.preprocessing.view(open_picture(photo)).tensor() for photo in real_photos])
    found = explain_input(model, photos)
    gained = (found.logits - model(torch.zeros_like(photos))).gather(1, found.targets[:, None])[:, 0]
    assert gained.min() > 3
    assert ((found.map.sum((1, 2)) - gained).abs() < 0.1 * gained).all()


def test_more_points_make_integrated_gradients_more_complete(
    random_net: RandomNet, images: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, x = random_net(attention="bam", width=4), images[:1, :, :32, :32]
    gained = float((model(x) - model(torch.zeros_like(x)))[0, 1])
    errors = []
    for steps in (2, 16, 128):
        monkeypatch.setattr(MODULE, "STEPS", steps)
        errors.append(abs(float(explain_input(model, x, 1).map.sum()) - gained))
    assert errors[0] > 3 * errors[1] > 9 * errors[2]


def test_occlusion_is_the_mean_fall_of_the_logit_once_a_colour(random_net: RandomNet, images: Tensor) -> None:
    """By a loop of the test's own over every window of 4 x 4 in 32 x 32."""
    model, x = random_net(width=4), images[:1, :, :32, :32]
    whole = model(x)[0, 2]
    fall, covered = torch.zeros(32, 32, dtype=torch.float64), torch.zeros(32, 32)
    for top in range(0, 29, 2):
        for left in range(0, 29, 2):
            hidden = x.clone()
            hidden[..., top : top + 4, left : left + 4] = 0
            fall[top : top + 4, left : left + 4] += whole - model(hidden)[0, 2]
            covered[top : top + 4, left : left + 4] += 1
    assert difference(explain_input(model, x, 2, "occlusion").map, 3 * (fall / covered)[None]) <= FLOAT32


def test_smoothgrad_of_a_constant_image_is_its_gradient(random_net: RandomNet) -> None:
    """Its range is 0, and so is the noise."""
    model, grey = random_net(width=4), torch.full((1, 3, 32, 32), 0.7, dtype=torch.float64)
    reference = Saliency(model).attribute(grey.clone().requires_grad_(), 2).amax(1)
    assert difference(explain_input(model, grey, 2, "smoothgrad").map, reference) <= EXACT
