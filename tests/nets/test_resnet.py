"""The ResNets: their cost to the last digit, torchvision's logits, any picture size, and the gates that a tap sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from attnviz.errors import OptionError
from attnviz.nets import STAGES, Gate, ResNet, resnet

ATTENTIONS = ("none", "se", "bam", "cbam")
Settle = Callable[[ResNet], ResNet]

# Parameters, and multiply-adds in thousands of millions (convolutions and linear layers) with the stride in the 3x3
# and in the 1x1 convolution, at 224 x 224. The second is what the papers print (arXiv:1807.06514, arXiv:1807.06521).
IMAGENET = {
    (18, "none"): (11_689_512, "1.8141", "1.8141"),
    (18, "se"): (11_778_592, "1.8142", "1.8142"),
    (18, "bam"): (11_712_503, "1.8192", "1.8192"),
    (18, "cbam"): (11_779_392, "1.8151", "1.8151"),
    (34, "none"): (21_797_672, "3.6638", "3.6638"),
    (34, "se"): (21_958_868, "3.6639", "3.6639"),
    (34, "bam"): (21_820_663, "3.6689", "3.6689"),
    (34, "cbam"): (21_960_468, "3.6654", "3.6654"),
    (50, "none"): (25_557_032, "4.0892", "3.8580"),
    (50, "se"): (28_088_024, "4.0917", "3.8605"),
    (50, "bam"): (25_915_099, "4.1713", "3.9401"),
    (50, "cbam"): (28_089_624, "4.0956", "3.8644"),
    (101, "none"): (44_549_160, "7.8014", "7.5702"),
    (101, "se"): (49_326_872, "7.8061", "7.5749"),
    (101, "bam"): (44_907_227, "7.8836", "7.6523"),
    (101, "cbam"): (49_330_172, "7.8126", "7.5814"),
}
CIFAR = {
    (50, "none"): (23_705_252, "1.298", "1.2225"),
    (50, "bam"): (24_063_319, "1.325", "1.2495"),
    (101, "none"): (42_697_380, "2.510", "2.4347"),
    (101, "bam"): (43_055_447, "2.537", "2.4616"),
}


def cost(side: int, depth: Any, attention: Any, **options: Any) -> tuple[int, float]:
    """Returns a network's parameters and GMACs, without computing anything."""
    with torch.device("meta"):
        network, picture = resnet(depth, attention, **options).eval(), torch.empty(1, 3, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(picture)
    return sum(parameter.numel() for parameter in network.parameters()), counter.get_total_flops() / 2e9


def printed(value: float, like: str) -> str:
    return f"{value:.{len(like.partition('.')[2])}f}"


@pytest.mark.parametrize(("depth", "attention"), IMAGENET)
def test_cost_on_imagenet(depth: int, attention: str) -> None:
    parameters, in_3x3, in_1x1 = IMAGENET[depth, attention]
    counted, gmacs = cost(224, depth, attention)
    assert (counted, printed(gmacs, in_3x3)) == (parameters, in_3x3)
    counted, gmacs = cost(224, depth, attention, stride_in="1x1")
    assert (counted, printed(gmacs, in_1x1)) == (parameters, in_1x1)


@pytest.mark.parametrize(("depth", "attention"), CIFAR)
def test_cost_on_cifar(depth: int, attention: str) -> None:
    parameters, in_3x3, in_1x1 = CIFAR[depth, attention]
    counted, gmacs = cost(32, depth, attention, classes=100, stem="3x3")
    assert (counted, printed(gmacs, in_3x3)) == (parameters, in_3x3)
    counted, gmacs = cost(32, depth, attention, classes=100, stem="3x3", stride_in="1x1")
    assert (counted, printed(gmacs, in_1x1)) == (parameters, in_1x1)


@pytest.mark.parametrize("depth", [18, 34, 50, 101])
def test_plain_network_has_torchvisions_names_and_shapes(depth: Any) -> None:
    with torch.device("meta"):
        ours, theirs = resnet(depth), getattr(torchvision.models, f"resnet{depth}")()
    shapes = [{name: tensor.shape for name, tensor in net.state_dict().items()} for net in (ours, theirs)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("depth", [18, 50])
def test_plain_network_gives_torchvisions_logits_bit_for_bit(depth: Any) -> None:
    torch.manual_seed(depth)
    theirs = getattr(torchvision.models, f"resnet{depth}")().eval()
    ours = resnet(depth).eval()
    ours.load_state_dict(theirs.state_dict())
    for height, width in ((64, 64), (96, 80)):
        pictures = torch.randn(2, 3, height, width)
        with torch.no_grad():
            assert torch.equal(ours(pictures), theirs(pictures))


@pytest.fixture(scope="module")
def tiny() -> dict[str, ResNet]:
    """Untrained networks of width 4, in double precision, one for each kind of attention."""
    torch.manual_seed(4)
    kinds: tuple[Any, ...] = ATTENTIONS
    return {kind: resnet(18, kind, classes=3, width=4, reduction=2).double().eval() for kind in kinds}


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(attention=st.sampled_from(ATTENTIONS), height=st.integers(32, 70), width=st.integers(32, 70))
def test_pictures_of_any_size_are_seen_whole(tiny: dict[str, ResNet], attention: str, height: int, width: int) -> None:
    picture = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(height), dtype=torch.float64)
    last_row, last_column = picture.clone(), picture.clone()
    last_row[:, :, -1] += 5
    last_column[:, :, :, -1] += 5
    with torch.no_grad():
        as_is, other_row, other_column = tiny[attention](torch.cat([picture, last_row, last_column]))
    assert as_is.shape == (3,)
    assert (as_is - other_row).abs().max() > 1e-9
    assert (as_is - other_column).abs().max() > 1e-9


@pytest.mark.parametrize(("stem", "shrinks"), [("7x7", 4), ("3x3", 1), ("3x3-stride2", 2)])
def test_stages_one_by_one_are_the_network(stem: Any, shrinks: int) -> None:
    network = resnet(18, "bam", classes=3, stem=stem, width=4, reduction=2).eval()
    pictures = torch.randn(2, 3, 64, 32, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        features = network.stem(pictures)
        for number, name in enumerate(STAGES):
            features = network.stage(name, features)
            shrunk = shrinks * 2**number
            assert features.shape == (2, 4 * 2**number, 64 // shrunk, 32 // shrunk)
        assert torch.equal(network.head(features), network(pictures))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"depth": 20}, "depth is 20; it can be 18, 34, 50, 101, 152."),
        ({"attention": "eca"}, "attention is 'eca'; it can be none, se, bam, cbam."),
        ({"stem": "5x5"}, "stem is '5x5'; it can be 7x7, 7x7-ceil, deep, 3x3, 3x3-stride2."),
        ({"stride_in": "2x2"}, "stride_in is '2x2'; it can be 3x3, 1x1."),
        ({"attention": "se", "reduction": 128}, "reduction is 128; with 64 channels it can be 1 to 64."),
        ({"attention": "bam", "combine": "mean"}, "combine is 'mean'; it can be sum, product, max."),
        ({"attention": "bam", "combin": "sum"}, 'Attention "bam" has no option "combin". Did you mean "combine"?'),
        ({"attention": "none", "kernel": 7}, 'Attention "none" has no option "kernel".'),
        ({"attention": "se", "channels": 3}, 'Attention "se" has no option "channels".'),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], told: str) -> None:
    with torch.device("meta"), pytest.raises(OptionError) as caught:
        resnet(**{"depth": 18, **options})
    assert str(caught.value) == told


def test_options_reach_the_attention_modules() -> None:
    with torch.device("meta"):
        bam = resnet(18, "bam", combine="product", reduction=8)
        cbam = resnet(18, "cbam", kernel=3, pooling="max")
    assert (bam.bam3.combine, bam.bam3.channel[0].out_features) == ("product", 32)
    assert cbam.layer4[1].cbam.spatial.conv.weight.shape == (1, 1, 3, 3)


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(6), dtype=torch.float64)


def documented(attention: str, blocks: tuple[int, ...], channels: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Names, kinds and shapes of all gates, in order, for two pictures of 64 x 96 and a stem that shrinks by 4."""
    gates: dict[str, tuple[str, tuple[int, ...]]] = {}
    for stage, count in enumerate(blocks, start=1):
        wide, high = 2, (channels * 2 ** (stage - 1), 16 // 2 ** (stage - 1), 24 // 2 ** (stage - 1))
        for block in range(count):
            if attention == "se":
                gates[f"stage{stage}.{block}.se"] = ("channel", (wide, high[0]))
            if attention == "cbam":
                gates[f"stage{stage}.{block}.cbam.channel"] = ("channel", (wide, high[0]))
                gates[f"stage{stage}.{block}.cbam.spatial"] = ("spatial", (wide, *high[1:]))
        if attention == "bam" and stage < 4:
            gates[f"stage{stage}.bam"] = ("full", (wide, *high))
    return gates


@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize(("depth", "blocks", "channels"), [(18, (2, 2, 2, 2), 4), (50, (3, 4, 6, 3), 16)])
def test_tap_sees_every_gate_by_its_name(
    settled: Settle, pictures: torch.Tensor, attention: Any, depth: Any, blocks: tuple[int, ...], channels: int
) -> None:
    network = settled(resnet(depth, attention, classes=3, width=4, reduction=2))
    seen: dict[str, Gate] = {}

    def tap(name: str, gate: Gate) -> Gate:
        assert name not in seen
        seen[name] = replace(gate, values=gate.values.clone(), before=gate.before.clone())
        return gate

    with torch.no_grad():
        network(pictures, tap)
    expected = documented(attention, blocks, channels)
    assert [(name, (gate.kind, tuple(gate.values.shape))) for name, gate in seen.items()] == list(expected.items())
    assert all(gate.values.min() > 0 and gate.values.max() < 1 for gate in seen.values())
    assert all(gate.residual == (attention == "bam") for gate in seen.values())


@pytest.mark.parametrize("attention", ["se", "bam", "cbam"])
def test_network_does_not_write_into_what_a_tap_was_given(
    settled: Settle, pictures: torch.Tensor, attention: Any
) -> None:
    kept: list[tuple[torch.Tensor, torch.Tensor]] = []

    def tap(name: str, gate: Gate) -> Gate:
        kept.extend((tensor, tensor.clone()) for tensor in (gate.values, gate.before, *gate.logits.values()))
        return gate

    with torch.no_grad():
        settled(resnet(18, attention, classes=3, width=4, reduction=2))(pictures, tap)
    assert len(kept) >= 6
    assert all(torch.equal(given, as_given) for given, as_given in kept)


@pytest.mark.parametrize("attention", ["se", "bam", "cbam"])
def test_tap_that_returns_the_gate_changes_nothing_and_any_other_gate_does(
    settled: Settle, pictures: torch.Tensor, attention: Any
) -> None:
    network = settled(resnet(18, attention, classes=3, width=4, reduction=2))
    names: list[str] = []

    def looking(name: str, gate: Gate) -> Gate:
        names.append(name)
        return gate

    with torch.no_grad():
        plain = network(pictures)
        assert torch.equal(network(pictures, looking), plain)
        for chosen in names:
            replaced = network(
                pictures,
                lambda name, gate, chosen=chosen: (
                    replace(gate, values=torch.zeros_like(gate.values)) if name == chosen else gate
                ),
            )
            assert not torch.equal(replaced, plain), chosen


def test_closed_gates_make_a_cbam_network_of_shortcuts_only(settled: Settle, pictures: torch.Tensor) -> None:
    """With every gate at 0 the branches are gone, so that logits no longer depend on the branches' weights."""
    network = settled(resnet(18, "cbam", classes=3, width=4, reduction=2))

    def close(name: str, gate: Gate) -> Gate:
        return replace(gate, values=torch.zeros_like(gate.values))

    with torch.no_grad():
        closed = network(pictures, close)
        for name, parameter in network.named_parameters():
            if ".conv" in name and name.startswith("layer"):
                parameter.mul_(2)
        assert torch.equal(network(pictures, close), closed)
