"""Maps equal Captum's to rounding at every stage and attention, and planted faults are seen."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
import torch
from captum.attr import LayerGradCam
from torch import Tensor

from attnviz import Family, explain, gradcam
from attnviz.images import open_picture
from attnviz.maps import METHODS
from attnviz.nets import STAGES, Gate, ResNet

EXACT, FLOAT32 = 1e-10, 1e-5  # of a map's range
ATTENTIONS = ("none", "se", "bam", "cbam")
TARGETS = [3, 0, 4]
MODULE = importlib.import_module("attnviz.maps.explain")  # the attribute of that name is the function

RandomNet = Callable[..., ResNet]


def captum_map(model: ResNet, images: Tensor, targets: list[int], stage: str) -> Tensor:
    """Captum's map of what the next stage receives, raw and signed, (N,h,w)."""
    number = STAGES.index(stage) + 1
    layer = getattr(model, f"bam{number}", getattr(model, f"layer{number}"))
    return LayerGradCam(model, layer).attribute(images, torch.tensor(targets))[:, 0].detach()


def difference(heat: Tensor, reference: Tensor) -> float:
    """The largest difference in a batch of maps, each as a share of its reference's range."""
    ranges = reference.amax((1, 2)) - reference.amin((1, 2))
    return float(((heat - reference).abs().amax((1, 2)) / ranges).max())


@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("depth", [18, 50])
def test_equals_captum(random_net: RandomNet, images: Tensor, depth: int, attention: str) -> None:
    model = random_net(depth, attention)
    maps = explain(model, images, TARGETS).maps
    assert list(maps) == list(STAGES)
    for stage, heat in maps.items():
        assert difference(heat, captum_map(model, images, TARGETS, stage)) <= EXACT, stage


def test_equals_captum_where_images_are_not_square(random_net: RandomNet) -> None:
    model, wide = random_net(attention="bam"), torch.randn(2, 3, 40, 97, dtype=torch.float64)
    for stage, heat in gradcam(model, wide, [1, 2]).items():
        assert difference(heat, captum_map(model, wide, [1, 2], stage)) <= EXACT, stage


@pytest.mark.parametrize("name", ["baseline", "se", "bam", "cbam"])
def test_shipped_weights_equal_captum(shipped: Family, real_photos: list[Any], name: str) -> None:
    photos = torch.cat([shipped.preprocessing.view(open_picture(photo)).tensor() for photo in real_photos])
    targets = [shipped.classes.find(target) for target in ("tabby", "espresso", "military uniform")]
    for stage, heat in explain(shipped[name], photos, targets).maps.items():
        assert heat.dtype == torch.float32
        assert difference(heat, captum_map(shipped[name], photos, targets, stage)) <= FLOAT32, stage


MAP_FAULTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sign flipped": lambda a, g: -METHODS["gradcam"](a, g),
    "ReLU on the map": lambda a, g: METHODS["gradcam"](a, g).relu(),
    "ReLU on the gradients": lambda a, g: METHODS["gradcam"](a, g.relu()),
    "sum of the gradients, not mean": lambda a, g: METHODS["gradcam"](a, g) * g[0, 0].numel(),
    "sum over the channels forgotten": lambda a, g: METHODS["gradcam"](a[:, :1], g[:, :1]),
    "weights of the first image for all": lambda a, g: METHODS["gradcam"](a, g[:1].expand_as(g)),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", MAP_FAULTS)
def test_a_fault_in_the_map_is_seen(
    random_net: RandomNet, images: Tensor, monkeypatch: pytest.MonkeyPatch, fault: str, stage: str
) -> None:
    model = random_net()
    reference = captum_map(model, images, TARGETS, stage)
    assert difference(gradcam(model, images, TARGETS)[stage], reference) <= EXACT
    monkeypatch.setattr(MODULE, "METHODS", MappingProxyType({"gradcam": MAP_FAULTS[fault]}))
    assert difference(gradcam(model, images, TARGETS)[stage], reference) > 0.01


@pytest.mark.parametrize("stage", STAGES[:3])
@pytest.mark.parametrize("attention", ["se", "bam", "cbam"])
def test_gradients_that_pass_a_gate_by_are_seen(
    random_net: RandomNet, images: Tensor, monkeypatch: pytest.MonkeyPatch, attention: str, stage: str
) -> None:
    model = random_net(attention=attention)
    reference = captum_map(model, images, TARGETS, stage)
    after = Gate.after.fget
    assert after is not None
    cut = lambda gate: after(Gate(gate.kind, gate.values.detach(), gate.before, gate.residual))  # noqa: E731
    monkeypatch.setattr(Gate, "after", property(cut))
    if (attention, stage) == ("bam", "stage3"):  # no gate comes after it
        assert difference(gradcam(model, images, TARGETS)[stage], reference) <= EXACT
    else:
        assert difference(gradcam(model, images, TARGETS)[stage], reference) > 0.01


@pytest.mark.parametrize("stage", STAGES[:3])
def test_gradients_of_all_classes_are_seen(
    random_net: RandomNet, images: Tensor, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    model = random_net()
    reference = captum_map(model, images, TARGETS, stage)
    real = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda out, inputs, up: real(out, inputs, torch.ones_like(up)))
    assert difference(gradcam(model, images, TARGETS)[stage], reference) > 0.01
