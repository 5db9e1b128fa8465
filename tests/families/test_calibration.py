"""Temperature scaling against a grid, and against labels that were drawn from a known temperature."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from attnviz.families.calibration import calibration_error, fit_temperature, probabilities_of


def drawn(temperature: float, seed: int = 0, count: int = 20_000) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits, and labels drawn from softmax(logits / temperature)."""
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(count, 6, generator=generator)
    return logits, (logits / temperature).softmax(1).multinomial(1, generator=generator)[:, 0]


@pytest.mark.parametrize("temperature", [0.4, 1.6, 4.0])
def test_the_temperature_that_labels_were_drawn_from_is_found(temperature):
    assert fit_temperature(*drawn(temperature)) == pytest.approx(temperature, rel=0.05)


@given(st.floats(0.3, 5).filter(lambda t: abs(t - 1) > 0.3), st.integers(0, 9))
def test_no_other_temperature_is_more_likely(temperature, seed):
    logits, labels = drawn(temperature, seed, 300)
    found = fit_temperature(logits, labels)
    if found != 1:
        least = cross_entropy(logits.double() / found, labels)
        for factor in (0.9, 0.99, 1.01, 1.1):
            assert cross_entropy(logits.double() / (found * factor), labels) > least - 1e-6


def test_probabilities_that_can_be_believed_are_left_alone():
    assert fit_temperature(*drawn(1.0)) == 1.0


def test_calibrated_by_it_the_error_is_small():
    logits, labels = drawn(2.5)
    before, after = (logits.softmax(1), probabilities_of(logits, fit_temperature(logits, labels)))
    errors = [calibration_error(p.max(1).values, p.argmax(1) == labels) for p in (before, after)]
    assert errors[0] > 0.1
    assert errors[1] < 0.02


def test_logits_that_are_always_right_end_at_the_coldest():
    logits = torch.eye(3).repeat(20, 1)
    assert fit_temperature(logits, logits.argmax(1)) == pytest.approx(0.05, abs=0.001)


def test_probabilities_divide_logits():
    logits = torch.tensor([[2.0, 4.0]])
    torch.testing.assert_close(probabilities_of(logits, 2.0), torch.tensor([[1.0, 2.0]]).softmax(1))
