"""What networks cost, against counts made before, and against the papers' tables digit by digit."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from attnviz.nets import cost_of, resnet
from attnviz.nets.papers import PAPERS


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_torchvisions_resnet18(device: str) -> None:
    with torch.device(device):
        cost = cost_of(resnet(18).eval(), 64)
    assert cost.parameters == 11_689_512
    assert round(cost.gmacs, 4) == round(118.01344 / 800 + 0.000512, 4)  # a twelfth of 224 x 224, and the last layer


@pytest.mark.parametrize(("depth", "attention"), PAPERS)
def test_the_papers_numbers(depth: Any, attention: Any) -> None:
    """Parameters in the last printed digit; multiply-adds too, with the stride in the 1x1 convolution."""
    printed = PAPERS[depth, attention]
    with torch.device("meta"):
        cost = cost_of(resnet(depth, attention, stride_in="1x1").eval(), 224)
    assert f"{cost.parameters / 1e6:.2f}" == printed.parameters
    assert abs(cost.gmacs - float(printed.gflops)) < 0.6 * 10 ** -len(printed.gflops.partition(".")[2])
