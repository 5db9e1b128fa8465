"""A model as it is in eval mode with frozen parameters, whatever mode the caller left it in."""

from __future__ import annotations

from typing import Any, TypeVar

from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


def frozen(model: M) -> M:
    """Returns ``model`` itself if it is in eval mode with frozen parameters, else a twin of it that is.

    The twin shares every number with ``model`` and costs no memory; ``model`` keeps its mode, its ``requires_grad``
    and its buffers, so that other threads may use or even train it meanwhile.
    """
    return model if _is_frozen(model) else _frozen(model)


def twin(module: M, **contents: Any) -> M:
    """Returns another module with the numbers of ``module``, but for some of its ``__dict__``, such as ``_modules``."""
    other = module.__class__.__new__(module.__class__)
    other.__dict__.update(module.__dict__)
    other.__dict__.update(contents)
    return other


def _is_frozen(module: nn.Module) -> bool:
    if module.training:
        return False
    for tensor in (*module._parameters.values(), *module._buffers.values()):
        if tensor is not None and (tensor.requires_grad or tensor.is_inference()):
            return False
    return all(child is None or _is_frozen(child) for child in module._modules.values())


def _frozen(module: M) -> M:
    return twin(
        module,
        _parameters={name: each if each is None else _plain(each) for name, each in module._parameters.items()},
        _buffers={name: each if each is None else _plain(each) for name, each in module._buffers.items()},
        _modules={name: each if each is None else _frozen(each) for name, each in module._modules.items()},
        training=False,
    )


def _plain(tensor: Tensor) -> Tensor:
    # a tensor made in inference mode cannot be saved for a backward pass; a copy of it can
    return tensor.clone() if tensor.is_inference() else tensor.detach()
