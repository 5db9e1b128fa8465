"""The gradient in a stage's output, no finer than Grad-CAM reads it: its mean over the places.

Grad-CAM needs alpha_k = mean_ij G_kij alone. Of the lowest stage nothing else is needed, and a mean commutes with the
1x1 convolutions by which a bottleneck block receives the stage: sum_p (W' g_p) = W' (sum_p g_p), whatever the stride.
So the gradient is averaged before those convolutions instead of after them, which saves their backward passes.
"""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from attnviz.maps.frozen import twin
from attnviz.nets import STAGES, ResNet
from attnviz.nets.blocks import Bottleneck

M = TypeVar("M", bound=nn.Module)


def with_pooled_gradient(network: ResNet, stage: str) -> ResNet:
    """Returns a network whose gradient in the output of ``stage`` is everywhere its mean over the places.

    It computes the same logits, bit for bit, and shares every number with ``network``. Where the next stage begins
    with a 3x3 convolution, whose border a mean does not pass, and after stage 4, it is ``network`` itself.

    Args:
        network: in eval mode.
        stage: the lowest in whose output a gradient is asked for.
    """
    number = STAGES.index(stage) + 1
    blocks = getattr(network, f"layer{number + 1}", None)
    if blocks is None or not isinstance(blocks[0], Bottleneck):
        return network
    block = blocks[0]
    changes: dict[str, nn.Module] = {"conv1": _Pointwise(block.conv1)}
    if block.downsample is not None:
        last = len(block.downsample) - 2  # before it at most an average, which keeps sums; after it BatchNorm
        changes["downsample"] = _with(block.downsample, {str(last): _Pointwise(block.downsample[last])})
    return _with(network, {f"layer{number + 1}": _with(blocks, {"0": _with(block, changes)})})


def _with(module: M, children: dict[str, nn.Module]) -> M:
    return twin(module, _modules=module._modules | children)


class _Pointwise(nn.Module):
    """A 1x1 convolution whose gradient in what it receives is averaged over the places."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        assert isinstance(conv, nn.Conv2d)
        assert conv.kernel_size == (1, 1)
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        """Returns the convolution of (N,C,H,W)."""
        found: Tensor = _Convolution.apply(x, self.conv.weight, self.conv.bias, self.conv.stride)
        return found


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, int]) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.shape = x.shape
        return F.conv2d(x, weight, bias, stride)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (weight,) = ctx.saved_tensors
        _, _, height, width = ctx.shape
        mean = gradients[0].sum((2, 3)) @ weight[:, :, 0, 0] / (height * width)
        return mean[:, :, None, None].expand(ctx.shape), None, None, None
