"""What is read of a gate is what its module computed, and the features that went in and came out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from attnviz import explain, gates
from attnviz.maps import GateReading
from attnviz.nets import STAGES, ResNet
from attnviz.nets.resnet import BLOCKS

RandomNet = Callable[..., ResNet]
SIDES = {"stage1": 16, "stage2": 8, "stage3": 4, "stage4": 2}  # of 64 x 64 images
WIDTHS = {"stage1": 8, "stage2": 16, "stage3": 32, "stage4": 64}
BLOCK_NAMES = [(stage, f"{stage}.{block}") for stage in STAGES for block in (0, 1)]


def watched(model: ResNet, kind: str, images: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """Input and output of every module that ends in ``kind``, by the place that a gate's name begins with."""
    seen: dict[str, tuple[Tensor, Tensor]] = {}

    def keep(place: str) -> Callable[..., None]:
        def hook(module: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
            seen[place] = inputs[0].clone(), output.clone()  # the block adds to the output in place

        return hook

    handles = [
        module.register_forward_hook(keep(name.replace("layer", "stage")))
        for name, module in model.named_modules()
        if name.rstrip("123").endswith(kind)
    ]
    model(images)
    for handle in handles:
        handle.remove()
    return seen


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def shapes(read: dict[str, GateReading]) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {name: (gate.kind, tuple(gate.values.shape)) for name, gate in read.items()}


def test_names_kinds_and_shapes_of_se(random_net: RandomNet, images: Tensor) -> None:
    expected = {f"{block}.se": ("channel", (3, WIDTHS[stage])) for stage, block in BLOCK_NAMES}
    assert shapes(gates(random_net(attention="se"), images)) == expected


def test_names_kinds_and_shapes_of_cbam(random_net: RandomNet, images: Tensor) -> None:
    expected: dict[str, object] = {}
    for stage, block in BLOCK_NAMES:
        expected[f"{block}.cbam.channel"] = ("channel", (3, WIDTHS[stage]))
        expected[f"{block}.cbam.spatial"] = ("spatial", (3, SIDES[stage], SIDES[stage]))
    read = gates(random_net(attention="cbam"), images)
    assert shapes(read) == expected
    assert list(read) == list(expected)  # in the order in which they act


def test_names_kinds_and_shapes_of_bam(random_net: RandomNet, images: Tensor) -> None:
    expected = {
        f"{stage}.bam": ("full", (3, WIDTHS[stage], SIDES[stage], SIDES[stage]))
        for stage in ("stage1", "stage2", "stage3")
    }
    assert shapes(gates(random_net(attention="bam"), images)) == expected


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({"order": "parallel"}, {"cbam": "full"}),
        ({"order": "spatial-first"}, {"cbam.spatial": "spatial", "cbam.channel": "channel"}),
        ({"spatial": False}, {"cbam.channel": "channel"}),
    ],
)
def test_variants_of_cbam(
    random_net: RandomNet, images: Tensor, options: dict[str, Any], kinds: dict[str, str]
) -> None:
    read = gates(random_net(attention="cbam", **options), images)
    expected = {f"{block}.{name}": kind for _, block in BLOCK_NAMES for name, kind in kinds.items()}
    assert {name: gate.kind for name, gate in read.items()} == expected
    assert list(read) == list(expected)


def test_deeper_networks_have_a_gate_a_block(random_net: RandomNet, images: Tensor) -> None:
    read = gates(random_net(50, "se"), images)
    assert list(read) == [
        f"{stage}.{n}.se" for stage, count in zip(STAGES, BLOCKS[50], strict=True) for n in range(count)
    ]
    assert gates(random_net(50, "none"), images) == {}


@pytest.mark.parametrize("full", [False, True])
def test_se_against_its_modules(random_net: RandomNet, images: Tensor, full: bool) -> None:
    model = random_net(attention="se")
    read = explain(model, images, full=full).gates
    seen = watched(model, "se", images)
    assert len(seen) == len(read) == 8
    for place, (before, after) in seen.items():
        close(read[place].before, before.mean(1))
        close(read[place].after, after.mean(1))
        close(before * read[place].values[:, :, None, None], after)


@pytest.mark.parametrize("full", [False, True])
def test_cbam_against_its_modules(random_net: RandomNet, images: Tensor, full: bool) -> None:
    model = random_net(attention="cbam")
    read = explain(model, images, full=full).gates
    seen = watched(model, "cbam", images)
    assert len(seen) == 8
    for place, (before, after) in seen.items():
        channel, spatial = read[f"{place}.channel"], read[f"{place}.spatial"]
        close(channel.before, before.mean(1))
        between = before * channel.values[:, :, None, None]
        close(channel.after, between.mean(1))
        close(spatial.before, between.mean(1))
        close(spatial.after, after.mean(1))
        close(between * spatial.values[:, None], after)
        assert spatial.values.std((1, 2)).min() > 1e-3  # not flat, as it would be with weights that were never trained


@pytest.mark.parametrize("combine", ["sum", "product"])
@pytest.mark.parametrize("full", [False, True])
def test_bam_against_its_modules(random_net: RandomNet, images: Tensor, full: bool, combine: str) -> None:
    model = random_net(attention="bam", combine=combine)
    read = explain(model, images, full=full).gates
    seen = watched(model, "bam", images)
    assert len(seen) == len(read) == 3
    for place, (before, after) in seen.items():
        gate = read[f"{place[:-4]}stage{place[-1]}.bam"]
        close(gate.before, before.mean(1))
        close(gate.after, after.mean(1))
        close(before * (1 + gate.values), after)
        channel, spatial = gate.logits["channel"], gate.logits["spatial"]
        assert channel.shape == before.shape[:2]
        assert spatial.shape == (3, *before.shape[2:])
        channel, spatial = channel[:, :, None, None], spatial[:, None]
        close((channel + spatial if combine == "sum" else channel * spatial).sigmoid(), gate.values)


@pytest.mark.parametrize("attention", ["se", "bam", "cbam"])
def test_values_are_a_sigmoids_and_the_kind_of_product_is_told(
    random_net: RandomNet, images: Tensor, attention: str
) -> None:
    for gate in gates(random_net(attention=attention), images).values():
        assert 0 < gate.values.min() < gate.values.max() < 1
        assert gate.range == (0.0, 1.0)
        assert gate.residual == (attention == "bam")
        assert set(gate.logits) == ({"channel", "spatial"} if attention == "bam" else set())


@pytest.mark.parametrize("attention", ["se", "bam", "cbam"])
def test_full_features_on_request_only(random_net: RandomNet, images: Tensor, attention: str) -> None:
    model = random_net(attention=attention)
    lean, whole = explain(model, images), explain(model, images, full=True)
    assert lean.full_features == {}
    x = model.stem(images)
    for stage in STAGES:
        x = model.stage(stage, x)
        close(whole.full_features[stage], x)
        close(lean.features[stage], x.mean(1))
        close(whole.features[stage], x.mean(1))
    for place, gate in whole.gates.items():
        assert lean.gates[place].full_before is lean.gates[place].full_after is None
        assert gate.full_before is not None
        assert gate.full_after is not None
        close(gate.full_before.mean(1), lean.gates[place].before)
        close(gate.full_after.mean(1), lean.gates[place].after)
        factor = gate.values + 1 if gate.residual else gate.values
        factor = {"channel": factor[..., None, None], "spatial": factor[:, None], "full": factor}[gate.kind]
        close(gate.full_after, gate.full_before * factor)


@pytest.mark.parametrize("attention", ["se", "bam", "cbam"])
def test_one_image_of_the_batch(random_net: RandomNet, images: Tensor, attention: str) -> None:
    model = random_net(attention=attention)
    read = explain(model, images, full=True).gates
    alone = explain(model, images[1:2], full=True).gates
    for place, gate in read.items():
        one = gate.image(1)
        assert (one.kind, one.residual, one.range) == (gate.kind, gate.residual, gate.range)
        for name in ("values", "before", "after", "full_before", "full_after"):
            close(getattr(one, name), getattr(alone[place], name)[0])
        for branch, logits in one.logits.items():
            close(logits, alone[place].logits[branch][0])
        assert gate.min == min(gate.image(number).min for number in range(3))
        assert gate.max == max(gate.image(number).max for number in range(3))
        assert gate.mean == pytest.approx(sum(gate.image(number).mean for number in range(3)) / 3, abs=1e-12)


def test_min_mean_and_max_of_one_gate() -> None:
    values = torch.tensor([[0.25, 0.5], [0.75, 0.875]])
    gate = GateReading("channel", values, False, torch.zeros(2, 1, 1), torch.zeros(2, 1, 1), {})
    assert (gate.min, gate.mean, gate.max) == (0.25, 0.59375, 0.875)
    assert (gate.image(0).min, gate.image(0).mean, gate.image(0).max) == (0.25, 0.375, 0.5)
    assert gate.image(0).full_before is None


def test_a_reading_does_not_change_with_the_model(random_net: RandomNet, images: Tensor) -> None:
    """What was read stays, though the parameters are given other values."""
    model = random_net(attention="cbam")
    explanation = explain(model, images, 1, full=True)
    place = "stage2.0.cbam.spatial"
    before = explanation.gates[place].values.clone(), explanation.gates[place].after.clone()
    for parameter in model.parameters():
        parameter.zero_()
    assert torch.equal(explanation.gates[place].values, before[0])
    assert torch.equal(explanation.gates[place].after, before[1])
