"""Maps that must not be drawn or scored as if they said something."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor


class Degeneracy(StrEnum):
    """Why a map shows nothing."""

    NAN = "nan"
    CONSTANT = "constant"
    NO_POSITIVE = "no-positive"


def degeneracy(heat: Tensor) -> Degeneracy | None:
    """Tells whether a raw map (h,w) is degenerate: not finite, the same everywhere (to rounding), or nowhere positive.

    A map of one cell is constant. One that is both constant and nowhere positive is called constant.
    """
    finite, varies, positive = (bool(answer) for answer in _answers(heat[None])[:, 0])
    if not finite:
        return Degeneracy.NAN
    if not varies:
        return Degeneracy.CONSTANT
    return None if positive else Degeneracy.NO_POSITIVE


def says_something(maps: Tensor, signed: bool = False) -> Tensor:
    """Tells which of raw maps (N,h,w) are not degenerate, (N,) bool on their device.

    Args:
        maps: raw.
        signed: whether one that is nowhere positive says something.
    """
    answers = _answers(maps)
    return (answers[:2] if signed else answers).all(0)


def _answers(maps: Tensor) -> Tensor:
    """Returns for each of maps (N,h,w) whether it is finite, varies, and is positive somewhere, (3,N) bool."""
    low, high = maps.flatten(1).aminmax(dim=1)
    varies = high - low > 1e-6 * torch.maximum(high.abs(), low.abs())
    return torch.stack([low.isfinite() & high.isfinite(), varies, high > 0])  # of NaN both are NaN
