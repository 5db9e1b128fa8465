"""A file's tensors become a network's, or a list of what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from attnviz.errors import Message, WeightsError, joined
from attnviz.families.layouts import Layout
from attnviz.nets import ResNet

COUNTER = "num_batches_tracked"  # torch 0.4 and older did not write it, and nothing is computed from it
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Misfit:
    """What keeps tensors from being a network's, in the publisher's names.

    Attributes:
        missing: what the network needs and the file lacks.
        unexpected: what the file has and the network does not.
        misshapen: name, shape in the file and shape in the network, of what both have.
    """

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]

    def __len__(self) -> int:
        return len(self.missing) + len(self.unexpected) + len(self.misshapen)

    def message(self, most: int = 3) -> Message | str:
        """Returns it as a part of a sentence, naming at most ``most`` tensors of each kind."""
        shapes = [
            Message(
                "{name} {found} instead of {expected}", {"name": name, "found": str(found), "expected": str(expected)}
            )
            for name, found, expected in self.misshapen
        ]
        problems: list[Message | str] = []
        for names, say in ((self.missing, _missing), (self.unexpected, _unexpected), (shapes, _misshapen)):
            if names:
                first = joined([*names[:most], "..."] if len(names) > most else names, ", ")
                problems.append(say(_count(names), first))
        return joined(problems, "; ")


def translated(layout: Layout, tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Returns tensors by the names that they have here, and the names that the layout does not know."""
    state: dict[str, Tensor] = {}
    strangers = []
    for key, tensor in tensors.items():
        found = layout.ours(key)
        if found is None:
            strangers.append(key)
            continue
        name, change = found
        changed = tensor if change is None else change(tensor)
        if changed is None:
            strangers.append(key)
        else:
            state[name] = changed
    return state, tuple(strangers)


def misfit(layout: Layout, state: Mapping[str, Tensor], strangers: Sequence[str], expected: Shapes) -> Misfit:
    """Compares tensors with what a network needs, which is ``expected``: shapes by the names that they have here."""
    missing = [name for name in expected if name not in state and not name.endswith(COUNTER)]
    extra = [name for name in state if name not in expected]
    misshapen = [
        (layout.theirs(name), tuple(state[name].shape), shape)
        for name, shape in expected.items()
        if name in state and tuple(state[name].shape) != shape
    ]
    unexpected = sorted([*strangers, *map(layout.theirs, extra)])
    return Misfit(tuple(map(layout.theirs, missing)), tuple(unexpected), tuple(misshapen))


def shapes_of(network: ResNet) -> Shapes:
    """Returns the shape of every tensor of a network by its name."""
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def load_state(network: ResNet, state: Mapping[str, Tensor], file: str) -> None:
    """Gives a network tensors that fit it, as float32, and leaves it in eval mode with frozen parameters.

    Raises:
        WeightsError: if a value is not a number; ``file`` is named.
    """
    floats = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    if not all(torch.isfinite(tensor).all() for tensor in floats.values()):
        raise WeightsError('"{file}" holds values that are not numbers (NaN or infinity).', file=file)
    counters = {name: tensor for name, tensor in network.state_dict().items() if name.endswith(COUNTER)}
    network.load_state_dict(counters | floats)
    network.eval().requires_grad_(False)


def _count(names: Sequence[object]) -> Message:
    count = len(names)
    return Message("{count} tensor", {"count": 1}) if count == 1 else Message("{count} tensors", {"count": count})


def _missing(tensors: Message, names: Message | str) -> Message:
    return Message("{tensors} missing ({names})", {"tensors": tensors, "names": names})


def _unexpected(tensors: Message, names: Message | str) -> Message:
    return Message("{tensors} not expected ({names})", {"tensors": tensors, "names": names})


def _misshapen(tensors: Message, names: Message | str) -> Message:
    return Message("{tensors} of another shape ({names})", {"tensors": tensors, "names": names})
