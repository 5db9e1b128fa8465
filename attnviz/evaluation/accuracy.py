"""How often the models of a family are right over a set of photos, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

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
        ranks: (N,) for each model, the place of the photo's own class among the classes by probability, from 1; one
            more than there are classes where the model's logits are not numbers.
        top: (N,) for each model, the name of the most probable class; empty there.
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
    answers: dict[str, list[Answers]] = {name: [] for name in names}
    read, labels = [], []
    unreadable: dict[str, str] = {}
    for each in batches_of_classes(family, photos, photos.labelled, None, advance, batch):
        unreadable |= {photo.name: why for photo, why in each.skipped}
        read += [photo.name for photo in each.photos]
        labels += [photo.label for photo in each.photos]
        for name in names if each.photos else ():
            logits = forward(family[name], each.images, (), gates=False).logits
            shares = probabilities_of(logits, family.members[name].temperature).double()
            answers[name].append(answers_of(shares, torch.tensor(labels[-len(shares) :])))
    check_read(len(read), unreadable)
    found = {name: Answers(*map(torch.cat, zip(*each, strict=True))) for name, each in answers.items()}
    surest = torch.stack([each.confidence for each in found.values()]).amax(0)
    tops = (*family.classes.names, "")
    return Accuracies(
        data=photos.files.name,
        photos=tuple(read),
        unreadable=unreadable,
        models={name: _accuracy(each) for name, each in found.items()},
        ranks={name: tuple(each.rank.tolist()) for name, each in found.items()},
        top={name: tuple(tops[top] for top in each.top.tolist()) for name, each in found.items()},
        unsure=_share(surest < Comparison.UNSURE),
    )


class Answers(NamedTuple):
    """What a model says of N photos, (N,) each.

    Attributes:
        probability: of the photo's own class.
        confidence: of the most probable class.
        top: index of the most probable class; -1 where there is none.
        rank: as in :class:`Accuracies`.
        right: whether the most probable class is the photo's own.
    """

    probability: torch.Tensor
    confidence: torch.Tensor
    top: torch.Tensor
    rank: torch.Tensor
    right: torch.Tensor


def answers_of(shares: torch.Tensor, labels: torch.Tensor) -> Answers:
    """Returns the answers that probabilities (N,K) are; where they are not numbers, all are 0 and none is right.

    Args:
        shares: (N,K).
        labels: (N,), the photos' own classes.
    """
    known = shares.isfinite().all(1)
    shares = torch.where(known[:, None], shares, 0)
    own = shares.gather(1, labels[:, None])
    confidence, top = shares.max(1)
    rank = torch.where(known, 1 + (shares > own).sum(1), 1 + shares.shape[1])
    return Answers(own[:, 0], confidence, torch.where(known, top, -1), rank, known & (top == labels))


def _accuracy(answers: Answers) -> Accuracy:
    return Accuracy(
        top1=_share(answers.right),
        top5=_share(answers.rank <= 5),
        probability=answers.probability.mean().item(),
        confidence=answers.confidence.mean().item(),
        calibration_error=calibration_error(answers.confidence, answers.right),
    )


def _share(is_so: torch.Tensor) -> Share:
    found = binomtest(int(is_so.sum()), len(is_so))
    interval = found.proportion_ci(method="wilson")
    return Share(float(found.statistic), float(interval.low), float(interval.high))
