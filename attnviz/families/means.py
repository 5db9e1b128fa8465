"""gate-means.safetensors: what every gate of a family is on average over a set of photos.

Written by ``attnviz families gate-means`` into the family's folder. Switched to its mean, a gate knows nothing of the
photo, and the features stay where training had them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.errors import FamilyError, OptionError
from attnviz.families.whole import write_whole

if TYPE_CHECKING:
    from torch import Tensor

    from attnviz.families.family import Family

FILE = "gate-means.safetensors"
FORMAT = "1"


@dataclass(frozen=True)
class GateMeans:
    """Mean gates of one model.

    Attributes:
        input_size: pixels a side of the images that they were read from.
        values: by gate, (C,), (H,W) or (C,H,W) float32 in (0,1); and by branch (``stage2.bam.channel``), its logits.
    """

    input_size: int
    values: Mapping[str, Tensor]

    def mean(self, place: str) -> Tensor:
        """Returns the mean of a gate or a branch.

        Raises:
            OptionError: if it is not among them.
        """
        if place not in self.values:
            raise OptionError('There is no mean of "{place}" among the gate means.', place=place)
        return self.values[place]


@dataclass(frozen=True)
class FamilyMeans:
    """Mean gates of a family, and what they are means of.

    Attributes:
        data: name of the set of photos.
        digest: SHA-256 of the names and sizes of its photos.
        photos: how many of them were read.
        made: on which day, ``2026-11-28``.
        input_size: pixels a side of the networks' input.
        weights: what each model's file hashed to, by model.
        models: by model, and by gate or branch; see :class:`GateMeans`.
    """

    data: str
    digest: str
    photos: int
    made: str
    input_size: int
    weights: Mapping[str, str]
    models: Mapping[str, Mapping[str, Tensor]]

    def of(self, model: str, weights: str, input_size: int) -> GateMeans:
        """Returns those of one model.

        Args:
            model: its name.
            weights: what its file hashes to.
            input_size: pixels a side that it is to be used at.

        Raises:
            FamilyError: if there are none of it, or they were made with other weights or at another size.
        """
        if model not in self.models:
            raise FamilyError(
                'There are no gate means of "{model}"; make them anew with: attnviz families gate-means.', model=model
            )
        if self.weights[model] != weights:
            raise FamilyError(
                'The gate means of "{model}" were made with other weights than are here; make them anew with: '
                "attnviz families gate-means.",
                model=model,
            )
        if self.input_size != input_size:
            raise FamilyError(
                'The gate means of "{model}" are of images of {theirs} pixels a side, and the family takes {ours}; '
                "make them anew with: attnviz families gate-means.",
                model=model, theirs=self.input_size, ours=input_size,
            )  # fmt: skip
        return GateMeans(self.input_size, self.models[model])

    def save(self, path: Path) -> None:
        """Writes them, whole or not at all.

        Raises:
            FamilyError: if they cannot be written.
        """
        from safetensors.torch import save

        tensors = {f"{model}/{place}": mean for model, means in self.models.items() for place, mean in means.items()}
        about = {
            "format": FORMAT, "data": self.data, "digest": self.digest, "photos": str(self.photos), "made": self.made,
            "input_size": str(self.input_size), "weights": json.dumps(dict(self.weights), sort_keys=True),
        }  # fmt: skip
        write_whole(path, save(tensors, about))


def known_means(family: Family) -> frozenset[str]:
    """Returns the models of a family whose gate means are here and fit, by the file's header; torch is not needed."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(family.folder / FILE, "numpy") as file:
            about = file.metadata() or {}
        weights, size = json.loads(about["weights"]), int(about["input_size"])
        if about["format"] != FORMAT or size != family.preprocessing.input_size:
            return frozenset()
        return frozenset(name for name, member in family.members.items() if weights.get(name) == member.checksum.spec)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def read_family_means(folder: Path, family: str) -> FamilyMeans:
    """Reads the gate means in a family's folder.

    Args:
        folder: of the family.
        family: its name.

    Raises:
        FamilyError: if there are none, with the command that makes them, or the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    if not (folder / FILE).is_file():
        raise FamilyError(
            'No gate means came with the family "{family}"; make them with: attnviz families gate-means {family}.',
            family=family,
        )
    try:
        with safe_open(folder / FILE, "pt") as file:
            about = file.metadata() or {}
            models: dict[str, dict[str, Tensor]] = {}
            for key in file.keys():  # noqa: SIM118  # it is no mapping
                model, _, place = key.partition("/")
                models.setdefault(model, {})[place] = file.get_tensor(key)
        weights = {str(model): str(spec) for model, spec in json.loads(about["weights"]).items()}
        is_whole = all(mean.isfinite().all() for means in models.values() for mean in means.values())
        if about["format"] != FORMAT or not is_whole or weights.keys() != models.keys():
            raise ValueError
        photos, input_size = int(about["photos"]), int(about["input_size"])
        return FamilyMeans(about["data"], about["digest"], photos, about["made"], input_size, weights, models)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError):
        raise FamilyError(
            '"{file}" is damaged; make it anew with: attnviz families gate-means {family}.', file=FILE, family=family
        ) from None
