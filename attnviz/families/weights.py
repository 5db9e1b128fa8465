"""A weights file becomes a network's numbers, or one sentence that says what does not fit."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from attnviz.errors import WeightsError
from attnviz.nets import ResNet


def load_weights(network: ResNet, path: Path, sha256: str | None = None) -> None:
    """Loads safetensors into ``network`` as float32, leaving it in eval mode with frozen parameters.

    Args:
        network: what the file must fit tensor by tensor.
        path: of the file.
        sha256: what the file must hash to, as 64 hex digits; None for no check.

    Raises:
        WeightsError: if the file is missing, another one, damaged, or has a missing, extra or mis-shaped tensor.
    """
    try:
        data = path.read_bytes()
    except OSError:
        raise WeightsError(f'There is no readable weights file "{path.name}" in "{path.parent.name}".') from None
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsError(
            f'"{path.name}" is not the file that family.toml names (its SHA-256 differs); copy it again.'
        )
    try:
        tensors = load(data)
    except SafetensorError:
        raise WeightsError(f'"{path.name}" is not a whole safetensors file; copy it again from its source.') from None
    _check_fit(path.name, tensors, network.state_dict())
    network.load_state_dict(
        {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    )
    if not all(torch.isfinite(tensor).all() for tensor in network.state_dict().values()):
        raise WeightsError(f'"{path.name}" holds values that are not numbers (NaN or infinity).')
    network.eval().requires_grad_(False)


def _check_fit(file: str, found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    problems = {
        "missing": [name for name in expected if name not in found],
        "not expected": sorted(name for name in found if name not in expected),
        "of another shape": [
            f"{name} {tuple(found[name].shape)} instead of {tuple(tensor.shape)}"
            for name, tensor in expected.items()
            if name in found and found[name].shape != tensor.shape
        ],
    }
    told = [
        f"{len(names)} tensor{'s' * (len(names) > 1)} {what} ({', '.join(names[:3])}{', ...' * (len(names) > 3)})"
        for what, names in problems.items()
        if names
    ]
    if told:
        raise WeightsError(f'"{file}" does not fit the network that family.toml describes: {"; ".join(told)}.')
