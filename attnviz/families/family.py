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
from attnviz.families.find import DEFAULT_FAMILY, families_cache, find_family

if TYPE_CHECKING:
    import torch

    from attnviz.families.means import GateMeans
    from attnviz.nets import ResNet


class Family(Mapping[str, "ResNet"]):
    """The models of a family whose weights are here, by name: ``baseline``, ``se``, ``bam``, ``cbam``.

    A model is loaded, once, when it is first asked for; any number of threads may ask. Models are in eval mode, with
    frozen parameters, on the family's device. Weights may come, and go, while the family is open: whether they are
    here is looked at each time.

    Args:
        name: of the family.
        folder: that holds its weights; those that are not in it are looked for in :attr:`cache`.
        file: what family.toml says.
        classes: names and wnids in the order of the logits.
        device: ``cuda``, ``mps`` or ``cpu``; None for the first there is.
        files: where each model's weights are, if not in a folder of the family's.

    Attributes:
        name: of the family's folder.
        title: for people to read.
        matched: whether the models share data and training, so that a difference is their attention's.
        members: what family.toml says of each model, whether its weights are here or not.
        classes: names and wnids in the order of the logits.
        preprocessing: what is made of a picture before a network sees it.
        cache: the user's folder for what is fetched of this family.
        is_fast: whether its models are of the fast form; see :meth:`merged`.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        file: FamilyFile,
        classes: Classes,
        device: str | None = None,
        files: Mapping[str, Path] | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self.title = file.title
        self.matched = file.matched
        self.members: Mapping[str, Member] = file.models
        self.classes = classes
        self.preprocessing = file.input.preprocessing()
        self.cache = families_cache() / name
        self._device_name = device
        self.is_fast = False
        self._file = file
        self._files = files or {}
        self._loaded: dict[str, ResNet] = {}
        self._locks = {name: threading.Lock() for name in self.members}

    @cached_property
    def device(self) -> torch.device:
        """On which the models run: the one asked for, or the first there is of cuda, mps and cpu."""
        return choose_device(self._device_name)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the models whose weights are not here now."""
        return tuple(name for name in self.members if self.path(name) is None)

    def __getitem__(self, name: str) -> ResNet:
        self.check_model(name)
        with self._locks[name]:
            if name not in self._loaded:
                import torch

                from attnviz.nets import merged

                with torch.inference_mode(False):  # whoever asks first, in whatever mode: the model is everyone's
                    model = self.read(name).to(self.device)
                    self._loaded[name] = merged(model) if self.is_fast else model
            return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self.members and self.path(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.members if self.path(name) is not None)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def merged(self) -> Family:
        """Returns the same family with models of the fast form, :func:`attnviz.nets.merged`; this one stays."""
        fast = Family(self.name, self.folder, self._file, self.classes, self._device_name, self._files)
        fast.is_fast = True
        return fast

    def member(self, name: str) -> Member:
        """Returns what family.toml says of a model, whether its weights are here or not.

        Raises:
            FamilyError: if the family has no such model, with the names of those that it has.
        """
        if name not in self.members:
            raise FamilyError(
                'The family "{family}" has no model "{name}".{hint} It has {models}.',
                family=self.name,
                name=name,
                hint=did_you_mean(name, self.members),
                models=", ".join(self.members),
            )
        return self.members[name]

    def path(self, name: str) -> Path | None:
        """Returns where a model's weights are: in the family's folder or in its cache; None if in neither.

        Raises:
            FamilyError: if the family has no such model.
        """
        file = self.member(name).file
        places = (self._files[name],) if name in self._files else (self.folder / file, self.cache / file)
        return next((place for place in places if place.is_file()), None)

    def check_model(self, name: str) -> str:
        """Returns ``name`` if it is a model's whose weights are here.

        Raises:
            FamilyError: if the family has no such model, or its weights are not here, with what to do.
        """
        self._weights(name)
        return name

    def build(self, name: str) -> ResNet:
        """Returns a member's network with fresh weights, on the CPU."""
        from attnviz.nets import resnet

        member = self.member(name)
        architecture = {**self._file.architecture.model_dump(), **member.options}
        return resnet(attention=member.attention, classes=len(self.classes), **architecture)

    def read(self, name: str, checked: bool = True) -> ResNet:
        """Returns a network of the caller's own with the weights of the model's file, on the CPU.

        Args:
            name: of the model.
            checked: whether the file must have the checksum in family.toml.

        Raises:
            FamilyError: if there is no such model, or its weights are not here.
            WeightsError: if the file is another one, damaged, or does not fit the network.
        """
        from attnviz.families.weights import load_weights

        member, path = self.member(name), self._weights(name)
        network = self.build(name)
        load_weights(network, path, member.checksum.spec if checked else None, member.layout)
        return network

    def gate_means(self, name: str) -> GateMeans:
        """Returns what a model's gates are on average over a set of photos, to be put in place of one photo's gates.

        The file is read each time, and the weights are taken to be those that family.toml names.

        Args:
            name: of the model.

        Raises:
            FamilyError: if there is no such model, no gate means came with the family, or they were made with other
                weights or for another input size.
        """
        from attnviz.families.means import read_family_means

        member = self.member(name)
        means = read_family_means(self.folder, self.name)
        return means.of(name, member.checksum.spec, self.preprocessing.input_size)

    def _weights(self, name: str) -> Path:
        """Returns where a model's weights are, which must be somewhere."""
        path, member = self.path(name), self.member(name)
        if path is not None:
            return path
        if member.url is None:
            raise FamilyError(
                'The weights of "{name}" are not here: put the file "{file}" ({checksum}) into the folder of the '
                'family "{family}".',
                name=name,
                file=member.file,
                checksum=member.checksum,
                family=self.name,
            )
        raise FamilyError(
            'The weights of "{name}" are not here; get them with: attnviz weights get {family} {name}.',
            name=name,
            family=self.name,
        )


def open_family(name_or_path: str | Path = DEFAULT_FAMILY, device: str | None = None) -> Family:
    """Opens a family by its name or by the path of its folder. No weights are read yet.

    A name is looked for in ``$ATTNVIZ_CHECKPOINTS``, the checkout, the installed package and the user's cache.

    Args:
        name_or_path: e.g. ``tinyimagenet-resnet18``.
        device: ``cuda``, ``mps`` or ``cpu``; None for the first there is.

    Raises:
        FamilyError: if there is no such family, or its folder does not hold what it should.
        OptionError: when the models are first used, if this machine has no such device.
    """
    folder = find_family(name_or_path)
    file = read_family_file(folder / "family.toml")
    return Family(folder.resolve().name, folder, file, read_classes(folder / "classes.csv"), device)
