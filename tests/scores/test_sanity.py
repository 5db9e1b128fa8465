"""Sanity: by hand, by Captum, and of an edge detector and Grad-CAM on the bundled network."""

from __future__ import annotations

import math

import pytest
import torch
from captum.metrics import sensitivity_max
from torch import Tensor, nn

from attnviz import explain
from attnviz.errors import OptionError
from attnviz.families import Family
from attnviz.images import open_picture
from attnviz.nets import ResNet, resnet
from attnviz.scores import Maker, maker, max_sensitivity, randomisation, randomisation_curve, reference
from attnviz.scores.sanity import PASSES_BELOW
from attnviz.web.examples import EXAMPLES


@pytest.fixture(scope="module")
def unused() -> ResNet:
    return resnet(18, classes=2, width=1).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def photos(shipped: Family) -> Tensor:
    views = [shipped.preprocessing.view(open_picture(example.path)) for example in EXAMPLES[:3]]
    return torch.cat([view.tensor() for view in views])


def summed(network: nn.Module, images: Tensor) -> Tensor:
    return images.sum(1)


def draws(images: Tensor, radius: float, samples: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    noise = [torch.rand(images.shape[1:], generator=generator, dtype=torch.float64) for _ in range(samples)]
    return [radius * (2 * each - 1).to(images) for each in noise]


# max-sensitivity


def test_a_constant_maker_is_not_sensitive(unused: ResNet, images: Tensor) -> None:
    maps = images[:, 0]
    assert max_sensitivity(maps, Maker(unused, images, lambda network, pictures: maps)).tolist() == [0, 0, 0]


def test_max_sensitivity_by_hand_and_by_captum(unused: ResNet, images: Tensor) -> None:
    """The map of a sum moves by the sum of d. Captum 0.9 agrees if the map comes in a tuple.

    As a plain tensor (N,1,h,w), which is what its LayerGradCam returns, it is taken for a tuple of images: of one
    image the result is too large by the square root of the number of samples.
    """
    image, samples = images[:1], 5
    moves = draws(image, 0.3, samples)
    expected = max(move.sum(0).norm() for move in moves) / image.sum(1).norm()
    found = max_sensitivity(image.sum(1), Maker(unused, image, summed), 0.3, samples)
    torch.testing.assert_close(found[0], expected)

    def moved(inputs: Tensor | tuple[Tensor, ...]) -> Tensor:
        repeated = inputs[0] if isinstance(inputs, tuple) else inputs
        return repeated + torch.stack(moves)

    def captum(as_tuple: bool) -> float:
        def explained(inputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
            pictures = inputs[0] if isinstance(inputs, tuple) else inputs
            heat = pictures.sum(1, keepdim=True)
            return (heat,) if as_tuple else heat

        return sensitivity_max(explained, image, moved, n_perturb_samples=samples).item()

    assert captum(as_tuple=True) == pytest.approx(expected.item(), rel=1e-5)
    assert captum(as_tuple=False) == pytest.approx(math.sqrt(samples) * expected.item(), rel=1e-5)


def test_more_draws_only_raise_it(shipped: Family, photos: Tensor) -> None:
    model = shipped["cbam"]
    made_by = maker(model, photos)
    maps = made_by.maps()
    few, more = (max_sensitivity(maps, made_by, samples=samples) for samples in (1, 3))
    assert (more >= few).all()
    assert (few > 0).all()
    assert (more < 0.2).all()  # not sqrt(n) of anything: Grad-CAM hardly moves when a picture moves by 0.02


def test_what_cannot_be_drawn_is_refused(unused: ResNet, images: Tensor) -> None:
    for options in ({"samples": 0}, {"radius": -1.0}, {"radius": math.nan}):
        with pytest.raises(OptionError, match="samples must be 1 or more, and radius 0 or more"):
            max_sensitivity(images[:, 0], Maker(unused, images, summed), **options)  # type: ignore[arg-type]


# cascading randomisation


@pytest.mark.parametrize("model", ["baseline", "bam"])
def test_grad_cam_passes_and_an_edge_detector_fails(shipped: Family, photos: Tensor, model: str) -> None:
    network = shipped[model]
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    made_by = maker(network, photos)
    assert randomisation(made_by.maps(), made_by).abs().mean() < PASSES_BELOW
    detector = Maker(network, photos, lambda network, pictures: reference("edges", pictures))
    curve = randomisation_curve(detector.maps(), detector)
    torch.testing.assert_close(curve, torch.ones(3, 6))
    assert randomisation(detector.maps(), detector).min() > PASSES_BELOW
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_the_cascade_goes_down_from_the_last_layer(shipped: Family, photos: Tensor) -> None:
    """After each step only what is above has changed, and it has its mean and spread of before."""
    network = shipped["bam"]
    seen: list[dict[str, Tensor]] = []

    def make(randomised: nn.Module, pictures: Tensor) -> Tensor:
        seen.append({name: tensor.clone() for name, tensor in randomised.named_parameters()})
        return pictures[:, 0]

    randomisation_curve(photos[:, 0], Maker(network, photos, make))
    changed = [
        {name.split(".")[0] for name, tensor in network.named_parameters() if not torch.equal(tensor, after[name])}
        for after in seen
    ]
    parts = [{"fc"}, {"layer4"}, {"layer3", "bam3"}, {"layer2", "bam2"}, {"layer1", "bam1"}, {"conv1", "bn1"}]
    for number, found in enumerate(changed):
        assert found == set().union(*parts[: number + 1])
    trained, drawn = network.layer4[0].conv1.weight, seen[-1]["layer4.0.conv1.weight"]
    assert drawn.std().item() == pytest.approx(trained.std().item(), rel=0.02)


def test_the_maker_keeps_its_targets(shipped: Family, photos: Tensor) -> None:
    network = shipped["cbam"]
    made_by = maker(network, photos, [3, 1, 2], "stage3")
    expected = explain(network, photos, [3, 1, 2], ("stage3",)).maps["stage3"]
    torch.testing.assert_close(made_by.maps(), expected)
    top = explain(network, photos).targets
    changed = maker(network, photos).make(network, photos.flip(0))
    torch.testing.assert_close(changed, explain(network, photos.flip(0), top, ("stage4",)).maps["stage4"])
