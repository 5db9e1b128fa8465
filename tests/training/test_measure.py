"""Accuracies and calibration error against numbers worked out by hand and, apart, in numpy."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from attnviz.images import Preprocessing
from attnviz.nets import resnet
from attnviz.training import Photos
from attnviz.training.measure import calibration_error, measure, normalised

AS_IS = Preprocessing(32, 32, (0.0,) * 3, (1.0,) * 3)


class Told(nn.Module):
    """Gives the logits that were laid down for photo 0, photo 1, ...; the photo's number is its colour."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = logits

    def forward(self, images: Tensor) -> Tensor:
        return self.logits[(images[:, 0, 0, 0] * 255).round().long()]


def measured(logits: Tensor, labels: list[int], **options: Any) -> Any:
    count = len(labels)
    images = torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(count, 3, 32, 32)
    photos = Photos(images, torch.tensor(labels), tuple(map(str, range(count))))
    return measure(cast(Any, Told(logits)), photos, AS_IS, **options)


def test_by_hand() -> None:
    """Seven classes, class k ranked k-th in every photo: labels 0, 0, 1, 4, 5, 6 are at ranks 1, 1, 2, 5, 6, 7."""
    logits = torch.tensor([[6.0, 5, 4, 3, 2, 1, 0]]).repeat(6, 1)
    scores = measured(logits, [0, 0, 1, 4, 5, 6])
    assert scores.top1 == pytest.approx(2 / 6)
    assert scores.top5 == pytest.approx(4 / 6)
    confidence = 1 / sum(np.exp(-k) for k in range(7))
    assert scores.calibration_error == pytest.approx(confidence - 2 / 6, abs=1e-6)


def test_in_numpy() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = 3 * torch.randn(200, 9, generator=generator)
    labels = torch.randint(0, 9, (200,), generator=generator)
    scores = measured(logits, labels.tolist(), batch=64)

    values, truth = logits.double().numpy(), labels.numpy()
    order = np.argsort(-values, 1)
    shares = np.exp(values) / np.exp(values).sum(1, keepdims=True)
    confidence, right = shares.max(1), order[:, 0] == truth
    gaps = 0.0
    for low in np.arange(15) / 15:
        within = (confidence > low) & (confidence <= low + 1 / 15)
        if within.any():
            gaps += within.mean() * abs(right[within].mean() - confidence[within].mean())
    assert scores.top1 == pytest.approx(right.mean())
    assert scores.top5 == pytest.approx((order[:, :5] == truth[:, None]).any(1).mean())
    assert scores.calibration_error == pytest.approx(gaps, abs=1e-5)
    assert gaps > 0.1


@pytest.mark.parametrize("batch", [1, 3, 256])
def test_batches_do_not_matter(batch: int) -> None:
    logits = torch.randn(10, 6, generator=torch.Generator().manual_seed(2))
    assert measured(logits, [0, 1, 2, 3, 4, 5, 0, 1, 2, 3], batch=batch) == measured(
        logits, [0, 1, 2, 3, 4, 5, 0, 1, 2, 3]
    )


def test_top5_of_fewer_than_five_classes_is_certain() -> None:
    scores = measured(torch.tensor([[1.0, 0, 0], [1.0, 0, 0]]), [2, 0])
    assert (scores.top1, scores.top5) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("confidence", "correct", "expected"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.95, 0.95, 0.55, 0.55], [True, False, True, True], (0.9 + 0.9) / 4),
        ([0.54, 0.58], [True, False], 0.06),
        ([0.01, 0.99], [False, True], 0.01),
    ],
)
def test_calibration_error_by_hand(confidence: list[float], correct: list[bool], expected: float) -> None:
    error = calibration_error(torch.tensor(confidence), torch.tensor(correct))
    assert error == pytest.approx(expected, abs=1e-6)


def test_more_bins_tell_more_apart() -> None:
    confidence, correct = torch.tensor([0.6, 0.9]), torch.tensor([True, False])
    assert calibration_error(confidence, correct, bins=1) == pytest.approx(0.25, abs=1e-6)
    assert calibration_error(confidence, correct, bins=10) == pytest.approx((0.4 + 0.9) / 2, abs=1e-6)


def test_networks_are_measured_on_what_the_viewer_shows_them() -> None:
    preprocessing = Preprocessing(32, 36, (0.1, 0.5, 0.9), (0.2, 0.3, 0.4))
    picture = Image.fromarray(np.random.default_rng(3).integers(0, 256, (50, 70, 3)).astype(np.uint8))
    view = preprocessing.view(picture)
    kept = torch.from_numpy(np.array(view.seen)).permute(2, 0, 1)[None]
    torch.testing.assert_close(normalised(kept, preprocessing), view.tensor(), rtol=0, atol=1e-5)


def test_network_is_left_as_it_was() -> None:
    network = resnet(18, "bam", classes=2, width=4, reduction=2).eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    photos = Photos(torch.zeros(3, 3, 32, 32).byte(), torch.tensor([0, 1, 0]), ("a", "b", "c"))
    measure(network, photos, AS_IS)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
