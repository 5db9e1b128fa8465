"""A published file becomes one of attnviz's own: the same numbers under its names, with where they came from."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import save

from attnviz.errors import WeightsError
from attnviz.families.fit import COUNTER
from attnviz.families.identify import ARCHITECTURE, Identified


def convert(found: Identified, path: Path) -> None:
    """Writes a file's tensors, in the precision that they have, as safetensors with attnviz's names.

    The header tells the architecture, the source's name, SHA-256 and layout, and what was assumed of it; such a file is
    loaded by its path alone.

    Args:
        found: what :func:`attnviz.families.identify.identify` made of the source.
        path: of the file, which is there whole or not at all.

    Raises:
        WeightsError: if the file cannot be written, or the source holds values that are not numbers.
    """
    tensors = {name: tensor.detach().contiguous().clone() for name, tensor in found.state.items()}
    counters = {name: tensor for name, tensor in found.network().state_dict().items() if name.endswith(COUNTER)}
    metadata = {
        ARCHITECTURE: json.dumps(dict(found.architecture)),
        "attnviz.source": found.file.name,
        "attnviz.source-sha256": found.file.sha256,
        "attnviz.source-layout": found.layout.name,
        "attnviz.assumed": json.dumps(dict(found.assumed)),
    }
    unfinished = path.with_name(path.name + ".part")
    try:
        try:
            unfinished.write_bytes(save({**counters, **tensors}, metadata))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise WeightsError('"{file}" cannot be written: {reason}.', file=path.name, reason=error.strerror) from None
