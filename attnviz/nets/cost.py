"""What a network costs: parameters, and multiply-adds for one image, told from its layers without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from attnviz.nets.cbam import ChannelGate
from attnviz.nets.resnet import STAGES, ResNet


@dataclass(frozen=True)
class Cost:
    """Attributes: parameters; gmacs, 10^9 multiply-adds of convolutions and linear layers for one image."""

    parameters: int
    gmacs: float


def cost_of(network: ResNet, side: int) -> Cost:
    """Counts a network's parameters and its multiply-adds for one image of ``side`` x ``side`` pixels.

    BatchNorm, pooling, activations and products with gates are not counted, as in the papers. Nothing is computed; the
    network may be on the meta device.
    """
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return Cost(parameters, _multiply_adds(network, side) / 1e9)


def _multiply_adds(network: ResNet, side: int) -> int:
    total = network.fc.weight.numel()
    for layer in network.conv1.modules():
        if isinstance(layer, nn.Conv2d):
            side = _after(layer, side)
            total += _places(layer, side)
    if isinstance(network.maxpool, nn.MaxPool2d):
        side = -(-(side - 3) // 2) + 1 if network.maxpool.ceil_mode else -(-side // 2)
    for number in range(1, len(STAGES) + 1):
        for block in getattr(network, f"layer{number}"):
            for name, layer in block.named_children():
                if name.startswith("conv"):
                    side = _after(layer, side)
                    total += _places(layer, side)
            if block.downsample is not None:  # it ends at the size that the branch ends at
                total += sum(_places(layer, side) for layer in block.downsample)
            if block.attention_name is not None:
                total += _of_attention(getattr(block, block.attention_name), side)
        total += _of_attention(getattr(network, f"bam{number}", None), side)
    return total


def _after(layer: Any, side: int) -> int:
    """Returns the side of what a convolution gives that is padded by half its kernel."""
    return -(-side // int(layer.stride[0]))


def _places(layer: nn.Module, side: int) -> int:
    return layer.weight.numel() * side * side if isinstance(layer, nn.Conv2d) else 0


def _of_attention(module: nn.Module | None, side: int) -> int:
    if module is None:
        return 0
    total = 0
    for part in module.modules():
        total += _places(part, side)
        if isinstance(part, nn.Linear):
            total += part.weight.numel()
        if isinstance(part, ChannelGate) and part.pooling == "both":  # its layers are used for each pooled vector
            total += part.fc1.weight.numel() + part.fc2.weight.numel()
    return total
