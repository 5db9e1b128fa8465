"""How often the models of a family are right over a set of photos, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from scipy.stats import binomtest

from attnviz.comparison import Comparison
from attnviz.evaluation.batches import Advance, batches_of_classes, check_read
from attnviz.evaluation.photos import PhotoSet, written
from attnviz.families import Family
from attnviz.families.calibration import calibration_error, probabilities_of
from attnviz.maps import forward


@dataclass(frozen=True)
class Share:
    """A share of the photos in [0,1], with the ends of Wilson's 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Accuracy:
    """What one model scores.

    Attributes:
        top1: photos whose most probable class is their own.
        top5: photos whose class is among the five most probable.
        probability: mean over photos of the probability of their own class, in [0,1].
        confidence: mean over photos of the probability of the most probable class, in [0,1].
        calibration_error: expected calibration error in 15 bins, in [0,1].
    """

    top1: Share
    top5: Share
    probability: float
    confidence: float
    calibration_error: float


@dataclass(frozen=True)
class Accuracies:
    """What a family's models score over a set of photos.

    Attributes:
        data: name of the set.
        photos: the names of those that were read, N of them.
        unreadable: why each of the others could not be, by name.
        models: the scores, by model.
        ranks: (N,) for each model, the place of the photo's own class among the classes by probability, from 1.
        top: (N,) for each model, the name of the most probable class.
        unsure: photos in which no model gives any class :attr:`attnviz.Comparison.UNSURE`, as the page then says.
    """

    data: str
    photos: tuple[str, ...]
    unreadable: Mapping[str, str]
    models: Mapping[str, Accuracy]
    ranks: Mapping[str, tuple[int, ...]]
    top: Mapping[str, tuple[str, ...]]
    unsure: Share

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON values, with every photo's answers."""
        answers = [
            {"photo": written(photo)}
            | {name: {"rank": ranks[number], "top": self.top[name][number]} for name, ranks in self.ranks.items()}
            for number, photo in enumerate(self.photos)
        ]
        return {
            "data": self.data,
            "models": {name: asdict(each) for name, each in self.models.items()},
            "unsure": asdict(self.unsure),
            "photos": answers,
            "unreadable": {written(name): why for name, why in self.unreadable.items()},
        }


def measure_accuracy(
    family: Family,
    photos: PhotoSet,
    models: Sequence[str] | None = None,
    advance: Advance = lambda done, total: None,
    batch: int | None = None,
) -> Accuracies:
    """Measures a family's models, in float32 and with their temperatures, over photos whose classes are known.

    Args:
        family: from :func:`attnviz.open_family`.
        photos: those of a class that the family does not have are left out, and so are those that cannot be read.
        models: which of the family's; None for all that are here.
        advance: called with the numbers of photos done and in all.
        batch: photos at once; None for as many as their size allows.

    Raises:
        FamilyError: if the family has no model of that name.
        DataError: if there is no photo of the family's classes, or none can be read.
        WeightsError: if a model cannot be loaded.
    """
    names = [family.check_model(name) for name in models or family]
    answers: dict[str, list[torch.Tensor]] = {name: [] for name in names}
    read, labels = [], []
    unreadable: dict[str, str] = {}
    for each in batches_of_classes(family, photos, photos.labelled, None, advance, batch):
        unreadable |= {photo.name: why for photo, why in each.skipped}
        read += [photo.name for photo in each.photos]
        labels += [photo.label for photo in each.photos]
        for name in names if each.photos else ():
            logits = forward(family[name], each.images, (), gates=False).logits
            answers[name].append(probabilities_of(logits, family.members[name].temperature).double().cpu())
    check_read(len(read), unreadable)
    own = torch.tensor(labels)[:, None]
    shares = {name: torch.cat(each) for name, each in answers.items()}
    ranks = {name: 1 + (each > each.gather(1, own)).sum(1) for name, each in shares.items()}
    surest = torch.stack([each.amax(1) for each in shares.values()]).amax(0)
    return Accuracies(
        data=photos.files.name,
        photos=tuple(read),
        unreadable=unreadable,
        models={name: _accuracy(shares[name], own, ranks[name]) for name in names},
        ranks={name: tuple(each.tolist()) for name, each in ranks.items()},
        top={name: tuple(family.classes.names[top] for top in shares[name].argmax(1).tolist()) for name in names},
        unsure=_share(surest < Comparison.UNSURE),
    )


def _accuracy(shares: torch.Tensor, own: torch.Tensor, ranks: torch.Tensor) -> Accuracy:
    confidence, top = shares.max(1)
    return Accuracy(
        top1=_share(top == own[:, 0]),
        top5=_share(ranks <= 5),
        probability=shares.gather(1, own).mean().item(),
        confidence=confidence.mean().item(),
        calibration_error=calibration_error(confidence, top == own[:, 0]),
    )


def _share(is_so: torch.Tensor) -> Share:
    found = binomtest(int(is_so.sum()), len(is_so))
    interval = found.proportion_ci(method="wilson")
    return Share(float(found.statistic), float(interval.low), float(interval.high))
