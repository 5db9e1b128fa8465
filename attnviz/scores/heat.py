"""Maps made ready to be scored: checked, scaled, brought to a size, and told from those that say nothing."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from attnviz.errors import OptionError
from attnviz.maps import says_something
from attnviz.maps.explain import at_least_float32

NEARLY = 1 - 1e-6
"""A share of a maximum from which on a value counts as the maximum: upsampling rounds."""


def ready_maps(maps: Tensor, size: tuple[int, int] | None = None, signed: bool = False) -> tuple[Tensor, Tensor]:
    """Returns maps as a score reads them, and which of them can be scored.

    Unless ``signed``, only the positive part counts, and is cut out before upsampling as it is for drawing. What is
    returned has a largest magnitude of 1, so that no score depends on a map's scale.

    Args:
        maps: raw, (N,h,w) float.
        size: (H,W) to bring them to; None for their own.
        signed: whether values below 0 count too.

    Returns:
        (N,H,W), all 0 where a map is degenerate, and (N,) bool, False there. On the maps' device.

    Raises:
        OptionError: for what is no batch of maps.
    """
    if not isinstance(maps, Tensor) or maps.ndim != 3 or 0 in maps.shape or not maps.is_floating_point():
        raise OptionError(
            "maps must be a float tensor of shape (N,h,w), and are {found}.",
            found=f"{maps.dtype} of {tuple(maps.shape)}" if isinstance(maps, Tensor) else type(maps).__name__,
        )
    maps = at_least_float32(maps.detach())
    says = says_something(maps, signed)
    heat = torch.where(says[:, None, None], maps, 0)
    heat = unit(heat if signed else heat.relu())
    return (heat if size is None else unit(upsampled(heat, size))), says


def upsampled(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Brings maps (N,h,w) to (N,H,W) on their device, by the rule of :func:`attnviz.draw.upsample`."""
    if tuple(maps.shape[1:]) == tuple(size):
        return maps
    smaller = maps.shape[1] > size[0] or maps.shape[2] > size[1]
    return F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False, antialias=smaller)[:, 0]


def unit(maps: Tensor) -> Tensor:
    """Divides each of maps (N,H,W) by its largest magnitude; one that is 0 everywhere stays so."""
    largest = maps.abs().amax((1, 2), keepdim=True)
    return maps / torch.where(largest > 0, largest, 1)


def scored(values: Tensor, says: Tensor) -> Tensor:
    """Returns values (N,), NaN for the maps that say nothing."""
    return torch.where(says, values, torch.nan)


def top_share(values: Tensor, count: Tensor) -> Tensor:
    """Returns how far each value belongs to the ``count`` largest of its row.

    Those that tie for the last places share them, so that no order among equals decides.

    Args:
        values: (N,n).
        count: (N,) int64, 1 to n.

    Returns:
        (N,n) in [0,1]; a row sums to its count.
    """
    last = values.sort(1, descending=True).values.gather(1, count[:, None] - 1)
    above, tied = values > last, values == last
    places = count - above.sum(1)
    return above + tied * (places / tied.sum(1)).to(values.dtype)[:, None]


def places_of(maps: Tensor) -> Tensor:
    """Returns each pixel's place in the order of its map, (N,H,W) int64, 0 for the largest; of equals, the first."""
    order = maps.flatten(1).argsort(stable=True, dim=1, descending=True)
    places = torch.empty_like(order)
    places.scatter_(1, order, torch.arange(order.shape[1], device=order.device).expand_as(order))
    return places.view(maps.shape)
