"""Honest timing: candidates take turns, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch

WARM_UP = 3
Key = TypeVar("Key")


@dataclass(frozen=True)
class Ratio:
    """Time of a candidate over that of another in the same repetition.

    Attributes: low, median, high: quartiles of the ratios; seconds: median of the candidate's own times.
    """

    low: float
    median: float
    high: float
    seconds: float


def ratio(times: Sequence[float], others: Sequence[float]) -> Ratio:
    """Returns the quartiles of times (N,) over those of another candidate, repetition by repetition."""
    low, median, high = np.quantile(np.divide(times, others), (0.25, 0.5, 0.75)).tolist()
    return Ratio(low, median, high, float(np.median(times)))


def times_of(
    candidates: Mapping[Key, Callable[[], object]],
    repetitions: int,
    order: random.Random,
    device: torch.device,
    advance: Callable[[], None] = lambda: None,
) -> dict[Key, list[float]]:
    """Times candidates: in every repetition each of them runs once, in random order.

    Args:
        candidates: what is run, by name.
        repetitions: how often each runs, after :data:`WARM_UP` that are not counted.
        order: draws the order.
        device: that they run on; it is waited for before and after each.
        advance: called after each repetition, the first ones too.

    Returns:
        By candidate, its time in each repetition, in seconds.
    """
    times: dict[Key, list[float]] = {name: [] for name in candidates}
    for repetition in range(WARM_UP + repetitions):
        for name in order.sample(list(candidates), len(candidates)):
            seconds = _seconds(candidates[name], device)
            if repetition >= WARM_UP:
                times[name].append(seconds)
        advance()
    return times


def wait_for(device: torch.device) -> None:
    """Waits until a device has done what it was asked to."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _seconds(candidate: Callable[[], object], device: torch.device) -> float:
    wait_for(device)
    start = time.perf_counter()
    candidate()
    wait_for(device)
    return time.perf_counter() - start
