"""The residual blocks of a ResNet, with or without an attention module before the addition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from torch import Tensor, nn

from attnviz.nets.gate import Tap

StrideIn = Literal["3x3", "1x1"]
Shortcut = Literal["conv", "avg-conv"]
MakeAttention = Callable[[int], nn.Module]


@dataclass(frozen=True)
class BlockKind:
    """What the blocks of a network have in common.

    Attributes:
        attention: makes ``("se", module)`` or ``("cbam", module)`` for a number of channels; None for neither.
        stride_in: which convolution of a bottleneck carries the stride.
        shortcut: ``conv``, or ``avg-conv``: where the stride is 2, averaging before a 1x1 convolution of stride 1.
        relu_before_attention: whether the branch of a basic block ends with a ReLU.
    """

    attention: tuple[str, MakeAttention] | None
    stride_in: StrideIn
    shortcut: Shortcut
    relu_before_attention: bool


class Block(nn.Module):
    """A residual block: relu(attention(branch(x)) + shortcut(x)).

    Args:
        inputs: channels of x.
        width: channels of the 3x3 convolutions.
        stride: 2 in the first block of stages 2 to 4, else 1.
        kind: what all blocks of the network share.
    """

    expansion: int

    def __init__(self, inputs: int, width: int, stride: int, kind: BlockKind) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = _downsample(inputs, outputs, stride, kind.shortcut)
        self.attention_name = None
        if kind.attention is not None:
            self.attention_name, make = kind.attention
            self.add_module(self.attention_name, make(outputs))

    def branch(self, x: Tensor) -> Tensor:
        """Returns the residual branch, (N,C,H,W), before attention and addition."""
        raise NotImplementedError

    def forward(self, x: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns the block's output, (N,C,H,W)."""
        out = self.branch(x)
        if self.attention_name is not None:
            out = getattr(self, self.attention_name)(out, tap)
        out += x if self.downsample is None else self.downsample(x)
        return cast(Tensor, self.relu(out))


class BasicBlock(Block):
    """Two 3x3 convolutions (depths 18 and 34)."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int, kind: BlockKind) -> None:
        super().__init__(inputs, width, stride, kind)
        self.conv1 = conv(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu_before_attention = kind.relu_before_attention

    def branch(self, x: Tensor) -> Tensor:
        """Returns the residual branch, (N,C,H,W), before attention and addition."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return cast(Tensor, self.relu(out) if self.relu_before_attention else out)


class Bottleneck(Block):
    """1x1, 3x3 and 1x1 convolutions (depths 50, 101 and 152)."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int, kind: BlockKind) -> None:
        super().__init__(inputs, width, stride, kind)
        stride_1x1, stride_3x3 = (stride, 1) if kind.stride_in == "1x1" else (1, stride)
        self.conv1 = conv(inputs, width, 1, stride_1x1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3, stride_3x3)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv(width, width * self.expansion, 1)
        self.bn3 = nn.BatchNorm2d(width * self.expansion)

    def branch(self, x: Tensor) -> Tensor:
        """Returns the residual branch, (N,C,H,W), before attention and addition."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        return cast(Tensor, self.bn3(self.conv3(out)))


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """Returns a convolution without bias that keeps the size of what it receives, but for its stride."""
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)


def _downsample(inputs: int, outputs: int, stride: int, shortcut: Shortcut) -> nn.Sequential:
    if shortcut == "conv":
        return nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
    pool = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()
    return nn.Sequential(pool, conv(inputs, outputs, 1), nn.BatchNorm2d(outputs))
