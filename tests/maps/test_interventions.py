"""Gates replaced in a pass: exactly what the equations say, nothing where nothing is asked, and no state left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from attnviz import explain
from attnviz.errors import OptionError
from attnviz.families import Family
from attnviz.families.means import GateMeans
from attnviz.maps import known_places
from attnviz.nets import BAM, STAGES, Gate, ResNet, gate_sites

RandomNet = Callable[..., ResNet]
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("se", {}), ("bam", {}), ("bam", {"combine": "product"}), ("bam", {"combine": "max"}),
    ("cbam", {}), ("cbam", {"order": "parallel"}), ("cbam", {"order": "spatial-first"}), ("cbam", {"spatial": False}),
]  # fmt: skip


def without_modules(model: ResNet, images: Tensor, *kinds: str) -> Tensor:
    """Logits with the attention modules taken out of the network by hooks."""
    handles = [
        module.register_forward_hook(lambda _, inputs, __: inputs[0].clone())
        for name, module in model.named_modules()
        if name.split(".")[-1].rstrip("123") in kinds
    ]
    logits: Tensor = model(images)
    for handle in handles:
        handle.remove()
    return logits


def means_of(model: ResNet, images: Tensor) -> GateMeans:
    read = explain(model, images, stages=()).gates
    values = {place: gate.values.mean(0) for place, gate in read.items()}
    values |= {f"{place}.{b}": v.mean(0) for place, gate in read.items() for b, v in gate.logits.items()}
    return GateMeans(images.shape[-1], values)


@pytest.mark.parametrize(("attention", "options"), KINDS)
def test_sites_are_the_gates_that_a_pass_meets(
    random_net: RandomNet, images: Tensor, attention: str, options: dict[str, Any]
) -> None:
    model = random_net(attention=attention, **options)
    sites, read = gate_sites(model), explain(model, images, stages=()).gates
    assert list(sites) == list(read)
    assert {name: (site.kind, site.branches) for name, site in sites.items()} == {
        name: (gate.kind, tuple(gate.logits)) for name, gate in read.items()
    }


@pytest.mark.parametrize(("attention", "options"), KINDS)
def test_left_alone_or_given_their_own_values_nothing_changes(
    random_net: RandomNet, images: Tensor, attention: str, options: dict[str, Any]
) -> None:
    model, images = random_net(attention=attention, **options).float(), images.float()
    plain = explain(model, images)
    for changes in ({}, plain.gates, {place: gate.values for place, gate in plain.gates.items()}):
        again = explain(model, images, plain.targets, interventions=changes)
        assert torch.equal(again.logits, plain.logits)
        assert torch.equal(again.maps["stage4"], plain.maps["stage4"])
    branches = {f"{place}.{b}": gate for place, gate in plain.gates.items() for b in gate.logits}
    assert torch.equal(explain(model, images, interventions=branches).logits, plain.logits)


@pytest.mark.parametrize("name", ["baseline", "se", "bam", "cbam"])
def test_the_shipped_models_give_their_own_logits_bit_for_bit(shipped: Family, name: str, images: Tensor) -> None:
    model, images = shipped[name], images.float()
    plain = explain(model, images)
    assert torch.equal(plain.logits, model(images))
    assert torch.equal(explain(model, images, interventions={}).logits, plain.logits)
    assert torch.equal(explain(model, images, interventions=plain.gates).logits, plain.logits)


@pytest.mark.parametrize(("attention", "options"), KINDS)
def test_all_off_is_the_network_without_its_modules(
    random_net: RandomNet, images: Tensor, attention: str, options: dict[str, Any]
) -> None:
    model = random_net(attention=attention, **options)
    off = explain(model, images, interventions={"all": "off"})
    assert torch.equal(off.logits, without_modules(model, images, attention))
    assert not torch.allclose(off.logits, model(images))
    assert {gate.mean for gate in off.gates.values()} == {0.0 if attention == "bam" else 1.0}
    for gate in off.gates.values():
        torch.testing.assert_close(gate.after, gate.before)


@pytest.mark.parametrize("combine", ["sum", "product", "max"])
def test_a_branch_that_is_off_leaves_the_other_to_decide(random_net: RandomNet, images: Tensor, combine: str) -> None:
    model = random_net(attention="bam", combine=combine)
    gate = explain(model, images, stages=(), interventions={"stage1.bam.channel": "off"}).gates["stage1.bam"]
    other = gate.logits["spatial"].sigmoid()[:, None]
    torch.testing.assert_close(gate.values, other.expand_as(gate.values), rtol=0, atol=0)
    plain = explain(model, images, stages=()).gates["stage1.bam"]
    assert torch.equal(plain.logits["spatial"], gate.logits["spatial"])  # the branch itself was left alone


def test_both_branches_off_in_a_sum_are_one_half(random_net: RandomNet, images: Tensor) -> None:
    off = {"stage2.bam.channel": "off", "stage2.bam.spatial": "off"}
    gate = explain(random_net(attention="bam"), images, interventions=off).gates["stage2.bam"]
    assert gate.min == gate.max == 0.5


def test_means_take_the_place_of_gates_and_of_branches(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(attention="bam")
    means = means_of(model, images)
    found = explain(model, images[:2], interventions={"all": "mean"}, means=means).gates
    for place, gate in found.items():
        assert torch.equal(gate.values, means.values[place].expand_as(gate.values))
    branch = explain(model, images, interventions={"stage1.bam.spatial": "mean"}, means=means).gates["stage1.bam"]
    logits = branch.logits["channel"][:, :, None, None] + means.values["stage1.bam.spatial"]
    torch.testing.assert_close(branch.values, logits.sigmoid())


def test_another_photos_gate(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(attention="cbam")
    other = explain(model, images[1:2]).gates["stage3.1.cbam.spatial"]
    one = explain(model, images[:1], interventions={"stage3.1.cbam.spatial": other})
    without_n = explain(model, images[:1], interventions={"stage3.1.cbam.spatial": other.image(0)})
    assert torch.equal(one.gates["stage3.1.cbam.spatial"].values, other.values)
    assert torch.equal(one.logits, without_n.logits)
    assert not torch.equal(one.logits, explain(model, images[:1]).logits)


def test_the_narrower_place_holds(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(attention="cbam")
    ones = torch.full((8,), 0.25)
    for changes in (
        {"stage1.0.cbam.channel": ones, "all": "off"},
        {"all": "off", "stage1.0.cbam.channel": ones},
    ):
        gates = explain(model, images, interventions=changes).gates  # type: ignore[arg-type]
        assert gates["stage1.0.cbam.channel"].mean == 0.25
        assert gates["stage1.0.cbam.spatial"].mean == gates["stage4.1.cbam.channel"].mean == 1


@given(st.sets(st.sampled_from(["stage1", "stage2.1", "stage3.0.se", "stage4.1", "all"]), max_size=3))
def test_only_what_is_named_changes(random_net: RandomNet, images: Tensor, places: set[str]) -> None:
    model = random_net(attention="se")
    gates = explain(model, images[:1], stages=(), interventions=dict.fromkeys(places, "off")).gates
    off = {name for name, gate in gates.items() if gate.min == 1.0}
    assert off == {name for name in gates if "all" in places or any(f"{name}.".startswith(f"{p}.") for p in places)}


def test_a_replaced_gate_is_a_constant_in_the_maps(random_net: RandomNet, images: Tensor) -> None:
    """Grad-CAM at stage 1 by autograd on a network in which stage 2's BAM multiplies by given numbers."""
    model = random_net(attention="bam")
    given_gate = torch.rand(16, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    found = explain(model, images, 1, ("stage1",), interventions={"stage2.bam": given_gate})

    class Fixed(nn.Module):
        def forward(self, x: Tensor, tap: Any = None) -> Tensor:
            return x * (1 + given_gate)

    kept = model.bam2
    model.bam2 = Fixed()
    features = model.stage("stage1", model.stem(images)).detach().requires_grad_()
    x = features
    for stage in STAGES[1:]:
        x = model.stage(stage, x)
    logits = model.head(x)
    model.bam2 = kept
    (gradient,) = torch.autograd.grad(logits[:, 1].sum(), features)
    expected = (features.detach() * gradient.mean((2, 3), keepdim=True)).sum(1)
    torch.testing.assert_close(found.logits, logits.detach(), rtol=0, atol=1e-12)
    torch.testing.assert_close(found.maps["stage1"], expected, rtol=0, atol=1e-12)


def test_nothing_of_it_stays(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(attention="bam").train()
    before = explain(model, images).logits
    explain(model, images, interventions={"all": "off"})
    assert model.training
    assert torch.equal(explain(model, images).logits, before)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stage2.bma": "off"}, 'There is no gate "stage2.bma". Did you mean "stage2.bam"'),
        ({"stage4": "off"}, 'There is no gate "stage4".'),
        ({"stage2.bam": "of"}, 'A gate cannot be switched to "of"; it can be mean or off. Did you mean "off"?'),
        ({"stage2.bam": "mean"}, 'The mean of "stage2.bam" is not known; give means=family.gate_means(...)'),
        ({"stage2.bam": 1}, 'What takes the place of "stage2.bam" must be mean, off, a tensor or a gate, and is int.'),
        ({"stage2.bam": torch.full((16, 8, 8), torch.nan)}, "holds values that are not numbers"),
        ({"stage2.bam": torch.ones(16, 4, 4)}, 'The gate "stage2.bam" is of 16 x 8 x 8 here, and what is to take its'),
        ({"stage2.bam": torch.ones(2, 16, 8, 8)}, "is of 16 x 8 x 8 here, and what is to take its place of 2 x 16"),
        ({"all": torch.ones(16)}, '"all" is 3 gates; values can take the place of one'),
        ({"stage2": "off", "stage2.bam.channel": "off"}, '"stage2" and its own branch "stage2.bam.channel" are both'),
    ],
)
def test_what_cannot_be_is_said(random_net: RandomNet, images: Tensor, changes: Any, said: str) -> None:
    with pytest.raises(OptionError) as refused:
        explain(random_net(attention="bam"), images, interventions=changes)
    assert said in str(refused.value)


def test_a_network_without_attention(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(attention="none")
    assert known_places(gate_sites(model)) == []
    with pytest.raises(OptionError, match="the network has no attention"):
        explain(model, images, interventions={"all": "off"})


def test_means_of_another_size(random_net: RandomNet, images: Tensor) -> None:
    model = random_net(attention="se")
    means = replace(means_of(model, images), input_size=32)  # SE's gates have the same shape at any size
    with pytest.raises(OptionError, match="are of images of 32 x 32 pixels, and these are of 64 x 64"):
        explain(model, images, interventions={"all": "mean"}, means=means)


def test_bam_alone_knows_how_its_branches_meet() -> None:
    seen: list[Gate] = []

    def keep(name: str, gate: Gate) -> Gate:
        seen.append(gate)
        return gate

    BAM(32, combine="max").eval()(torch.randn(1, 32, 4, 4), keep)
    assert seen[0].combine == "max"
