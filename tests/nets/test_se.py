"""SE against its paper's equations and against torchvision's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import SqueezeExcitation

from attnviz.errors import OptionError
from attnviz.nets import SE, Gate

FEATURES = torch.randn(3, 32, 5, 7, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def by_the_paper(se: SE, x: Tensor) -> Tensor:
    """Equations 2 to 4 with the biases: s = sigmoid(W2 relu(W1 z + b1) + b2), z the mean over all places."""
    z = x.sum((2, 3)) / (x.shape[2] * x.shape[3])
    s = torch.sigmoid(F.linear(F.relu(F.linear(z, se.fc1.weight, se.fc1.bias)), se.fc2.weight, se.fc2.bias))
    return x * s[:, :, None, None]


@pytest.mark.parametrize("reduction", [1, 4, 16, 32])
@pytest.mark.parametrize("bias", [True, False])
def test_equals_the_equations(settled: Callable[[SE], SE], reduction: int, bias: bool) -> None:
    se = settled(SE(32, reduction, bias))
    torch.testing.assert_close(se(FEATURES), by_the_paper(se, FEATURES), rtol=0, atol=1e-12)


def test_equals_torchvisions(settled: Callable[[SE], SE]) -> None:
    se, theirs = settled(SE(32, 8)), SqueezeExcitation(32, 4).double()
    theirs.load_state_dict({name: t[:, :, None, None] if t.ndim == 2 else t for name, t in se.state_dict().items()})
    torch.testing.assert_close(se(FEATURES), theirs(FEATURES), rtol=0, atol=1e-12)


def test_gate_is_what_the_features_are_multiplied_by(settled: Callable[[SE], SE]) -> None:
    seen: dict[str, Gate] = {}

    def tap(name: str, gate: Gate) -> Gate:
        seen[name] = gate
        return gate

    out = settled(SE(32, 8))(FEATURES, tap)
    (gate,) = seen.values()
    assert list(seen) == ["se"]
    assert gate.kind == "channel"
    assert gate.values.shape == (3, 32)
    assert not gate.residual
    assert torch.equal(gate.before, FEATURES)
    assert torch.equal(out, FEATURES * gate.values[:, :, None, None])


@pytest.mark.parametrize("reduction", [0, -1, 33])
def test_reduction_that_leaves_no_unit(reduction: int) -> None:
    with pytest.raises(OptionError, match=rf"^reduction is {reduction}; .*1 to 32"):
        SE(32, reduction)


def test_hidden_width_is_rounded_down() -> None:
    assert SE(50, 16).fc1.weight.shape == (3, 50)
