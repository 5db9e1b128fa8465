"""Squeeze-and-Excitation (Hu et al., CVPR 2018, arXiv:1709.01507)."""

from __future__ import annotations

from torch import Tensor, nn

from attnviz.nets.gate import Gate, Tap, tapped
from attnviz.nets.options import hidden_width


class SE(nn.Module):
    """Weighs channels: x * s with s = sigmoid(W2 relu(W1 avgpool(x))) (the paper's eq. 2-4).

    The two layers have biases, as in every released SE-ResNet but the paper's own ablations.

    Args:
        channels: C of the features.
        reduction: r; the hidden layer has C // r units.
        bias: whether the two layers have biases.
        divisor: of which the hidden layer's width is a multiple (8 in timm).

    Raises:
        OptionError: if ``channels // reduction`` is less than 1.
    """

    def __init__(self, channels: int, reduction: int = 16, bias: bool = True, divisor: int = 1) -> None:
        super().__init__()
        hidden = hidden_width(channels, reduction, divisor)
        self.fc1 = nn.Linear(channels, hidden, bias=bias)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, channels, bias=bias)

    def forward(self, x: Tensor, tap: Tap | None = None) -> Tensor:
        """Returns the weighed features, (N,C,H,W). The gate is called ``se``, (N,C)."""
        logits = self.fc2(self.relu(self.fc1(x.mean((2, 3)))))
        return tapped(tap, "se", Gate("channel", logits.sigmoid(), before=x)).after
