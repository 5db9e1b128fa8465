"""Which network a weights file is of: layout and architecture, told from its names and shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attnviz.errors import AttnvizError, Message, OptionError, WeightsError, did_you_mean
from attnviz.families.architecture import NotAResNetError, architecture_of, attention_of
from attnviz.families.file import read_family_file
from attnviz.families.fit import load_state, misfit, shapes_of, translated
from attnviz.families.layouts import LAYOUTS, OWN, Layout
from attnviz.families.tensors import TensorFile, read_tensors

if TYPE_CHECKING:
    from torch import Tensor

    from attnviz.nets import ResNet

ARCHITECTURE = "attnviz.architecture"  # the key in a safetensors file's metadata
BOTTLENECKS_ONLY, BASIC_BLOCKS_ONLY = ("stride_in",), ("relu_before_attention",)


@dataclass(frozen=True)
class Identified:
    """A weights file whose network is known.

    Attributes:
        file: what was read.
        layout: whose names it has.
        architecture: the arguments of :func:`attnviz.nets.resnet`.
        assumed: those of them that neither the file nor anybody told.
        state: tensors by the names that they have here.
    """

    file: TensorFile
    layout: Layout
    architecture: Mapping[str, Any]
    assumed: Mapping[str, Any]
    state: Mapping[str, Tensor] = field(repr=False)

    def network(self) -> ResNet:
        """Returns the network with the file's weights as float32, in eval mode, with frozen parameters, on the CPU.

        Raises:
            WeightsError: if a value is not a number.
        """
        from attnviz.nets import resnet

        network = resnet(**self.architecture)
        load_state(network, self.state, self.file.name)
        return network


@dataclass(frozen=True)
class _Attempt:
    """How far one layout gets with a file: ``found``, or ``problems`` and how many they are."""

    layout: Layout
    found: Identified | None
    distance: tuple[int, ...]
    problems: Message | str


def identify(path: str | Path, layout: str | None = None, stride_in: str | None = None, **options: Any) -> Identified:
    """Finds out which network a weights file is of.

    What names and shapes leave open is taken from ``stride_in`` and ``options``, else from the file's own metadata or
    from a ``family.toml`` beside it that names it, else from what the layout fixes or, last, assumes.

    Args:
        path: of a .safetensors, .pth, .pt, .pth.tar, .pkl, or a .zip of one.
        layout: a key of :data:`attnviz.families.layouts.LAYOUTS`; None to tell it from the names.
        stride_in: which convolution of a bottleneck carries the stride, ``3x3`` or ``1x1``; None: as the layout says.
        options: further arguments of :func:`attnviz.nets.resnet`, e.g. ``combine="sum"``.

    Raises:
        WeightsError: if the file cannot be read, or fits no network that attnviz builds; says what does not fit.
        OptionError: for an unknown layout, or an option that the network does not have.
    """
    path = Path(path)
    file = read_tensors(path)
    known, told = _told(path, file)
    told |= options if stride_in is None else {"stride_in": stride_in, **options}
    attempts = []
    for candidate in _candidates(layout or known):
        attempt = _attempt(file, candidate, told)
        if attempt.found is not None:
            return attempt.found
        attempts.append(attempt)
    nearest = min(attempts, key=lambda attempt: attempt.distance)
    raise WeightsError(
        '"{file}" is of no network that is known here. It is closest to the layout {layout} ({title}), but for this: '
        "{problems}.",
        file=path.name,
        layout=nearest.layout.name,
        title=nearest.layout.title,
        problems=nearest.problems,
    )


def load_model(path: str | Path, layout: str | None = None, stride_in: str | None = None, **options: Any) -> ResNet:
    """Loads any published ResNet without attention or with SE, BAM or CBAM, computed as its publisher computes it.

    Args, Raises: as of :func:`identify`.

    Returns:
        The network on the CPU, as float32, in eval mode, with frozen parameters; it takes normalised images (N,3,H,W).
    """
    return identify(path, layout, stride_in, **options).network()


def _candidates(layout: str | None) -> list[Layout]:
    if layout is None:
        return list(LAYOUTS.values())
    if layout not in LAYOUTS:
        raise OptionError(
            'There is no layout "{layout}".{hint} There are {layouts}.',
            layout=layout,
            hint=did_you_mean(layout, LAYOUTS),
            layouts=", ".join(LAYOUTS),
        )
    return [LAYOUTS[layout]]


def _told(path: Path, file: TensorFile) -> tuple[str | None, dict[str, Any]]:
    """Returns the layout and the architecture that the file's own metadata, or the family.toml beside it, tells."""
    if ARCHITECTURE in file.metadata:
        try:
            return OWN.name, dict(json.loads(file.metadata[ARCHITECTURE]))
        except (ValueError, TypeError):
            raise WeightsError('The metadata of "{file}" cannot be read; write it again.', file=path.name) from None
    try:
        family = read_family_file(path.parent / "family.toml")
    except AttnvizError:
        return None, {}
    for member in family.models.values():
        if member.file == path.name:
            told = family.architecture.model_dump() | member.options
            return getattr(member, "layout", OWN.name), {"attention": member.attention, **told}
    return None, {}


def _attempt(file: TensorFile, layout: Layout, told: Mapping[str, Any]) -> _Attempt:
    import torch

    from attnviz.nets import resnet

    state, strangers = translated(layout, file.tensors)
    attention = attention_of(state)
    try:
        seen = architecture_of(state, attention, layout.theirs)
    except NotAResNetError as error:
        return _Attempt(layout, None, (len(strangers), len(state)), error.message)
    fixed, assumed = layout.options(attention), layout.assumptions(attention)
    if seen["stem"] == "3x3":  # with or without a stride, the weights have the same shape
        assumed["stem"] = seen["stem"]
    for option in BOTTLENECKS_ONLY if seen["depth"] < 50 else BASIC_BLOCKS_ONLY:
        fixed.pop(option, None)
        assumed.pop(option, None)
    architecture = {**seen, **assumed, **fixed, **({} if strangers else told)}
    with torch.device("meta"):
        expected = shapes_of(resnet(**architecture))
    problems = misfit(layout, state, strangers, expected)
    if problems:
        return _Attempt(layout, None, (len(strangers), len(problems)), problems.message(most=8))
    assumed = {name: value for name, value in assumed.items() if name not in told}
    return _Attempt(layout, Identified(file, layout, architecture, assumed, state), (), "")
