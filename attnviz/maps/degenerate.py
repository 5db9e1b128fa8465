"""Maps that must not be drawn as if they said something."""

from __future__ import annotations

from enum import StrEnum

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
    if not heat.isfinite().all():
        return Degeneracy.NAN
    if heat.max() - heat.min() <= 1e-6 * heat.abs().max():
        return Degeneracy.CONSTANT
    return Degeneracy.NO_POSITIVE if heat.max() <= 0 else None
