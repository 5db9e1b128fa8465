"""Where a network's gates are, told from its modules: no forward pass is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from attnviz.nets.bam import BAM
from attnviz.nets.cbam import CBAM
from attnviz.nets.gate import GateKind
from attnviz.nets.se import SE

BRANCHES = ("channel", "spatial")


@dataclass(frozen=True)
class GateSite:
    """One gate of a network.

    Attributes:
        name: as a tap is told it: ``stage3.1.se``, ``stage3.1.cbam.channel``, ``stage2.bam``.
        module: the attention module that it belongs to: ``stage3.1.cbam``.
        kind: ``channel``, ``spatial`` or ``full``.
        branches: names of the logits inside one sigmoid, where there are two.
    """

    name: str
    module: str
    kind: GateKind
    branches: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        """``stage1`` to ``stage4``."""
        return self.name.partition(".")[0]


def gate_sites(network: nn.Module) -> dict[str, GateSite]:
    """Returns every gate of a network by its name, in the order in which they act; none for one without attention.

    Args:
        network: made by :func:`attnviz.nets.resnet`.
    """
    found = (site for name, module in network.named_modules() for site in _gates_of(_named(name), module))
    return {site.name: site for site in found}


def _named(module: str) -> str:
    """Returns the place of a module from its name in state dicts: ``layer3.1.se``, ``bam2``."""
    return re.sub(r"^bam(\d)$", r"stage\1.bam", re.sub(r"^layer", "stage", module))


def _gates_of(name: str, module: nn.Module) -> Iterator[GateSite]:
    if isinstance(module, SE):
        yield GateSite(name, name, "channel")
    elif isinstance(module, BAM):
        yield GateSite(name, name, "full", BRANCHES)
    elif isinstance(module, CBAM):
        if module.spatial is None:
            yield GateSite(f"{name}.channel", name, "channel")
        elif module.order == "parallel":
            yield GateSite(name, name, "full", BRANCHES)
        else:
            kinds: tuple[GateKind, ...] = ("channel", "spatial")
            for kind in reversed(kinds) if module.order == "spatial-first" else kinds:
                yield GateSite(f"{name}.{kind}", name, kind)
