"""Where a spatial gate is open: numbers of each photo, and how sure their means over photos are."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from attnviz.evaluation.gating.channels import HIGH, LOW
from attnviz.evaluation.statistics.bootstrap import Resamples

Floats = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)

MEASURES: Final = {
    "mean": "mean gate",
    "spread": "spread over places",
    "closed": f"below {LOW:g}",
    "open": f"above {HIGH:g}",
    "entropy": "entropy, 1 for uniform",
    "excess": "mass in the box less its area",
    "rank": "cell in the box above one outside",
    "moved": "features' mass moved into the box",
}
"""What is told of each photo, and what it is called."""
BOXED: Final = ("excess", "rank", "moved")
"""Those that need a box."""


def unboxed(gate: Tensor) -> Mapping[str, Floats]:
    """Returns what needs no box, by its name in :data:`MEASURES`, of each photo, (N,).

    ``mean`` and ``spread`` are mean and standard deviation over the cells, ``closed`` and ``open`` the shares of cells
    that are saturated: below :data:`LOW` and above :data:`HIGH`. ``entropy`` is that of the gate's mass,
    p_i = g_i / sum_j g_j over the h w cells: -sum_i p_i ln p_i / ln(h w), 1 where all cells are alike and 0 where one
    has everything. A gate in (0.4, 0.6) has nearly 1, however it is shaped: read it beside ``spread``.

    Args:
        gate: (N,h,w), in (0,1); NaN where it has a single cell, for entropy.
    """
    cells = gate.double().flatten(1)
    share = cells / cells.sum(1, keepdim=True)
    entropy = torch.special.entr(share).sum(1) / np.log(cells.shape[1]) if cells.shape[1] > 1 else cells[:, 0] * np.nan
    return {
        "mean": cells.mean(1).cpu().numpy(),
        "spread": cells.std(1, correction=0).cpu().numpy(),
        "closed": (cells < LOW).double().mean(1).cpu().numpy(),
        "open": (cells > HIGH).double().mean(1).cpu().numpy(),
        "entropy": entropy.cpu().numpy(),
    }


def boxed(gate: Tensor, inside: Tensor, before: Tensor | None = None, after: Tensor | None = None) -> dict[str, Floats]:
    """Returns what needs a box, by its name in :data:`MEASURES`, of each photo, (N,).

    With w_i in [0,1] the share of cell i that lies in the box:

    - ``excess`` is sum_i g_i w_i / sum_i g_i - sum_i w_i / (h w): the share of the gate's mass in the box less the
      box's share of the area. 0 for a uniform gate, whatever the box; in (-1,1).
    - ``rank`` is the probability that a cell of the box has a larger gate than one outside, equals counting half, cells
      being drawn in proportion to w and to 1 - w (the area under the ROC curve). 0.5 for a uniform gate. Unlike
      ``excess`` it does not depend on how far apart the values are.
    - ``moved`` is what the module did to the features' mass in the box: their share after the gate less before it.

    NaN where there is no box, or it covers everything.

    Args:
        gate: (N,h,w), in (0,1).
        inside: (N,H,W), 1 for the pixels in the box of the network's input and 0 for others.
        before: (N,h,w), mean features before the gate, not negative; None leaves ``moved`` out.
        after: likewise, after it.
    """
    cells, cover, told = _cells(gate, inside)
    numbers = {"excess": _share_in(cells, cover) - cover.mean(1), "rank": _rank(cells, cover)}
    if before is not None and after is not None:
        numbers["moved"] = _share_in(after.double().flatten(1), cover) - _share_in(before.double().flatten(1), cover)
    return {name: torch.where(told, values, torch.nan).cpu().numpy() for name, values in numbers.items()}


class MeanGate:
    """The mean over photos of a gate's mass and of what their boxes cover, while photos come in batches.

    What is kept tells the ``excess`` that a gate would have if it were the same for every photo. Objects stand in the
    middle more often than not, and so a gate that knows no photo, but is open in the middle, has some.
    """

    def __init__(self) -> None:
        self._mass: Tensor | float = 0.0
        self._cover: Tensor | float = 0.0
        self._photos = 0

    def add(self, gate: Tensor, inside: Tensor) -> None:
        """Adds a batch, as in :func:`boxed`; photos that have no number there are left out here too."""
        cells, cover, told = _cells(gate, inside)
        self._mass += (cells / cells.sum(1, keepdim=True))[told].sum(0).cpu()
        self._cover += cover[told].sum(0).cpu()
        self._photos += int(told.sum())

    @property
    def excess(self) -> float:
        """The mean ``excess`` of the mean gate: sum_i p_i w_i - mean of w, with p and w means over photos."""
        if not isinstance(self._mass, Tensor) or not isinstance(self._cover, Tensor) or self._photos == 0:
            return float("nan")
        mass, cover = self._mass / self._photos, self._cover / self._photos
        return float((mass * cover).sum() - cover.mean())


def _cells(gate: Tensor, inside: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns the gate (N,hw), how much of each cell is in the box (N,hw), and whether that tells anything (N,)."""
    size = (gate.shape[1], gate.shape[2])
    cover = adaptive_avg_pool2d(inside.to(gate.device, torch.float64)[:, None], size).flatten(1)
    return gate.double().flatten(1).contiguous(), cover, (cover.sum(1) > 0) & (cover.mean(1) < 1)


def _share_in(mass: Tensor, cover: Tensor) -> Tensor:
    return (mass * cover).sum(1) / mass.sum(1)


def _rank(cells: Tensor, cover: Tensor) -> Tensor:
    ordered, order = cells.sort(1)
    outside = torch.nn.functional.pad((1 - cover).gather(1, order).cumsum(1), (1, 0))
    below = outside.gather(1, torch.searchsorted(ordered, cells))
    up_to = outside.gather(1, torch.searchsorted(ordered, cells, right=True))
    return (cover * (below + up_to) / 2).sum(1) / (cover.sum(1) * (1 - cover).sum(1))


@dataclass(frozen=True)
class Estimate:
    """A mean over photos.

    Attributes:
        mean: over the photos that have the number; NaN if none has.
        low: lower end of its 95 % interval; NaN where there is none.
        high: upper end; likewise.
        photos: how many have it.
    """

    mean: float
    low: float
    high: float
    photos: int


def estimates(numbers: Mapping[Key, Floats], seed: int = 0) -> dict[Key, Estimate]:
    """Returns the mean over photos of several numbers, with intervals of :class:`Resamples`, all of the same draws.

    Args:
        numbers: by any name, (N,); NaN where a photo has none.
        seed: of the draws.
    """
    if not numbers:
        return {}
    columns = np.stack(list(numbers.values()), axis=1)
    found = Resamples(len(columns), seed=seed).estimates(columns)
    ends = zip(found.mean.tolist(), found.low.tolist(), found.high.tolist(), found.photos.tolist(), strict=True)
    return {name: Estimate(*each) for name, each in zip(numbers, ends, strict=True)}
