"""Maps at the input are the same whatever the threads, modes and batches, and leave nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attnviz import explain
from attnviz.errors import OptionError, TargetError
from attnviz.maps import INPUT_METHODS, InputExplanation, explain_input
from attnviz.maps.forward import ready
from attnviz.nets import ResNet

METHODS = ("smoothgrad", "integrated-gradients", "occlusion")

RandomNet = Callable[..., ResNet]


@pytest.fixture(scope="module")
def small(random_net: RandomNet) -> ResNet:
    """A float32 network that costs little; not to be changed."""
    return random_net(width=4).float()


@pytest.fixture(scope="module")
def image() -> Tensor:
    """One image of 32 x 32, float32."""
    return torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def expected(small: ResNet, image: Tensor) -> dict[str, InputExplanation]:
    """What every method says of class 1."""
    return {method: explain_input(small, image, 1, method) for method in METHODS}


def same(one: InputExplanation, other: InputExplanation) -> bool:
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in ("logits", "targets", "map"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [0.0, 1.5])
def test_a_constant_image_has_a_finite_map(small: ResNet, method: str, value: float) -> None:
    found = explain_input(small, torch.full((1, 3, 32, 32), value), 2, method)
    assert found.map.isfinite().all()
    # an image that is the baseline has nothing to hide and no way to go; logits of other batches differ in rounding
    assert (found.map.abs().max() > 1e-5) == (value != 0 or method == "smoothgrad")


# progress and memory


@pytest.mark.parametrize(("method", "each"), [("smoothgrad", 24), ("integrated-gradients", 32), ("occlusion", 271)])
def test_progress_is_that_of_the_work(small: ResNet, monkeypatch: pytest.MonkeyPatch, method: str, each: int) -> None:
    """A window of 4 x 4 moving by 2 has 15 by 18 places in 32 x 37, the last of them over the edge."""
    batch = torch.randn(2, 3, 32, 37, generator=torch.Generator().manual_seed(6))
    seen: list[int] = []
    reports: list[tuple[int, int]] = []
    real = ResNet.forward

    def counted(model: ResNet, pictures: Tensor, tap: Any = None) -> Tensor:
        seen.append(len(pictures))
        return real(model, pictures, tap)

    monkeypatch.setattr(ResNet, "forward", counted)
    explain_input(small, batch, 1, method, lambda done, total: reports.append((done, total)))
    assert {total for _, total in reports} == {2 * each}
    assert reports[0][0] == 0
    assert reports[-1][0] == 2 * each
    first, *chunks = seen
    assert first == len(batch)
    assert max(chunks) == 8
    assert [after - before for (before, _), (after, _) in pairwise(reports)] == chunks


def test_a_chunk_is_reported_after_its_backward_pass(
    small: ResNet, image: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[object] = []
    real = torch.autograd.grad

    def differentiated(*arguments: Any) -> tuple[Tensor, ...]:
        order.append("backward")
        return real(*arguments)

    monkeypatch.setattr(torch.autograd, "grad", differentiated)
    explain_input(small, image, 1, "smoothgrad", lambda done, total: order.append(done))
    assert order == [0, "backward", 8, "backward", 16, "backward", 24]


class CancelledError(Exception):
    """What a page may raise."""


@pytest.mark.parametrize("at", [0, 16])
@pytest.mark.parametrize("method", METHODS)
def test_cancelling(small: ResNet, image: Tensor, expected: dict[str, InputExplanation], method: str, at: int) -> None:
    reports: list[int] = []

    def cancel(done: int, total: int) -> None:
        reports.append(done)
        if done >= at:
            raise CancelledError

    with pytest.raises(CancelledError):
        explain_input(small, image, 1, method, cancel)
    assert all(done < at for done in reports[:-1])
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    for module in small.modules():
        hooks = [*module._forward_hooks, *module._forward_pre_hooks, *module._backward_hooks]
        assert hooks == []
    assert same(explain_input(small, image, 1, method), expected[method])


# the same bits, whoever asks


@pytest.mark.parametrize("method", METHODS)
def test_the_same_bits_whatever_the_global_generator(
    small: ResNet, image: Tensor, expected: dict[str, InputExplanation], method: str
) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(77)
        before = torch.get_rng_state()
        assert same(explain_input(small, image, 1, method), expected[method])
        assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("method", METHODS)
def test_an_image_has_the_same_map_in_any_batch(
    small: ResNet, image: Tensor, expected: dict[str, InputExplanation], method: str
) -> None:
    heat = explain_input(small, torch.cat([0.5 * image, image]), [2, 1], method).map
    assert torch.equal(heat[1], expected[method].map[0])
    assert (heat[0] - heat[1]).abs().max() > 0.1 * (heat[1].max() - heat[1].min())


def test_four_threads_on_one_model(random_net: RandomNet, image: Tensor) -> None:
    """It is in train mode meanwhile."""
    model = random_net(width=4).float()
    questions = [(seed * image, target, method) for seed, target in ((1, 0), (2, 3)) for method in METHODS]
    alone = [explain_input(model, *question) for question in questions]
    model.train().requires_grad_()
    wrong: list[object] = []
    start = threading.Barrier(4)

    def work(first: int) -> None:
        start.wait()
        for number in [(first + step) % len(questions) for step in range(4)]:
            try:
                if not same(explain_input(model, *questions[number]), alone[number]):
                    wrong.append(number)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert all(parameter.grad is None for parameter in model.parameters())


def train_mode(model: ResNet) -> nn.Module:
    return model.train().requires_grad_()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("change", [train_mode, nn.DataParallel])
def test_a_model_in_another_guise(
    random_net: RandomNet,
    image: Tensor,
    expected: dict[str, InputExplanation],
    method: str,
    change: Callable[[ResNet], nn.Module],
) -> None:
    model = change(random_net(width=4).float())
    modes = [module.training for module in model.modules()]
    asked = [parameter.requires_grad for parameter in model.parameters()]
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    assert same(explain_input(model, image, 1, method), expected[method])
    assert [module.training for module in model.modules()] == modes
    assert [parameter.requires_grad for parameter in model.parameters()] == asked
    assert all(torch.equal(buffer, buffers[name]) for name, buffer in model.named_buffers())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, partial(torch.autocast, "cpu", torch.bfloat16)])
def test_the_callers_modes_do_not_matter(
    small: ResNet,
    image: Tensor,
    expected: dict[str, InputExplanation],
    method: str,
    mode: Callable[[], AbstractContextManager[Any]],
) -> None:
    with mode():
        inside = image.clone()
        assert same(explain_input(small, inside, 1, method), expected[method])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", METHODS)
def test_images_that_require_grad_are_left_alone(
    small: ResNet, image: Tensor, expected: dict[str, InputExplanation], method: str
) -> None:
    asked = image.clone().requires_grad_()
    found = explain_input(small, asked, 1, method)
    assert same(found, expected[method])
    assert asked.requires_grad
    assert asked.grad is None
    assert torch.equal(asked, image)
    assert not image.requires_grad
    assert not any(tensor.requires_grad for tensor in (found.logits, found.targets, found.map))


def test_what_captum_gets_is_not_the_callers(small: ResNet, image: Tensor) -> None:
    with torch.inference_mode():
        made_in_inference_mode = image.clone()
    for given in (image.clone().requires_grad_(), made_in_inference_mode):
        with ready(small, given) as (_, x):
            assert torch.equal(x, image)
            assert not x.requires_grad
            assert not x.is_inference()


# logits, targets, dtypes and what cannot be


@pytest.mark.parametrize("method", METHODS)
def test_logits_and_targets_are_those_of_explain(small: ResNet, image: Tensor, method: str) -> None:
    batch = torch.cat([image, image.flip(3)])
    theirs = explain(small, batch, stages=())
    found = explain_input(small, batch, method=method)
    assert torch.equal(found.logits, theirs.logits)
    assert torch.equal(found.targets, theirs.targets)
    assert found.map.shape == (2, 32, 32)
    assert found.map.dtype == torch.float32
    assert found.method == method


@pytest.mark.parametrize("method", METHODS)
def test_a_bfloat16_model_has_float32_maps(
    random_net: RandomNet, image: Tensor, expected: dict[str, InputExplanation], method: str
) -> None:
    """Like those of its float32 twin: the noise is the same, and sums are not in half precision."""
    found = explain_input(random_net(width=4).bfloat16(), image, 1, method)
    assert found.logits.dtype == torch.bfloat16
    assert found.map.dtype == torch.float32
    both = torch.stack([found.map.flatten(), expected[method].map.flatten()])
    assert torch.corrcoef(both)[0, 1] > 0.95


def test_methods_by_name_are_read_only() -> None:
    assert tuple(INPUT_METHODS) == METHODS
    methods: Any = INPUT_METHODS
    with pytest.raises(TypeError):
        methods["mine"] = INPUT_METHODS["occlusion"]


@pytest.mark.parametrize(
    ("method", "hint"), [("integrated_gradients", ' Did you mean "integrated-gradients"?'), ("gradcam", "")]
)
def test_unknown_method(small: ResNet, image: Tensor, method: str, hint: str) -> None:
    with pytest.raises(OptionError) as error:
        explain_input(small, image, method=method)
    known = "smoothgrad, integrated-gradients, occlusion"
    assert str(error.value) == f'There is no method "{method}"; there are {known}.{hint}'


def test_what_explain_refuses_is_refused(small: ResNet, image: Tensor) -> None:
    reports: list[int] = []
    report = lambda done, total: reports.append(done)  # noqa: E731
    with pytest.raises(TargetError, match="A target is outside 0 to 4"):
        explain_input(small, image, 5, advance=report)
    with pytest.raises(OptionError, match="at least 32 pixels a side"):
        explain_input(small, image[..., :31], 1, advance=report)
    with pytest.raises(OptionError, match="not on Linear"):
        explain_input(nn.Linear(2, 2), image, advance=report)
    assert reports == []
