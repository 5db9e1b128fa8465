"""Truths, and networks whose answers are known in closed form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from attnviz.nets import resnet
from attnviz.scores import Confidence, Maker
from attnviz.scores.table import Score
from attnviz.scores.truth import Truth

Subject = Callable[[Score, Tensor], tuple[object, ...]]


@pytest.fixture(scope="session")
def linear() -> Callable[..., Confidence]:
    """Makes the confidence of a linear model, sum of weights and pixels, in images of ones of one colour."""

    def make(weights: Tensor, black: float = 0.0) -> Confidence:
        def score(pictures: Tensor, numbers: Tensor) -> Tensor:
            return (pictures[:, 0] * weights[numbers]).sum((1, 2))

        images = torch.ones(len(weights), 3, *weights.shape[1:], dtype=weights.dtype)
        return Confidence(images, score, torch.full((3,), black, dtype=weights.dtype))

    return make


@pytest.fixture(scope="session")
def subject(linear: Callable[..., Confidence]) -> Subject:
    """Gives what a score needs beside maps of any size: for images of 8 x 8, an object in the upper left corner."""
    network = resnet(18, classes=2, width=1)

    def make(score: Score, maps: Tensor) -> tuple[object, ...]:
        count = len(maps)
        if score.needs in ("truth", "truth and level"):
            truth = Truth.of_boxes([[0, 0, 3, 4]] * count, 8, 8)
            levels = {"max_box_acc": (128,), "max_box_acc_v2": ((64, 128, 192),)}
            return (truth, *levels.get(score.name, ()))
        weights = torch.rand(1, 8, 8, generator=torch.Generator().manual_seed(4), dtype=maps.dtype)
        if score.needs == "confidence":
            return (linear((weights / weights.sum()).expand(count, -1, -1)),)
        if score.needs == "other maps":
            return (torch.rand(count, 8, 8, generator=torch.Generator().manual_seed(5), dtype=maps.dtype),)
        if score.needs == "maker":
            images = torch.ones(count, 3, 32, 32, dtype=maps.dtype)
            return (Maker(network, images, lambda network, pictures: maps),)
        return ()

    return make
