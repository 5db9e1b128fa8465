"""Every method against plain loops over its paper's formula, and the properties that its formula promises."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Tensor

from attnviz import explain
from attnviz.maps import METHODS
from attnviz.nets import STAGES, ResNet

TARGETS = [3, 0, 4]
SHAPE = (2, 3, 2, 4)  # of drawn features and gradients

RandomNet = Callable[..., ResNet]

numbers = st.floats(-1e3, 1e3, width=32)
tensors = arrays(np.float32, SHAPE, elements=numbers).map(torch.from_numpy)
exactly = settings(derandomize=True, deadline=None, max_examples=60)


def gradcam(a: Tensor, g: Tensor, i: int, j: int) -> Tensor:
    """Selvaraju et al., equations 1 and 2: alpha_k = 1/Z sum_ij dy/dA_kij; sum_k alpha_k A_k."""
    return sum(
        (sum(g[k, u, v] for u, v in places(a)) / (a.shape[1] * a.shape[2]) * a[k, i, j] for k in range(len(a))),
        torch.zeros(()),
    )


def gradcam_plus_plus(a: Tensor, g: Tensor, i: int, j: int) -> Tensor:
    """Chattopadhay et al., equations 5 and 19: w_k = sum_ij alpha_kij relu(dY/dA_kij); sum_k w_k A_k."""
    total = torch.zeros(())
    for k in range(len(a)):
        weight, channel = torch.zeros(()), sum(a[k, u, v] for u, v in places(a))
        for u, v in places(a):
            slope = g[k, u, v]
            if slope > 0:
                weight = weight + slope**2 / (2 * slope**2 + channel * slope**3) * slope
        total = total + weight * a[k, i, j]
    return total


def hirescam(a: Tensor, g: Tensor, i: int, j: int) -> Tensor:
    """Draelos and Carin, equation 3: sum_k dy/dA_kij A_kij."""
    return sum((g[k, i, j] * a[k, i, j] for k in range(len(a))), torch.zeros(()))


def layercam(a: Tensor, g: Tensor, i: int, j: int) -> Tensor:
    """Jiang et al., equations 6 and 7: sum_k relu(dy/dA_kij) A_kij."""
    return sum((max(float(g[k, i, j]), 0.0) * a[k, i, j] for k in range(len(a))), torch.zeros(()))


FORMULAS = {"gradcam": gradcam, "gradcam++": gradcam_plus_plus, "hirescam": hirescam, "layercam": layercam}


def places(a: Tensor) -> list[tuple[int, int]]:
    return list(product(range(a.shape[1]), range(a.shape[2])))


def by_hand(formula: Callable[[Tensor, Tensor, int, int], Tensor], a: Tensor, g: Tensor) -> Tensor:
    """The map of one image, place by place, (h,w)."""
    return torch.stack([formula(a, g, i, j) for i, j in places(a)]).view(a.shape[1:])


def features_and_gradients(model: ResNet, images: Tensor, stage: str) -> tuple[Tensor, Tensor]:
    """What the next stage receives, and the targets' logits' gradients in it, by a forward pass of the test's own."""
    x = model.stem(images)
    for name in STAGES:
        x = model.stage(name, x)
        if name == stage:
            features = x = x.detach().requires_grad_()
    chosen = model.head(x)[torch.arange(len(images)), TARGETS].sum()
    return features.detach(), torch.autograd.grad(chosen, features)[0]


def test_methods_by_name() -> None:
    assert list(METHODS) == list(FORMULAS)


@pytest.mark.parametrize("stage", ["stage3", "stage4"])
@pytest.mark.parametrize("method", METHODS)
def test_equals_the_papers_formula(random_net: RandomNet, images: Tensor, method: str, stage: str) -> None:
    model = random_net(width=4)
    heat = explain(model, images, TARGETS, (stage,), method=method).maps[stage]
    features, gradients = features_and_gradients(model, images, stage)
    for number in range(len(images)):
        expected = by_hand(FORMULAS[method], features[number], gradients[number])
        torch.testing.assert_close(heat[number], expected, rtol=1e-10, atol=1e-12 * float(expected.abs().max()))


def test_gradcam_plus_plus_of_exp_of_the_logit() -> None:
    """Equations 5 and 10 with true second and third derivatives of Y = exp(S); ours leaves the factor exp(S) out."""
    generator = torch.Generator().manual_seed(4)
    a = torch.rand(3, 2, 3, generator=generator, dtype=torch.float64).requires_grad_()
    weight = torch.randn(3, 2, 3, generator=generator, dtype=torch.float64)
    score = (weight * a).sum()
    slopes = [torch.autograd.grad(score.exp(), a, create_graph=True)[0]]
    for _ in range(2):
        each = [
            torch.autograd.grad(s, a, create_graph=True)[0].flatten()[n] for n, s in enumerate(slopes[-1].flatten())
        ]
        slopes.append(torch.stack(each).view(a.shape))
    first, second, third = (slope.detach() for slope in slopes)
    a = a.detach()
    alpha = second / (2 * second + a.sum((1, 2), keepdim=True) * third)
    expected = ((alpha * first.relu()).sum((1, 2), keepdim=True) * a).sum(0)
    ours = METHODS["gradcam++"](a[None], weight[None])[0] * score.exp().detach()
    torch.testing.assert_close(ours, expected, rtol=1e-12, atol=0)


def test_hirescam_is_gradcam_at_stage_4_alone(random_net: RandomNet, images: Tensor) -> None:
    gradients_averaged, not_averaged = (
        explain(random_net(), images, TARGETS, method=method).maps for method in ("gradcam", "hirescam")
    )
    torch.testing.assert_close(not_averaged["stage4"], gradients_averaged["stage4"], rtol=0, atol=1e-12)
    for stage in STAGES[:3]:
        spread = gradients_averaged[stage].abs().max()
        assert (not_averaged[stage] - gradients_averaged[stage]).abs().max() > 0.1 * spread


@exactly
@given(tensors, tensors, tensors, st.floats(-3, 3), st.floats(-3, 3))
def test_gradcam_is_linear_in_the_features(a: Tensor, b: Tensor, g: Tensor, p: float, q: float) -> None:
    a, b, g = a.double(), b.double(), g.double()
    mixed = METHODS["gradcam"](p * a + q * b, g)
    apart = p * METHODS["gradcam"](a, g) + q * METHODS["gradcam"](b, g)
    scale = 3 * (a.abs() + b.abs()).max() * g.abs().max()
    torch.testing.assert_close(mixed, apart, rtol=0, atol=1e-14 * (1 + float(scale)) * a[0].numel())


@exactly
@given(tensors, tensors)
def test_gradcam_weighs_with_the_mean_gradient_alone(a: Tensor, g: Tensor) -> None:
    """Gradients moved about within a channel leave the map as it is."""
    moved = g.flip(2, 3)
    scale = float(a.abs().max() * g.abs().max())
    ours, theirs = METHODS["gradcam"](a.double(), g.double()), METHODS["gradcam"](a.double(), moved.double())
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-14 * (1 + scale) * a[0].numel())


@exactly
@given(tensors, tensors)
def test_layercam_of_positive_features_is_not_negative(a: Tensor, g: Tensor) -> None:
    assert METHODS["layercam"](a.abs(), g).min() >= 0


@exactly
@given(tensors, st.sampled_from(list(METHODS)))
def test_zero_gradients_make_a_zero_map(a: Tensor, method: str) -> None:
    assert torch.equal(METHODS[method](a, torch.zeros_like(a)), torch.zeros(SHAPE[0], *SHAPE[2:]))


@exactly
@given(tensors, tensors, st.sampled_from(list(METHODS)), st.integers(0, SHAPE[1] - 1))
def test_every_map_is_finite(a: Tensor, g: Tensor, method: str, dead: int) -> None:
    """Also of tiny numbers, of channels without gradient, and where Grad-CAM++'s denominator cancels."""
    g[:, dead] = 0
    if g[0, 0, 0, 0].abs() > 1e-3:
        a[0, 0, 0, 0] += -2 / g[0, 0, 0, 0] - a[0, 0].sum()
    heat = METHODS[method](a, g)
    assert heat.dtype == torch.float32
    assert heat.shape == (SHAPE[0], *SHAPE[2:])
    assert heat.isfinite().all()
