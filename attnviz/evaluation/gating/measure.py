"""One pass over a set of photos: every gate of a family's models, a forward pass a model and batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attnviz.errors import DataError, OptionError, WeightsError
from attnviz.evaluation.batches import Advance, Batch, batches_of_classes
from attnviz.evaluation.boxes import BoxTable
from attnviz.evaluation.gating.channels import HIGH, LOW, ChannelSums, Floats
from attnviz.evaluation.gating.places import MeanGate, boxed, unboxed
from attnviz.evaluation.gating.result import GatePlace, GateStatistics
from attnviz.evaluation.photos import Photo, PhotoSet
from attnviz.families import Family
from attnviz.maps import GateReading, gates
from attnviz.scores.truth import Truth


def measure_gates(
    family: Family,
    photos: PhotoSet,
    boxes: BoxTable | None = None,
    models: Sequence[str] | None = None,
    advance: Advance = lambda done, total: None,
    batch: int | None = None,
) -> GateStatistics:
    """Reads the gates of a family's models on all photos of its classes.

    Photos pass once; what is kept of them are sums a class and channel, and a few numbers a photo and gate, whatever
    the number of photos. The numbers are those of eval mode.

    Args:
        family: whose models are read; those without gates have none to read, and are left out.
        photos: those of a class that the family does not have are left out, and so are those that cannot be read.
        boxes: of the photos, if there are any. Photos without a box have no number that needs one.
        models: which of the family's; None for all that are here.
        advance: called with the numbers of photos done and in all.
        batch: photos at once; None for as many as their size allows.

    Raises:
        OptionError: if no model has a gate.
        DataError: if there is no photo of the family's classes, or none can be read.
        WeightsError: if a model cannot be loaded, or has a gate that is no number.
    """
    passed = _Passed(family, {name: {} for name in with_gates(family, models)}, boxes is not None)
    for read in batches_of_classes(family, photos, photos.labelled, boxes, advance, batch):
        passed.add(read)
    return passed.statistics(photos)


def with_gates(family: Family, models: Sequence[str] | None = None) -> list[str]:
    """Returns those of some models, or of all that are here, that have gates.

    Raises:
        OptionError: if none has.
    """
    chosen = [name for name in models or family if family.member(family.check_model(name)).attention != "none"]
    if not chosen:
        raise OptionError("None of the models has a gate; choose one with attention.")
    return chosen


@dataclass
class _Passed:
    """What is kept of the photos that have passed."""

    family: Family
    models: dict[str, dict[str, _Gathered]]
    with_boxes: bool
    photos: list[Photo] = field(default_factory=list)
    boxes: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        """Runs every model on a batch.

        Raises:
            WeightsError: if a gate is NaN or infinite.
        """
        self.unreadable |= {photo.name: why for photo, why in batch.skipped}
        if not batch.photos:
            return
        self.photos += batch.photos
        self.boxes += sum(len(its) > 0 for its in batch.boxes)
        labels = np.array([photo.label for photo in batch.photos], np.int64)
        inside = _inside(batch, self.family.preprocessing.input_size) if self.with_boxes else None
        for name, places in self.models.items():
            for place, reading in gates(self.family[name], batch.images).items():
                if not reading.values.isfinite().all():
                    raise WeightsError(
                        'The gate {gate} of "{model}" is not a number for some photos; its weights are damaged.',
                        gate=place, model=name,
                    )  # fmt: skip
                _gather(places, place, reading, labels, inside, len(self.family.classes))

    def statistics(self, photos: PhotoSet) -> GateStatistics:
        """Returns what they come to.

        Raises:
            DataError: if no photo could be read.
        """
        if not self.photos:
            name, reason = next(iter(self.unreadable.items()))
            raise DataError('No photo can be read; the first is "{name}": {reason}', name=name, reason=reason)
        return GateStatistics(
            family=self.family.name,
            data=photos.files.name,
            digest=photos.files.digest,
            weights={name: self.family.member(name).checksum.spec for name in self.models},
            classes=self.family.classes.names,
            photos=tuple(photo.name for photo in self.photos),
            labels=np.array([photo.label for photo in self.photos], np.int64),
            boxes=self.boxes,
            unreadable=self.unreadable,
            unknown=dict(photos.unknown),
            models={
                name: {place: one.finished(place) for place, one in places.items()}
                for name, places in self.models.items()
            },
        )


def _inside(batch: Batch, side: int) -> Tensor:
    """Returns (N,S,S) bool, True for the pixels in a photo's boxes."""
    inside = torch.zeros(len(batch.photos), side, side, dtype=torch.bool)
    for mask, boxes in zip(inside, batch.boxes, strict=True):
        if len(boxes):
            mask.copy_(Truth.of_boxes([boxes], side, side).inside[0])
    return inside


@dataclass
class _Gathered:
    """What is kept of one gate."""

    sums: ChannelSums | None = None
    numbers: dict[str, list[Floats]] = field(default_factory=dict)
    mean: MeanGate = field(default_factory=MeanGate)

    def keep(self, numbers: Mapping[str, Floats]) -> None:
        """Adds numbers of a batch's photos."""
        for name, values in numbers.items():
            self.numbers.setdefault(name, []).append(values)

    def keep_places(self, gate: Tensor, inside: Tensor | None, reading: GateReading | None = None) -> None:
        """Adds what a gate (N,h,w) says of places; and if its reading is given, what it does to the features."""
        gate = _where_float64(gate)
        self.keep(unboxed(gate))
        if inside is not None:
            sides = (None, None) if reading is None else (reading.before, reading.after)
            before, after = (None if side is None else _where_float64(side) for side in sides)
            self.keep(boxed(gate, inside, before, after))
            self.mean.add(gate, inside)

    def finished(self, name: str) -> GatePlace:
        """Returns it once all photos have passed."""
        numbers = {key: np.concatenate(parts) for key, parts in self.numbers.items()}
        channels = None if self.sums is None else self.sums.statistics()
        return GatePlace(name, numbers, channels, self.mean.excess)


def _gather(
    places: dict[str, _Gathered],
    place: str,
    reading: GateReading,
    labels: NDArray[np.int64],
    inside: Tensor | None,
    classes: int,
) -> None:
    """Adds a batch's gate, and what its spatial branch alone would be, to what is kept."""
    values = _where_float64(reading.values)
    one = places.setdefault(place, _Gathered())
    if reading.kind != "spatial":
        one.sums = one.sums or ChannelSums(classes, values.shape[1])
        by_channel = values.mean((2, 3), dtype=torch.float64) if reading.kind == "full" else values.double()
        low, high = (int(saturated.sum()) for saturated in (values < LOW, values > HIGH))
        one.sums.add(by_channel.cpu().numpy(), labels, low, high, values.numel())
    if reading.kind == "channel":
        one.keep({"mean": values.double().mean(1).cpu().numpy()})
    elif reading.kind == "spatial":
        one.keep_places(values, inside)
    else:
        # only after a ReLU, where BAM stands, are features a mass of which there are shares
        one.keep_places(values.mean(1, dtype=torch.float64), inside, reading if reading.residual else None)
    if reading.kind == "full" and "spatial" in reading.logits:
        alone = places.setdefault(f"{place}.spatial", _Gathered())
        alone.keep_places(reading.logits["spatial"].sigmoid(), inside)


def _where_float64(tensor: Tensor) -> Tensor:
    """Returns a tensor on a device that has float64, which Apple's has not."""
    return tensor.cpu() if tensor.device.type == "mps" else tensor
