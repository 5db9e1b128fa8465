"""How gathered is the heat? Scores of a map by itself."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from attnviz.scores.heat import ready_maps, scored


def gini(maps: Tensor, size: tuple[int, int] | None = None) -> Tensor:
    """Sparsity (Chalasani et al., ICML 2020): the Gini index of a map's positive part.

    sum_i (2i - n - 1) v_i / (n sum v), v in ascending order, i from 1 to n.

    Args:
        maps: raw, (N,h,w).
        size: (H,W) to bring them to first; None for their own.

    Returns:
        (N,) in [0,1-1/n]: 0 for heat that is the same everywhere, 1 - 1/n for heat in one cell; NaN for a degenerate
        map.
    """
    heat, says = ready_maps(maps, size)
    cells = heat.flatten(1).sort(1).values
    count = cells.shape[1]
    weights = torch.arange(1 - count, count, 2, dtype=cells.dtype, device=cells.device)
    return scored((cells * weights).sum(1) / (count * cells.sum(1)), says)


def entropy(maps: Tensor, size: tuple[int, int] | None = None) -> Tensor:
    """Complexity (Bhatt et al., IJCAI 2020): the entropy of a map's positive part, as a share of ln n.

    -sum_i p_i ln(p_i) / ln(n), p = v / sum v.

    Args:
        maps: raw, (N,h,w).
        size: (H,W) to bring them to first; None for their own.

    Returns:
        (N,) in [0,1]: 0 for heat in one cell, 1 for heat that is the same everywhere; NaN for a degenerate map.
    """
    heat, says = ready_maps(maps, size)
    cells = heat.flatten(1)
    shares = cells / cells.sum(1, keepdim=True)
    # no map that can be scored has one cell, for that is constant
    return scored(-torch.special.xlogy(shares, shares).sum(1) / math.log(max(2, cells.shape[1])), says)
