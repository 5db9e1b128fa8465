"""A family: models that differ only in their attention, loaded when first used.

Like the rest of this folder it imports torch only when a device is chosen or a network built, so that families can be
listed at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.errors import FamilyError, did_you_mean
from attnviz.families.classes import Classes, read_classes
from attnviz.families.device import choose_device
from attnviz.families.file import FamilyFile, Member, read_family_file
from attnviz.families.find import DEFAULT_FAMILY, find_family

if TYPE_CHECKING:
    import torch

    from attnviz.nets import ResNet


class Family(Mapping[str, "ResNet"]):
    """The models of a family by name, ``baseline``, ``se``, ``bam``, ``cbam``.

    A model is loaded, once, when it is first asked for; any number of threads may ask. Models are in eval mode, with
    frozen parameters, on the family's device.

    Attributes:
        name: of the family's folder.
        title: for people to read.
        matched: whether the models share data and training, so that a difference is their attention's.
        members: what family.toml says of each model.
        classes: names and wnids in the order of the logits.
        preprocessing: what is made of a picture before a network sees it.
    """

    def __init__(self, folder: Path, device: str | None = None) -> None:
        self.folder = folder
        self.name = folder.resolve().name
        file = read_family_file(folder / "family.toml")
        self.title = file.title
        self.matched = file.matched
        self.members: Mapping[str, Member] = file.models
        self.classes: Classes = read_classes(folder / "classes.csv")
        self.preprocessing = file.input.preprocessing()
        self._device_name = device
        self._file: FamilyFile = file
        self._loaded: dict[str, ResNet] = {}
        self._locks = {name: threading.Lock() for name in self.members}

    @cached_property
    def device(self) -> torch.device:
        """On which the models run: the one asked for, or the first there is of cuda, mps and cpu."""
        return choose_device(self._device_name)

    def __getitem__(self, name: str) -> ResNet:
        self.check_model(name)
        with self._locks[name]:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def check_model(self, name: str) -> str:
        """Returns ``name`` if it is a member's.

        Raises:
            FamilyError: if it is not, with the members' names.
        """
        if name not in self.members:
            raise FamilyError(
                'The family "{family}" has no model "{name}".{hint} It has {models}.',
                family=self.name,
                name=name,
                hint=did_you_mean(name, self.members),
                models=", ".join(self.members),
            )
        return name

    def build(self, name: str) -> ResNet:
        """Returns a member's network with fresh weights, on the CPU."""
        from attnviz.nets import resnet

        member = self.members[self.check_model(name)]
        architecture = self._file.architecture.model_dump()
        return resnet(attention=member.attention, classes=len(self.classes), **architecture, **member.options)

    def _load(self, name: str) -> ResNet:
        member = self.members[name]
        import torch

        from attnviz.families.weights import load_weights

        with torch.inference_mode(False):  # whoever asks first, in whatever mode: the model is everyone's
            network = self.build(name)
            load_weights(network, self.folder / member.file, f"sha256:{member.sha256}")
            return network.to(self.device)


def open_family(name_or_path: str | Path = DEFAULT_FAMILY, device: str | None = None) -> Family:
    """Opens a family by its name or by the path of its folder. No weights are read yet.

    A name is looked for in ``$ATTNVIZ_CHECKPOINTS``, the checkout, the installed package and the user's cache.

    Args:
        name_or_path: e.g. ``everyday-resnet18``.
        device: ``cuda``, ``mps`` or ``cpu``; None for the first there is.

    Raises:
        FamilyError: if there is no such family, or its folder does not hold what it should.
        OptionError: when the models are first used, if this machine has no such device.
    """
    return Family(find_family(name_or_path), device)
