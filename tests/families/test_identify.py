"""What is told of a file, by whom, and what is said of one that fits nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor

import attnviz
from attnviz.errors import OptionError, WeightsError
from attnviz.families.identify import ARCHITECTURE, Identified, identify
from attnviz.families.layouts import LAYOUTS
from attnviz.nets import ResNet, resnet

RandomNet = Callable[..., ResNet]
ATTENTIONS = ["none", "se", "bam", "cbam"]


def written(folder: Path, network: ResNet, **metadata: str) -> Path:
    save_file(network.float().state_dict(), folder / "a.safetensors", metadata)
    return folder / "a.safetensors"


def told(path: Path, **options: Any) -> str:
    with pytest.raises(WeightsError) as caught:
        identify(path, **options)
    return str(caught.value)


@pytest.mark.parametrize("depth", [18, 50])
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_attnvizs_own(tmp_path: Path, random_net: RandomNet, attention: str, depth: int) -> None:
    """The names of a network without attention are torchvision's."""
    network = random_net(depth, attention)
    found = identify(written(tmp_path, network))
    assert found.layout.name == ("torchvision" if attention == "none" else "attnviz")
    kept = {key: network.architecture[key] for key in found.architecture if key in network.architecture}
    assert {key: value for key, value in found.architecture.items() if key in kept} == kept
    assumed = {"bam": {"combine": "sum"}, "cbam": {"order": "channel-first"}}.get(attention, {})
    if depth == 50 and attention != "none":
        assumed = assumed | {"stride_in": "3x3"}
    assert found.assumed == assumed
    state, loaded = network.state_dict(), found.network().state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in state.items())


def test_load_model(tmp_path: Path, random_net: RandomNet, images: Tensor) -> None:
    network = random_net(attention="se")
    path = written(tmp_path, network)
    network.train()
    model = attnviz.load_model(path)
    assert not any(module.training for module in model.modules())
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert torch.equal(model(images.float()), network.eval()(images.float()))


def test_told_by_the_metadata(tmp_path: Path, random_net: RandomNet) -> None:
    options = {"combine": "max", "stem": "3x3-stride2", "stride_in": "1x1"}
    network = random_net(50, "bam", **options)
    found = identify(written(tmp_path, network, **{ARCHITECTURE: json.dumps(network.architecture)}))
    assert found.layout.name == "attnviz"
    assert found.architecture == network.architecture
    assert not found.assumed


def test_metadata_that_is_broken(tmp_path: Path, random_net: RandomNet) -> None:
    for content in ("{", "3"):
        path = written(tmp_path, random_net(), **{ARCHITECTURE: content})
        assert told(path) == 'The metadata of "a.safetensors" cannot be read; write it again.'


def test_told_by_the_family_beside_it(tiny_folder: Path) -> None:
    """Without it, nobody could tell the stride of the 3x3 stem."""
    found = identify(tiny_folder / "bam.safetensors")
    assert found.layout.name == "attnviz"
    assert found.architecture["stem"] == "3x3-stride2"
    assert not {"stem", "stride_in"} & set(found.assumed)


def test_the_stride_of_a_3x3_stem_is_assumed(tmp_path: Path, random_net: RandomNet) -> None:
    path = written(tmp_path, random_net(attention="se", stem="3x3-stride2"))
    assert identify(path).assumed == {"stem": "3x3"}
    found = identify(path, stem="3x3-stride2")
    assert found.architecture["stem"] == "3x3-stride2"
    assert not found.assumed


def test_who_asks_wins(tmp_path: Path, random_net: RandomNet) -> None:
    network = random_net(50, "bam", combine="max")
    path = written(tmp_path, network, **{ARCHITECTURE: json.dumps(network.architecture)})
    found = identify(path, stride_in="1x1", combine="product")
    assert found.architecture["stride_in"] == "1x1"
    assert found.architecture["combine"] == "product"


def test_a_layout_that_is_asked_for(tmp_path: Path, random_net: RandomNet) -> None:
    path = written(tmp_path, random_net(50, "none"))
    assert identify(path).layout.name == "torchvision"
    assert identify(path, layout="timm").layout.name == "timm"
    assert "closest to the layout cadene (" in told(path, layout="cadene")


def test_options_that_cannot_be(tmp_path: Path, random_net: RandomNet) -> None:
    path = written(tmp_path, random_net(50, "se"))
    for options, message in (
        ({"layout": "pytorch-cv"}, 'There is no layout "pytorch-cv". Did you mean "pytorchcv"? There are torchvision,'),
        ({"stride_in": "2x2"}, "stride_in is '2x2'; it can be 3x3, 1x1."),
        ({"combine": "sum"}, 'Attention "se" has no option "combine".'),
    ):
        with pytest.raises(OptionError) as caught:
            identify(path, **options)  # type: ignore[arg-type]
        assert str(caught.value).startswith(message)


@pytest.mark.parametrize("attention", ["se", "cbam"])
def test_options_told_from_shapes(tmp_path: Path, random_net: RandomNet, attention: str) -> None:
    options: dict[str, Any] = {"reduction": 4, "bias": False, "classes": 7, "width": 16}
    if attention == "cbam":
        options["kernel"] = 3
    found = identify(written(tmp_path, random_net(18, attention, **options)))
    assert {key: found.architecture[key] for key in options} == options


def test_cbam_without_a_spatial_gate(tmp_path: Path, random_net: RandomNet) -> None:
    assert identify(written(tmp_path, random_net(attention="cbam", spatial=False))).architecture["spatial"] is False


CHANGES: dict[str, tuple[Callable[[dict[str, Tensor]], object], str]] = {
    "missing": (
        lambda s: s.pop("features.stage2.unit1.se.conv1.bias"),
        "1 tensor missing (features.stage2.unit1.se.conv1.bias)",
    ),
    "extra": (lambda s: s.update({"aux.weight": torch.zeros(1)}), "1 tensor not expected (aux.weight)"),
    "shape": (
        lambda s: s.update({"features.stage1.unit1.body.conv2.bn.bias": torch.zeros(3)}),
        "1 tensor of another shape (features.stage1.unit1.body.conv2.bn.bias (3,) instead of (8,))",
    ),
    "head": (lambda s: (s.pop("output.weight"), s.pop("output.bias")), 'it has no "output.weight"'),
    "block": (
        lambda s: [s.pop(name) for name in list(s) if "stage3.unit2" in name],
        "it has 2-2-1-2 basic blocks in its stages, as no depth has",
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_difference_in_the_publishers_names(tmp_path: Path, random_net: RandomNet, kind: str) -> None:
    change, problem = CHANGES[kind]
    layout = LAYOUTS["pytorchcv"]
    state = {
        layout.theirs(name): tensor[:, :, None, None] if ".se.fc" in name and name.endswith("weight") else tensor
        for name, tensor in random_net(attention="se").float().state_dict().items()
    }
    torch.save(state, tmp_path / "a.pth")
    assert identify(tmp_path / "a.pth").layout is layout
    change(state)
    torch.save(state, tmp_path / "a.pth")
    assert told(tmp_path / "a.pth") == (
        f'"a.pth" is of no network that is known here. It is closest to the layout pytorchcv ({layout.title}), but for '
        f"this: {problem}."
    )


OTHERS = {
    "resnext": (lambda: timm.create_model("seresnext50_32x4d"), "timm", "its 3x3 convolutions are in groups (ResNeXt)"),
    "wide": (torchvision.models.wide_resnet50_2, "torchvision", "its bottlenecks are wider than a ResNet's"),
    "stem": (
        lambda: timm.create_model("seresnet50t"),
        "timm",
        "6 tensors of another shape (conv1.0.weight (24, 3, 3, 3)",
    ),
    "26": (
        lambda: timm.create_model("resnet26"),
        "torchvision",
        "it has 2-2-2-2 bottlenecks in its stages, as no depth",
    ),
    "vgg": (torchvision.models.vgg11, "torchvision", 'it has no "conv1.weight"'),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_networks_that_are_not_built_here(tmp_path: Path, kind: str) -> None:
    make, layout, problem = OTHERS[kind]
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in make().state_dict().items()}
    torch.save({name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}, tmp_path / "a.pth")
    message = told(tmp_path / "a.pth")
    assert f"closest to the layout {layout} (" in message
    assert f"but for this: {problem}" in message


def test_values_that_are_not_numbers(tmp_path: Path) -> None:
    with torch.device("cpu"):
        network = resnet(18, "se", width=8, reduction=2)
    network.fc.bias.data[0] = float("nan")
    path = written(tmp_path, network)
    with pytest.raises(WeightsError, match="holds values that are not numbers"):
        attnviz.load_model(path)


def test_identified_is_what_is_built(tmp_path: Path, random_net: RandomNet) -> None:
    found: Identified = identify(written(tmp_path, random_net(attention="cbam")))
    network = found.network()
    assert {key: network.architecture[key] for key in found.architecture} == found.architecture
