"""Many threads explain on one shared model, and each gets its own answer."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from attnviz import Explanation, explain
from attnviz.nets import STAGES, ResNet

THREADS, CALLS, CALLS_IN_TRAIN_MODE = 4, 40, 10
STAGES_ASKED: list[tuple[str, ...]] = [STAGES, ("stage4",), ("stage2", "stage3")]

RandomNet = Callable[..., ResNet]


@pytest.fixture(autouse=True)
def frequent_switches() -> Iterator[None]:
    """Threads take turns a hundred times as often as they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 100)
    yield
    sys.setswitchinterval(before)


def answer(model: ResNet, batches: list[Tensor], number: int) -> Explanation:
    """The answer to question ``number``: one of 3 batches, 5 targets and 3 choices of stages."""
    batch = batches[number % len(batches)]
    return explain(model, batch, number % 5, STAGES_ASKED[number // 5 % 3])


def equal(one: Explanation, other: Explanation) -> bool:
    pairs = [(one.logits, other.logits)]
    pairs += [(one.maps[stage], other.maps[stage]) for stage in other.maps]
    pairs += [(one.gates[place].values, other.gates[place].values) for place in other.gates]
    return one.maps.keys() == other.maps.keys() and all(torch.equal(*pair) for pair in pairs)


def wrong_and_failed(model: ResNet, batches: list[Tensor], expected: list[Explanation], calls: int) -> tuple[int, int]:
    """How many of the threads' answers were not those of a single thread, and how many questions raised."""
    wrong, failed = [], []
    start = threading.Barrier(THREADS)

    def work(first: int) -> None:
        start.wait()
        for number in range(first, first + calls):
            try:
                if not equal(answer(model, batches, number % len(expected)), expected[number % len(expected)]):
                    wrong.append(number)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=work, args=(7 * number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(wrong), len(failed)


@pytest.fixture(scope="module")
def batches() -> list[Tensor]:
    """Batches that differ in their number of images and in their size."""
    generator = torch.Generator().manual_seed(2)
    return [torch.randn(count, 3, side, side, generator=generator) for count, side in ((1, 32), (2, 40), (1, 48))]


@pytest.mark.parametrize("attention", ["bam", "cbam"])
def test_four_threads_on_one_model(random_net: RandomNet, batches: list[Tensor], attention: str) -> None:
    model = random_net(attention=attention, width=4).float()
    expected = [answer(model, batches, number) for number in range(15)]
    assert wrong_and_failed(model, batches, expected, CALLS) == (0, 0)


def test_four_threads_on_one_model_in_train_mode(random_net: RandomNet, batches: list[Tensor]) -> None:
    model = random_net(width=4).float()
    expected = [answer(model, batches, number) for number in range(15)]
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    model.train().requires_grad_()
    assert wrong_and_failed(model, batches, expected, CALLS_IN_TRAIN_MODE) == (0, 0)
    assert all(module.training for module in model.modules())
    assert all(torch.equal(buffer, buffers[name]) for name, buffer in model.named_buffers())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_state_kept_between_threads_is_seen(
    random_net: RandomNet, batches: list[Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An explain that remembers its target where others write theirs, as hooks do, fails the test above."""
    module: Any = sys.modules["attnviz.maps.explain"]
    model = random_net(width=4).float()
    expected = [answer(model, batches, number) for number in range(15)]
    shared: dict[str, Tensor] = {}
    classes_of, meet = module.classes_of, threading.Barrier(THREADS, timeout=60)

    def remembered(*arguments: Any) -> Tensor:
        shared["classes"] = classes_of(*arguments)
        meet.wait()
        return shared["classes"]

    monkeypatch.setattr(module, "classes_of", remembered)
    assert sum(wrong_and_failed(model, batches, expected, 5)) > 0
