"""Class activation maps from features and their gradients. Each method is one pure function.

A is a stage's output, (N,C,h,w), and G the gradient of the target's logit in it, (N,C,h,w). What comes out is the
map before any ReLU or scaling, (N,h,w), signed where the method is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

Method = Callable[[Tensor, Tensor], Tensor]


def gradcam(features: Tensor, gradients: Tensor) -> Tensor:
    """Grad-CAM (Selvaraju et al., ICCV 2017, eq. 1-2 before the ReLU): sum_k alpha_k A_k, alpha_k = mean_ij G_kij."""
    return _weighted_sum(features, gradients.mean((2, 3)))


def gradcam_plus_plus(features: Tensor, gradients: Tensor) -> Tensor:
    """Grad-CAM++ (Chattopadhay et al., WACV 2018, eq. 5 and 19), for the score exp(logit), whose factor cancels.

    Weights: sum_ij a_kij relu(G_kij), with a = G^2 / (2 G^2 + sum_ab(A_kab) G^3), 0 where G is 0.
    """
    squared = gradients.square()
    denominator = 2 * squared + features.sum((2, 3), keepdim=True) * squared * gradients
    alpha = torch.where(denominator != 0, squared / torch.where(denominator != 0, denominator, 1), 0)
    return _weighted_sum(features, (alpha * gradients.relu()).sum((2, 3)))


def hirescam(features: Tensor, gradients: Tensor) -> Tensor:
    """HiRes-CAM (Draelos and Carin, arXiv:2011.08891, eq. 3): sum_k G_k A_k. At stage 4 it is Grad-CAM."""
    return (features * gradients).sum(1)


def layercam(features: Tensor, gradients: Tensor) -> Tensor:
    """Layer-CAM (Jiang et al., TIP 2021, eq. 6-7 before the ReLU): sum_k relu(G_k) A_k."""
    return (features * gradients.relu()).sum(1)


def _weighted_sum(features: Tensor, weights: Tensor) -> Tensor:
    """Returns sum_k weights_k A_k, (N,h,w), as one matrix product an image."""
    summed = torch.bmm(weights[:, None], features.flatten(2))
    return summed.view(len(features), *features.shape[2:])


METHODS: Mapping[str, Method] = MappingProxyType({
    "gradcam": gradcam,
    "gradcam++": gradcam_plus_plus,
    "hirescam": hirescam,
    "layercam": layercam,
})  # fmt: skip
"""The methods by name."""
