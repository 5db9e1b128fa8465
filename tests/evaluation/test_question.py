"""What is asked is put into one order, and what cannot be is told before anything is begun."""

from __future__ import annotations

from typing import Any

import pytest

from attnviz.errors import OptionError
from attnviz.evaluation.question import WITH_BOXES, Place, ask, photos_of
from attnviz.images.split import split_of
from attnviz.scores import SCORES
from tests.evaluation.conftest import Data

MODELS = ("baseline", "cbam")


def test_defaults() -> None:
    question = ask(MODELS)
    assert question.places == (Place("gradcam", "stage4"),)
    assert question.scores == WITH_BOXES
    assert (question.target, question.references, question.limit, question.batch) == ("label", True, None, 64)
    assert question.needs_boxes


def test_maps_and_scores_are_in_the_order_of_their_tables() -> None:
    question = ask(MODELS, ["occlusion", "layercam", "gradcam"], ["stage4", "stage2"], ["form", "deletion", "box_iou"])
    assert [(place.method, place.stage) for place in question.places] == [
        ("gradcam", "stage2"), ("gradcam", "stage4"), ("layercam", "stage2"), ("layercam", "stage4"),
        ("occlusion", "input"),
    ]  # fmt: skip
    assert question.scores == ("box_iou", "deletion", "gini", "entropy")
    assert question.batch == 16


@pytest.mark.parametrize("group", ["localisation", "faithfulness", "form", "sanity"])
def test_a_group_is_all_its_scores(group: str) -> None:
    question = ask(MODELS, scores=[group])
    assert question.scores == tuple(name for name, score in SCORES.items() if score.group == group)
    assert question.needs_boxes == (group == "localisation")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["grad-cam"]}, 'There is no method "grad-cam"; there are gradcam, gradcam++, hirescam, layercam, '
         'smoothgrad, integrated-gradients, occlusion. Did you mean "gradcam" or "gradcam++"?'),
        ({"stages": ["stage5"]}, 'There is no stage "stage5"; there are stage1, stage2, stage3, stage4.'),
        ({"target": "lion"}, 'There is no target "lion" here; it can be label or top1.'),
        ({"scores": ["ssim"]}, '"ssim" compares two maps, and here each map is scored by itself; leave it out.'),
        ({"scores": ["agreement"]}, '"agreement" compares two maps, and here each map is scored by itself; leave it '
         "out."),
        ({"scores": []}, "Nothing is asked for: name a model, a method and a score, one at least of each."),
        ({"stages": []}, "Nothing is asked for: name a model, a method and a score, one at least of each."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        ask(MODELS, **options)
    assert str(caught.value) == message


def test_a_score_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(OptionError, match=r'^There is no score "pointing"; there are pointing_game, .*"pointing_game"'):
        ask(MODELS, scores=["pointing"])


def test_photos_are_the_fit_half_first_and_a_limit_takes_of_all_classes(data: Data) -> None:
    every = photos_of(ask(MODELS), data.photos)
    assert sorted(photo.name for photo in every) == [photo.name for photo in data.photos.labelled]
    halves = [photo.split for photo in every]
    assert halves == sorted(halves)
    assert {"fit", "report"} == set(halves)
    some = photos_of(ask(MODELS, limit=12), data.photos)
    assert len(some) == 12
    assert [photo for photo in every if photo in some] == list(some)
    assert len({photo.label for photo in some}) == 5


def test_photos_of_other_classes_are_evaluated_where_each_model_chooses_the_class(data: Data) -> None:
    named = {photo.name for photo in photos_of(ask(MODELS, target="top1"), data.photos)}
    assert named - {photo.name for photo in photos_of(ask(MODELS), data.photos)} == {"other/photo-24.png"}
    assert {split_of(name) for name in named} == {"fit", "report"}
