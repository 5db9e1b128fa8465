"""A model as it is in eval mode with frozen parameters, whatever mode the caller left it in."""

from __future__ import annotations

from itertools import chain
from typing import TypeVar

from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


def frozen(model: M) -> M:
    """Returns ``model`` itself if it is in eval mode with frozen parameters, else a twin of it that is.

    The twin shares every number with ``model`` and costs no memory; ``model`` keeps its mode, its ``requires_grad``
    and its buffers, so that other threads may use or even train it meanwhile.
    """
    in_eval_mode = not any(module.training for module in model.modules())
    plain = not any(t.requires_grad or t.is_inference() for t in chain(model.parameters(), model.buffers()))
    if in_eval_mode and plain:
        return model
    return _twin(model)


def _twin(module: M) -> M:
    twin = module.__class__.__new__(module.__class__)
    twin.__dict__.update(module.__dict__)
    twin.__dict__["_parameters"] = {
        name: parameter if parameter is None else _plain(parameter) for name, parameter in module._parameters.items()
    }
    twin.__dict__["_buffers"] = {
        name: buffer if buffer is None else _plain(buffer) for name, buffer in module._buffers.items()
    }
    twin.__dict__["_modules"] = {
        name: child if child is None else _twin(child) for name, child in module._modules.items()
    }
    twin.__dict__["training"] = False
    return twin


def _plain(tensor: Tensor) -> Tensor:
    # a tensor made in inference mode cannot be saved for a backward pass; a copy of it can
    return tensor.clone() if tensor.is_inference() else tensor.detach()
