"""What attention costs beside the same network without it: size, multiply-adds, and time measured side by side."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from attnviz.nets import Cost, ResNet, cost_of

BATCH = 16
REPETITIONS = 30
WARM_UP = 3


@dataclass(frozen=True)
class Ratio:
    """Time of a network over that of the first one in the same repetition.

    Attributes: low, median, high: quartiles of the ratios; seconds: median of the network's own times.
    """

    low: float
    median: float
    high: float
    seconds: float


@dataclass(frozen=True)
class Measured:
    """One network.

    Attributes:
        cost: parameters and multiply-adds.
        weight_bytes: of parameters and buffers, as they are on the device.
        activation_bytes: the most that a forward pass of the batch holds above the weights; None where the device does
            not tell (only CUDA does).
        latency: of a forward pass of one image.
        throughput: of a forward pass of the batch, whose ratio is that of images a second turned over.
    """

    cost: Cost
    weight_bytes: int
    activation_bytes: int | None
    latency: Ratio
    throughput: Ratio


def measure_costs(
    networks: Mapping[str, ResNet],
    side: int,
    batch: int = BATCH,
    repetitions: int = REPETITIONS,
    seed: int = 0,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Measured]:
    """Measures networks in one run: in every repetition each of them runs once, in random order.

    Whatever else the machine does then falls on all of them alike. What counts are the ratios; the seconds are this
    machine's, at this moment.

    Args:
        networks: on one device, in eval mode; the first is what the others are compared with.
        side: of the images, in pixels.
        batch: images at once for the throughput.
        repetitions: how often each network runs, after three that are not counted.
        seed: of the order and the images.
        advance: is told how many of all repetitions are done.
    """
    order = random.Random(seed)
    device = next(next(iter(networks.values())).parameters()).device
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(batch, 3, side, side, generator=generator).to(device)
    single: dict[str, list[float]] = {name: [] for name in networks}
    batched: dict[str, list[float]] = {name: [] for name in networks}
    total = 2 * (WARM_UP + repetitions)
    with torch.inference_mode():
        for repetition in range(total):
            count, times = (1, single) if repetition < total // 2 else (batch, batched)
            for name in order.sample(list(networks), len(networks)):
                seconds = _seconds(networks[name], images[:count])
                if repetition % (total // 2) >= WARM_UP:
                    times[name].append(seconds)
            advance(repetition + 1, total)
        first = next(iter(networks))
        return {
            name: Measured(
                cost_of(network, side),
                sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values()),
                _activation_bytes(network, images),
                _ratio(single[name], single[first]),
                _ratio(batched[name], batched[first]),
            )
            for name, network in networks.items()
        }


def _seconds(network: ResNet, images: torch.Tensor) -> float:
    _wait(images.device)
    start = time.perf_counter()
    network(images)
    _wait(images.device)
    return time.perf_counter() - start


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _activation_bytes(network: ResNet, images: torch.Tensor) -> int | None:
    if images.device.type != "cuda":
        return None
    torch.cuda.reset_peak_memory_stats(images.device)
    before = torch.cuda.memory_allocated(images.device)
    network(images)
    torch.cuda.synchronize(images.device)
    return torch.cuda.max_memory_allocated(images.device) - before


def _ratio(times: list[float], first: list[float]) -> Ratio:
    low, median, high = np.quantile(np.divide(times, first), (0.25, 0.5, 0.75)).tolist()
    return Ratio(low, median, high, float(np.median(times)))
