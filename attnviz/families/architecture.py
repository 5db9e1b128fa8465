"""Depth, attention, classes and options of a network, told from the names and shapes of its tensors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attnviz.errors import Message

if TYPE_CHECKING:
    from torch import Tensor

    from attnviz.nets.resnet import Attention

State = Mapping[str, "Tensor"]

_GATE = {"se": "se.fc1.weight", "bam": "channel.0.weight", "cbam": "cbam.channel.fc1.weight"}


class NotAResNetError(ValueError):
    """Names and shapes are not those of a ResNet that attnviz builds; ``message`` says why, as a part of a sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def attention_of(state: State) -> Attention:
    """Returns which attention modules a network has, by the names that they have here."""
    if any(".se." in name for name in state):
        return "se"
    if any(".cbam." in name for name in state):
        return "cbam"
    return "bam" if any(name.startswith("bam") for name in state) else "none"


def architecture_of(state: State, attention: Attention, theirs: Callable[[str], str] = str) -> dict[str, Any]:
    """Returns what names and shapes tell of the arguments of :func:`attnviz.nets.resnet`.

    Args:
        state: tensors by the names that they have here.
        attention: from :func:`attention_of`.
        theirs: gives the publisher's name of a tensor, for what is said of one that is missed.

    Raises:
        NotAResNetError: if the first convolution or the last layer is missing, no depth has as many blocks, or the
            blocks are grouped or widened.
    """
    first = "conv1.0.weight" if "conv1.0.weight" in state else "conv1.weight"
    for needed in (first, "fc.weight", "layer1.0.conv1.weight", "layer1.0.conv2.weight"):
        if needed not in state:
            raise NotAResNetError(Message('it has no "{name}"', {"name": theirs(needed)}))
    narrow, square = (state[f"layer1.0.conv{number}.weight"].shape for number in (1, 2))
    if square[1] != narrow[0]:
        raise NotAResNetError(Message("its 3x3 convolutions are in groups (ResNeXt), which are not built here"))
    if "layer1.0.conv3.weight" in state and state["layer1.0.conv3.weight"].shape[0] != 4 * narrow[0]:
        raise NotAResNetError(Message("its bottlenecks are wider than a ResNet's, which are not built here"))
    told: dict[str, Any] = {"depth": _depth(state), "attention": attention, "classes": state["fc.weight"].shape[0]}
    told |= {"width": narrow[0], **_stem(state)}
    if any(re.fullmatch(r"layer\d\.0\.downsample\.2\.\w+", name) for name in state):
        told["shortcut"] = "avg-conv"
    if attention != "none":
        told |= _gate(state, attention)
    return told


def _depth(state: State) -> int:
    from attnviz.nets.resnet import BLOCKS

    counts = tuple(
        len({name.split(".")[1] for name in state if re.match(rf"layer{stage}\.\d+\.", name)}) for stage in (1, 2, 3, 4)
    )
    bottlenecks = "layer1.0.conv3.weight" in state
    for depth, blocks in BLOCKS.items():
        if blocks == counts and bottlenecks == (depth >= 50):
            return depth
    kind = Message("bottlenecks") if bottlenecks else Message("basic blocks")
    counted = "-".join(map(str, counts))
    raise NotAResNetError(
        Message("it has {counts} {kind} in its stages, as no depth has", {"counts": counted, "kind": kind})
    )


def _stem(state: State) -> dict[str, Any]:
    if "conv1.0.weight" in state:
        return {"stem": "deep"}
    return {"stem": "7x7" if state["conv1.weight"].shape[-1] == 7 else "3x3"}


def _gate(state: State, attention: str) -> dict[str, Any]:
    """Returns the options of the attention modules; the last one is looked at, where rounding hides r the least."""
    last = max((name for name in state if name.endswith(_GATE[attention])), key=_place, default=None)
    if last is None:
        raise NotAResNetError(Message("its {attention} modules are in other places", {"attention": attention}))
    hidden, channels = state[last].shape[:2]
    told: dict[str, Any] = {"reduction": max(1, channels // max(1, hidden))}
    if attention in ("se", "cbam"):
        told["bias"] = last.removesuffix("weight") + "bias" in state
    if attention == "cbam":
        convolution = state.get(last.replace("channel.fc1", "spatial.conv"))
        if convolution is None:
            told["spatial"] = False
        else:
            told["kernel"] = convolution.shape[-1]
    return told


def _place(name: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", name)))
