"""What a network costs: parameters, and multiply-adds for one image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from attnviz.nets.resnet import ResNet


@dataclass(frozen=True)
class Cost:
    """Attributes: parameters; gmacs, 10^9 multiply-adds of convolutions and linear layers for one image."""

    parameters: int
    gmacs: float


def cost_of(network: ResNet, side: int) -> Cost:
    """Counts a network's parameters and its multiply-adds for one image of ``side`` x ``side`` pixels.

    BatchNorm, pooling, activations and products with gates are not counted, as in the papers. A network on the meta
    device is counted without computing anything.
    """
    device = next(network.parameters()).device
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, side, side, device=device))
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return Cost(parameters, counter.get_total_flops() / 2e9)
