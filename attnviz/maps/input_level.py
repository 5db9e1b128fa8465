"""Maps at the input, by Captum: what every pixel does to the target's logit.

Captum calls the network through a function that is handed to it. That function counts, so that progress advances
and whatever it raises ends the work; it is all that these methods know of the network, and nothing is hooked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor, nn

from attnviz.maps.explain import Targets, at_least_float32, checked_method, classes_of
from attnviz.maps.forward import ready

CHUNK = 8
"""Pictures that the network sees at once."""
SAMPLES, NOISE, SEED = 24, 0.15, 0
"""Of SmoothGrad: noisy copies; sigma as a share of the image's max - min, within the paper's 10 to 20 %; the seed."""
STEPS = 32
"""Of Integrated Gradients: points of the Gauss-Legendre quadrature."""
WINDOW, STRIDE = 8, 16
"""Of Occlusion: parts of a side that the window covers, and that it moves by."""

Score = Callable[[Tensor], Tensor]
"""Pictures (B,3,H,W) become logits (B,K)."""


@dataclass(frozen=True)
class InputMethod:
    """One method at the input.

    Attributes:
        pictures: how many pictures the network sees to explain one image of H x W.
        heat: makes the map (H,W) from the network, one image (1,3,H,W) and its target.
    """

    pictures: Callable[[int, int], int]
    heat: Callable[[Score, Tensor, int], Tensor]


@dataclass(frozen=True)
class InputExplanation:
    """What :func:`explain_input` returns. All tensors are on the model's device, and none is on a graph.

    Attributes:
        logits: (N,K), of the images as they are.
        targets: (N,), the class that each image's map explains.
        map: raw, (N,H,W) float32 (float64 for a float64 model); signed unless it is SmoothGrad's.
        method: name of the method that made the map.
    """

    logits: Tensor
    targets: Tensor
    map: Tensor
    method: str


def explain_input(
    model: nn.Module,
    images: Tensor,
    targets: Targets = None,
    method: str = "integrated-gradients",
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> InputExplanation:
    """Explains the logits of a batch of images at the input, pixel by pixel.

    Images are explained one by one, so that an image's map does not depend on its batch, and the network sees no more
    than ``CHUNK`` pictures at once after the first pass, which gives the logits. On a CPU the same call gives the same
    bits. The model is taken as :func:`attnviz.maps.explain` takes it, and is left as it was.

    Args:
        model: a network made by :func:`attnviz.nets.resnet`, bare or in DataParallel.
        images: (N,3,H,W) float, normalised, H and W at least 32. Moved to the model's device.
        targets: a class for all images, one for each, or None for each image's own top-1.
        method: ``smoothgrad``, ``integrated-gradients`` or ``occlusion``.
        advance: called with the numbers of pictures done and in all, from 0 on; what it raises ends the work at once.

    Raises:
        OptionError: for a model, shape or method that cannot be.
        TargetError: for a class that the model does not have.
    """
    checked_method(method, INPUT_METHODS)
    with ready(model, images) as (network, x):
        logits = network(x)
        classes = classes_of(targets, logits)
        done, total = 0, len(x) * INPUT_METHODS[method].pictures(*x.shape[2:])

        def score(pictures: Tensor) -> Tensor:
            nonlocal done
            advance(done, total)  # a chunk begins once all of the last is done, its backward pass too
            done += len(pictures)
            return at_least_float32(network(pictures.to(x.dtype)))

        wide = at_least_float32(x)  # sums over many pictures need more than half precision
        heats = [
            INPUT_METHODS[method].heat(score, wide[number : number + 1], target)
            for number, target in enumerate(classes.tolist())
        ]
        advance(total, total)
    return InputExplanation(logits, classes, torch.stack(heats).to(wide.dtype), method)


def smoothgrad(score: Score, image: Tensor, target: int) -> Tensor:
    """SmoothGrad (Smilkov et al. 2017, arXiv:1706.03825, section 3): the mean gradient over noisy copies of an image.

    Each copy's |gradient| of the logit is taken before the mean, as by Captum's NoiseTunnel over Saliency, and the
    maximum over the colours after it (Simonyan et al. 2014, arXiv:1312.6034, section 3.1): (H,W), never negative.

    NoiseTunnel draws from torch's global generator, which all threads share; here each image's noise is drawn from a
    generator of its own with a fixed seed, on the CPU and in float32, so that it is the same on every device.
    """
    from captum.attr import Saliency  # brings pyplot along, which whoever asks for no such map need not wait for

    generator = torch.Generator().manual_seed(SEED)
    sigma = (NOISE * (image.max() - image.min())).float().cpu()
    total = torch.zeros_like(image[0])
    for first in range(0, SAMPLES, CHUNK):
        noise = torch.randn((min(CHUNK, SAMPLES - first), *image.shape[1:]), generator=generator) * sigma
        copies = (image + noise.to(image)).requires_grad_()  # Captum warns of inputs that do not require grad
        total += Saliency(score).attribute(copies, target).sum(0)
    return total.amax(0) / SAMPLES


def integrated_gradients(score: Score, image: Tensor, target: int) -> Tensor:
    """Integrated Gradients (Sundararajan et al. 2017, arXiv:1703.01365, section 3) from the mean colour, by Captum.

    The sum over the colours, (H,W), signed. All of a map sums to the logit less the baseline's, but for the error of
    the quadrature (completeness, Proposition 1). The baseline is 0, the mean colour once an image is normalised.
    """
    from captum.attr import IntegratedGradients

    heat: Tensor = IntegratedGradients(score).attribute(
        image, 0, target, n_steps=STEPS, method="gausslegendre", internal_batch_size=CHUNK
    )
    return heat[0].sum(0)


def occlusion(score: Score, image: Tensor, target: int) -> Tensor:
    """Occlusion (Zeiler and Fergus 2014, arXiv:1311.2901, section 4.2) of the logit, by Captum.

    A window of the mean colour, an eighth of each side, moves by a sixteenth of it over all colours together. A pixel
    has the mean fall of the logit over the windows that cover it, once for each colour: (H,W), signed, three times
    the fall, and rounded to float32 by Captum whatever the model's precision.
    """
    from captum.attr import Occlusion

    height, width = image.shape[2:]
    heat: Tensor = Occlusion(score).attribute(
        image,
        (3, height // WINDOW, width // WINDOW),
        (3, height // STRIDE, width // STRIDE),
        0,
        target,
        perturbations_per_eval=CHUNK,
    )
    return heat[0].sum(0)


def _places(side: int) -> int:
    """Returns how many places a window has along a side; the last may reach over the edge."""
    return -(-(side - side // WINDOW) // (side // STRIDE)) + 1


INPUT_METHODS: Mapping[str, InputMethod] = MappingProxyType({
    "smoothgrad": InputMethod(lambda height, width: SAMPLES, smoothgrad),
    "integrated-gradients": InputMethod(lambda height, width: STEPS, integrated_gradients),
    "occlusion": InputMethod(lambda height, width: 1 + _places(height) * _places(width), occlusion),
})  # fmt: skip
"""The methods by name."""
