"""A trained network becomes the file that ships: half-precision safetensors."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save

from attnviz.errors import DataError
from attnviz.families.identify import ARCHITECTURE
from attnviz.families.whole import write_whole
from attnviz.nets import ResNet


def export(network: ResNet, path: Path, metadata: dict[str, str]) -> None:
    """Writes the weights as fp16 safetensors; counters (``num_batches_tracked``) keep their type.

    The architecture goes into the header, so that the file can be loaded by its path alone.

    Args:
        network: whose weights are written.
        path: of the file.
        metadata: what else is kept in the file's header.

    Raises:
        DataError: if half precision cannot hold them.
        FamilyError: if the file cannot be written; what was there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous().cpu()
        for name, tensor in network.state_dict().items()
    }
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor.float()).all():
            raise DataError(
                '"{tensor}" is not finite in half precision; train with a lower learning rate.', tensor=name
            )
    write_whole(path, save(tensors, {ARCHITECTURE: json.dumps(network.architecture), **metadata}))
