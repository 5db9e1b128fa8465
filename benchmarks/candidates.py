"""Grad-CAM by each library at its best public use, on one network, to one post-processing: what side_by_side.py times.

Every candidate finds the class itself, the most probable of each image, and returns maps for the stages asked for,
(N,S,H,W), ReLU, bilinear to the image's size, scaled to [0,1].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torchvision
from torch import Tensor, nn

import attnviz
from attnviz.nets import STAGES, ResNet, merged, resnet

Candidate = Callable[[Tensor, tuple[str, ...]], Tensor]
LAYERS = dict(zip(STAGES, ("layer1", "layer2", "layer3", "layer4"), strict=True))


def networks(depth: int, device: torch.device) -> tuple[ResNet, nn.Module]:
    """Returns the same ResNet as attnviz's and as torchvision's, with weights that keep features alive."""
    torch.manual_seed(0)
    theirs = {18: torchvision.models.resnet18, 50: torchvision.models.resnet50}[depth]()
    theirs.train()
    with torch.no_grad():  # BatchNorm statistics of these weights, so that no stage dies or explodes
        for _ in range(8):
            theirs(torch.randn(8, 3, 96, 96))
    ours = resnet(depth)  # type: ignore[arg-type]
    ours.load_state_dict(theirs.state_dict())
    return ours.eval().requires_grad_(False).to(device), theirs.eval().to(device)


def scaled(heat: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns maps (N,h,w) after ReLU, at ``size``, between 0 and 1."""
    heat = nn.functional.interpolate(heat.relu()[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]
    low, high = heat.amin((1, 2), keepdim=True), heat.amax((1, 2), keepdim=True)
    return (heat - low) / (high - low + 1e-8)


def candidates(ours: ResNet, theirs: nn.Module) -> dict[str, Candidate]:
    """Returns the libraries' ways by name; the first is the plain forward pass that all are compared with."""
    fast = merged(ours)
    return {
        "plain forward": lambda images, stages: plain(theirs, images),
        "attnviz": lambda images, stages: by_attnviz(ours, images, stages),
        "attnviz, fast form": lambda images, stages: by_attnviz(fast, images, stages),
        "captum": lambda images, stages: by_captum(theirs, images, stages),
        "pytorch-grad-cam": lambda images, stages: by_grad_cam(theirs, images, stages),
        "torch-cam": lambda images, stages: by_torch_cam(theirs, images, stages),
    }


@torch.no_grad()
def plain(model: nn.Module, images: Tensor) -> Tensor:
    """Returns the logits."""
    logits: Tensor = model(images)
    return logits


def by_attnviz(model: ResNet, images: Tensor, stages: tuple[str, ...]) -> Tensor:
    """One forward pass, one backward pass from the lowest stage; none at stage 4."""
    found = attnviz.explain(model, images, None, stages, gates=False)
    return torch.stack([scaled(found.maps[stage], _size(images)) for stage in stages], 1)


def by_captum(model: nn.Module, images: Tensor, stages: tuple[str, ...]) -> Tensor:
    """A forward pass for the class, and LayerGradCam a layer."""
    from captum.attr import LayerGradCam

    classes = plain(model, images).argmax(1)
    maps = []
    for stage in stages:
        explainer = LayerGradCam(model, getattr(model, LAYERS[stage]))
        maps.append(scaled(explainer.attribute(images, classes).detach()[:, 0], _size(images)))
    return torch.stack(maps, 1)


def by_grad_cam(model: nn.Module, images: Tensor, stages: tuple[str, ...]) -> Tensor:
    """One GradCAM object a layer, as its README shows; it upsamples and scales itself."""
    from pytorch_grad_cam import GradCAM

    maps: list[Any] = []
    for stage in stages:
        with GradCAM(model=model, target_layers=[getattr(model, LAYERS[stage])]) as explainer:
            maps.append(torch.from_numpy(explainer(input_tensor=images, targets=None)))
    return torch.stack(maps, 1)


def by_torch_cam(model: nn.Module, images: Tensor, stages: tuple[str, ...]) -> Tensor:
    """One extractor for all layers, one pass."""
    from torchcam.methods import GradCAM

    with GradCAM(model, target_layer=[LAYERS[stage] for stage in stages]) as extractor:
        logits = model(images)
        maps = extractor(logits.argmax(1).tolist(), logits)
    return torch.stack([scaled(heat.detach(), _size(images)) for heat in maps], 1)


def _size(images: Tensor) -> tuple[int, int]:
    return images.shape[2], images.shape[3]
