"""How a publisher names the parts of a ResNet, and what those names leave open.

A name is a template of a module's place, without the tensor's own name (``weight``, ``running_mean``). In it,
``{stage}`` counts from 1, ``{block}`` from 0, ``{unit}`` is the block counted from 1, ``{after}`` the stage that
follows, ``{n}`` any number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

Options = Mapping[str, Any]
Change = Callable[["Tensor"], "Tensor | None"]

ANY = "any"
ONE_MORE = {"unit": "block", "after": "stage"}


@dataclass(frozen=True)
class Rename:
    """One line of a layout: where a module is with the publisher, and where it is here.

    Attributes:
        theirs: template of the publisher's name.
        ours: template of the name in :class:`attnviz.nets.ResNet`.
        change: what is done to the module's weight (not to its bias), where it is stored in another form; gives None
            for a weight that is not in that form.
    """

    theirs: str
    ours: str
    change: Change | None = None


@dataclass(frozen=True)
class Layout:
    """What one publisher's files look like.

    Attributes:
        name: for ``--layout`` and family.toml.
        title: whose files these are.
        tested: ``publisher's code`` if tests compare logits with the publisher's own network, ``documented keys`` if
            there is no package to compare with.
        renames: a line a kind of module; no two fit one name.
        fixed: arguments of :func:`attnviz.nets.resnet` that are so in all these files, by attention, or ``any``.
        assumed: those that differ between files with the same names, and what is taken where nobody tells.
    """

    name: str
    title: str
    tested: str
    renames: tuple[Rename, ...]
    fixed: Mapping[str, Options] = field(default_factory=dict)
    assumed: Mapping[str, Options] = field(default_factory=dict)

    def ours(self, key: str) -> tuple[str, Change | None] | None:
        """Returns the name here of a tensor that they call ``key``, and its change; None if they have no such name."""
        module, _, tensor = key.rpartition(".")
        for rename in self.renames:
            renamed = _renamed(module, rename.theirs, rename.ours)
            if renamed is not None:
                return f"{renamed}.{tensor}", rename.change if tensor == "weight" else None
        return None

    def theirs(self, key: str) -> str:
        """Returns what they call a tensor that is called ``key`` here; ``key`` itself if they have no such thing."""
        module, _, tensor = key.rpartition(".")
        for rename in self.renames:
            renamed = _renamed(module, rename.ours, rename.theirs)
            if renamed is not None:
                return f"{renamed}.{tensor}"
        return key

    def options(self, attention: str) -> dict[str, Any]:
        """Returns the arguments of :func:`attnviz.nets.resnet` that are fixed with this attention."""
        return {**self.fixed.get(ANY, {}), **self.fixed.get(attention, {})}

    def assumptions(self, attention: str) -> dict[str, Any]:
        """Returns the arguments that names leave open with this attention, and what is taken."""
        return {**self.assumed.get(ANY, {}), **self.assumed.get(attention, {})}


def same(*templates: str) -> tuple[Rename, ...]:
    """Returns renames that change nothing."""
    return tuple(Rename(template, template) for template in templates)


def linear(weight: Tensor) -> Tensor | None:
    """Returns a 1x1 convolution's weight (O,I,1,1) as a linear layer's (O,I); None for anything else."""
    return weight.flatten(1) if weight.ndim == 4 and weight.shape[2:] == (1, 1) else None


def swapped(weight: Tensor) -> Tensor | None:
    """Returns a convolution's weight (O,2,h,w) for its two inputs in the other order; None for anything else."""
    return weight.flip(1) if weight.ndim == 4 and weight.shape[1] == 2 else None


def _renamed(name: str, old: str, new: str) -> str | None:
    match = _pattern(old).fullmatch(name)
    if match is None:
        return None
    numbers = {place: int(number) for place, number in match.groupdict().items()}
    for more, less in ONE_MORE.items():
        if more in numbers:
            numbers.setdefault(less, numbers[more] - 1)
        elif less in numbers:
            numbers[more] = numbers[less] + 1
    return new.format_map(numbers)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>\\d+)", re.escape(template)))
