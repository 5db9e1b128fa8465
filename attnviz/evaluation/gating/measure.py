"""One pass over a set of photos: every gate of a family's models, a forward pass a model and batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from attnviz.errors import DataError, ImageError, Message, OptionError
from attnviz.evaluation.gating.channels import HIGH, LOW, ChannelSums, Floats
from attnviz.evaluation.gating.places import MeanGate, boxed, unboxed
from attnviz.evaluation.gating.result import GatePlace, GateStatistics
from attnviz.evaluation.photos import Photo, PhotoSet
from attnviz.families import Family
from attnviz.images import View, open_picture
from attnviz.maps import GateReading, gates
from attnviz.scores.truth import Truth, seen_boxes

Advance = Callable[[int, int], None]
BATCH = 64


def measure_gates(
    family: Family,
    photos: PhotoSet,
    boxes: Mapping[str, ArrayLike] | None = None,
    models: Sequence[str] | None = None,
    advance: Advance = lambda done, total: None,
    batch: int = BATCH,
) -> GateStatistics:
    """Reads the gates of a family's models on all photos of its classes.

    Photos pass once; what is kept of them are sums a class and channel, and a few numbers a photo and gate, whatever
    the number of photos. The numbers are those of eval mode.

    Args:
        family: whose models are read; those without gates have none to read, and are left out.
        photos: those of a class that the family does not have are left out, and so are those that cannot be read.
        boxes: by the photo's name, (4,) or (B,4), left, top, right, bottom in edges of the whole picture. Photos
            without a box have no number that needs one.
        models: which of the family's; None for all that are here.
        advance: called with the numbers of photos done and in all.
        batch: photos at once.

    Raises:
        OptionError: if no model has a gate.
        DataError: if there is no photo of the family's classes, or none can be read.
        TruthError: if a box cannot be in its photo.
        AttnvizError: if a model cannot be loaded.
    """
    chosen = [name for name in models or family if family.member(family.check_model(name)).attention != "none"]
    if not chosen:
        raise OptionError("None of the models has a gate; choose one with attention.")
    if not photos.labelled:
        raise DataError(
            'No photo in "{name}" is of a class of the family; name its folders by the classes, or by their wnids.',
            name=photos.files.name,
        )
    networks = {name: family[name] for name in chosen}
    gathered: dict[str, dict[str, _Gathered]] = {name: {} for name in chosen}
    read = _Reading(family, photos, boxes)
    for images, labels, inside in read.batches(batch, advance):
        for name, network in networks.items():
            for place, reading in gates(network, images).items():
                _gather(gathered[name], place, reading, labels, inside, len(family.classes))
    return GateStatistics(
        family=family.name,
        data=photos.files.name,
        digest=photos.files.digest,
        weights={name: family.member(name).checksum.spec for name in chosen},
        classes=family.classes.names,
        photos=tuple(photo.name for photo in read.done),
        labels=np.array([photo.label for photo in read.done], np.int64),
        boxes=read.boxed,
        unreadable={name: str(why) for name, why in read.unreadable.items()},
        unknown=dict(photos.unknown),
        models={
            name: {place: one.finished(place) for place, one in places.items()} for name, places in gathered.items()
        },
    )


@dataclass
class _Reading:
    """The photos on their way to the networks, and what became of them."""

    family: Family
    photos: PhotoSet
    boxes: Mapping[str, ArrayLike] | None
    done: list[Photo] = field(default_factory=list)
    unreadable: dict[str, Message] = field(default_factory=dict)
    boxed: int = 0

    def batches(self, size: int, advance: Advance) -> Iterator[tuple[Tensor, NDArray[np.int64], Tensor | None]]:
        """Yields images (N,3,S,S), labels (N,), and (N,S,S) bool, the pixels in boxes; None without any boxes.

        Raises:
            DataError: if no photo could be read.
        """
        wanted = self.photos.labelled
        for first in range(0, len(wanted), size):
            views = dict(self._views(wanted[first : first + size]))
            if views:
                images = torch.cat([view.tensor() for view in views.values()])
                labels = np.array([photo.label for photo in views], np.int64)
                inside = None if self.boxes is None else torch.stack([self._inside(*each) for each in views.items()])
                yield images, labels, inside
                self.done += views
            advance(min(first + size, len(wanted)), len(wanted))
        if not self.done:
            name, reason = next(iter(self.unreadable.items()))
            raise DataError('No photo can be read; the first is "{name}": {reason}', name=name, reason=reason)

    def _views(self, photos: Sequence[Photo]) -> Iterator[tuple[Photo, View]]:
        for photo in photos:
            try:
                yield photo, self.family.preprocessing.view(open_picture(self.photos.files.read(photo.name)))
            except ImageError as error:
                self.unreadable[photo.name] = error.message

    def _inside(self, photo: Photo, view: View) -> Tensor:
        side = view.preprocessing.input_size
        given = (self.boxes or {}).get(photo.name)
        seen = None if given is None else seen_boxes(given, view)
        if seen is None or len(seen) == 0:
            return torch.zeros(side, side, dtype=torch.bool)
        self.boxed += 1
        return Truth.of_boxes([seen], side, side).inside[0]


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
        self.keep(unboxed(gate))
        if inside is not None:
            before, after = (None, None) if reading is None else (reading.before, reading.after)
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
    values = reading.values
    one = places.setdefault(place, _Gathered())
    if reading.kind != "spatial":
        one.sums = one.sums or ChannelSums(classes, values.shape[1])
        by_channel = values.double().mean((2, 3)) if reading.kind == "full" else values.double()
        low, high = (int(saturated.sum()) for saturated in (values < LOW, values > HIGH))
        one.sums.add(by_channel.cpu().numpy(), labels, low, high, values.numel())
    if reading.kind == "channel":
        one.keep({"mean": values.double().mean(1).cpu().numpy()})
    elif reading.kind == "spatial":
        one.keep_places(values, inside)
    else:
        # only after a ReLU, where BAM stands, are features a mass of which there are shares
        one.keep_places(values.double().mean(1), inside, reading if reading.residual else None)
    if reading.kind == "full" and "spatial" in reading.logits:
        alone = places.setdefault(f"{place}.spatial", _Gathered())
        alone.keep_places(reading.logits["spatial"].sigmoid(), inside)
