"""Convolutional Block Attention Module (Woo et al., ECCV 2018, arXiv:1807.06521)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from attnviz.nets.gate import Gate, Tap, combined, tapped
from attnviz.nets.options import hidden_width, one_of

Order = Literal["channel-first", "spatial-first", "parallel"]
Pooling = Literal["avg", "max", "both"]


class ChannelGate(nn.Module):
    """Mc(F) = sigmoid(MLP(avgpool(F)) + MLP(maxpool(F))), the MLP being shared (the paper's eq. 2).

    Args:
        channels: C of the features.
        reduction: r; the hidden layer has C // r units.
        pooling: which of the two pooled vectors are used.
        bias: whether the two layers have biases.
    """

    def __init__(self, channels: int, reduction: int = 16, pooling: Pooling = "both", bias: bool = True) -> None:
        super().__init__()
        self.pooling = one_of("pooling", pooling, Pooling)
        hidden = hidden_width(channels, reduction)
        self.fc1 = nn.Linear(channels, hidden, bias=bias)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, channels, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the logits of Mc, (N,C)."""
        if self.pooling == "avg":
            return self._mlp(x.mean((2, 3)))
        if self.pooling == "max":
            return self._mlp(x.amax((2, 3)))
        return self._mlp(x.mean((2, 3))) + self._mlp(x.amax((2, 3)))

    def _mlp(self, pooled: Tensor) -> Tensor:
        out: Tensor = self.fc2(self.relu(self.fc1(pooled)))
        return out


class SpatialGate(nn.Module):
    """Ms(F) = sigmoid(BN(conv([max_c F; mean_c F]))) (the paper's eq. 3, with the authors' BatchNorm and order).

    The BatchNorm's weight starts at 0, as in the authors' code: an untrained module has 0.5 everywhere.

    Args:
        kernel: side of the convolution, 3 or 7.
        pooling: which of the two maps over the channels are used.
    """

    def __init__(self, kernel: Literal[3, 7] = 7, pooling: Pooling = "both") -> None:
        super().__init__()
        self.pooling = one_of("pooling", pooling, Pooling)
        one_of("kernel", kernel, Literal[3, 7])
        self.conv = nn.Conv2d(2 if pooling == "both" else 1, 1, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(1, momentum=0.01)
        nn.init.zeros_(self.bn.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the logits of Ms, (N,H,W)."""
        pooled = []
        if self.pooling in ("max", "both"):
            pooled.append(x.amax(1, keepdim=True))
        if self.pooling in ("avg", "both"):
            pooled.append(x.mean(1, keepdim=True))
        out: Tensor = self.bn(self.conv(torch.cat(pooled, 1)))
        return out[:, 0]


class CBAM(nn.Module):
    """Weighs channels, then places: F' = Mc(F) * F, F'' = Ms(F') * F' (the paper's eq. 1).

    Args:
        channels: C of the features.
        reduction: r of the channel gate.
        order: ``channel-first`` (the paper), ``spatial-first``, or ``parallel``: one gate,
            sigmoid(logits of Mc + logits of Ms), both from F (the paper's table 3).
        pooling: ``both`` (the paper), ``avg`` or ``max``, in both gates.
        kernel: side of the spatial convolution, 7 (the paper) or 3.
        spatial: ``False`` leaves the spatial gate out (the paper's table 1).
        bias: whether the two layers of the channel gate have biases; the authors' code has them, timm's has not.

    Raises:
        OptionError: for an unknown option, or if ``channels // reduction`` is less than 1.
    """

    def __init__(
        self,
        channels: int,
        reduction: int = 16,
        order: Order = "channel-first",
        pooling: Pooling = "both",
        kernel: Literal[3, 7] = 7,
        spatial: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.order = one_of("order", order, Order)
        self.channel = ChannelGate(channels, reduction, pooling, bias)
        self.spatial = SpatialGate(kernel, pooling) if spatial else None

    def forward(self, x: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns the weighed features, (N,C,H,W).

        The gates are called ``cbam.channel`` (N,C) and ``cbam.spatial`` (N,H,W), or ``cbam`` (N,C,H,W) in parallel.
        """
        if self.spatial is None:
            return self._by_channel(x, tap)
        if self.order == "parallel":
            return self._parallel(self.spatial, x, tap)
        if self.order == "spatial-first":
            return self._by_channel(self._by_place(self.spatial, x, tap), tap)
        return self._by_place(self.spatial, self._by_channel(x, tap), tap)

    def _by_channel(self, x: Tensor, tap: Tap | None) -> Tensor:
        return tapped(tap, "cbam.channel", Gate("channel", self.channel(x).sigmoid(), before=x)).after

    @staticmethod
    def _by_place(spatial: SpatialGate, x: Tensor, tap: Tap | None) -> Tensor:
        return tapped(tap, "cbam.spatial", Gate("spatial", spatial(x).sigmoid(), before=x)).after

    def _parallel(self, spatial_gate: SpatialGate, x: Tensor, tap: Tap | None) -> Tensor:
        channel, spatial = self.channel(x), spatial_gate(x)
        values = combined(channel, spatial, "sum").sigmoid()
        gate = Gate("full", values, before=x, logits={"channel": channel, "spatial": spatial})
        return tapped(tap, "cbam", gate).after
