"""A network's fast form: every BatchNorm merged into the layer before it, and features kept channels last."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from attnviz.nets.memory import fast_memory_format
from attnviz.nets.resnet import ResNet


def merged(network: ResNet) -> ResNet:
    """Returns a twin of ``network`` in eval mode that computes the same with fewer operations; ``network`` stays.

    In eval mode BatchNorm is an affine map of each channel, so that it can be a part of the convolution or linear
    layer before it: w' = w gamma / sqrt(var + eps), b' = (b - mean) gamma / sqrt(var + eps) + beta. Sums are then
    rounded in another order: logits, maps and gates differ from the network's own in the last digits (the tests say
    1e-4 of a map's range). It is meant for many photos at once; the page, studies and published scores use the
    network itself. To go back, drop the twin.

    Args:
        network: made by :func:`attnviz.nets.resnet`; its numbers are copied.
    """
    twin = copy.deepcopy(network).eval().requires_grad_(False)
    for module in reversed(list(twin.modules())):  # what is inside first: the deep stem is replaced as a whole
        for layer, norm in list(_pairs(module)):
            setattr(module, layer, _fused(getattr(module, layer), getattr(module, norm)))
            setattr(module, norm, nn.Identity())
    return twin.to(memory_format=fast_memory_format(twin))


def _pairs(module: nn.Module) -> Iterator[tuple[str, str]]:
    """Yields the names of each layer of a module and of the BatchNorm that follows it."""
    names = [name for name, _ in module.named_children()]
    for before, name in zip(["", *names], names, strict=False):
        if isinstance(getattr(module, name), nn.BatchNorm1d | nn.BatchNorm2d):
            yield (before if isinstance(module, nn.Sequential) else name.replace("bn", "conv")), name


def _fused(layer: nn.Module, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> nn.Module:
    if isinstance(layer, nn.Sequential):  # the deep stem
        return nn.Sequential(*layer[:-1], _fused(layer[-1], norm))
    if isinstance(layer, nn.Linear):
        assert isinstance(norm, nn.BatchNorm1d)
        return fuse_linear_bn_eval(layer, norm)
    assert isinstance(layer, nn.Conv2d)
    return fuse_conv_bn_eval(layer, norm)
