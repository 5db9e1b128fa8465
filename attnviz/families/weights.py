"""A weights file becomes a network's numbers, or one sentence that says what does not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from attnviz.errors import Message, WeightsError, joined
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
        raise WeightsError(
            'There is no readable weights file "{file}" in "{folder}".', file=path.name, folder=path.parent.name
        ) from None
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsError(
            '"{file}" is not the file that family.toml names (its SHA-256 differs); copy it again.', file=path.name
        )
    try:
        tensors = load(data)
    except SafetensorError:
        raise WeightsError(
            '"{file}" is not a whole safetensors file; copy it again from its source.', file=path.name
        ) from None
    _check_fit(path.name, tensors, network.state_dict())
    network.load_state_dict(
        {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    )
    if not all(torch.isfinite(tensor).all() for tensor in network.state_dict().values()):
        raise WeightsError('"{file}" holds values that are not numbers (NaN or infinity).', file=path.name)
    network.eval().requires_grad_(False)


def _check_fit(file: str, found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    missing = [name for name in expected if name not in found]
    extra = sorted(name for name in found if name not in expected)
    misshapen = [
        Message(
            "{name} {found} instead of {expected}",
            {"name": name, "found": str(tuple(found[name].shape)), "expected": str(tuple(tensor.shape))},
        )
        for name, tensor in expected.items()
        if name in found and found[name].shape != tensor.shape
    ]
    problems: list[Message | str] = []
    if missing:
        problems.append(Message("{tensors} missing ({names})", {"tensors": _count(missing), "names": _some(missing)}))
    if extra:
        problems.append(Message("{tensors} not expected ({names})", {"tensors": _count(extra), "names": _some(extra)}))
    if misshapen:
        problems.append(
            Message("{tensors} of another shape ({names})", {"tensors": _count(misshapen), "names": _some(misshapen)})
        )
    if problems:
        raise WeightsError(
            '"{file}" does not fit the network that family.toml describes: {problems}.',
            file=file,
            problems=joined(problems, "; "),
        )


def _count(names: Sequence[object]) -> Message:
    count = len(names)
    return Message("{count} tensor", {"count": 1}) if count == 1 else Message("{count} tensors", {"count": count})


def _some(names: Sequence[Message | str]) -> Message | str:
    return joined([*names[:3], "..."] if len(names) > 3 else names, ", ")
