"""A weights file becomes the numbers of a network that is known, or one sentence that says what does not fit."""

from __future__ import annotations

from pathlib import Path

from attnviz.errors import WeightsError
from attnviz.families.fit import load_state, misfit, shapes_of, translated
from attnviz.families.layouts import LAYOUTS, OWN
from attnviz.families.tensors import read_tensors
from attnviz.nets import ResNet


def load_weights(network: ResNet, path: Path, checksum: str | None = None, layout: str = OWN.name) -> None:
    """Loads a file into ``network`` as float32, leaving it in eval mode with frozen parameters.

    Args:
        network: what the file must fit tensor by tensor.
        path: of the file.
        checksum: ``sha256:`` or ``sha1:`` and what the hash must begin with, in hex digits; None for no check.
        layout: whose names the file has, a key of :data:`attnviz.families.layouts.LAYOUTS`.

    Raises:
        WeightsError: if the file is missing, another one, damaged, or has a missing, extra or mis-shaped tensor.
    """
    file = read_tensors(path, checksum)
    names = LAYOUTS[layout]
    state, strangers = translated(names, file.tensors)
    problems = misfit(names, state, strangers, shapes_of(network))
    if problems:
        raise WeightsError(
            '"{file}" does not fit the network that family.toml describes: {problems}.',
            file=path.name,
            problems=problems.message(),
        )
    load_state(network, state, path.name)
