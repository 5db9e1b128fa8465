"""Logits, maps and gates of a batch of images: the one primitive of the package."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from attnviz.errors import OptionError, TargetError, did_you_mean
from attnviz.families.means import GateMeans
from attnviz.maps.forward import Forward, forward
from attnviz.maps.interventions import Interventions
from attnviz.maps.methods import METHODS
from attnviz.maps.reading import GateReading
from attnviz.nets import STAGES

Targets = int | Sequence[int] | Tensor | None


@dataclass(frozen=True)
class Explanation:
    """What :func:`explain` returns. All tensors are on the model's device, and none is on a graph.

    Attributes:
        targets: (N,), the class that each image's maps explain.
        maps: raw and signed, (N,h,w) float32 (float64 for a float64 model), by stage.
        method: name of the method that made the maps.
        passed: the forward pass that they come from.
    """

    targets: Tensor
    maps: Mapping[str, Tensor]
    method: str
    passed: Forward

    @property
    def logits(self) -> Tensor:
        """(N,K), of the forward pass that the maps come from."""
        return self.passed.logits

    @property
    def gates(self) -> Mapping[str, GateReading]:
        """Every gate by name: ``stage3.1.se``, ``stage3.1.cbam.channel``, ``stage2.bam``."""
        return self.passed.gates

    @property
    def features(self) -> Mapping[str, Tensor]:
        """Mean over the channels of what each stage gives, (N,h,w), by stage."""
        return self.passed.features

    @property
    def full_features(self) -> Mapping[str, Tensor]:
        """The same with all channels, (N,C,h,w), if they were asked for."""
        return self.passed.full_features

    def retarget(self, classes: Targets) -> Explanation:
        """Returns the explanation of other classes at stage 4, which needs no forward and no backward pass.

        Args:
            classes: one for all images, or one for each.
        """
        return explained(self.passed, classes, self.method)


def explain(
    model: nn.Module,
    images: Tensor,
    targets: Targets = None,
    stages: Iterable[str] = STAGES,
    gates: bool = True,
    method: str = "gradcam",
    full: bool = False,
    interventions: Interventions | None = None,
    means: GateMeans | None = None,
) -> Explanation:
    """Explains a batch of images: logits, a map a stage, and every gate, from one forward pass.

    Grad-CAM is that of Selvaraju et al. (ICCV 2017), eq. 1-2 before the ReLU, of the logit, in what the next stage
    receives (after BAM where there is one). The graph is built from the lowest stage asked for; stage 4 needs none.
    The model is taken as in eval mode with frozen parameters and is left as it was; the caller's grad, inference and
    autocast modes do not matter; many threads may explain on one model.

    Args:
        model: a network made by :func:`attnviz.nets.resnet`, bare or in DataParallel.
        images: (N,3,H,W) float, normalised, H and W at least 32. Moved to the model's device.
        targets: a class for all images, one for each, or None for each image's own top-1.
        stages: of which maps are made, any of ``stage1`` to ``stage4``; may be empty.
        gates: whether to read the gates.
        method: ``gradcam``, ``gradcam++``, ``hirescam`` or ``layercam``.
        full: whether to keep features with all their channels, not only the means over them.
        interventions: gates to be replaced, by place: ``mean`` (needs ``means``), ``off``, or the values of a gate,
            such as another photo's; ``{"stage2.bam": "mean"}``. See :func:`attnviz.maps.interventions.intervening`.
            Gates, maps and logits are then of the network as changed, for this pass alone; a replaced gate is a
            constant in the maps. What is replaced by its own values gives the same logits bit for bit.
        means: of the model's gates, from :meth:`attnviz.families.Family.gate_means`.

    Raises:
        OptionError: for a model, shape, stage, method or intervention that cannot be.
        TargetError: for a class that the model does not have.
    """
    checked_method(method)
    passed = forward(model, images, stages, gates, full, method == "gradcam", interventions, means)
    return explained(passed, targets, method)


def explained(passed: Forward, targets: Targets = None, method: str = "gradcam") -> Explanation:
    """Makes the maps of ``targets`` from a forward pass, and frees the pass's graph if it has one: call it once.

    Args:
        passed: what :func:`attnviz.maps.forward.forward` returned.
        targets: see :func:`explain`.
        method: see :func:`explain`.

    Raises:
        OptionError: for a pass that was made for Grad-CAM alone, if another method is asked for; and as explain does.
        TargetError: as explain does.
    """
    return explained_by(passed, targets, (method,))[method]


def explained_by(passed: Forward, targets: Targets, methods: Iterable[str]) -> Mapping[str, Explanation]:
    """Makes the maps of several methods from a forward pass and one backward pass, by method; see :func:`explained`."""
    makers = {method: METHODS[checked_method(method)] for method in methods}
    if passed.pooled and (other := next((method for method in makers if method != "gradcam"), None)):
        raise OptionError('This forward pass was made for Grad-CAM alone; for "{method}" make it anew.', method=other)
    device = passed.logits.device.type
    with torch.inference_mode(False), torch.no_grad(), torch.autocast(device, enabled=False):
        classes = classes_of(targets, passed.logits)
        last = passed.last.detach()
        # the head is global average pooling and a linear layer: the gradient in the last features is weight / (h w)
        gradient = (passed.weight[classes] / last[0, 0].numel())[:, :, None, None].expand_as(last)
        shallow = [stage for stage in passed.outputs if stage != STAGES[-1]]
        gradients = dict(zip(shallow, _gradients(passed, shallow, gradient), strict=True))
        left = passed.without_graph()
        explanations = {}
        for method, make in makers.items():
            maps = {
                stage: at_least_float32(make(output.detach(), gradients.get(stage, gradient)))
                for stage, output in passed.outputs.items()
            }
            explanations[method] = Explanation(classes, maps, method, left)
    return explanations


def gradcam(
    model: nn.Module, images: Tensor, targets: Targets = None, stages: Iterable[str] = STAGES
) -> Mapping[str, Tensor]:
    """Returns the raw Grad-CAM maps (N,h,w) by stage; see :func:`explain`."""
    return explain(model, images, targets, stages, gates=False).maps


def gates(model: nn.Module, images: Tensor) -> Mapping[str, GateReading]:
    """Returns every gate of the model by name; see :func:`explain`."""
    return forward(model, images, stages=(), gates=True).gates


def checked_method(name: str, known: Collection[str] = METHODS.keys()) -> str:
    """Returns ``name`` if there is such a method.

    Args:
        name: what was asked for.
        known: the methods that there are.

    Raises:
        OptionError: if there is not, naming those that there are.
    """
    if name not in known:
        raise OptionError(
            'There is no method "{name}"; there are {names}.{hint}',
            name=name,
            names=", ".join(known),
            hint=did_you_mean(name, known),
        )
    return name


def _gradients(passed: Forward, stages: Sequence[str], gradient: Tensor) -> Sequence[Tensor]:
    if not stages:
        return ()
    return torch.autograd.grad(passed.last, [passed.outputs[stage] for stage in stages], gradient)


def at_least_float32(heat: Tensor) -> Tensor:
    """Returns a half-precision tensor in float32, and any other as it is."""
    return heat.float() if heat.dtype.itemsize < 4 else heat


def classes_of(targets: Targets, logits: Tensor) -> Tensor:
    """Returns the class that each image's map explains, (N,) int64, on the device of the logits (N,K).

    Raises:
        TargetError: for what is no class index, for another number than N, and for a class outside 0 to K-1.
    """
    count, known = logits.shape
    if targets is None:
        return logits.argmax(1)
    try:
        classes: Tensor | None = torch.as_tensor(targets, device=logits.device)
    except (TypeError, ValueError, RuntimeError):  # names, ragged lists, whatever else
        classes = None
    if classes is None or classes.is_floating_point() or classes.dtype == torch.bool or classes.ndim > 1:
        raise TargetError("targets must be class indices: one for all images, or a list with one for each.")
    if classes.ndim == 1 and len(classes) != count:
        raise TargetError(
            "There are {targets} targets for {images} images; give one for all, or one for each.",
            targets=len(classes),
            images=count,
        )
    if classes.min() < 0 or classes.max() >= known:
        raise TargetError("A target is outside 0 to {last}, the classes of the model.", last=known - 1)
    return classes.long().expand(count)
