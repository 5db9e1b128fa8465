"""Layouts without a package to compare with: names and shapes as documented, logits against the equations by hand.

The forward pass below is written with nothing but torch's functions, from the papers' equations and what is documented
of the authors' code; it shares nothing with attnviz.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from attnviz.families.identify import Identified

State = dict[str, Tensor]
Identify = Callable[..., Identified]
Draw = Callable[[State], State]
BLOCKS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}
CLASSES = 10


def batchnorm(name: str, channels: int) -> State:
    tensors = {f"{name}.{part}": torch.zeros(channels) for part in ("weight", "bias", "running_mean", "running_var")}
    return tensors | {f"{name}.num_batches_tracked": torch.tensor(3)}


def backbone(depth: int, classes: int = CLASSES) -> State:
    """torchvision's names and shapes, which the authors' and moskomule's code both kept."""
    state: State = {"conv1.weight": torch.zeros(64, 3, 7, 7)} | batchnorm("bn1", 64)
    expansion, channels = (4 if depth == 50 else 1), 64
    for stage, count in enumerate(BLOCKS[depth], start=1):
        width = 64 * 2 ** (stage - 1)
        for block in range(count):
            place, outputs = f"layer{stage}.{block}", width * expansion
            shapes = [(width, channels, 3, 3), (width, width, 3, 3)]
            if depth == 50:
                shapes = [(width, channels, 1, 1), (width, width, 3, 3), (outputs, width, 1, 1)]
            for number, shape in enumerate(shapes, start=1):
                state[f"{place}.conv{number}.weight"] = torch.zeros(shape)
                state |= batchnorm(f"{place}.bn{number}", shape[0])
            if block == 0 and (stage > 1 or channels != outputs):
                state[f"{place}.downsample.0.weight"] = torch.zeros(outputs, channels, 1, 1)
                state |= batchnorm(f"{place}.downsample.1", outputs)
            channels = outputs
    return state | {"fc.weight": torch.zeros(classes, channels), "fc.bias": torch.zeros(classes)}


def places(state: State) -> list[tuple[str, int]]:
    """Every block and how many channels leave it."""
    last = "conv3" if "layer1.0.conv3.weight" in state else "conv2"
    return [
        (name.removesuffix(f".{last}.weight"), tensor.shape[0])
        for name, tensor in state.items()
        if name.endswith(f".{last}.weight")
    ]


def authors_cbam(depth: int) -> State:
    state = backbone(depth, 1000 if depth == 50 else CLASSES)
    for place, channels in places(state):
        state |= {
            f"{place}.cbam.ChannelGate.mlp.1.weight": torch.zeros(channels // 16, channels),
            f"{place}.cbam.ChannelGate.mlp.1.bias": torch.zeros(channels // 16),
            f"{place}.cbam.ChannelGate.mlp.3.weight": torch.zeros(channels, channels // 16),
            f"{place}.cbam.ChannelGate.mlp.3.bias": torch.zeros(channels),
            f"{place}.cbam.SpatialGate.spatial.conv.weight": torch.zeros(1, 2, 7, 7),
            **batchnorm(f"{place}.cbam.SpatialGate.spatial.bn", 1),
        }
    return state


def authors_bam(depth: int) -> State:
    state = backbone(depth, 1000 if depth == 50 else CLASSES)
    for number in (1, 2, 3):
        channels = 64 * 2 ** (number - 1) * (4 if depth == 50 else 1)
        hidden = channels // 16
        gate, place = f"bam{number}.channel_att.gate_c.gate_c", f"bam{number}.spatial_att.gate_s.gate_s"
        state |= {
            f"{gate}_fc_0.weight": torch.zeros(hidden, channels),
            f"{gate}_fc_0.bias": torch.zeros(hidden),
            **batchnorm(f"{gate}_bn_1", hidden),
            f"{gate}_fc_final.weight": torch.zeros(channels, hidden),
            f"{gate}_fc_final.bias": torch.zeros(channels),
            f"{place}_conv_reduce0.weight": torch.zeros(hidden, channels, 1, 1),
            f"{place}_conv_reduce0.bias": torch.zeros(hidden),
            **batchnorm(f"{place}_bn_reduce0", hidden),
            f"{place}_conv_di_0.weight": torch.zeros(hidden, hidden, 3, 3),
            f"{place}_conv_di_0.bias": torch.zeros(hidden),
            **batchnorm(f"{place}_bn_di_0", hidden),
            f"{place}_conv_di_1.weight": torch.zeros(hidden, hidden, 3, 3),
            f"{place}_conv_di_1.bias": torch.zeros(hidden),
            **batchnorm(f"{place}_bn_di_1", hidden),
            f"{place}_conv_final.weight": torch.zeros(1, hidden, 1, 1),
            f"{place}_conv_final.bias": torch.zeros(1),
        }
    return state


def moskomule_se(depth: int) -> State:
    state = backbone(depth)
    for place, channels in places(state):
        state[f"{place}.se.fc.0.weight"] = torch.zeros(channels // 16, channels)
        state[f"{place}.se.fc.2.weight"] = torch.zeros(channels, channels // 16)
    return state


def norm(state: State, name: str, x: Tensor) -> Tensor:
    part = {part: state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")}
    return F.batch_norm(x, **part, eps=1e-5)


def gated(state: State, place: str, x: Tensor) -> Tensor:
    """SE's eq. 2-4 without biases, or CBAM's eq. 1-3 with the authors' order (maximum, mean) and BatchNorm."""
    if f"{place}.se.fc.0.weight" in state:
        hidden = F.relu(x.mean((2, 3)) @ state[f"{place}.se.fc.0.weight"].T)
        return x * torch.sigmoid(hidden @ state[f"{place}.se.fc.2.weight"].T)[:, :, None, None]
    if f"{place}.cbam.ChannelGate.mlp.1.weight" not in state:
        return x
    logits = torch.zeros(x.shape[:2], dtype=x.dtype)
    for pooled in (F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)):
        mlp = f"{place}.cbam.ChannelGate.mlp"
        hidden = F.relu(F.linear(pooled.flatten(1), state[f"{mlp}.1.weight"], state[f"{mlp}.1.bias"]))
        logits = logits + F.linear(hidden, state[f"{mlp}.3.weight"], state[f"{mlp}.3.bias"])
    x = x * torch.sigmoid(logits)[:, :, None, None]
    pooled = torch.stack([x.max(1).values, x.mean(1)], 1)
    spatial = f"{place}.cbam.SpatialGate.spatial"
    return x * torch.sigmoid(norm(state, f"{spatial}.bn", F.conv2d(pooled, state[f"{spatial}.conv.weight"], padding=3)))


def bam(state: State, number: int, x: Tensor) -> Tensor:
    """F * (1 + sigmoid(Mc * Ms)): the authors' released code multiplies where the paper's eq. 2 adds."""
    gate, place = f"bam{number}.channel_att.gate_c.gate_c", f"bam{number}.spatial_att.gate_s.gate_s"
    if f"{gate}_fc_0.weight" not in state:
        return x
    pooled = F.linear(x.mean((2, 3)), state[f"{gate}_fc_0.weight"], state[f"{gate}_fc_0.bias"])
    pooled = F.relu(norm(state, f"{gate}_bn_1", pooled))
    channel = F.linear(pooled, state[f"{gate}_fc_final.weight"], state[f"{gate}_fc_final.bias"])
    spatial = x
    for part, dilation in (("reduce0", 0), ("di_0", 4), ("di_1", 4)):
        weight, bias = state[f"{place}_conv_{part}.weight"], state[f"{place}_conv_{part}.bias"]
        spatial = F.conv2d(spatial, weight, bias, padding=dilation, dilation=max(1, dilation))
        spatial = F.relu(norm(state, f"{place}_bn_{part}", spatial))
    spatial = F.conv2d(spatial, state[f"{place}_conv_final.weight"], state[f"{place}_conv_final.bias"])
    return x * (1 + torch.sigmoid(channel[:, :, None, None] * spatial))


def logits(state: State, images: Tensor) -> Tensor:
    depth = 50 if "layer1.0.conv3.weight" in state else 18
    x = F.relu(norm(state, "bn1", F.conv2d(images, state["conv1.weight"], stride=2, padding=3)))
    x = F.max_pool2d(x, 3, 2, padding=1)
    for stage, count in enumerate(BLOCKS[depth], start=1):
        for block in range(count):
            place, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            kernels = (1, 3, 1) if depth == 50 else (3, 3)
            strided = 2 if depth == 50 else 1  # the authors and moskomule stride in the 3x3 convolution
            branch = x
            for number, kernel in enumerate(kernels, start=1):
                weight, step = state[f"{place}.conv{number}.weight"], stride if number == strided else 1
                branch = norm(state, f"{place}.bn{number}", F.conv2d(branch, weight, None, step, kernel // 2))
                branch = F.relu(branch) if number < len(kernels) else branch
            shortcut = x
            if f"{place}.downsample.0.weight" in state:
                shortcut = F.conv2d(x, state[f"{place}.downsample.0.weight"], stride=stride)
                shortcut = norm(state, f"{place}.downsample.1", shortcut)
            x = F.relu(gated(state, place, branch) + shortcut)
        x = bam(state, stage, x) if stage < 4 else x
    return F.linear(x.mean((2, 3)), state["fc.weight"], state["fc.bias"])


MAKERS = {"cbam": authors_cbam, "bam": authors_bam, "se": moskomule_se}


@pytest.mark.parametrize("depth", [18, 50])
@pytest.mark.parametrize("attention", MAKERS)
def test_logits_of_the_equations(
    attention: str, depth: int, draw: Draw, identified: Identify, photo_tensor: Tensor
) -> None:
    state = draw(MAKERS[attention](depth))
    found = identified(state)
    assert found.layout.name == ("moskomule" if attention == "se" else "attention-module")
    assert found.architecture["depth"] == depth
    assert found.architecture["attention"] == attention
    assert found.architecture.get("combine") == ("product" if attention == "bam" else None)
    assert found.architecture.get("bias") == {"se": False, "cbam": True}.get(attention)
    assert not found.assumed
    network = found.network()
    expected = logits(state, photo_tensor)
    assert (network(photo_tensor) - expected).abs().max() <= 1e-4 * expected.abs().max()
    doubled = {name: tensor.double() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    expected = logits(doubled, photo_tensor.double())
    assert (network.double()(photo_tensor.double()) - expected).abs().max() <= 1e-10 * expected.abs().max()


@pytest.mark.parametrize(("attention", "entries", "size"), [("cbam", 480, 112_571_656), ("bam", 416, 103_876_980)])
def test_the_documented_count_and_size_of_the_authors_tensors(attention: str, entries: int, size: int) -> None:
    state = MAKERS[attention](50)
    assert len(state) == entries
    assert sum(tensor.numel() * tensor.element_size() for tensor in state.values()) == size


@pytest.mark.parametrize("attention", ["cbam", "bam"])
def test_the_authors_files_as_they_saved_them(
    attention: str, draw: Draw, identified: Identify, photo_tensor: Tensor
) -> None:
    """In DataParallel, in a dictionary with the epoch, and of torch 0.4, which did not count batches."""
    state = draw(MAKERS[attention](18))
    wrapped = {f"module.{name}": tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}
    content = {"epoch": -1, "arch": "resnet", "state_dict": wrapped, "best_prec1": 0}
    found = identified(content, "RESNET_new_name_wrap.pth")
    assert found.layout.name == "attention-module"
    assert found.file.notes == {"epoch": "-1", "arch": "resnet", "best_prec1": "0"}
    expected = logits(state, photo_tensor)
    assert (found.network()(photo_tensor) - expected).abs().max() <= 1e-4 * expected.abs().max()
