"""The crop and the tensor that a family's preprocessing makes of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from attnviz.images.squares import squares

if TYPE_CHECKING:
    import torch

Interpolation = Literal["bilinear", "bicubic"]
_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preprocessing:
    """Shorter side to ``resize``, centre crop of ``input_size``, then (x/255 - mean) / std.

    Equal to torchvision's ``Resize(resize)``, ``CenterCrop(input_size)``, ``ToTensor``, ``Normalize`` on a PIL
    picture, to one grey level; but only the crop is ever resized, so that a picture of 5000 x 1 costs nothing.

    Attributes:
        input_size: side of the square that the network sees, in pixels.
        resize: length of the shorter side before the crop, at least ``input_size``.
        mean: per RGB channel, in [0,1].
        std: per RGB channel.
        interpolation: ``bilinear`` or ``bicubic``.
    """

    input_size: int
    resize: int
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    interpolation: Interpolation = "bilinear"

    def crop_box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Returns (left, top, right, bottom) of the crop in the picture's own pixels."""
        short = min(width, height)
        resized = [self.resize if side == short else int(self.resize * side / short) for side in (width, height)]
        lefts = [round((side - self.input_size) / 2) for side in resized]
        scales = [width / resized[0], height / resized[1]]
        left, top = (offset * scale for offset, scale in zip(lefts, scales, strict=True))
        right, bottom = (
            (offset + self.input_size) * scale for offset, scale in zip(lefts, scales, strict=True)
        )  # fmt: skip
        return left, top, min(right, float(width)), min(bottom, float(height))

    def view(self, picture: Image.Image) -> View:
        """Returns what the network sees of an RGB picture."""
        return View(picture, self.crop_box(*picture.size), self)


@dataclass(frozen=True)
class View:
    """What a network sees of a picture.

    Attributes:
        picture: the whole picture, RGB.
        box: (left, top, right, bottom) of the crop in the picture's own pixels.
        preprocessing: what made the crop.
    """

    picture: Image.Image
    box: tuple[float, float, float, float]
    preprocessing: Preprocessing

    @cached_property
    def seen(self) -> Image.Image:
        """The crop at the network's resolution, RGB, ``input_size`` a side."""
        size = self.preprocessing.input_size
        return self.picture.resize((size, size), _RESAMPLING[self.preprocessing.interpolation], box=self.box)

    def as_seen(self, side: int) -> Image.Image:
        """Returns the crop at the network's resolution, a square a pixel, ``side`` a side, RGB."""
        return Image.fromarray(squares(np.asarray(self.seen), side, side))

    def crop(self, longest: int | None = None) -> Image.Image:
        """Returns the crop at the photo's own resolution, square, RGB, for a person to look at.

        Args:
            longest: the most pixels a side; a crop that has more is made smaller.
        """
        left, top, right, bottom = self.box
        side = max(1, round(max(right - left, bottom - top)), self.preprocessing.input_size)
        side = side if longest is None else min(side, longest)
        # a large photo is made smaller in two steps, the first by whole pixels: three times as fast, and as good to see
        return self.picture.resize((side, side), Image.Resampling.BICUBIC, box=self.box, reducing_gap=2.0)

    def without_surroundings(self, longest: int) -> View:
        """Returns a view to be kept: it holds the crop and what the network saw of it, and nothing else of the photo.

        ``seen`` and ``tensor()`` stay the same to the bit.

        Args:
            longest: the most pixels a side of the crop that is kept.
        """
        crop = self.crop(longest)
        kept = View(crop, (0, 0, *crop.size), self.preprocessing)
        kept.__dict__["seen"] = self.seen  # made from the whole photo, not from the crop that is kept
        return kept

    def tensor(self) -> torch.Tensor:
        """Returns the network's input, (1,3,S,S) float32, normalised."""
        import torch

        pixels = torch.from_numpy(np.array(self.seen)).permute(2, 0, 1)[None].float()
        mean = torch.tensor(self.preprocessing.mean)[:, None, None]
        std = torch.tensor(self.preprocessing.std)[:, None, None]
        return (pixels / 255 - mean) / std
