"""The rows of a batch: every image, model and map with its scores. docs/evaluate.md describes the columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor

from attnviz.evaluation.batches import Batch, seed_of
from attnviz.evaluation.levels import KINDS, REFERENCE_PHOTOS, REFERENCE_STEP, Fitted, hits_of, packed
from attnviz.evaluation.question import INPUT, Place, Question
from attnviz.families import Family
from attnviz.families.calibration import probabilities_of
from attnviz.maps import INPUT_METHODS, Explanation, explain_input, explained, explained_by, forward, says_something
from attnviz.nets import ResNet
from attnviz.scores import REFERENCES, SCORES, Maker, Truth, confidence_in, maker, reference
from attnviz.scores.confidence import Confidence

REFERENCE = "reference"
"""The method of a reference's rows; its model is ``reference:centre`` and so on."""

T = TypeVar("T")
Key = tuple[str, Place]
"""A model's or a reference's name, and where its map is from: what has levels of its own."""


@dataclass(frozen=True)
class Row:
    """One image, model and map.

    Attributes:
        image, split, label, object_share: of the image; the label is empty and the share NaN where unknown.
        model, attention, method, stage, target: of the map; a reference has no attention and no target.
        correct, probability, confidence: whether the model's top-1 is the label, the probability of the target, and
            that of the top-1; None for a reference, and ``correct`` for a photo of no class of the family.
        degenerate: whether the map shows nothing.
        scores: by name, NaN where there is none.
        hits: by score, of a photo of the fit half: :func:`attnviz.evaluation.levels.packed`.
    """

    image: str
    split: str
    label: str
    object_share: float
    model: str
    attention: str
    method: str
    stage: str
    target: str
    correct: bool | None
    probability: float | None
    confidence: float | None
    degenerate: bool
    scores: Mapping[str, float]
    hits: Mapping[str, str]


@dataclass(frozen=True)
class _Images:
    """What of a batch is the same for every map: whose boxes are known (K,), their truth, and a row's first columns."""

    split: str
    first: Sequence[Row]
    boxed: Tensor
    truth: Truth | None
    side: int


@dataclass(frozen=True)
class _Subject:
    """What maps are scored by; ``step`` is the distance of levels that are tried, None to try none."""

    images: _Images
    levels: Mapping[str, Fitted]
    confidence: Confidence | None = None
    maker: Maker | None = None
    step: int | None = 1


def rows_of(
    batch: Batch,
    family: Family,
    question: Question,
    levels: Mapping[Key, Mapping[str, Fitted]],
    start: int,
    advance: Callable[[int], None] = lambda models: None,
) -> list[Row]:
    """Scores a batch.

    Args:
        batch: photos of one half.
        family: whose models are asked.
        question: what is asked.
        levels: by map and score, for the report half.
        start: number of the batch's first photo in its half.
        advance: called with 1 after each model.

    Returns:
        Rows by image, of each those of the models and then of the references.
    """
    if not batch.photos:
        return []
    images = batch.images.to(family.device)
    known = _known(batch, family)
    columns: list[list[Row]] = []
    for name in question.models:
        columns += _of_model(name, images, known, batch, family, question, levels)
        advance(1)
    if question.references:
        columns += _of_references(images, known, batch, question, levels, start)
    return [row for of_image in zip(*columns, strict=True) for row in of_image]


def _known(batch: Batch, family: Family) -> _Images:
    side = batch.images.shape[-1]
    boxed = [number for number, boxes in enumerate(batch.boxes) if len(boxes)]
    truth = Truth.of_boxes([batch.boxes[number] for number in boxed], side, side, family.device) if boxed else None
    shares = dict(zip(boxed, truth.inside.float().mean((1, 2)).tolist(), strict=True)) if truth is not None else {}
    first = [
        Row(photo.name, photo.split, "" if photo.label is None else family.classes.names[photo.label],
            shares.get(number, math.nan), "", "", "", "", "", None, None, None, False, {}, {})
        for number, photo in enumerate(batch.photos)
    ]  # fmt: skip
    return _Images(batch.photos[0].split, first, torch.tensor(boxed, device=family.device), truth, side)


def _of_model(
    name: str,
    images: Tensor,
    known: _Images,
    batch: Batch,
    family: Family,
    question: Question,
    levels: Mapping[Key, Mapping[str, Fitted]],
) -> Iterator[list[Row]]:
    """Yields a column of rows for each of the model's maps."""
    model = family[name]
    labels = [photo.label for photo in batch.photos]
    targets = None if question.target == "top1" else torch.tensor(labels, device=family.device)
    maps, explanation = _maps(model, images, targets, question)
    sure = probabilities_of(explanation.logits, family.members[name].temperature)
    confidence, top1 = (each.tolist() for each in sure.max(1))
    classes = explanation.targets.tolist()
    probability = sure.gather(1, explanation.targets[:, None].cpu())[:, 0].tolist()
    answers = sure.isfinite().all(1).tolist()  # of logits that are not numbers, the "largest" is no answer
    needs = {SCORES[score].needs for score in question.scores}
    asked = None
    if "confidence" in needs:
        preprocessing = family.preprocessing
        asked = confidence_in(model, images, explanation.targets, preprocessing.mean, preprocessing.std)
    of_model = [
        replace(row, model=name, attention=family.members[name].attention, target=family.classes.names[classes[number]],
                correct=None if labels[number] is None else answers[number] and top1[number] == labels[number],
                probability=probability[number], confidence=confidence[number])
        for number, row in enumerate(known.first)
    ]  # fmt: skip
    for place, heat in maps.items():
        made_by = _maker(model, images, explanation.targets, place) if "maker" in needs else None
        by = _Subject(known, levels.get((name, place), {}), asked, made_by)
        scores, hits = _scored(heat, question.scores, by)
        yield _column(of_model, place, heat, scores, hits)


def _of_references(
    images: Tensor,
    known: _Images,
    batch: Batch,
    question: Question,
    levels: Mapping[Key, Mapping[str, Fitted]],
    start: int,
) -> Iterator[list[Row]]:
    place = Place(REFERENCE, INPUT)
    step = REFERENCE_STEP if start < REFERENCE_PHOTOS else None
    for kind in REFERENCES:
        seeds = map(seed_of, batch.photos)
        heat = torch.cat([reference(kind, image[None], seed) for image, seed in zip(images, seeds, strict=True)])
        name = f"reference:{kind}"
        scores, hits = _scored(heat, question.scores, _Subject(known, levels.get((name, place), {}), step=step))
        yield _column([replace(row, model=name) for row in known.first], place, heat, scores, hits)


def _maps(
    model: ResNet, images: Tensor, targets: Tensor | None, question: Question
) -> tuple[Mapping[Place, Tensor], Explanation]:
    """Returns the maps, from one forward pass and what methods at the input need more, and an explanation of them."""
    methods = tuple(dict.fromkeys(place.method for place in question.places if place.stage != INPUT))
    stages = tuple(dict.fromkeys(place.stage for place in question.places if place.stage != INPUT))
    passed = forward(model, images, stages, gates=False, pooled=set(methods) == {"gradcam"})
    by_method = explained_by(passed, targets, methods) if methods else {}
    explanation = next(iter(by_method.values()), None) or explained(passed, targets)
    maps = {}
    for place in question.places:
        if place.stage == INPUT:
            maps[place] = explain_input(model, images, explanation.targets, place.method).map
        else:
            maps[place] = by_method[place.method].maps[place.stage]
    return maps, explanation


def _maker(model: ResNet, images: Tensor, targets: Tensor, place: Place) -> Maker:
    if place.method in INPUT_METHODS:
        return Maker(
            model, images, lambda network, pictures: explain_input(network, pictures, targets, place.method).map
        )
    return maker(model, images, targets, place.stage, place.method)


def _scored(heat: Tensor, scores: Sequence[str], by: _Subject) -> tuple[dict[str, list[float]], dict[str, list[str]]]:
    """Returns the values of each score, N of them, and in the fit half the hits of those that have levels."""
    made: dict[str, Tensor] = {}
    values = {name: [math.nan] * len(heat) for name in scores}
    hits: dict[str, list[str]] = {}
    for name in scores:
        if SCORES[name].group == "localisation":
            _localise(name, heat, by, values, hits)
        elif name == "road_combined" and made.keys() >= {"road_lerf", "road_morf"}:
            made[name] = (made["road_lerf"] - made["road_morf"]) / 2  # as it is defined, without asking the network
        else:
            subject = {"confidence": by.confidence, "maker": by.maker, "nothing": (by.images.side, by.images.side)}
            if subject[SCORES[name].needs] is not None:
                made[name] = SCORES[name].function(heat, subject[SCORES[name].needs])
    return values | {name: tensor.tolist() for name, tensor in made.items()}, hits


def _localise(
    name: str, heat: Tensor, by: _Subject, values: dict[str, list[float]], hits: dict[str, list[str]]
) -> None:
    """Scores the maps of images with a box, in the fit half by what levels are chosen by if the score has some."""
    places, truth = by.images.boxed, by.images.truth
    if truth is None:
        return
    boxed = heat if len(places) == len(heat) else heat[places]
    function = SCORES[name].function
    if name not in KINDS:
        _put(values[name], places, function(boxed, truth).tolist())
    elif by.images.split == "report" and name in by.levels:
        _put(values[name], places, function(boxed, truth, by.levels[name].argument).tolist())
    elif by.images.split == "fit" and by.step is not None:
        hits[name] = [""] * len(heat)
        _put(hits[name], places, map(packed, hits_of(name, boxed, truth, by.step)))


def _put(into: list[T], places: Tensor, values: Iterable[T]) -> None:
    for place, value in zip(places.tolist(), values, strict=True):
        into[place] = value


def _column(
    rows: Sequence[Row], place: Place, heat: Tensor, scores: Mapping[str, list[float]], hits: Mapping[str, list[str]]
) -> list[Row]:
    degenerate = (~says_something(heat)).tolist()
    return [
        replace(row, method=place.method, stage=place.stage, degenerate=degenerate[number],
                scores={name: values[number] for name, values in scores.items()},
                hits={name: values[number] for name, values in hits.items()})
        for number, row in enumerate(rows)
    ]  # fmt: skip
