"""What every gate of a family is on average over photos, to be put in its place: ``gate-means.safetensors``."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from attnviz.errors import WeightsError
from attnviz.evaluation.batches import Advance, batches_of_classes, check_read
from attnviz.evaluation.gating.measure import with_gates
from attnviz.evaluation.photos import PhotoSet
from attnviz.families import Family
from attnviz.families.means import FamilyMeans
from attnviz.maps import GateReading, gates

Sums = dict[str, Tensor]
"""By gate or branch, the sum over photos, float64."""


def average_gates(
    family: Family, photos: PhotoSet, advance: Advance = lambda done, total: None, batch: int | None = None
) -> FamilyMeans:
    """Averages the gates of all models of a family, and the logits of their branches, over photos of its classes.

    Photos pass once, in eval mode; sums are kept in float64.

    Args:
        family: all whose models with attention must be here.
        photos: those of a class that the family does not have are left out, and so are those that cannot be read.
        advance: called with the numbers of photos done and in all.
        batch: photos at once; None for as many as their size allows.

    Raises:
        OptionError: if no model has a gate.
        DataError: if there is no photo of the family's classes, or none can be read.
        WeightsError: if a model cannot be loaded, or has a gate that is no number.
    """
    sums: dict[str, Sums] = {name: {} for name in with_gates(family)}
    read = 0
    unreadable: dict[str, str] = {}
    for each in batches_of_classes(family, photos, photos.labelled, None, advance, batch):
        if each.photos:
            _add(family, sums, each.images)
        unreadable |= {photo.name: why for photo, why in each.skipped}
        read += len(each.photos)
    check_read(read, unreadable)
    return FamilyMeans(
        data=photos.files.name,
        digest=photos.files.digest,
        photos=read,
        made=datetime.datetime.now(datetime.UTC).date().isoformat(),
        input_size=family.preprocessing.input_size,
        weights={name: family.member(name).checksum.spec for name in sums},
        models={name: _divided(one, read, name) for name, one in sums.items()},
    )


def _add(family: Family, sums: Mapping[str, Sums], images: Tensor) -> None:
    for name, one in sums.items():
        for place, reading in gates(family[name], images).items():
            for key, values in _parts(place, reading):
                total = values.cpu().double().sum(0)
                one[key] = one[key] + total if key in one else total


def _parts(place: str, reading: GateReading) -> Sequence[tuple[str, Tensor]]:
    """Returns a gate's values and its branches' logits, with N, by their names."""
    return [(place, reading.values), *((f"{place}.{name}", logits) for name, logits in reading.logits.items())]


def _divided(sums: Sums, photos: int, model: str) -> dict[str, Tensor]:
    means = {place: (total / photos).to(torch.float32).contiguous() for place, total in sums.items()}
    for place, mean in means.items():
        if not mean.isfinite().all():
            raise WeightsError(
                'The gate {gate} of "{model}" is not a number for some photos; its weights are damaged.',
                gate=place, model=model,
            )  # fmt: skip
    return means
