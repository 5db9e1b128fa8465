"""What networks cost, against torch's own counter, and against the papers' tables digit by digit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from attnviz.nets import cost_of, resnet
from attnviz.nets.papers import PAPERS

OPTIONS: list[dict[str, Any]] = [
    {"depth": 18, "attention": "none", "stem": "3x3"},
    {"depth": 18, "attention": "cbam", "stem": "3x3-stride2", "pooling": "avg"},
    {"depth": 34, "attention": "cbam", "stem": "7x7", "order": "parallel", "kernel": 3},
    {"depth": 50, "attention": "se", "stem": "7x7-ceil", "stride_in": "1x1"},
    {"depth": 50, "attention": "bam", "stem": "7x7"},
    {"depth": 50, "attention": "cbam", "stem": "deep", "shortcut": "avg-conv", "spatial": False},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("side", [64, 75])
def test_torchs_counter(options: dict[str, Any], side: int) -> None:
    network = resnet(**options, classes=7, width=16, reduction=4).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, side, side))
    assert cost_of(network, side).gmacs == counter.get_total_flops() / 2e9


@pytest.mark.parametrize(("depth", "attention"), PAPERS)
def test_the_papers_numbers(depth: Any, attention: Any) -> None:
    """Parameters to the last printed digit; multiply-adds too, with the stride in the 1x1 convolution."""
    printed = PAPERS[depth, attention]
    with torch.device("meta"):
        cost = cost_of(resnet(depth, attention, stride_in="1x1"), 224)
    assert f"{cost.parameters / 1e6:.2f}" == printed.parameters
    assert abs(cost.gmacs - float(printed.gflops)) < 0.6 * 10 ** -len(printed.gflops.partition(".")[2])
