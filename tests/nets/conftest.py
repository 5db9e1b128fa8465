"""What the tests of the networks share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


@pytest.fixture
def settled() -> Callable[[M], M]:
    """Makes a module look trained: every weight and BatchNorm statistic drawn anew, float64, eval mode."""

    def settle(module: M) -> M:
        generator = torch.Generator().manual_seed(20)
        for name, tensor in module.state_dict().items():
            if name.endswith("running_var") or (tensor.ndim == 1 and name.endswith("weight")):
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
            elif tensor.is_floating_point():
                spread = 1 / max(1, tensor[0].numel()) ** 0.5
                tensor.copy_(spread * torch.randn(tensor.shape, generator=generator))
        return module.double().eval()

    return settle
