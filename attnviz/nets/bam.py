"""Bottleneck Attention Module (Park et al., BMVC 2018, arXiv:1807.06514)."""

from __future__ import annotations

from torch import Tensor, nn

from attnviz.nets.gate import Combine, Gate, Tap, combined, tapped
from attnviz.nets.options import hidden_width, one_of


class BAM(nn.Module):
    """Weighs every value: F + F * M(F) with M(F) = sigmoid(Mc(F) + Ms(F)) (the paper's eq. 1-2).

    Mc is a perceptron on the average-pooled features (eq. 3), Ms a stack of 1x1, dilated 3x3 and 1x1 convolutions
    (eq. 4). BatchNorm stands where the authors' code puts it: after every layer but the last of each branch.

    Args:
        channels: C of the features.
        reduction: r; both branches have C // r hidden channels.
        dilation: d of the 3x3 convolutions.
        combine: how the branches' logits meet: ``sum`` (the paper), ``product`` (the authors' released code and
            weights) or ``max`` (the paper's ablation).

    Raises:
        OptionError: for an unknown ``combine``, or if ``channels // reduction`` is less than 1.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4, combine: Combine = "sum") -> None:
        super().__init__()
        self.combine = one_of("combine", combine, Combine)
        hidden = hidden_width(channels, reduction)
        self.channel = nn.Sequential(
            nn.Linear(channels, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, channels)
        )
        self.spatial = nn.Sequential(
            *_conv_bn_relu(channels, hidden, kernel=1),
            *_conv_bn_relu(hidden, hidden, kernel=3, dilation=dilation),
            *_conv_bn_relu(hidden, hidden, kernel=3, dilation=dilation),
            nn.Conv2d(hidden, 1, 1),
        )

    def forward(self, x: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns the weighed features, (N,C,H,W). The gate is called ``bam``, (N,C,H,W)."""
        channel = self.channel(x.mean((2, 3)))
        spatial = self.spatial(x)[:, 0]
        values = combined(channel, spatial, self.combine).sigmoid()
        logits = {"channel": channel, "spatial": spatial}
        gate = Gate("full", values, before=x, residual=True, logits=logits, combine=self.combine)
        return tapped(tap, "bam", gate).after


def _conv_bn_relu(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> tuple[nn.Module, ...]:
    padding = dilation * (kernel // 2)
    conv = nn.Conv2d(inputs, outputs, kernel, padding=padding, dilation=dilation)
    return conv, nn.BatchNorm2d(outputs), nn.ReLU()
