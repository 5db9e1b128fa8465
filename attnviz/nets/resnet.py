"""ResNets (He et al., CVPR 2016, arXiv:1512.03385) that differ only in their attention modules.

A network without attention has torchvision's own parameter names and gives torchvision's logits bit for bit.
SE and CBAM sit in every block, before the addition; BAM follows stages 1, 2 and 3. All pooling is adaptive, so that
any picture of 32 or more pixels a side is seen whole.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

from attnviz.errors import OptionError, did_you_mean
from attnviz.nets.bam import BAM
from attnviz.nets.blocks import BasicBlock, BlockKind, Bottleneck, MakeAttention, Shortcut, StrideIn, conv
from attnviz.nets.cbam import CBAM
from attnviz.nets.gate import Tap, within
from attnviz.nets.options import one_of
from attnviz.nets.se import SE

Attention = Literal["none", "se", "bam", "cbam"]
Stem = Literal["7x7", "7x7-ceil", "deep", "3x3", "3x3-stride2"]
Depth = Literal[18, 34, 50, 101, 152]

STAGES = ("stage1", "stage2", "stage3", "stage4")
BLOCKS: dict[int, tuple[int, int, int, int]] = {
    18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3),
}  # fmt: skip


class Blocks(nn.ModuleList):
    """The residual blocks of one stage, in order."""

    def forward(self, x: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns the last block's output, (N,C,H,W). Gates are named by the block's number: ``1.se``."""
        for number, block in enumerate(self):
            x = block(x, within(str(number), tap))
        return x


class ResNet(nn.Module):
    """A ResNet with one kind of attention. Made by :func:`resnet`; called, it gives logits (N,K).

    Attributes:
        attention: ``none``, ``se``, ``bam`` or ``cbam``.
        classes: K.
        architecture: the arguments of :func:`resnet` that it was built with, those left at their default too.
    """

    architecture: dict[str, Any]

    def __init__(
        self,
        depth: Depth,
        attention: Attention,
        classes: int,
        stem: Stem,
        stride_in: StrideIn,
        shortcut: Shortcut,
        relu_before_attention: bool,
        width: int,
        make_attention: MakeAttention | None,
    ) -> None:
        super().__init__()
        self.attention = attention
        self.classes = classes
        block = BasicBlock if depth in (18, 34) else Bottleneck
        in_block = (attention, make_attention) if make_attention and attention in ("se", "cbam") else None
        kind = BlockKind(in_block, stride_in, shortcut, relu_before_attention)

        self.conv1, self.maxpool = _stem(stem, width)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)

        channels = width
        for number, count in enumerate(BLOCKS[depth], start=1):
            stage_width = width * 2 ** (number - 1)
            stage_stride = 1 if number == 1 else 2
            blocks = Blocks()
            for index in range(count):
                blocks.append(block(channels, stage_width, stage_stride if index == 0 else 1, kind))
                channels = stage_width * block.expansion
            self.add_module(f"layer{number}", blocks)
            if make_attention and attention == "bam" and number < len(BLOCKS[depth]):
                self.add_module(f"bam{number}", make_attention(channels))

        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)

    def stem(self, images: Tensor) -> Tensor:
        """Returns the features that stage 1 receives, from normalised images (N,3,H,W)."""
        return cast(Tensor, self.maxpool(self.relu(self.bn1(self.conv1(images)))))

    def stage(self, name: str, features: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns what the next stage receives, (N,C,h,w): the output of the stage's blocks and of its BAM, if any.

        Args:
            name: ``stage1`` to ``stage4``.
            features: what the stage receives.
            tap: sees every gate in the stage, named ``stage3.1.se`` or ``stage3.bam``.
        """
        number = STAGES.index(name) + 1
        here = within(name, tap)
        features = getattr(self, f"layer{number}")(features, here)
        bam = getattr(self, f"bam{number}", None)
        return features if bam is None else cast(Tensor, bam(features, here))

    def head(self, features: Tensor) -> Tensor:
        """Returns the logits (N,K) from the output of stage 4."""
        return cast(Tensor, self.fc(torch.flatten(self.avgpool(features), 1)))

    def forward(self, images: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns the logits (N,K) of normalised images (N,3,H,W), H and W at least 32."""
        features = self.stem(images)
        for name in STAGES:
            features = self.stage(name, features, tap)
        return self.head(features)


def _stem(stem: Stem, width: int) -> tuple[nn.Module, nn.Module]:
    """Returns the first convolution and what pools its features."""
    if stem == "3x3":
        return conv(3, width, 3), nn.Identity()
    if stem == "3x3-stride2":
        return conv(3, width, 3, stride=2), nn.Identity()
    if stem == "7x7-ceil":
        return conv(3, width, 7, stride=2), nn.MaxPool2d(3, 2, ceil_mode=True)
    pool = nn.MaxPool2d(3, 2, padding=1)
    if stem == "7x7":
        return conv(3, width, 7, stride=2), pool
    half, relu = width // 2, nn.ReLU(inplace=True)
    first, second, third = conv(3, half, 3, stride=2), conv(half, half, 3), conv(half, width, 3)
    return nn.Sequential(first, nn.BatchNorm2d(half), relu, second, nn.BatchNorm2d(half), relu, third), pool


def resnet(
    depth: Depth,
    attention: Attention = "none",
    classes: int = 1000,
    stem: Stem = "7x7",
    stride_in: StrideIn = "3x3",
    shortcut: Shortcut = "conv",
    relu_before_attention: bool = False,
    width: int = 64,
    reduction: int = 16,
    **options: Any,
) -> ResNet:
    """Builds a ResNet with freshly initialised weights.

    Args:
        depth: 18, 34, 50, 101 or 152.
        attention: ``none``, ``se``, ``bam`` or ``cbam``.
        classes: K, the number of logits.
        stem: ``7x7`` (stride 2, then max-pooling: ImageNet), ``7x7-ceil`` (the same, pooled without padding: the first
            SE-ResNets), ``deep`` (three 3x3 convolutions, then max-pooling: ResNet-D), ``3x3`` (stride 1: small
            pictures) or ``3x3-stride2``.
        stride_in: which convolution of a bottleneck carries the stride: ``3x3`` (torchvision, the authors' code) or
            ``1x1`` (He et al.; the cost that the BAM and CBAM papers print).
        shortcut: ``conv``, or ``avg-conv`` (ResNet-D): averages before a 1x1 convolution without stride.
        relu_before_attention: whether the branch of a basic block ends with a ReLU (the first SE-ResNet-18 and 34).
        width: channels of stage 1's 3x3 convolutions.
        reduction: r of the attention modules.
        options: further options of the attention module, e.g. ``combine="product"`` for BAM.

    Raises:
        OptionError: for an option that does not exist or a value that it cannot have.
    """
    one_of("depth", depth, Depth)
    one_of("attention", attention, Attention)
    one_of("stem", stem, Stem)
    one_of("stride_in", stride_in, StrideIn)
    one_of("shortcut", shortcut, Shortcut)
    module_of: dict[str, Callable[..., nn.Module]] = {"se": SE, "bam": BAM, "cbam": CBAM}
    known = list(inspect.signature(module_of[attention]).parameters)[1:] if attention in module_of else []
    for option in options:
        if option not in known:
            raise OptionError(
                'Attention "{attention}" has no option "{option}".{hint}',
                attention=attention,
                option=option,
                hint=did_you_mean(option, known),
            )
    make = partial(module_of[attention], reduction=reduction, **options) if attention in module_of else None
    network = ResNet(depth, attention, classes, stem, stride_in, shortcut, relu_before_attention, width, make)
    network.architecture = {
        "depth": depth, "attention": attention, "classes": classes, "stem": stem, "stride_in": stride_in,
        "shortcut": shortcut, "relu_before_attention": relu_before_attention, "width": width, "reduction": reduction,
        **options,
    }  # fmt: skip
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network
