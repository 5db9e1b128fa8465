"""Explanations come from one forward pass, whatever the mode of caller and model, and leave nothing behind."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attnviz import explain, gates, gradcam
from attnviz.errors import OptionError, TargetError
from attnviz.maps import METHODS, Explanation, explained_by, forward
from attnviz.nets import STAGES, ResNet

EXACT, FLOAT32 = 1e-10, 1e-5  # of a map's range
ATTENTIONS = ("none", "se", "bam", "cbam")
TARGETS = [3, 0, 4]
MODULE = importlib.import_module("attnviz.maps.explain")  # the attribute of that name is the function

RandomNet = Callable[..., ResNet]


def difference(heat: Tensor, reference: Tensor) -> float:
    """The largest difference in a batch of maps, each as a share of its reference's range."""
    ranges = reference.amax((1, 2)) - reference.amin((1, 2))
    return float(((heat - reference).abs().amax((1, 2)) / ranges).max())


def tensors(explanation: Explanation) -> dict[str, Tensor]:
    """Every tensor that a caller can reach, by where it is."""
    found = {"logits": explanation.logits, "targets": explanation.targets}
    for kind in ("maps", "features", "full_features"):
        found |= {f"{kind}.{stage}": tensor for stage, tensor in getattr(explanation, kind).items()}
    for place, gate in explanation.gates.items():
        values = {name: value for name, value in vars(gate).items() if isinstance(value, Tensor)}
        found |= {f"{place}.{name}": value for name, value in (values | dict(gate.logits)).items()}
    return found


def assert_same(one: Explanation, other: Explanation) -> None:
    for (name, found), expected in zip(tensors(one).items(), tensors(other).values(), strict=True):
        assert torch.equal(found, expected), name


# targets, logits, stages


@pytest.mark.parametrize(
    ("targets", "meant"),
    [
        (2, [2, 2, 2]),
        ([4, 0, 2], [4, 0, 2]),
        ((4, 0, 2), [4, 0, 2]),
        (torch.tensor(1), [1, 1, 1]),
        (torch.tensor([4, 0, 2], dtype=torch.uint8), [4, 0, 2]),
    ],
)
def test_targets(random_net: RandomNet, images: Tensor, targets: Any, meant: list[int]) -> None:
    explanation = explain(random_net(), images, targets)
    assert explanation.targets.tolist() == meant
    for number, target in enumerate(meant):
        alone = explain(random_net(), images[number : number + 1], target)
        for stage in STAGES:
            assert difference(explanation.maps[stage][number, None], alone.maps[stage]) <= EXACT


def test_without_targets_each_image_has_its_own_top_1(random_net: RandomNet, images: Tensor) -> None:
    model = random_net()
    best = model(images).argmax(1)
    assert len(set(best.tolist())) > 1
    assert_same(explain(model, images), explain(model, images, best))


@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_logits_are_the_models_bit_for_bit(
    random_net: RandomNet, images: Tensor, attention: str, dtype: torch.dtype
) -> None:
    model, inputs = random_net(attention=attention).to(dtype), images.to(dtype)
    for stages in (STAGES, ("stage4",), ()):
        assert torch.equal(explain(model, inputs, stages=stages).logits, model(inputs))


def test_stage_4_map_and_bias_sum_to_the_logit(random_net: RandomNet, images: Tensor) -> None:
    model = random_net()
    explanation = explain(model, images, TARGETS)
    summed = explanation.maps["stage4"].sum((1, 2)) + model.fc.bias[TARGETS]
    logits = explanation.logits[torch.arange(3), TARGETS]
    torch.testing.assert_close(summed, logits, rtol=0, atol=1e-12)


@pytest.mark.parametrize("stages", [("stage3", "stage2"), "stage4", ("stage1",), ()])
def test_maps_of_the_stages_asked_for_alone(random_net: RandomNet, images: Tensor, stages: Any) -> None:
    wanted = [stages] if isinstance(stages, str) else sorted(stages)
    explanation, everything = explain(random_net(), images, 1, stages), explain(random_net(), images, 1)
    assert list(explanation.maps) == wanted
    for stage in wanted:
        assert difference(explanation.maps[stage], everything.maps[stage]) <= EXACT
    assert list(explanation.features) == list(STAGES)
    assert len(explanation.gates) == 16


def test_short_forms_are_explain(random_net: RandomNet, images: Tensor) -> None:
    explanation = explain(random_net(), images, 2, ("stage2", "stage4"))
    for stage, heat in gradcam(random_net(), images, 2, ("stage2", "stage4")).items():
        assert torch.equal(heat, explanation.maps[stage])
    read = gates(random_net(), images)
    assert list(read) == list(explanation.gates)
    assert all(torch.equal(gate.values, explanation.gates[place].values) for place, gate in read.items())
    assert explain(random_net(), images, 2, gates=False).gates == {}


def test_one_forward_pass_and_none_to_retarget(random_net: RandomNet, images: Tensor) -> None:
    model, passes = random_net(), []
    model.conv1.register_forward_pre_hook(lambda *_: passes.append(1))
    explanation = explain(model, images)
    assert len(passes) == 1
    explanation.retarget([0, 1, 2])
    explanation.retarget(3)
    assert len(passes) == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("stages", [STAGES, ("stage4",), ("stage1",)])
def test_retarget_is_a_fresh_explanation_of_stage_4(
    random_net: RandomNet, images: Tensor, method: str, stages: Any
) -> None:
    model = random_net()
    again = explain(model, images, 0, stages, method=method).retarget(TARGETS)
    fresh = explain(model, images, TARGETS, ("stage4",), method=method)
    assert (again.method, list(again.maps)) == (method, ["stage4"])
    assert_same(again, fresh)
    assert_same(again.retarget(None), explain(model, images, None, ("stage4",), method=method))


@pytest.mark.parametrize("stages", [STAGES, ("stage4",), ()])
def test_many_methods_of_one_pass_are_those_of_a_pass_each(
    random_net: RandomNet, images: Tensor, stages: tuple[str, ...]
) -> None:
    model, passes = random_net(), []
    model.conv1.register_forward_pre_hook(lambda *_: passes.append(1))
    found = explained_by(forward(model, images, stages), TARGETS, METHODS)
    assert len(passes) == 1
    assert list(found) == list(METHODS)
    for method, explanation in found.items():
        assert explanation.method == method
        assert_same(explanation, explain(model, images, TARGETS, stages, method=method))


def saved_for_backward(model: ResNet, images: Tensor, stages: tuple[str, ...]) -> list[Tensor]:
    """What autograd keeps in the course of an explanation."""
    saved: list[Tensor] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: saved.append(tensor) or tensor, lambda kept: kept):
        explain(model, images, 1, stages).retarget(2)
    return saved


def test_stage_4_alone_needs_no_graph(random_net: RandomNet, images: Tensor) -> None:
    for model in (random_net(), random_net().requires_grad_(), random_net().train()):
        for inputs in (images, images.clone().requires_grad_()):
            assert saved_for_backward(model, inputs, ("stage4",)) == []


@pytest.mark.parametrize(("stages", "side"), [(STAGES, 16), (("stage2",), 8), (("stage4", "stage3"), 4)])
def test_graph_begins_at_the_lowest_stage(random_net: RandomNet, images: Tensor, stages: Any, side: int) -> None:
    for inputs in (images, images.clone().requires_grad_()):
        saved = saved_for_backward(random_net(attention="se"), inputs, stages)
        assert max(tensor.shape[-1] for tensor in saved if tensor.ndim == 4) == side


# the caller's modes, and what stays as it was

MODES: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "no_grad": torch.no_grad,
    "enable_grad": torch.enable_grad,
    "set_grad_enabled(False)": lambda: torch.set_grad_enabled(False),
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_callers_mode_does_not_matter(random_net: RandomNet, images: Tensor, attention: str, mode: str) -> None:
    model, inputs = random_net(attention=attention).float(), images.float()
    expected = explain(model, inputs, TARGETS, full=True)
    with MODES[mode]():
        found = explain(model, inputs, TARGETS, full=True)
        retargeted = found.retarget(2)
    assert_same(found, expected)
    assert_same(retargeted, expected.retarget(2))
    for name, tensor in (tensors(found) | tensors(retargeted)).items():
        assert not tensor.requires_grad, name
        assert not tensor.is_inference(), name


def state(model: nn.Module) -> dict[str, Any]:
    """Everything about a model that a call could change."""
    found: dict[str, Any] = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for name, parameter in model.named_parameters():
        assert parameter.grad is None
        found[f"{name} requires_grad"] = torch.tensor(parameter.requires_grad)
    for name, module in model.named_modules():
        hooks = [len(getattr(module, kind)) for kind in vars(module) if kind.endswith("_hooks")]
        found[f"{name} training, hooks"] = torch.tensor([int(module.training), *hooks])
    return found


def half_in_train_mode(model: ResNet) -> None:
    model.get_submodule("layer3").train()
    model.get_submodule("layer2").requires_grad_()


STATES: dict[str, Callable[[ResNet], object]] = {
    "frozen": lambda model: model,
    "unfrozen": lambda model: model.requires_grad_(),
    "train": lambda model: model.train(),
    "unfrozen train": lambda model: model.requires_grad_().train(),
    "half": half_in_train_mode,
}


@pytest.mark.parametrize("kind", STATES)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_models_state_neither_matters_nor_changes(
    random_net: RandomNet, images: Tensor, attention: str, kind: str
) -> None:
    model = random_net(attention=attention)
    expected = explain(model, images, TARGETS, full=True)
    STATES[kind](model)
    before = state(model)
    found = explain(model, images, TARGETS, full=True)
    assert_same(found, expected)
    assert not any(tensor.requires_grad for tensor in tensors(found).values())
    after = state(model)
    assert before.keys() == after.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_model_made_in_inference_mode(random_net: RandomNet, images: Tensor) -> None:
    for attention in ATTENTIONS:
        with torch.inference_mode():
            model = random_net(attention=attention)
        assert_same(explain(model, images, TARGETS), explain(random_net(attention=attention), images, TARGETS))


def test_images_made_in_inference_mode(random_net: RandomNet, images: Tensor) -> None:
    with torch.inference_mode():
        made = images.clone()
    assert_same(explain(random_net(), made, TARGETS), explain(random_net(), images, TARGETS))


def test_images_that_require_grad_are_not_touched(random_net: RandomNet, images: Tensor) -> None:
    leaf = images.clone().requires_grad_()
    for inputs in (leaf, leaf * 1):
        explanation = explain(random_net(), inputs, TARGETS, full=True)
        assert_same(explanation, explain(random_net(), images, TARGETS, full=True))
        assert not any(tensor.requires_grad for tensor in tensors(explanation).values())
    assert leaf.grad is None
    assert torch.equal(leaf.detach(), images)
    assert leaf.requires_grad


def test_images_take_the_models_type(random_net: RandomNet, images: Tensor) -> None:
    model, half = random_net().float(), images.half()
    explanation = explain(model, half, TARGETS)
    assert {heat.dtype for heat in explanation.maps.values()} == {torch.float32}
    assert_same(explanation, explain(model, half.float(), TARGETS))


def test_channels_last(random_net: RandomNet, images: Tensor) -> None:
    model = copy.deepcopy(random_net()).to(memory_format=torch.channels_last)
    found = explain(model, images.to(memory_format=torch.channels_last), TARGETS)
    for stage, heat in explain(random_net(), images, TARGETS).maps.items():
        assert difference(found.maps[stage], heat) <= EXACT


def test_data_parallel(random_net: RandomNet, images: Tensor) -> None:
    model = random_net()
    assert_same(explain(nn.DataParallel(model), images, TARGETS), explain(model, images, TARGETS))


# what cannot be


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stages": ("stage3", "stage5")}, 'There is no stage "stage5"; there are stage1, stage2, stage3, stage4.'),
        (
            {"method": "grad-cam"},
            'There is no method "grad-cam"; there are gradcam, gradcam++, hirescam, layercam. '
            'Did you mean "gradcam" or "gradcam++"?',
        ),
        ({"model": nn.Linear(3, 3)}, "explain works on the networks of attnviz.nets.resnet, not on Linear."),
        (
            {"images": torch.zeros(3, 64, 64)},
            "images must be float of shape (N,3,H,W), and are torch.float32 of (3, 64, 64).",
        ),
        (
            {"images": torch.zeros(2, 1, 64, 64)},
            "images must be float of shape (N,3,H,W), and are torch.float32 of (2, 1, 64, 64).",
        ),
        (
            {"images": torch.zeros(0, 3, 64, 64)},
            "images must be float of shape (N,3,H,W), and are torch.float32 of (0, 3, 64, 64).",
        ),
        (
            {"images": torch.zeros(2, 3, 64, 64, dtype=torch.uint8)},
            "images must be float of shape (N,3,H,W), and are torch.uint8 of (2, 3, 64, 64).",
        ),
        ({"images": torch.zeros(2, 3, 64, 31)}, "images must be at least 32 pixels a side, and are (64, 31)."),
    ],
)
def test_arguments_that_cannot_be(random_net: RandomNet, images: Tensor, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        explain(**{"model": random_net(), "images": images} | changes)
    assert str(caught.value) == told


WHAT_TARGETS_ARE = "targets must be class indices: one for all images, or a list with one for each."


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        (5, "A target is outside 0 to 4, the classes of the model."),
        (-1, "A target is outside 0 to 4, the classes of the model."),
        ([0, 1, 5], "A target is outside 0 to 4, the classes of the model."),
        ([0, 1], "There are 2 targets for 3 images; give one for all, or one for each."),
        (torch.tensor([], dtype=torch.int64), "There are 0 targets for 3 images; give one for all, or one for each."),
        ([0.0, 1.0, 2.0], WHAT_TARGETS_ARE),
        (True, WHAT_TARGETS_ARE),
        ([[0, 1, 2]], WHAT_TARGETS_ARE),
        ("lion", WHAT_TARGETS_ARE),
        (["lion", "tabby", "pizza"], WHAT_TARGETS_ARE),
    ],
)
def test_targets_that_cannot_be(random_net: RandomNet, images: Tensor, targets: Any, told: str) -> None:
    model = random_net()
    for call in (partial(explain, model, images), explain(model, images).retarget):
        with pytest.raises(TargetError) as caught:
            call(targets)
        assert str(caught.value) == told
