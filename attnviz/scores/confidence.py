"""How sure a network is of each image's target, whatever is done to the images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor, nn

from attnviz.errors import OptionError
from attnviz.images.preprocess import IMAGENET_MEAN, IMAGENET_STD
from attnviz.maps.explain import Targets, at_least_float32, classes_of
from attnviz.maps.forward import ready

CHUNK = 64
"""Pictures that the network sees at once."""


@dataclass(frozen=True)
class Confidence:
    """What the faithfulness scores ask. Made by :func:`confidence_in`; safe to share by the scores of many maps.

    Attributes:
        images: (N,3,H,W), normalised, on the device of the model.
        score: pictures (M,3,H,W) and the numbers (M,) of the images that they were made from become the probabilities
            (M,) of those images' targets.
        black: (3,), the colour black once it is normalised.
        chunk: the most pictures that ``score`` is given at once.
        advance: called with the number of pictures before they are scored; what it raises ends the work.
    """

    images: Tensor
    score: Callable[[Tensor, Tensor], Tensor]
    black: Tensor
    chunk: int = CHUNK
    advance: Callable[[int], None] = field(default=lambda pictures: None)

    @cached_property
    def clean(self) -> Tensor:
        """(N,), of the images as they are."""
        return self.after(lambda number: self.images, 1)[:, 0]

    def after(self, change: Callable[[int], Tensor], count: int) -> Tensor:
        """Returns the probabilities after each of ``count`` changes, (N,count).

        Args:
            change: a number from 0 on becomes the changed images, (N,3,H,W). Called in order.
            count: of changes.
        """
        images = len(self.images)
        numbers = torch.arange(images, device=self.images.device)
        together = max(1, self.chunk // images)
        columns = []
        for first in range(0, count, together):
            now = range(first, min(first + together, count))
            pictures = torch.cat([change(number) for number in now])
            columns.append(self._scored(pictures, numbers.repeat(len(now))).view(len(now), images))
        return torch.cat(columns).T

    def for_maps(self, maps: Tensor) -> None:
        """Checks that there is one map an image.

        Raises:
            OptionError: if there is not.
        """
        if len(maps) != len(self.images):
            raise OptionError(
                "There are {maps} maps for {images} images; give one for each.",
                maps=len(maps),
                images=len(self.images),
            )

    def _scored(self, pictures: Tensor, numbers: Tensor) -> Tensor:
        parts = []
        for part, owners in zip(pictures.split(self.chunk), numbers.split(self.chunk), strict=True):
            self.advance(len(part))
            parts.append(self.score(part, owners))
        return torch.cat(parts)


def confidence_in(
    model: nn.Module,
    images: Tensor,
    targets: Targets = None,
    mean: Sequence[float] = IMAGENET_MEAN,
    std: Sequence[float] = IMAGENET_STD,
    advance: Callable[[int], None] = lambda pictures: None,
) -> Confidence:
    """Returns a network's softmax probability of each image's target, to be asked of changed images.

    The model is taken as :func:`attnviz.maps.explain` takes it, and is left as it was.

    Args:
        model: a network made by :func:`attnviz.nets.resnet`, bare or in DataParallel.
        images: (N,3,H,W) float, normalised. Moved to the model's device.
        targets: a class for all images, one for each, or None for each image's own top-1.
        mean: per RGB channel, that the images were normalised by; tells what black is.
        std: the same.
        advance: see :class:`Confidence`.

    Raises:
        OptionError: for a model or shape that cannot be.
        TargetError: for a class that the model does not have.
    """
    with ready(model, images) as (network, x):
        classes = classes_of(targets, torch.cat([network(part) for part in x.split(CHUNK)]))

    def score(pictures: Tensor, numbers: Tensor) -> Tensor:
        with ready(model, pictures) as (frozen, y):
            logits = at_least_float32(frozen(y))
        return logits.softmax(1).gather(1, classes[numbers, None])[:, 0]

    black = -torch.tensor(mean, dtype=x.dtype, device=x.device) / torch.tensor(std, dtype=x.dtype, device=x.device)
    return Confidence(x, score, black, advance=advance)
