"""What the tests of layouts share: weights in which nothing is degenerate, an image, and a file to identify."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from attnviz.families.identify import Identified, identify

Fill = Callable[..., nn.Module]
Save = Callable[..., Path]


@pytest.fixture(scope="session")
def fill() -> Fill:
    """Draws every weight and BatchNorm statistic of a network, so that each decides something; eval mode."""

    def draw(network: nn.Module, seed: int = 20) -> nn.Module:
        draw_into(dict(network.state_dict()), seed)
        return network.eval().requires_grad_(False)

    return draw


@pytest.fixture(scope="session")
def draw() -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    """Draws values for tensors by name, in place, and returns them."""
    return draw_into


def draw_into(state: dict[str, Tensor], seed: int = 20) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in state.items():
        if name.endswith("running_var") or (tensor.ndim == 1 and name.endswith("weight")):
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif tensor.is_floating_point():
            spread = 0.2 if tensor.ndim == 1 else 1 / tensor[0].numel() ** 0.5
            tensor.copy_(spread * torch.randn(tensor.shape, generator=generator))
    return state


@pytest.fixture(scope="session")
def photo_tensor() -> Tensor:
    """One image of soft blobs, (1,3,224,224) float32, as a network receives it."""
    blobs = torch.randn(1, 3, 9, 9, generator=torch.Generator().manual_seed(1))
    return 1.5 * torch.nn.functional.interpolate(blobs, size=(224, 224), mode="bicubic")


@pytest.fixture
def identified(tmp_path: Path) -> Callable[..., Identified]:
    """Saves tensors as a file and identifies it."""

    def save_and_identify(content: object, name: str = "weights.pth", **told: str) -> Identified:
        torch.save(content, tmp_path / name)
        return identify(tmp_path / name, **told)

    return save_and_identify
