"""Gates switched over a set of photos: accuracy, the probability of the label, and how much each switch moves them.

The change is paired: each photo's answer with the gate switched less its answer without, averaged over photos, with an
interval by drawing photos anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.evaluation.accuracy import answers_of
from attnviz.evaluation.batches import Advance, batches_of_classes, check_read
from attnviz.evaluation.photos import Photo, PhotoSet
from attnviz.evaluation.statistics import Resamples
from attnviz.families import Family
from attnviz.families.calibration import probabilities_of
from attnviz.families.means import GateMeans
from attnviz.images.split import rank_of
from attnviz.maps import forward
from attnviz.maps.interventions import SWITCHES, SwitchKind, places_of
from attnviz.nets import gate_sites
from attnviz.switching import distinct_places, models_with

Floats = NDArray[np.float64]
Switch = tuple[str, SwitchKind]


@dataclass(frozen=True)
class Change:
    """A mean difference over photos, with the ends of its 95 % interval; NaN where there is none."""

    mean: float
    low: float
    high: float

    def to_json(self) -> list[float | None]:
        """Returns mean, low and high; null where there is no interval."""
        return [value if math.isfinite(value) else None for value in (self.mean, self.low, self.high)]


@dataclass(frozen=True)
class SwitchRow:
    """A model with one place switched.

    Attributes:
        model: its name.
        place: that is switched; empty for the model as it is.
        kind: ``mean`` or ``off``; empty for the model as it is.
        accuracy: share of the photos whose most probable class is their own.
        probability: mean over photos of the probability of their own class.
        accuracy_change: to the model as it is.
        probability_change: likewise.
    """

    model: str
    place: str
    kind: str
    accuracy: float
    probability: float
    accuracy_change: Change
    probability_change: Change


@dataclass(frozen=True)
class SwitchTable:
    """What switches do over a set of photos.

    Attributes:
        data: name of the set.
        photos: how many were read.
        unreadable: why each of the others could not be, by name.
        rows: by model, the model as it is first.
    """

    data: str
    photos: int
    unreadable: Mapping[str, str]
    rows: tuple[SwitchRow, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON values; ends of intervals that there are not are null."""
        return {
            "data": self.data,
            "photos": self.photos,
            "unreadable": dict(self.unreadable),
            "rows": [
                {"model": row.model, "place": row.place, "kind": row.kind, "accuracy": row.accuracy,
                 "probability": row.probability, "accuracy_change": row.accuracy_change.to_json(),
                 "probability_change": row.probability_change.to_json()}
                for row in self.rows
            ],
        }  # fmt: skip


def measure_switches(
    family: Family,
    photos: PhotoSet,
    models: Sequence[str] | None = None,
    places: Sequence[str] | None = None,
    kinds: Sequence[SwitchKind] = SWITCHES,
    limit: int | None = None,
    advance: Advance = lambda done, total: None,
) -> SwitchTable:
    """Measures what each switch does to a family's models over photos whose classes are known.

    Args:
        family: from :func:`attnviz.open_family`.
        photos: those of a class that the family does not have are left out.
        models: names of those to switch gates of; None for all that are here. Those without gates are left out.
        places: to switch, in the models that have them; None for every gate, module and stage, and all at once.
        kinds: what gates are switched to.
        limit: at most so many photos, of all classes; the same ones each time.
        advance: called with the passes of a photo through a network that are done, and those in all.

    Raises:
        OptionError: if no model has a gate, or none of those places.
        FamilyError: for ``mean``, if no gate means came with the family.
        DataError: if there is no photo of the family's classes, or none can be read.
    """
    switches = _switches(family, models or list(family), places, kinds)
    chosen = sorted(photos.labelled, key=lambda photo: (rank_of(photo.name), photo.name))[:limit]
    means = {name: family.gate_means(name) if "mean" in kinds else None for name in switches}
    answers: dict[str, list[Floats]] = {name: [] for name in switches}
    unreadable: dict[str, str] = {}
    total, done, read = len(chosen) * sum(1 + len(each) for each in switches.values()), 0, 0
    for batch in batches_of_classes(family, photos, chosen):
        unreadable |= {photo.name: why for photo, why in batch.skipped}
        read += len(batch.photos)
        for name, each in switches.items():
            columns = []
            for switch in (None, *each):
                if batch.photos:
                    columns.append(_answers(family, name, batch.images, batch.photos, switch, means[name]))
                done += len(batch.photos) + len(batch.skipped)
                advance(done, total)
            if columns:
                answers[name].append(np.stack(columns, axis=1))
    check_read(read, unreadable)
    drawn = Resamples(read)
    rows = [row for name, each in switches.items() for row in _rows(name, each, np.concatenate(answers[name]), drawn)]
    return SwitchTable(photos.files.name, read, unreadable, tuple(rows))


def _switches(
    family: Family, models: Sequence[str], places: Sequence[str] | None, kinds: Sequence[SwitchKind]
) -> dict[str, list[Switch]]:
    sites = {name: gate_sites(family[family.check_model(name)]) for name in models}
    if not any(sites.values()):
        raise OptionError("None of the models has a gate; choose one with attention.")
    for place in places or ():
        models_with(sites, place)
    found = {
        name: [place for place in places if places_of(each, place)] if places else distinct_places(each)
        for name, each in sites.items()
    }
    return {name: [(place, kind) for place in each for kind in kinds] for name, each in found.items() if each}


def _answers(
    family: Family, model: str, images: Tensor, photos: Sequence[Photo], switch: Switch | None, means: GateMeans | None
) -> Floats:
    """Returns (N,2): whether the most probable class is the photo's own, and its probability; 0 if it is no number."""
    changed = {} if switch is None else {switch[0]: switch[1]}
    logits = forward(family[model], images, (), gates=False, interventions=changed, means=means).logits
    shares = probabilities_of(logits, family.members[model].temperature).double()
    answers = answers_of(shares, torch.tensor([photo.label for photo in photos]))
    return np.stack([answers.right.numpy(), answers.probability.numpy()], axis=1)


def _rows(model: str, switches: Sequence[Switch], answers: Floats, drawn: Resamples) -> list[SwitchRow]:
    """Returns the rows of a model from its answers (N,1+S,2), the model as it is first."""
    mean = answers.mean(0)
    changes = (answers[:, 1:] - answers[:, :1]).reshape(len(answers), -1)
    found = drawn.estimates(changes)
    told = [Change(*map(float, each)) for each in zip(found.mean, found.low, found.high, strict=True)]
    none = Change(0.0, float("nan"), float("nan"))
    rows = [SwitchRow(model, "", "", float(mean[0, 0]), float(mean[0, 1]), none, none)]
    for number, (place, kind) in enumerate(switches):
        accuracy, probability = (float(value) for value in mean[number + 1])
        rows.append(SwitchRow(model, place, kind, accuracy, probability, told[2 * number], told[2 * number + 1]))
    return rows
