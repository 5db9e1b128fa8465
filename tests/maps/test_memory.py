"""A thousand calls hold no more memory than the first ones."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from attnviz import explain
from attnviz.errors import TargetError
from attnviz.nets import ResNet
from attnviz.nets.resnet import BLOCKS

CALLS, WARM_UP = 1000, 100
SHARE_OF_GROWTH = 0.05


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def living_tensors() -> list[Tensor]:
    gc.collect()
    return [found for found in gc.get_objects() if issubclass(type(found), Tensor)]


@pytest.fixture
def small_net(random_net: Callable[..., ResNet], monkeypatch: pytest.MonkeyPatch) -> ResNet:
    """A ResNet with CBAM of one block a stage."""
    monkeypatch.setitem(BLOCKS, 18, (1, 1, 1, 1))
    return random_net(attention="cbam", width=2).float()


@pytest.fixture
def image() -> Tensor:
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))


def test_a_thousand_calls_leave_memory_flat(small_net: ResNet, image: Tensor) -> None:
    for number in range(WARM_UP):
        explain(small_net, image, number % 5)
    tensors, memory = len(living_tensors()), resident()
    for number in range(CALLS):
        explain(small_net, image, number % 5)
    assert len(living_tensors()) == tensors
    assert resident() < memory * (1 + SHARE_OF_GROWTH)


def test_calls_in_train_mode_and_calls_that_fail_keep_nothing(small_net: ResNet, image: Tensor) -> None:
    small_net.train().requires_grad_()
    tensors = len(living_tensors())
    for number in range(20):
        explain(small_net, image, number % 5).retarget(1)
        with pytest.raises(TargetError):  # found out after the forward pass
            explain(small_net, image, 5)
    assert len(living_tensors()) == tensors


def test_an_explanation_holds_neither_a_graph_nor_channels(small_net: ResNet, image: Tensor) -> None:
    """Of the features, only those of the last stage are kept whole: new maps can be made of them."""
    before = living_tensors()
    kept = explain(small_net, image, 0)
    known = {id(tensor) for tensor in before}
    new = [tensor for tensor in living_tensors() if id(tensor) not in known]
    assert {tuple(tensor.shape) for tensor in new if tensor.ndim == 4} == {(1, 16, 2, 2)}
    assert all(tensor.grad_fn is None for tensor in new)
    assert kept.passed.last.shape == (1, 16, 2, 2)
