"""What a trained network scores on a validation set."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from attnviz.families.calibration import calibration_error
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


def measure(network: ResNet, photos: Photos, preprocessing: Preprocessing, batch: int = 256) -> Measured:
    """Measures a network in eval mode; it must be so already, and on the photos' device."""
    return measured(logits_of(network, photos, preprocessing, batch), photos.labels)


@torch.no_grad()
def logits_of(network: ResNet, photos: Photos, preprocessing: Preprocessing, batch: int = 256) -> Tensor:
    """Returns the logits (N,K), float32, of a network in eval mode, on the photos' device."""
    return torch.cat([network(normalised(images, preprocessing)).float() for images in photos.images.split(batch)])


def measured(logits: Tensor, labels: Tensor, temperature: float = 1.0) -> Measured:
    """Returns what logits (N,K) score by their labels (N,), their probabilities being softmax(logits / temperature)."""
    ranked = logits.topk(min(5, logits.shape[1])).indices == labels[:, None]
    confidence = (logits / temperature).softmax(1).amax(1)
    return Measured(
        top1=ranked[:, 0].float().mean().item(),
        top5=ranked.any(1).float().mean().item(),
        calibration_error=calibration_error(confidence, ranked[:, 0]),
    )
