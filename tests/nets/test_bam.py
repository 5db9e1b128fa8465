"""BAM against its paper's equations, and the order of its BatchNorms against the authors' code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.nets import BAM, Gate

FEATURES = torch.randn(3, 32, 9, 13, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
Weights = dict[str, Tensor]


def normed(x: Tensor, weights: Weights, place: str) -> Tensor:
    shape = (1, -1) + (1,) * (x.ndim - 2)
    mean, variance = weights[f"{place}.running_mean"].view(shape), weights[f"{place}.running_var"].view(shape)
    scaled = (x - mean) / (variance + 1e-5).sqrt()
    return scaled * weights[f"{place}.weight"].view(shape) + weights[f"{place}.bias"].view(shape)


def channel_branch(weights: Weights, x: Tensor) -> Tensor:
    """Equation 3: a perceptron on the average-pooled features."""
    pooled = x.sum((2, 3)) / (x.shape[2] * x.shape[3])
    hidden = F.linear(pooled, weights["channel.0.weight"], weights["channel.0.bias"])
    hidden = F.relu(normed(hidden, weights, "channel.1"))
    return F.linear(hidden, weights["channel.3.weight"], weights["channel.3.bias"])


def spatial_branch(weights: Weights, x: Tensor, dilation: int) -> Tensor:
    """Equation 4: 1x1, two dilated 3x3, 1x1."""
    x = F.conv2d(x, weights["spatial.0.weight"], weights["spatial.0.bias"])
    x = F.relu(normed(x, weights, "spatial.1"))
    for conv, norm in (("spatial.3", "spatial.4"), ("spatial.6", "spatial.7")):
        weight, bias = weights[f"{conv}.weight"], weights[f"{conv}.bias"]
        x = F.conv2d(F.pad(x, (dilation,) * 4), weight, bias, dilation=dilation)
        x = F.relu(normed(x, weights, norm))
    return F.conv2d(x, weights["spatial.9.weight"], weights["spatial.9.bias"])[:, 0]


MEETING = {"sum": torch.add, "product": torch.mul, "max": torch.maximum}


@pytest.mark.parametrize("combine", ["sum", "product", "max"])
@pytest.mark.parametrize("dilation", [1, 4])
def test_equals_the_equations(settled: Callable[[BAM], BAM], combine: Any, dilation: int) -> None:
    bam = settled(BAM(32, 4, dilation, combine))
    weights = dict(bam.state_dict())
    channel, spatial = channel_branch(weights, FEATURES), spatial_branch(weights, FEATURES, dilation)
    attention = torch.sigmoid(MEETING[combine](channel[:, :, None, None], spatial[:, None]))
    torch.testing.assert_close(bam(FEATURES), FEATURES + FEATURES * attention, rtol=0, atol=1e-12)


def test_gate_and_its_two_branches(settled: Callable[[BAM], BAM]) -> None:
    bam, seen = settled(BAM(32, 4)), dict[str, Gate]()

    def tap(name: str, gate: Gate) -> Gate:
        seen[name] = gate
        return gate

    out = bam(FEATURES, tap)
    (gate,) = seen.values()
    weights = dict(bam.state_dict())
    assert list(seen) == ["bam"]
    assert gate.kind == "full"
    assert gate.residual
    assert gate.values.shape == (3, 32, 9, 13)
    assert torch.equal(out, FEATURES * (1 + gate.values))
    torch.testing.assert_close(gate.logits["channel"], channel_branch(weights, FEATURES), rtol=0, atol=1e-12)
    torch.testing.assert_close(gate.logits["spatial"], spatial_branch(weights, FEATURES, 4), rtol=0, atol=1e-12)


def test_sum_is_what_the_paper_and_the_default_say() -> None:
    assert BAM(32).combine == "sum"
    assert BAM(32).channel[0].out_features == 2
    assert BAM(32).spatial[3].dilation == (4, 4)


def test_unknown_combine() -> None:
    with pytest.raises(OptionError, match=r"^combine is 'mean'; it can be sum, product, max\.$"):
        BAM(32, combine="mean")  # type: ignore[arg-type]


@pytest.mark.parametrize("reduction", [0, 33])
def test_reduction_that_leaves_no_unit(reduction: int) -> None:
    with pytest.raises(OptionError, match=rf"^reduction is {reduction}; .*1 to 32"):
        BAM(32, reduction)
