"""What a gate did to a batch of images: its values, and the features before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from attnviz.nets.gate import Gate, GateKind


@dataclass(frozen=True)
class GateReading:
    """One attention module's gate, as it was in one forward pass. Nothing here is on an autograd graph.

    Attributes:
        kind: ``channel``, ``spatial`` or ``full``.
        values: M(F), in (0,1): (N,C), (N,H,W) or (N,C,H,W) after the kind. Without N in a comparison's results.
        residual: whether features are multiplied by 1+M, in (1,2), rather than by M, in (0,1).
        before: mean over the channels of the features that the gate acts on, (N,H,W).
        after: the same of the features that it gives, (N,H,W).
        logits: the two branches inside one sigmoid, where there are two: ``channel`` (N,C), ``spatial`` (N,H,W).
        full_before: the features themselves, (N,C,H,W), if they were asked for.
        full_after: likewise.
    """

    kind: GateKind
    values: Tensor
    residual: bool
    before: Tensor
    after: Tensor
    logits: Mapping[str, Tensor]
    full_before: Tensor | None = None
    full_after: Tensor | None = None

    @property
    def range(self) -> tuple[float, float]:
        """The range in which M lies whatever the input: the sigmoid's."""
        return 0.0, 1.0

    @property
    def min(self) -> float:
        """The smallest value of M."""
        return self.values.min().item()

    @property
    def mean(self) -> float:
        """The mean value of M."""
        return self.values.mean().item()

    @property
    def max(self) -> float:
        """The largest value of M."""
        return self.values.max().item()

    def image(self, index: int) -> GateReading:
        """Returns the reading of one image of the batch, on the CPU and without N."""

        def one(tensor: Tensor) -> Tensor:
            return tensor[index].cpu()

        return GateReading(
            self.kind, one(self.values), self.residual, one(self.before), one(self.after),
            {branch: one(values) for branch, values in self.logits.items()},
            None if self.full_before is None else one(self.full_before),
            None if self.full_after is None else one(self.full_after),
        )  # fmt: skip


@torch.no_grad()
def read_gate(gate: Gate, full: bool) -> GateReading:
    """Reads a gate in passing; unless ``full``, no more than means over the channels are kept of the features."""
    before = gate.before.detach()
    values = gate.values.detach()
    mean_before = before.mean(1)
    after = gate.after.detach() if full or gate.kind == "full" else None
    if after is not None:
        mean_after = after.mean(1)
    elif gate.kind == "spatial":
        mean_after = mean_before * (values + 1 if gate.residual else values)
    else:
        weights = (values + 1 if gate.residual else values) / before.shape[1]
        mean_after = torch.einsum("nchw,nc->nhw", before, weights)
    return GateReading(
        gate.kind, values, gate.residual, mean_before, mean_after,
        {branch: logits.detach() for branch, logits in gate.logits.items()},
        before.clone() if full else None,
        after if full else None,
    )  # fmt: skip
