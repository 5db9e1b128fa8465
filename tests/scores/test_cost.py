"""Times are ratios within one repetition, and counts are those of the networks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
import torch

from attnviz.nets import ResNet
from attnviz.scores import interleaved
from attnviz.scores.cost import measure_costs

RandomNet = Callable[..., ResNet]


@pytest.fixture
def networks(random_net: RandomNet) -> dict[str, ResNet]:
    return {name: random_net(attention=name).float() for name in ("none", "se", "bam")}


def test_what_is_counted(networks: dict[str, ResNet]) -> None:
    done: list[tuple[int, int]] = []
    found = measure_costs(networks, 32, batch=2, repetitions=5, advance=lambda *step: done.append(step))
    assert list(found) == ["none", "se", "bam"]
    assert done == [(step, 16) for step in range(1, 17)]
    for name, one in found.items():
        state = networks[name].state_dict()
        assert one.cost.parameters == sum(parameter.numel() for parameter in networks[name].parameters())
        floats = sum(tensor.numel() for tensor in state.values() if tensor.is_floating_point())
        counters = sum(1 for tensor in state.values() if not tensor.is_floating_point())
        assert one.weight_bytes == 4 * floats + 8 * counters
        assert one.activation_bytes is None
        assert one.latency.seconds > 0
        assert one.throughput.low <= one.throughput.median <= one.throughput.high
    assert (found["none"].latency.low, found["none"].latency.high) == (1, 1)


def test_ratios_are_of_the_same_repetition(networks: dict[str, ResNet], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine grows slower all the time: SE takes twice as long as the baseline in every repetition, BAM thrice."""
    factor = {"none": 1.0, "se": 2.0, "bam": 3.0}
    names = {id(network): name for name, network in networks.items()}
    slower, counts = [1.0], {"images": 0}

    def seconds(candidate: Any, device: torch.device) -> float:
        counts["images"] += len(candidate.args[0])
        slower[0] *= 1.0001
        return slower[0] * factor[names[id(candidate.func)]]

    monkeypatch.setattr(interleaved, "_seconds", seconds)
    found = measure_costs(networks, 32, batch=4, repetitions=7)
    assert counts["images"] == 3 * 10 * (1 + 4)
    for name, one in found.items():
        assert one.latency.median == pytest.approx(factor[name], rel=1e-3)
        assert one.throughput.high == pytest.approx(factor[name], rel=1e-3)


def test_the_order_is_drawn_anew(networks: dict[str, ResNet], monkeypatch: pytest.MonkeyPatch) -> None:
    names, order = {id(network): name for name, network in networks.items()}, []
    clock = cycle([1.0])

    def seconds(candidate: Any, device: torch.device) -> float:
        order.append(names[id(candidate.func)])
        return next(clock)

    monkeypatch.setattr(interleaved, "_seconds", seconds)
    measure_costs(networks, 32, repetitions=20)
    rounds = [tuple(order[start : start + 3]) for start in range(0, len(order), 3)]
    assert all(sorted(one) == ["bam", "none", "se"] for one in rounds)
    assert len(set(rounds)) == 6
