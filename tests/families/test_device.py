"""The device is the one asked for, or the best there is; one that is not there is told."""

from __future__ import annotations

import pytest
import torch

from attnviz.errors import OptionError
from attnviz.families import choose_device


@pytest.fixture(params=["cpu", "mps", "cuda"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A machine whose best device is this one; with cuda, it has two of them."""
    best = str(request.param)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: best == "cuda")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2 if best == "cuda" else 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: best == "mps")
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    return best


def test_the_best_there_is(machine: str) -> None:
    assert choose_device() == torch.device(machine)


def test_the_one_asked_for(machine: str) -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert torch.backends.cudnn.allow_tf32
    assert choose_device(machine) == torch.device(machine)


def test_a_gpu_computes_in_full_float32(machine: str) -> None:
    choose_device()
    assert torch.backends.cudnn.allow_tf32 == (machine != "cuda")
    assert not torch.backends.cuda.matmul.allow_tf32


def test_one_that_is_not_there(machine: str) -> None:
    there = {"cpu": "cpu", "mps": "mps, cpu", "cuda": "cuda, cpu"}[machine]
    wrong = {"cuda", "cuda:0", "mps", "tpu", "", "CPU", "cuda:x", "cpu:-1", "cpu:", "cuda:", "cuda:00"}
    for name in wrong - {machine, f"{machine}:0"}:
        with pytest.raises(OptionError) as caught:
            choose_device(name)
        assert str(caught.value) == f'There is no device "{name}" here; this machine has {there}.'


@pytest.mark.parametrize("machine", ["cuda"], indirect=True)
def test_one_of_several(machine: str) -> None:
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(OptionError, match=r'^There is no device "cuda:2" here'):
        choose_device("cuda:2")


def test_cuda_comes_before_mps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device() == torch.device("cuda")
    assert choose_device("mps") == torch.device("mps")
