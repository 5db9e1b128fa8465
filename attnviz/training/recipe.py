"""How a family is trained: one recipe for all its members."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from attnviz.errors import OptionError

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Recipe:
    """SGD with Nesterov momentum, one cycle of learning rate and momentum, label smoothing, random crops and flips.

    Attributes:
        epochs: passes over the training photos.
        batch: photos in a step.
        learning_rate: the peak of the cycle (Smith and Topin, arXiv:1708.07120).
        momentum: of SGD at the start and the end; it falls by 0.1 where the learning rate peaks, as in the same paper.
        weight_decay: on weight matrices and kernels; biases and BatchNorm have none.
        label_smoothing: share of the target that is spread over all classes.
        smallest_crop: least share of a photo's area that a random crop keeps.
        start_size: side of the crops in the first epoch, growing in steps of 8 to the photos' own side in the last
            (progressive resizing); None for full size from the start.
        precision: of the convolutions; weights, their gradients and the loss are float32 in either.
        seed: of the weights, the order and the crops. Members with the same seed see the same crops in the same order.
    """

    epochs: int = 12
    batch: int = 128
    learning_rate: float = 0.2
    momentum: float = 0.95
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    smallest_crop: float = 0.25
    start_size: int | None = None
    precision: Precision = "float32"
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "learning_rate"):
            if not 0 < getattr(self, name) < math.inf:
                raise OptionError("{name} is {value}; it must be more than 0.", name=name, value=getattr(self, name))
        if not 0 < self.smallest_crop <= 1:
            raise OptionError(
                "smallest_crop is {value}; it must be more than 0 and at most 1.", value=self.smallest_crop
            )
        if self.start_size is not None and self.start_size < 32:
            raise OptionError("start_size is {value}; the networks need at least 32 pixels.", value=self.start_size)

    def size_at(self, epoch: int, full: int) -> int:
        """Returns the side of the crops in ``epoch`` (from 0) of photos that are ``full`` pixels a side."""
        if self.start_size is None or epoch == self.epochs - 1:
            return full
        grown = epoch / (self.epochs - 1)
        return min(full, round((self.start_size + grown * (full - self.start_size)) / 8) * 8)
