"""The fast form computes what the network computes, and leaves it alone."""

import pytest
import torch
from torch import nn

from attnviz.maps import explain
from attnviz.nets import ResNet, merged, resnet

KINDS = [
    {"depth": 18},
    {"depth": 18, "attention": "se", "relu_before_attention": True, "reduction": 2},
    {"depth": 18, "attention": "bam", "reduction": 2},
    {"depth": 18, "attention": "cbam", "reduction": 2, "stem": "3x3-stride2"},
    {"depth": 50, "attention": "cbam", "stride_in": "1x1"},
    {"depth": 50, "attention": "bam", "combine": "product", "stem": "7x7-ceil"},
    {"depth": 50, "attention": "se", "stem": "deep", "shortcut": "avg-conv"},
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(str(value) for value in kind.values()))
def test_logits_maps_and_gates_are_those_of_the_network(settled, kind):
    network: ResNet = settled(resnet(classes=5, width=8, **kind))
    images = torch.randn(2, 3, 64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    plain, fast = explain(network, images, 3), explain(merged(network), images, 3)
    torch.testing.assert_close(fast.logits, plain.logits, rtol=1e-9, atol=1e-9)
    for stage, heat in plain.maps.items():
        torch.testing.assert_close(fast.maps[stage] / heat.abs().max(), heat / heat.abs().max(), rtol=0, atol=1e-9)
    assert fast.gates.keys() == plain.gates.keys()
    for place, gate in plain.gates.items():
        torch.testing.assert_close(fast.gates[place].values, gate.values, rtol=0, atol=1e-10)


@pytest.mark.parametrize("stem", ["7x7", "deep"])
def test_no_batch_norm_is_left_and_the_network_keeps_its_own(settled, stem):
    network = settled(resnet(50, "bam", classes=5, stem=stem, width=8, reduction=2))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    twin = merged(network)
    assert not any(isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) for module in twin.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert {tensor.data_ptr() for tensor in twin.parameters()}.isdisjoint(
        tensor.data_ptr() for tensor in network.parameters()
    )
    assert not any(parameter.requires_grad for parameter in twin.parameters())


def test_a_network_in_train_mode_is_merged_as_in_eval_mode_and_stays_in_train_mode(settled):
    network = settled(resnet(18, classes=5, width=8))
    images = torch.randn(1, 3, 32, 32, dtype=torch.float64)
    expected = network(images)
    twin = merged(network.train())
    assert network.training
    assert not twin.training
    torch.testing.assert_close(twin(images), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("width", "last"), [(4, False), (8, True)])
def test_channels_are_last_unless_a_strided_convolution_is_so_narrow_that_torch_would_write_beyond_it(width, last):
    weight = merged(resnet(18, classes=5, width=width)).layer3[0].conv1.weight
    assert weight.is_contiguous(memory_format=torch.channels_last) == last


def test_shipped_networks_give_the_same_maps_to_a_ten_thousandth_of_their_range():
    import attnviz

    family = attnviz.open_family(device="cpu")
    images = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    for name in family:
        plain, fast = explain(family[name], images, 1), explain(merged(family[name]), images, 1)
        for stage, heat in plain.maps.items():
            span = heat.amax((1, 2), keepdim=True) - heat.amin((1, 2), keepdim=True)
            assert ((fast.maps[stage] - heat) / span).abs().max() < 1e-4
