"""Weights that are damaged or do not fit are told apart, and none of them gets into a network unnoticed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from attnviz.errors import WeightsError
from attnviz.families.weights import load_weights
from attnviz.nets import ResNet, resnet

Tensors = dict[str, Tensor]


@pytest.fixture
def network() -> ResNet:
    return resnet(18, "se", 5, "3x3-stride2", width=8, reduction=2)


@pytest.fixture(scope="module")
def tensors(random_net: Callable[..., ResNet]) -> Tensors:
    """What the file should hold."""
    return random_net(attention="se", stem="3x3-stride2").float().state_dict()


def saved(folder: Path, tensors: Tensors) -> Path:
    (folder / "tiny").mkdir(exist_ok=True)
    save_file(tensors, folder / "tiny" / "se.safetensors")
    return folder / "tiny" / "se.safetensors"


def told(network: ResNet, path: Path, checksum: str | None = None) -> str:
    with pytest.raises(WeightsError) as caught:
        load_weights(network, path, checksum)
    assert "/" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_loaded_as_float32(network: ResNet, tensors: Tensors, tmp_path: Path, dtype: torch.dtype) -> None:
    stored = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    path = saved(tmp_path, stored)
    network.train()
    load_weights(network, path, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest())
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, stored[name].to(tensor.dtype)), name
        assert tensor.dtype == (torch.float32 if stored[name].is_floating_point() else torch.int64)
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_missing(network: ResNet, tmp_path: Path) -> None:
    (tmp_path / "tiny" / "folder.safetensors").mkdir(parents=True)
    for name in ("none.safetensors", "folder.safetensors"):
        assert told(network, tmp_path / "tiny" / name) == f'There is no readable weights file "{name}" in "tiny".'


def test_another_hash(network: ResNet, tensors: Tensors, tmp_path: Path) -> None:
    path = saved(tmp_path, tensors)
    sha256, sha1 = (hashlib.new(kind, path.read_bytes()).hexdigest() for kind in ("sha256", "sha1"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    expected = '"se.safetensors" is not the file that family.toml names (its {} differs); copy it again.'
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    assert told(network, path, f"sha256:{sha256}") == expected.format("SHA-256")
    assert told(network, path, f"sha256:{sha256[:8]}") == expected.format("SHA-256")
    assert told(network, path, f"sha1:{sha1}") == expected.format("SHA-1")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def without(tensors: Tensors, *parts: str) -> Tensors:
    return {name: tensor for name, tensor in tensors.items() if not any(part in name for part in parts)}


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        (lambda t: without(t, "fc.bias"), "1 tensor missing (fc.bias)"),
        (lambda t: without(t, "fc.weight", "fc.bias"), "2 tensors missing (fc.weight, fc.bias)"),
        (lambda t: t | {"extra": torch.zeros(1)}, "1 tensor not expected (extra)"),
        (lambda t: t | {"fc.bias": torch.zeros(7)}, "1 tensor of another shape (fc.bias (7,) instead of (5,))"),
        (
            lambda t: t | {"fc.weight": t["fc.weight"].T.contiguous()},
            "1 tensor of another shape (fc.weight (64, 5) instead of (5, 64))",
        ),
        (
            lambda t: without(t, "conv1.weight") | {"fc.bias": torch.zeros(()), "x": torch.zeros(1)},
            "9 tensors missing (conv1.weight, layer1.0.conv1.weight, layer1.1.conv1.weight, ...); "
            "1 tensor not expected (x); 1 tensor of another shape (fc.bias () instead of (5,))",
        ),
    ],
    ids=["missing", "two missing", "extra", "shape", "turned", "all"],
)
def test_does_not_fit(
    network: ResNet, tensors: Tensors, tmp_path: Path, change: Callable[[Tensors], Tensors], told_of: str
) -> None:
    start = '"se.safetensors" does not fit the network that family.toml describes: '
    assert told(network, saved(tmp_path, change(tensors))) == f"{start}{told_of}."


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["fc.bias", "layer2.0.se.fc1.weight", "layer4.1.bn2.running_mean", "bn1.running_var"])
def test_values_that_are_not_numbers(
    network: ResNet, tensors: Tensors, tmp_path: Path, name: str, value: float
) -> None:
    spoilt = tensors[name].clone()
    spoilt.view(-1)[0] = value
    expected = '"se.safetensors" holds values that are not numbers (NaN or infinity).'
    assert told(network, saved(tmp_path, tensors | {name: spoilt})) == expected


def test_float64_values_beyond_float32(network: ResNet, tensors: Tensors, tmp_path: Path) -> None:
    spoilt = tensors["fc.bias"].double()
    spoilt[0] = 1e300
    expected = '"se.safetensors" holds values that are not numbers (NaN or infinity).'
    assert told(network, saved(tmp_path, tensors | {"fc.bias": spoilt})) == expected
