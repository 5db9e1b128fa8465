"""A file of a publisher whose code is on PyPI gives the publisher's own logits, maps and gates."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import timm
import torch
import torchvision
from captum.attr import LayerGradCam
from pytorchcv.model_provider import get_model
from torch import Tensor, nn

from attnviz.families.architecture import architecture_of
from attnviz.families.fit import shapes_of, translated
from attnviz.families.identify import Identified, identify
from attnviz.families.layouts import LAYOUTS
from attnviz.maps import explain
from attnviz.nets import resnet

Make = Callable[[], nn.Module]


@dataclass(frozen=True)
class Case:
    """A publisher's network, and what must be told of its file."""

    make: Make
    layout: str
    depth: int
    attention: str
    told: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, Any] = field(default_factory=dict)
    layers: tuple[str, str] = ("layer3", "layer4")


def osmr(name: str) -> Make:
    return lambda: get_model(name)  # type: ignore[no-any-return]


def timms(name: str, **options: Any) -> Make:
    return lambda: timm.create_model(name, **options)


SE = {"block_args": {"attn_layer": "se"}}
CBAM = {"block_args": {"attn_layer": "cbam"}}
OSMR = ("features.stage3", "features.stage4")
ONE = {"stride_in": "1x1"}
CASES = {
    "torchvision 18": Case(torchvision.models.resnet18, "torchvision", 18, "none"),
    "torchvision 50": Case(torchvision.models.resnet50, "torchvision", 50, "none"),
    "pytorchcv 18": Case(osmr("resnet18"), "pytorchcv", 18, "none", layers=OSMR),
    "pytorchcv 50": Case(osmr("resnet50"), "pytorchcv", 50, "none", assumed=ONE, layers=OSMR),
    "pytorchcv 50b": Case(osmr("resnet50b"), "pytorchcv", 50, "none", {"stride_in": "3x3"}, layers=OSMR),
    "pytorchcv se 18": Case(osmr("seresnet18"), "pytorchcv", 18, "se", layers=OSMR),
    "pytorchcv se 50": Case(osmr("seresnet50"), "pytorchcv", 50, "se", assumed=ONE, layers=OSMR),
    "pytorchcv bam 18": Case(
        osmr("bam_resnet18"), "pytorchcv", 18, "bam", layers=("features.stage4.unit1.bam", "features.stage4")
    ),
    "pytorchcv bam 50": Case(
        osmr("bam_resnet50"), "pytorchcv", 50, "bam", layers=("features.stage4.unit1.bam", "features.stage4")
    ),
    "pytorchcv cbam 18": Case(osmr("cbam_resnet18"), "pytorchcv", 18, "cbam", layers=OSMR),
    "pytorchcv cbam 50": Case(osmr("cbam_resnet50"), "pytorchcv", 50, "cbam", layers=OSMR),
    "timm se 18": Case(timms("seresnet18"), "timm", 18, "se"),
    "timm se 50": Case(timms("seresnet50"), "timm", 50, "se"),
    "timm se 18d": Case(timms("resnet18d", **SE), "timm", 18, "se"),
    "timm cbam 18": Case(timms("resnet18", **CBAM), "timm", 18, "cbam"),
    "timm cbam 50": Case(timms("resnet50", **CBAM), "timm", 50, "cbam"),
    "cadene 18": Case(timms("legacy_seresnet18"), "cadene", 18, "se"),
    "cadene 50": Case(timms("legacy_seresnet50"), "cadene", 50, "se"),
}


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def publishers(case: Case, fill: Callable[[nn.Module], nn.Module]) -> nn.Module:
    """The publisher's own network, filled with seeded weights, float32."""
    return fill(case.make())


@pytest.fixture(scope="module")
def ours(case: Case, publishers: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Identified:
    path = tmp_path_factory.mktemp("weights") / "weights.pth"
    torch.save(publishers.state_dict(), path)
    return identify(path, **case.told)


def test_identified(case: Case, ours: Identified) -> None:
    assert ours.layout.name == case.layout
    assert ours.architecture["depth"] == case.depth
    assert ours.architecture["attention"] == case.attention
    assert ours.architecture["classes"] == 1000
    assert dict(ours.assumed) == case.assumed


def test_the_publishers_logits_and_maps(
    case: Case, publishers: nn.Module, ours: Identified, photo_tensor: Tensor
) -> None:
    """In float32: logits within 1e-4 of the largest, Captum's maps of the publisher's network within 1e-5."""
    expected = publishers(photo_tensor)
    found = explain(ours.network(), photo_tensor, torch.tensor([3]), ("stage3", "stage4"))
    assert (found.logits - expected).abs().max() <= 1e-4 * expected.abs().max()
    for stage, layer in zip(("stage3", "stage4"), case.layers, strict=True):
        reference = LayerGradCam(publishers, publishers.get_submodule(layer)).attribute(photo_tensor, 3).detach()[:, 0]
        scale = reference.abs().max()
        assert scale > 0
        assert (found.maps[stage] - reference).abs().max() <= 1e-5 * scale


def test_the_publishers_logits_and_gates_in_float64(
    case: Case, publishers: nn.Module, ours: Identified, photo_tensor: Tensor
) -> None:
    """Within 1e-10; the publisher's gates are what its sigmoids give."""
    doubled, images = copy.deepcopy(publishers).double(), photo_tensor.double()
    seen: list[Tensor] = []
    for module in doubled.modules():
        if type(module).__name__ == "Sigmoid":
            module.register_forward_hook(lambda module, inputs, output: seen.append(output))
    expected = doubled(images)
    found = explain(ours.network().double(), images, gates=True)
    assert (found.logits - expected).abs().max() <= 1e-10 * expected.abs().max()
    blocks = {18: 8, 50: 16}[case.depth]
    assert len(found.gates) == len(seen) == {"none": 0, "se": blocks, "bam": 3, "cbam": 2 * blocks}[case.attention]
    for gate, values in zip(found.gates.values(), seen, strict=True):
        torch.testing.assert_close(gate.values, values.reshape(gate.values.shape), rtol=0, atol=1e-10)


def test_timms_seresnet152d_has_the_same_names_and_shapes() -> None:
    """It is too large to run in a test; a ResNet-18 of its kind is run above."""
    theirs = timm.create_model("seresnet152d", device="meta").state_dict()
    with torch.device("meta"):
        expected = shapes_of(resnet(152, "se", stem="deep", shortcut="avg-conv", divisor=8))
    state, strangers = translated(LAYOUTS["timm"], theirs)
    assert not strangers
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == expected
    assert architecture_of(state, "se")["depth"] == 152
    assert architecture_of(state, "se")["shortcut"] == "avg-conv"
    assert architecture_of(state, "se")["stem"] == "deep"
