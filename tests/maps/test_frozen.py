"""A frozen twin has its model's numbers and none of its modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attnviz.maps.frozen import frozen
from attnviz.nets import ResNet

ATTENTIONS = ("none", "se", "bam", "cbam")

RandomNet = Callable[..., ResNet]


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_frozen_model_is_its_own_twin(random_net: RandomNet, attention: str) -> None:
    model = random_net(attention=attention)
    assert frozen(model) is model


def train_one_module(model: ResNet) -> Any:
    return model.get_submodule("layer3.1.bn1").train()


def unfreeze_one_parameter(model: ResNet) -> Any:
    return model.get_parameter("layer3.1.bn1.bias").requires_grad_()


@pytest.mark.parametrize(
    "change", [nn.Module.train, nn.Module.requires_grad_, train_one_module, unfreeze_one_parameter]
)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_twin(random_net: RandomNet, images: Tensor, attention: str, change: Callable[[ResNet], Any]) -> None:
    model = random_net(attention=attention)
    expected = model(images)
    change(model)
    modes = [module.training for module in model.modules()]
    twin = frozen(model)
    assert twin is not model
    assert type(twin) is ResNet
    assert not any(module.training for module in twin.modules())
    assert not any(parameter.requires_grad for parameter in twin.parameters())
    assert torch.equal(twin(images), expected)
    assert [module.training for module in model.modules()] == modes
    assert list(twin.state_dict()) == list(model.state_dict())


def test_twin_shares_every_number(random_net: RandomNet, images: Tensor) -> None:
    model = random_net().train()
    twin = frozen(model)
    mine, its = model.state_dict(), twin.state_dict()
    assert {name: tensor.data_ptr() for name, tensor in its.items()} == {n: t.data_ptr() for n, t in mine.items()}
    before = twin(images)
    with torch.no_grad():
        model.fc.bias += 3
    torch.testing.assert_close(twin(images), before + 3, rtol=0, atol=1e-12)


def test_model_is_as_it_was(random_net: RandomNet, images: Tensor) -> None:
    model = random_net().train().requires_grad_()
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    modules = list(model.modules())
    frozen(model)(images).sum()
    assert all(torch.equal(buffer, buffers[name]) for name, buffer in model.named_buffers())
    assert all(module.training for module in model.modules())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in model.parameters())
    assert list(model.modules()) == modules
    model(images)  # and it still trains
    assert not torch.equal(model.bn1.running_mean, buffers["bn1.running_mean"])


def test_twin_of_a_model_made_in_inference_mode_can_be_differentiated(random_net: RandomNet, images: Tensor) -> None:
    with torch.inference_mode():
        model = random_net(attention="bam")
    inputs = images.clone().requires_grad_()
    frozen(model)(inputs).sum().backward()
    assert inputs.grad is not None
    assert inputs.grad.abs().max() > 0
