"""What a GPU computes is what the CPU computes: run by hand where there is one, with ``pytest -m gpu``.

Convolutions and products are in full float32, without TF32, as wherever a family is opened on a GPU.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator

import pytest
import torch
from captum.attr import LayerGradCam
from torch import Tensor

from attnviz import Family, explain, open_family
from attnviz.nets import STAGES, ResNet, merged

pytestmark = pytest.mark.gpu
CLOSE = 1e-4  # of a map's range
ATTENTIONS = ("none", "se", "bam", "cbam")

RandomNet = Callable[..., ResNet]


@pytest.fixture(autouse=True)
def full_float32() -> Iterator[None]:
    """TF32 is off."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


@pytest.fixture(scope="module")
def photos() -> Tensor:
    return torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(8))


def off(heat: Tensor, reference: Tensor) -> float:
    """The largest difference in a batch of maps, each as a share of its reference's range."""
    ranges = reference.amax((1, 2)) - reference.amin((1, 2))
    return float(((heat.cpu() - reference.cpu()).abs().amax((1, 2)) / ranges).max())


@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("depth", [18, 50])
def test_random_networks_give_the_maps_and_gates_of_float64_on_the_cpu(
    random_net: RandomNet, photos: Tensor, depth: int, attention: str
) -> None:
    exact = random_net(depth, attention)
    expected = explain(exact, photos.double(), [3, 0, 4])
    found = explain(exact.float().cuda(), photos, [3, 0, 4])
    for stage, heat in expected.maps.items():
        assert found.maps[stage].device.type == "cuda"
        assert off(found.maps[stage], heat) <= CLOSE, stage
    for place, gate in expected.gates.items():
        torch.testing.assert_close(found.gates[place].values.cpu().double(), gate.values, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("name", ["baseline", "se", "bam", "cbam"])
def test_shipped_weights_give_what_they_give_on_the_cpu(photos: Tensor, name: str) -> None:
    on_cpu, on_gpu = (explain(open_family(device=device)[name], photos, 1) for device in ("cpu", "cuda"))
    torch.testing.assert_close(on_gpu.logits.cpu(), on_cpu.logits, rtol=1e-4, atol=1e-4)
    for stage, heat in on_cpu.maps.items():
        assert off(on_gpu.maps[stage], heat) <= CLOSE, stage


def test_captum_on_the_same_gpu_agrees(random_net: RandomNet, photos: Tensor) -> None:
    model, targets = random_net(50, "cbam").float().cuda(), torch.tensor([3, 0, 4]).cuda()
    for number, (stage, heat) in enumerate(explain(model, photos, targets).maps.items(), start=1):
        theirs = LayerGradCam(model, getattr(model, f"layer{number}")).attribute(photos.cuda(), targets)[:, 0].detach()
        assert off(heat, theirs) <= CLOSE, stage


def test_the_fast_form_agrees(photos: Tensor) -> None:
    family: Family = open_family(device="cuda")
    for name in family:
        plain, fast = explain(family[name], photos, 1), explain(merged(family[name]), photos, 1)
        for stage, heat in plain.maps.items():
            assert off(fast.maps[stage], heat) <= CLOSE, f"{name} {stage}"


def test_four_threads_on_one_model_get_their_own_maps(photos: Tensor) -> None:
    model = open_family(device="cuda")["cbam"]
    expected = [explain(model, photos, target).maps for target in range(8)]
    wrong: list[str] = []

    def work(first: int) -> None:
        for number in range(first, first + 40):
            found = explain(model, photos, number % 8).maps
            wrong.extend(stage for stage in STAGES if off(found[stage], expected[number % 8][stage]) > CLOSE)

    threads = [threading.Thread(target=work, args=(7 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_nothing_stays_on_the_gpu_but_the_models(photos: Tensor) -> None:
    model = open_family(device="cuda")["bam"]
    explain(model, photos)
    torch.cuda.synchronize()
    gc.collect()  # what earlier tests have left in cycles
    before = torch.cuda.memory_allocated()
    for _ in range(20):
        explain(model, photos, 1, STAGES)
    torch.cuda.synchronize()
    assert torch.cuda.memory_allocated() == before
