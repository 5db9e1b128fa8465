"""The one forward pass, and a network made ready for it: whatever explains a network starts here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from attnviz.errors import OptionError
from attnviz.families.means import GateMeans
from attnviz.maps.frozen import frozen
from attnviz.maps.interventions import Interventions, intervening
from attnviz.maps.pooled import with_pooled_gradient
from attnviz.maps.reading import GateReading, read_gate
from attnviz.nets import STAGES, Gate, ResNet
from attnviz.nets.gate import tapped

SMALLEST_INPUT = 32


@dataclass(frozen=True)
class Forward:
    """What one forward pass leaves behind, from which maps can be made for any targets.

    Attributes:
        logits: (N,K).
        gates: by name, ``stage3.1.cbam.spatial``; empty if they were not asked for, or the network has none.
        features: mean over the channels of what each stage gives, (N,h,w), by stage.
        full_features: the same with all channels, (N,C,h,w); empty if they were not asked for.
        outputs: by stage, what maps can be made of, (N,C,h,w); below stage 4 they are on a graph.
        last: output of stage 4, (N,C,h,w), at the end of the graph if there is one.
        weight: of the last linear layer, (K,C).
        pooled: whether the graph gives what Grad-CAM needs, and no more.
    """

    logits: Tensor
    gates: Mapping[str, GateReading]
    features: Mapping[str, Tensor]
    full_features: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    last: Tensor
    weight: Tensor
    pooled: bool = False

    def without_graph(self) -> Forward:
        """Returns the same pass with stage 4 alone left to make maps of, which needs no graph."""
        last = self.last.detach()
        return replace(self, outputs={STAGES[-1]: last}, last=last, pooled=False)


def forward(
    model: nn.Module,
    images: Tensor,
    stages: Iterable[str] = STAGES,
    gates: bool = True,
    full: bool = False,
    pooled: bool = False,
    interventions: Interventions | None = None,
    means: GateMeans | None = None,
) -> Forward:
    """Runs the forward pass that all of :func:`attnviz.maps.explain` comes from, which see for arguments and errors.

    Args:
        model: see there.
        images: see there.
        stages: see there.
        gates: see there.
        full: see there.
        pooled: whether nothing but Grad-CAM is to be made of the pass, which needs less of the gradient; see
            :mod:`attnviz.maps.pooled`.
        interventions: see there.
        means: see there.
    """
    wanted = _stages(stages)
    readings: dict[str, GateReading] = {}
    outputs: dict[str, Tensor] = {}
    features: dict[str, Tensor] = {}
    full_features: dict[str, Tensor] = {}

    with ready(model, images) as (network, x), ExitStack() as modes:
        change = intervening(network, interventions, _of_this_size(means, x)) if interventions else None

        def read(name: str, gate: Gate) -> Gate:
            gate = tapped(change, name, gate)
            readings[name] = read_gate(gate, full)
            return gate

        tap = read if gates else change
        x = network.stem(x)
        for stage in STAGES:
            x = network.stage(stage, x, tap)
            if stage in wanted and not outputs and stage != STAGES[-1]:
                x = x.detach().requires_grad_()  # the lowest stage asked for: the graph begins here
                network = with_pooled_gradient(network, stage) if pooled else network
                modes.enter_context(torch.enable_grad())
            if stage in wanted:
                outputs[stage] = x
            features[stage] = x.detach().mean(1)
            if full:
                full_features[stage] = x.detach()
        logits = network.head(x.detach()).detach()
        weight = network.fc.weight.detach()
    return Forward(logits, readings, features, full_features, outputs, x, weight, pooled)


@contextmanager
def ready(model: nn.Module, images: Tensor) -> Iterator[tuple[ResNet, Tensor]]:
    """Gives a model as in eval mode with frozen parameters, and the images as it receives them, (N,3,H,W).

    Inside, whatever the caller's modes are, nothing is autocast, no tensor is made in inference mode, and a graph is
    built only where grad is enabled again. The images are on the model's device, of its dtype, and on no graph.

    Raises:
        OptionError: for a model or a shape that cannot be.
    """
    network = _network(model)
    parameter = next(network.parameters())
    with torch.inference_mode(False), torch.no_grad(), torch.autocast(parameter.device.type, enabled=False):
        x = _checked(images).to(parameter.device, parameter.dtype)
        # a tensor made in inference mode cannot be saved for a backward pass; a copy of it can
        yield frozen(network), x.clone() if x.is_inference() else x.detach()


def _of_this_size(means: GateMeans | None, images: Tensor) -> GateMeans | None:
    """Returns the means if they were read from images of this size; their channel gates would not tell."""
    if means is not None and images.shape[2:] != (means.input_size, means.input_size):
        raise OptionError(
            "The gate means are of images of {theirs} x {theirs} pixels, and these are of {width} x {height}; give "
            "images of that size.",
            theirs=means.input_size, width=images.shape[3], height=images.shape[2],
        )  # fmt: skip
    return means


def _network(model: nn.Module) -> ResNet:
    inner = model.module if isinstance(model, nn.DataParallel) else model
    if not isinstance(inner, ResNet):
        raise OptionError(
            "explain works on the networks of attnviz.nets.resnet, not on {kind}.", kind=type(inner).__name__
        )
    return inner


def _stages(stages: Iterable[str]) -> set[str]:
    wanted = {stages} if isinstance(stages, str) else set(stages)
    unknown = sorted(wanted.difference(STAGES))
    if unknown:
        raise OptionError(
            'There is no stage "{stage}"; there are {stages}.', stage=unknown[0], stages=", ".join(STAGES)
        )
    return wanted


def _checked(images: Tensor) -> Tensor:
    if not isinstance(images, Tensor):
        raise OptionError("images must be a tensor of shape (N,3,H,W), and are {kind}.", kind=type(images).__name__)
    if images.ndim != 4 or images.shape[1] != 3 or len(images) == 0 or not images.is_floating_point():
        raise OptionError(
            "images must be float of shape (N,3,H,W), and are {dtype} of {shape}.",
            dtype=str(images.dtype),
            shape=str(tuple(images.shape)),
        )
    if min(images.shape[2:]) < SMALLEST_INPUT:
        raise OptionError(
            "images must be at least {least} pixels a side, and are {size}.",
            least=SMALLEST_INPUT,
            size=str(tuple(images.shape[2:])),
        )
    return images
