"""Does a map depend on the network, and not on a breath of noise? Scores of whatever makes maps."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from attnviz.errors import OptionError
from attnviz.maps import explain
from attnviz.maps.explain import Targets
from attnviz.maps.frozen import frozen
from attnviz.nets import STAGES, ResNet
from attnviz.scores.agreement import spearman
from attnviz.scores.heat import ready_maps, scored

PASSES_BELOW = 0.5
"""The similarity to the map of a random network from which on a map does not depend on what was learnt."""
RADIUS, SAMPLES = 0.02, 10
"""Of max-sensitivity: the largest change of a value of the normalised image, and how many changes are tried."""


@dataclass(frozen=True)
class Maker:
    """What made maps, so that it can be asked again.

    Attributes:
        model: the network.
        images: (N,3,H,W), normalised.
        make: a network and images (N,3,H,W) become raw maps (N,h,w).
    """

    model: ResNet
    images: Tensor
    make: Callable[[nn.Module, Tensor], Tensor]

    def maps(self) -> Tensor:
        """The maps of the model and the images as they are, (N,h,w)."""
        return self.make(self.model, self.images)


def maker(
    model: ResNet, images: Tensor, targets: Targets = None, stage: str = STAGES[-1], method: str = "gradcam"
) -> Maker:
    """Returns what makes the maps of one method at one stage, of the same targets each time.

    Args:
        model: see :func:`attnviz.maps.explain`.
        images: see :func:`attnviz.maps.explain`.
        targets: see :func:`attnviz.maps.explain`; None for the images' own top-1 of the model as it is.
        stage: of which the map is.
        method: see :func:`attnviz.maps.explain`.
    """
    classes = explain(model, images, targets, (), gates=False, method=method).targets

    def make(network: nn.Module, pictures: Tensor) -> Tensor:
        return explain(network, pictures, classes, (stage,), gates=False, method=method).maps[stage]

    return Maker(model, images, make)


def max_sensitivity(
    maps: Tensor, made_by: Maker, radius: float = RADIUS, samples: int = SAMPLES, seed: int = 0
) -> Tensor:
    """Max-sensitivity (Yeh et al., NeurIPS 2019), relative: max over d of |M(x+d) - M(x)| / |M(x)|.

    The maximum is over ``samples`` draws, each value of d uniform in [-radius,radius] (the ball of the maximum norm),
    and the norms of maps are Euclidean. The same seed draws the same d for every image, network and method.

    Args:
        maps: raw and signed, (N,h,w), that ``made_by`` makes of its images.
        made_by: from :func:`maker`, or anything that makes maps.
        radius: in normalised units.
        samples: draws; more can only raise the score.
        seed: of the draws.

    Returns:
        (N,) at least 0, low is stable; NaN for a degenerate map, and where a changed image's map is not finite.

    Raises:
        OptionError: if there is no sample, or a radius below 0.
    """
    if samples < 1 or not radius >= 0:
        raise OptionError("samples must be 1 or more, and radius 0 or more.")
    _, says = ready_maps(maps, signed=True)
    images = made_by.images
    generator = torch.Generator().manual_seed(seed)
    moved = []
    for _ in range(samples):
        noise = torch.rand(images.shape[1:], generator=generator, dtype=torch.float64) * 2 - 1
        changed = made_by.make(made_by.model, images + radius * noise.to(images.dtype).to(images.device))
        moved.append((changed - maps).flatten(1).norm(dim=1))
    return scored(torch.stack(moved).amax(0) / maps.flatten(1).norm(dim=1), says)


def randomisation_curve(
    maps: Tensor, made_by: Maker, likeness: Callable[[Tensor, Tensor], Tensor] = spearman, seed: int = 0
) -> Tensor:
    """Returns how like its first self a map stays as the network is randomised from the top down.

    Args:
        maps: raw and signed, (N,h,w), that ``made_by`` makes of its images.
        made_by: from :func:`maker`, or anything that makes maps. Its model is copied, not changed.
        likeness: of two batches of maps, (N,).
        seed: of the random networks.

    Returns:
        (N,6): after the last layer, stages 4 to 1 with their attention, and the stem, each on top of those before it.
        NaN where either map is degenerate.
    """
    network = copy.deepcopy(frozen(made_by.model))
    generator = torch.Generator().manual_seed(seed)
    columns = []
    for part in _from_the_top(network):
        for parameter in part.parameters():
            _redraw(parameter.data, generator)
        columns.append(likeness(maps, made_by.make(network, made_by.images)))
    return torch.stack(columns, 1)


def randomisation(
    maps: Tensor, made_by: Maker, likeness: Callable[[Tensor, Tensor], Tensor] = spearman, seed: int = 0
) -> Tensor:
    """Cascading parameter randomisation (Adebayo et al., NeurIPS 2018): the mean likeness over the cascade.

    A method passes for an image below :data:`PASSES_BELOW`: an edge detector, which knows no network, has 1.

    Args:
        maps: see :func:`randomisation_curve`.
        made_by: see :func:`randomisation_curve`.
        likeness: see :func:`randomisation_curve`.
        seed: see :func:`randomisation_curve`.

    Returns:
        (N,) in [-1,1], low is good; NaN where a map of the cascade is degenerate.
    """
    return randomisation_curve(maps, made_by, likeness, seed).mean(1)


def _from_the_top(network: ResNet) -> list[nn.ModuleList]:
    parts = [nn.ModuleList([network.fc])]
    for number in range(len(STAGES), 0, -1):
        modules = [getattr(network, f"layer{number}"), getattr(network, f"bam{number}", None)]
        parts.append(nn.ModuleList([module for module in modules if module is not None]))
    return [*parts, nn.ModuleList([network.conv1, network.bn1])]


def _redraw(values: Tensor, generator: torch.Generator) -> None:
    """Replaces values in place by those of a normal distribution of their mean and standard deviation.

    So that what was learnt is gone, and the scale of every layer stays: no map overflows or dies.
    """
    drawn = torch.randn(values.shape, generator=generator, dtype=torch.float64).to(values.dtype)
    spread = values.std() if values.numel() > 1 else values.abs()
    values.copy_(values.mean() + spread * drawn.to(values.device))
