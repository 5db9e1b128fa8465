"""Names there and back."""

from __future__ import annotations

import pytest
import torch

from attnviz.families.fit import shapes_of
from attnviz.families.layouts import LAYOUTS, Layout, Rename
from attnviz.families.layouts.layout import linear, swapped
from attnviz.nets import resnet

EXAMPLES = {
    "pytorchcv": {
        "features.stage3.unit2.body.conv1.conv.weight": "layer3.1.conv1.weight",
        "features.stage2.unit1.bam.ch_att.final_fc.bias": "bam1.channel.3.bias",
        "features.stage4.unit1.res_unit.identity_conv.bn.running_var": "layer4.0.downsample.1.running_var",
        "output.weight": "fc.weight",
    },
    "attention-module": {
        "bam3.spatial_att.gate_s.gate_s_conv_di_1.bias": "bam3.spatial.6.bias",
        "layer2.3.cbam.ChannelGate.mlp.3.weight": "layer2.3.cbam.channel.fc2.weight",
    },
    "cadene": {"layer0.bn1.bias": "bn1.bias", "layer4.2.se_module.fc2.bias": "layer4.2.se.fc2.bias"},
    "moskomule": {"layer1.0.se.fc.2.weight": "layer1.0.se.fc2.weight"},
}


@pytest.mark.parametrize(("layout", "theirs", "ours"), [(k, *pair) for k, v in EXAMPLES.items() for pair in v.items()])
def test_names(layout: str, theirs: str, ours: str) -> None:
    found = LAYOUTS[layout].ours(theirs)
    assert found is not None
    assert found[0] == ours


@pytest.mark.parametrize(
    "name", ["layer1.0.conv1", "layer1.conv1.weight", "xconv1.weight", "features.conv1.weight", ""]
)
def test_names_that_are_of_no_layout(name: str) -> None:
    assert all(layout.ours(name) is None for layout in LAYOUTS.values())


KINDS = {
    "torchvision": ["none"], "attention-module": ["none", "bam", "cbam"], "timm": ["none", "se", "cbam"],
    "pytorchcv": ["none", "se", "bam", "cbam"], "cadene": ["none", "se"], "moskomule": ["none", "se"],
    "attnviz": ["none", "se", "bam", "cbam"],
}  # fmt: skip


@pytest.mark.parametrize(("layout", "attention"), [(name, kind) for name, kinds in KINDS.items() for kind in kinds])
def test_there_and_back(layout: str, attention: str) -> None:
    """Every tensor of every network has one name with each publisher who has such networks."""
    with torch.device("meta"):
        names = list(shapes_of(resnet(50, attention, width=8, reduction=2)))  # type: ignore[arg-type]
    theirs = [LAYOUTS[layout].theirs(name) for name in names]
    assert len(set(theirs)) == len(names)
    back = [LAYOUTS[layout].ours(name) for name in theirs]
    assert [found and found[0] for found in back] == names


def test_a_name_that_a_publisher_has_no_word_for_stays() -> None:
    assert LAYOUTS["cadene"].theirs("bam1.channel.0.weight") == "bam1.channel.0.weight"


def test_only_the_weight_is_changed() -> None:
    layout = Layout("a", "A", "documented keys", (Rename("x.{n}", "y.{n}", linear),))
    assert layout.ours("x.3.weight") == ("y.3.weight", linear)
    assert layout.ours("x.3.bias") == ("y.3.bias", None)


def test_changes() -> None:
    weight = torch.arange(6.0).reshape(3, 2, 1, 1)
    assert torch.equal(linear(weight), torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    assert torch.equal(swapped(weight)[:, :, 0, 0], torch.tensor([[1.0, 0.0], [3.0, 2.0], [5.0, 4.0]]))
    assert linear(weight[:, :, 0, 0]) is None
    assert linear(torch.zeros(3, 2, 3, 3)) is None
    assert swapped(torch.zeros(1, 1, 7, 7)) is None


def test_what_is_fixed_for_one_attention_comes_after_what_is_fixed_for_any() -> None:
    layout = Layout("a", "A", "x", (), {"any": {"stem": "7x7", "stride_in": "1x1"}, "se": {"stride_in": "3x3"}})
    assert layout.options("se") == {"stem": "7x7", "stride_in": "3x3"}
    assert layout.options("bam") == {"stem": "7x7", "stride_in": "1x1"}
