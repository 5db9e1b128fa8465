"""CBAM and its two gates against the paper's equations and against timm's, and what a Gate makes of its features."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from timm.layers.cbam import CbamModule
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.nets import CBAM, Gate

FEATURES = torch.randn(3, 32, 9, 13, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
Settle = Callable[[CBAM], CBAM]


def channel_logits(cbam: CBAM, x: Tensor, pooling: str) -> Tensor:
    """Equation 2, before the sigmoid: the shared perceptron on the means and on the maxima."""
    places = x.flatten(2)
    pooled = {"avg": [places.sum(2) / places.shape[2]], "max": [places.max(2).values]}
    pooled["both"] = pooled["avg"] + pooled["max"]
    first, second = cbam.channel.fc1, cbam.channel.fc2
    logits = [
        F.linear(F.relu(F.linear(vector, first.weight, first.bias)), second.weight, second.bias)
        for vector in pooled[pooling]
    ]
    return torch.stack(logits).sum(0)


def spatial_logits(cbam: CBAM, x: Tensor, pooling: str) -> Tensor:
    """Equation 3, before the sigmoid, with the authors' order of the two maps and their BatchNorm."""
    assert cbam.spatial is not None
    highest, average = x.max(1, keepdim=True).values, x.sum(1, keepdim=True) / x.shape[1]
    maps = {"max": highest, "avg": average, "both": torch.cat([highest, average], 1)}[pooling]
    weight, norm = cbam.spatial.conv.weight, cbam.spatial.bn
    convolved = F.conv2d(F.pad(maps, (weight.shape[-1] // 2,) * 4), weight)[:, 0]
    return (convolved - norm.running_mean) / (norm.running_var + 1e-5).sqrt() * norm.weight + norm.bias


def by_channel(cbam: CBAM, x: Tensor, pooling: str = "both") -> Tensor:
    return x * torch.sigmoid(channel_logits(cbam, x, pooling))[:, :, None, None]


def by_place(cbam: CBAM, x: Tensor, pooling: str = "both") -> Tensor:
    return x * torch.sigmoid(spatial_logits(cbam, x, pooling))[:, None]


@pytest.mark.parametrize("kernel", [3, 7])
@pytest.mark.parametrize("pooling", ["avg", "max", "both"])
def test_equals_the_equations(settled: Settle, kernel: Any, pooling: Any) -> None:
    cbam = settled(CBAM(32, 4, pooling=pooling, kernel=kernel))
    expected = by_place(cbam, by_channel(cbam, FEATURES, pooling), pooling)
    torch.testing.assert_close(cbam(FEATURES), expected, rtol=0, atol=1e-12)


def test_spatial_first(settled: Settle) -> None:
    cbam = settled(CBAM(32, 4, order="spatial-first"))
    expected = by_channel(cbam, by_place(cbam, FEATURES))
    torch.testing.assert_close(cbam(FEATURES), expected, rtol=0, atol=1e-12)


def test_parallel_is_one_gate_of_summed_logits(settled: Settle) -> None:
    cbam = settled(CBAM(32, 4, order="parallel"))
    channel, spatial = channel_logits(cbam, FEATURES, "both"), spatial_logits(cbam, FEATURES, "both")
    gate = torch.sigmoid(channel[:, :, None, None] + spatial[:, None])
    torch.testing.assert_close(cbam(FEATURES), FEATURES * gate, rtol=0, atol=1e-12)


def test_without_the_spatial_gate(settled: Settle) -> None:
    cbam = settled(CBAM(32, 4, spatial=False))
    torch.testing.assert_close(cbam(FEATURES), by_channel(cbam, FEATURES), rtol=0, atol=1e-12)
    assert not [name for name in cbam.state_dict() if name.startswith("spatial")]


def test_equals_timms(settled: Settle) -> None:
    """timm has no biases in the perceptron, and puts the mean map before the maximum."""
    cbam, theirs = settled(CBAM(32, 4)), CbamModule(32, rd_ratio=1 / 4).double().eval()
    assert cbam.spatial is not None
    for layer in ("fc1", "fc2"):
        ours = getattr(cbam.channel, layer)
        torch.nn.init.zeros_(ours.bias)
        getattr(theirs.channel, layer).weight.data.copy_(ours.weight[:, :, None, None])
    theirs.spatial.conv.conv.weight.data.copy_(cbam.spatial.conv.weight.flip(1))
    theirs.spatial.conv.bn.load_state_dict(cbam.spatial.bn.state_dict())
    weighed = FEATURES * cbam.channel(FEATURES).sigmoid()[:, :, None, None]
    torch.testing.assert_close(weighed, theirs.channel(FEATURES), rtol=0, atol=1e-12)
    placed = FEATURES * cbam.spatial(FEATURES).sigmoid()[:, None]
    torch.testing.assert_close(placed, theirs.spatial(FEATURES), rtol=0, atol=1e-12)
    torch.testing.assert_close(cbam(FEATURES), theirs(FEATURES), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kernel", [3, 7])
def test_untrained_spatial_gate_is_one_half_everywhere(kernel: Any) -> None:
    cbam = CBAM(32, 4, kernel=kernel).double().eval()
    assert cbam.spatial is not None
    assert torch.equal(cbam.spatial(FEATURES).sigmoid(), torch.full((3, 9, 13), 0.5, dtype=torch.float64))


@pytest.mark.parametrize(
    ("order", "kinds"),
    [
        ("channel-first", {"cbam.channel": ("channel", (3, 32)), "cbam.spatial": ("spatial", (3, 9, 13))}),
        ("spatial-first", {"cbam.spatial": ("spatial", (3, 9, 13)), "cbam.channel": ("channel", (3, 32))}),
        ("parallel", {"cbam": ("full", (3, 32, 9, 13))}),
    ],
)
def test_gates_in_the_order_in_which_they_act(settled: Settle, order: Any, kinds: dict[str, object]) -> None:
    seen: dict[str, Gate] = {}

    def tap(name: str, gate: Gate) -> Gate:
        seen[name] = gate
        return gate

    out = settled(CBAM(32, 4, order=order))(FEATURES, tap)
    gates = list(seen.values())
    assert {name: (gate.kind, tuple(gate.values.shape)) for name, gate in seen.items()} == kinds
    assert list(seen) == list(kinds)
    assert torch.equal(gates[0].before, FEATURES)
    assert all(torch.equal(gate.after, following.before) for gate, following in pairwise(gates))
    assert torch.equal(gates[-1].after, out)
    assert not any(gate.residual for gate in gates)


def test_parallel_gate_shows_its_two_branches(settled: Settle) -> None:
    seen: list[Gate] = []
    cbam = settled(CBAM(32, 4, order="parallel"))
    cbam(FEATURES, lambda name, gate: seen.append(gate) or gate)
    torch.testing.assert_close(seen[0].logits["channel"], channel_logits(cbam, FEATURES, "both"), rtol=0, atol=1e-12)
    torch.testing.assert_close(seen[0].logits["spatial"], spatial_logits(cbam, FEATURES, "both"), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"order": "spatial_first"}, "order is 'spatial_first'; it can be channel-first, spatial-first, parallel."),
        ({"pooling": "mean"}, "pooling is 'mean'; it can be avg, max, both."),
        ({"kernel": 5}, "kernel is 5; it can be 3, 7."),
        ({"reduction": 64}, "reduction is 64; with 32 channels it can be 1 to 32."),
        ({"reduction": 0}, "reduction is 0; with 32 channels it can be 1 to 32."),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        CBAM(32, **options)
    assert str(caught.value) == told


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize(("kind", "shape"), [("channel", (2, 3)), ("spatial", (2, 4, 5)), ("full", (2, 3, 4, 5))])
def test_gate_after_value_by_value(kind: Any, shape: tuple[int, ...], residual: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    before, values = torch.randn(2, 3, 4, 5, generator=generator), torch.rand(shape, generator=generator)
    after = Gate(kind, values, before, residual).after
    for n, c, h, w in [(0, 0, 0, 0), (1, 2, 3, 4), (0, 2, 1, 3), (1, 0, 2, 0)]:
        place = {"channel": (n, c), "spatial": (n, h, w), "full": (n, c, h, w)}[kind]
        factor = values[place].item() + (1 if residual else 0)
        assert after[n, c, h, w].item() == pytest.approx(before[n, c, h, w].item() * factor, rel=1e-6)
