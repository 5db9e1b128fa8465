"""What an attention module computed: the gate, the features it acts on, and how it acts on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

GateKind = Literal["channel", "spatial", "full"]
Combine = Literal["sum", "product", "max"]


@dataclass(frozen=True)
class Gate:
    """M(F) of one attention module, with what it was made from.

    Attributes:
        kind: ``channel`` (N,C), ``spatial`` (N,H,W) or ``full`` (N,C,H,W).
        values: M(F), in (0,1).
        before: F, the features that the gate acts on, (N,C,H,W).
        residual: whether the module multiplies by 1+M (BAM) rather than by M (SE, CBAM).
        logits: the branches inside one sigmoid, where there are two (BAM, parallel CBAM):
            ``channel`` (N,C) and ``spatial`` (N,H,W), any real value.
        combine: how those two meet inside the sigmoid; says nothing where there are none.
    """

    kind: GateKind
    values: Tensor
    before: Tensor
    residual: bool = False
    logits: Mapping[str, Tensor] = field(default_factory=dict)
    combine: Combine = "sum"

    @property
    def after(self) -> Tensor:
        """The module's output, (N,C,H,W): F * M, or for BAM F * (1 + M)."""
        factor = self.values + 1 if self.residual else self.values
        if self.kind == "channel":
            factor = factor[:, :, None, None]
        elif self.kind == "spatial":
            factor = factor[:, None]
        return self.before * factor


def combined(channel: Tensor, spatial: Tensor, combine: Combine) -> Tensor:
    """Returns the logits of one gate, (N,C,H,W), from those of its two branches.

    Args:
        channel: (N,C).
        spatial: (N,H,W).
        combine: their ``sum``, their ``product`` or the larger of them (``max``).
    """
    wide, high = channel[:, :, None, None], spatial[:, None]
    if combine == "sum":
        return wide + high
    return wide * high if combine == "product" else torch.maximum(wide, high)


Tap = Callable[[str, Gate], Gate]
"""Sees every gate by its name, and returns it, or another one to be used in its place."""


def tapped(tap: Tap | None, name: str, gate: Gate) -> Gate:
    """Lets ``tap``, where there is one, see or replace ``gate``."""
    return gate if tap is None else tap(name, gate)


def within(place: str, tap: Tap | None) -> Tap | None:
    """Returns a tap that puts ``place`` before every name: ``cbam.channel`` becomes ``stage3.1.cbam.channel``."""
    if tap is None:
        return None

    def placed(name: str, gate: Gate) -> Gate:
        return tap(f"{place}.{name}", gate)

    return placed
