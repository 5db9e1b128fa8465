"""Averaging the gradient before the 1x1 convolutions gives Grad-CAM's own weights, at less work."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from attnviz.errors import OptionError
from attnviz.maps import explain, explained, forward, methods
from attnviz.maps.pooled import with_pooled_gradient
from attnviz.nets import STAGES, merged, resnet

KINDS = [
    {"depth": 50},
    {"depth": 50, "stride_in": "1x1", "attention": "se"},
    {"depth": 50, "shortcut": "avg-conv", "stem": "deep"},
    {"depth": 50, "attention": "bam", "reduction": 2},
    {"depth": 18, "attention": "cbam", "reduction": 2},
]


def network_of(kind):
    torch.manual_seed(3)
    return resnet(classes=5, width=8, **{"reduction": 4} | kind).double().eval().requires_grad_(False)


@pytest.mark.parametrize("lowest", STAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(str(value) for value in kind.values()))
def test_maps_are_those_of_the_whole_gradient(kind, lowest):
    network, stages = network_of(kind), STAGES[STAGES.index(lowest) :]
    images = torch.randn(2, 3, 72, 56, dtype=torch.float64)
    whole, pooled = (explained(forward(network, images, stages, pooled=how), [1, 4]) for how in (False, True))
    assert torch.equal(whole.logits, pooled.logits)
    for stage in stages:
        largest = whole.maps[stage].abs().max()
        torch.testing.assert_close(pooled.maps[stage] / largest, whole.maps[stage] / largest, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shortcut", ["conv", "avg-conv"])
def test_the_gradient_is_its_mean_everywhere(shortcut):
    network = network_of({"depth": 50, "shortcut": shortcut})
    x = torch.randn(2, 32, 9, 11, dtype=torch.float64, requires_grad=True)
    (whole,) = torch.autograd.grad(network.stage("stage2", x).square().sum(), x)
    (pooled,) = torch.autograd.grad(with_pooled_gradient(network, "stage1").stage("stage2", x).square().sum(), x)
    torch.testing.assert_close(pooled.mean((2, 3)), whole.mean((2, 3)), rtol=1e-10, atol=0)
    if shortcut == "conv":
        torch.testing.assert_close(pooled, pooled.mean((2, 3), keepdim=True).expand_as(pooled), rtol=1e-10, atol=0)


class _ConvolutionBackwards(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += func is torch.ops.aten.convolution_backward.default
        return func(*args, **kwargs or {})


def test_two_backward_convolutions_are_saved():
    network, images = network_of({"depth": 50}), torch.randn(1, 3, 64, 64, dtype=torch.float64)
    counts = []
    for pooled in (False, True):
        with _ConvolutionBackwards() as seen:
            explained(forward(network, images, pooled=pooled))
        counts.append(seen.count)
    assert counts[0] - counts[1] == 2


def test_a_block_that_begins_with_3x3_and_the_last_stage_keep_the_network():
    basic, bottleneck = network_of({"depth": 18}), network_of({"depth": 50})
    assert with_pooled_gradient(basic, "stage1") is basic
    assert with_pooled_gradient(bottleneck, "stage4") is bottleneck


def test_the_network_itself_is_not_changed_and_shares_its_numbers():
    network = network_of({"depth": 50})
    twin = with_pooled_gradient(network, "stage2")
    assert type(network.layer3[0].conv1) is torch.nn.Conv2d
    assert twin.layer3[0].conv1.conv is network.layer3[0].conv1
    assert twin.layer4 is network.layer4


def test_the_fast_form_has_it_too():
    network, images = network_of({"depth": 50}), torch.randn(1, 3, 64, 64, dtype=torch.float64)
    plain, fast = explain(network, images, 2), explain(merged(network), images, 2)
    for stage, heat in plain.maps.items():
        torch.testing.assert_close(fast.maps[stage], heat, rtol=1e-8, atol=1e-10 * float(heat.abs().max()))


def test_other_methods_refuse_such_a_pass_but_not_at_stage_4():
    passed = forward(network_of({"depth": 50}), torch.randn(1, 3, 64, 64), pooled=True)
    with pytest.raises(OptionError, match='for "layercam" make it anew'):
        explained(passed, method="layercam")
    again = explained(passed).passed
    hirescam, gradcam = (explained(again, 1, method).maps["stage4"] for method in ("hirescam", "gradcam"))
    torch.testing.assert_close(hirescam, gradcam, rtol=1e-12, atol=1e-12)


def test_a_map_of_stage_1_is_the_sum_that_the_paper_writes():
    network, images = network_of({"depth": 50}), torch.randn(1, 3, 64, 64, dtype=torch.float64)
    features = network.stage("stage1", network.stem(images)).detach().requires_grad_()
    x = features
    for stage in STAGES[1:]:
        x = network.stage(stage, x)
    (gradient,) = torch.autograd.grad(network.head(x)[0, 3], features)
    expected = methods.gradcam(features.detach(), gradient)
    torch.testing.assert_close(explain(network, images, 3, ("stage1",)).maps["stage1"], expected, rtol=1e-9, atol=0)
