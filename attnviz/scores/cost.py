"""What attention costs beside the same network without it: size, multiply-adds, and time measured side by side."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count

import torch

from attnviz.nets import Cost, ResNet, cost_of
from attnviz.scores.interleaved import WARM_UP, Ratio, ratio, times_of

BATCH = 16
REPETITIONS = 30


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
    total, done = 2 * (WARM_UP + repetitions), count(1)
    with torch.inference_mode():
        single, batched = (
            times_of(
                {name: partial(network, images[:at_once]) for name, network in networks.items()},
                repetitions, order, device, lambda: advance(next(done), total),
            )
            for at_once in (1, batch)
        )  # fmt: skip
        first = next(iter(networks))
        return {
            name: Measured(
                cost_of(network, side),
                sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values()),
                _activation_bytes(network, images),
                ratio(single[name], single[first]),
                ratio(batched[name], batched[first]),
            )
            for name, network in networks.items()
        }


def _activation_bytes(network: ResNet, images: torch.Tensor) -> int | None:
    if images.device.type != "cuda":
        return None
    torch.cuda.reset_peak_memory_stats(images.device)
    before = torch.cuda.memory_allocated(images.device)
    network(images)
    torch.cuda.synchronize(images.device)
    return torch.cuda.max_memory_allocated(images.device) - before
