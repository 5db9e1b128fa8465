"""How far a model's probabilities can be believed, and the one number by which they are mended: its temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

TOLERATED = 0.05
"""The expected calibration error from which on a temperature is fitted."""
_COLDEST, _HOTTEST = 0.05, 20.0


def probabilities_of(logits: Tensor, temperature: float) -> Tensor:
    """Returns softmax(logits / temperature) over the last dimension, (...,K) float32 on the CPU."""
    return (logits.float().cpu() / temperature).softmax(-1)


def calibration_error(confidence: Tensor, correct: Tensor, bins: int = 15) -> float:
    """Expected calibration error (Guo et al., ICML 2017, eq. 3): sum over bins of n_b/N * |accuracy - confidence|.

    Args:
        confidence: (N,) probabilities of the predicted classes.
        correct: (N,) whether the predictions are right.
        bins: bins of equal width over (0,1].

    Returns:
        In [0,1].
    """
    bin_of = (confidence * bins).ceil().long().clamp(1, bins) - 1
    gap = confidence.new_zeros(bins).index_add_(0, bin_of, correct.to(confidence.dtype) - confidence)
    return (gap.abs().sum() / len(confidence)).item()


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """Returns T of temperature scaling (Guo et al., ICML 2017, section 4.2): P = softmax(logits / T).

    T is the one between 0.05 and 20 with the least negative log-likelihood, rounded to three decimals; 1 where the
    probabilities are calibrated to :data:`TOLERATED` as they are.

    Args:
        logits: (N,K), of photos that no number is reported of.
        labels: (N,) int64.
    """
    from scipy.optimize import minimize_scalar
    from torch.nn.functional import cross_entropy

    confidence, predicted = logits.softmax(1).max(1)
    if calibration_error(confidence, predicted == labels) <= TOLERATED:
        return 1.0
    exact = logits.double()
    found = minimize_scalar(
        lambda inverse: float(cross_entropy(exact * inverse, labels)), bounds=(1 / _HOTTEST, 1 / _COLDEST),
        method="bounded", options={"xatol": 1e-6},
    )  # fmt: skip  # convex in 1/T
    return round(1 / float(found.x), 3)
