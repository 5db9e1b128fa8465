"""What a trained network scores on a validation set."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from attnviz.images import Preprocessing
from attnviz.nets import ResNet
from attnviz.training.photos import Photos


@dataclass(frozen=True)
class Measured:
    """Attributes: top1 and top5 accuracy in [0,1], and the expected calibration error (15 bins) in [0,1]."""

    top1: float
    top5: float
    calibration_error: float


def normalised(images: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Returns (x/255 - mean) / std of (N,3,S,S) images in [0,255], float32."""
    mean = torch.tensor(preprocessing.mean, device=images.device)[:, None, None] * 255
    std = torch.tensor(preprocessing.std, device=images.device)[:, None, None] * 255
    return (images.float() - mean) / std


@torch.no_grad()
def measure(network: ResNet, photos: Photos, preprocessing: Preprocessing, batch: int = 256) -> Measured:
    """Measures a network in eval mode; it must be so already, and on the photos' device."""
    logits = torch.cat([network(normalised(images, preprocessing)).float() for images in photos.images.split(batch)])
    ranked = logits.topk(min(5, logits.shape[1])).indices == photos.labels[:, None]
    confidence = logits.softmax(1).amax(1)
    correct = ranked[:, 0]
    return Measured(
        top1=correct.float().mean().item(),
        top5=ranked.any(1).float().mean().item(),
        calibration_error=calibration_error(confidence, correct),
    )


def calibration_error(confidence: Tensor, correct: Tensor, bins: int = 15) -> float:
    """Expected calibration error (Guo et al., ICML 2017, eq. 3): sum over bins of n_b/N * |accuracy - confidence|.

    Args:
        confidence: (N,) probabilities of the predicted classes.
        correct: (N,) whether the predictions are right.
        bins: bins of equal width over (0,1].
    """
    bin_of = (confidence * bins).ceil().long().clamp(1, bins) - 1
    gap = torch.zeros(bins, device=confidence.device).index_add_(0, bin_of, correct.float() - confidence)
    return (gap.abs().sum() / len(confidence)).item()
