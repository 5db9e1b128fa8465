"""Maps that know nothing of a network. A method that does not beat them says nothing with its score.

Each is made of images (N,3,H,W) and a seed, and is (N,H,W), never negative and never degenerate but for an image
without an edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional as F

from attnviz.errors import OptionError, did_you_mean

JITTER = 1e-3
"""How far the uniform map is from being the same everywhere, which would be degenerate."""
SIGMA = 1 / 4
"""Of the centred Gaussian, as a share of each side."""


def uniform(images: Tensor, seed: int = 0) -> Tensor:
    """Returns 1 everywhere, but for a seeded jitter below ``JITTER`` that decides the order of pixels by chance."""
    return 1 + JITTER * random(images, seed)


def random(images: Tensor, seed: int = 0) -> Tensor:
    """Returns uniform noise in [0,1), another for each image of the batch."""
    shape = (len(images), *images.shape[2:])
    drawn = torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    return drawn.to(images.device)


def gaussian(images: Tensor, seed: int = 0) -> Tensor:
    """Returns a Gaussian at the centre, of sigma ``SIGMA`` of each side, 1 at most."""
    height, width = images.shape[2:]
    rows, columns = (
        torch.exp(-(((torch.arange(side) + 0.5) / side - 0.5) ** 2) / (2 * SIGMA**2)) for side in (height, width)
    )
    return _each(rows[:, None] * columns, images)


def centre(images: Tensor, seed: int = 0) -> Tensor:
    """Returns 1 in the pixel at the centre, in the two or four of even sides, and 0 elsewhere."""
    height, width = images.shape[2:]
    heat = torch.zeros(height, width)
    heat[(height - 1) // 2 : height // 2 + 1, (width - 1) // 2 : width // 2 + 1] = 1
    return _each(heat, images)


def edges(images: Tensor, seed: int = 0) -> Tensor:
    """Returns the magnitude of the gradient of the mean colour by Sobel's operator; edges of the image are repeated."""
    grey = F.pad(images.detach().mean(1, keepdim=True).to(torch.float32), (1, 1, 1, 1), mode="replicate")
    slope = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], device=grey.device) / 8
    found = F.conv2d(grey, torch.stack([slope, slope.T])[:, None])
    return found.square().sum(1).sqrt()


def reference(name: str, images: Tensor, seed: int = 0) -> Tensor:
    """Returns the reference maps of that name.

    Args:
        name: ``uniform``, ``gaussian``, ``edges``, ``random`` or ``centre``.
        images: (N,3,H,W), normalised.
        seed: of ``uniform`` and ``random``.

    Returns:
        (N,H,W) float32 on the images' device.

    Raises:
        OptionError: for another name.
    """
    if name not in REFERENCES:
        raise OptionError(
            'There is no reference "{name}"; there are {names}.{hint}',
            name=name,
            names=", ".join(REFERENCES),
            hint=did_you_mean(name, REFERENCES),
        )
    return REFERENCES[name](images, seed)


def _each(heat: Tensor, images: Tensor) -> Tensor:
    return heat.to(images.device).expand(len(images), -1, -1)


REFERENCES: Mapping[str, Callable[[Tensor, int], Tensor]] = MappingProxyType({
    "uniform": uniform,
    "gaussian": gaussian,
    "edges": edges,
    "random": random,
    "centre": centre,
})  # fmt: skip
"""The reference maps by name."""
