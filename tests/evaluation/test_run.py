"""The table holds what the scores give one by one, and comes out the same however often the run was stopped."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pandas as pd
import pytest

from attnviz import compare
from attnviz.evaluation.question import Question, ask
from attnviz.evaluation.run import Summary, evaluate
from attnviz.families import Family
from attnviz.images import open_picture
from attnviz.scores import (
    REFERENCES,
    Truth,
    average_drop,
    box_iou,
    confidence_in,
    energy_pointing_game,
    gini,
    maker,
    max_box_acc,
    max_box_acc_v2,
    max_sensitivity,
    pointing_game,
    randomisation,
    reference,
    seen_boxes,
)
from tests.evaluation.conftest import Data

MODELS = ("baseline", "cbam")
FIRST = ["image", "split", "label", "object_share", "model", "attention", "method", "stage", "target", "correct",
         "probability", "confidence", "degenerate"]  # fmt: skip
SCORED = ("pointing_game", "energy_pointing_game", "box_iou", "max_box_acc", "max_box_acc_v2", "average_drop",
          "gini")  # fmt: skip
BATCH = 4


def asked(**changes: object) -> Question:
    options = {"stages": ("stage3", "stage4"), "scores": SCORED, "batch": BATCH} | changes
    return ask(MODELS, **options)  # type: ignore[arg-type]


def fast(**changes: object) -> Question:
    return asked(**{"stages": ("stage4",), "scores": ("energy_pointing_game", "max_box_acc")} | changes)


@pytest.fixture(scope="module")
def finished(tiny_family: Family, data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of a run that nothing stopped."""
    folder = tmp_path_factory.mktemp("results") / "finished"
    evaluate(tiny_family, data.photos, data.boxes, asked(), folder)
    return folder


@pytest.fixture(scope="module")
def rows(finished: Path) -> pd.DataFrame:
    return pd.read_csv(finished / "results.csv.gz")


def test_a_row_an_image_model_and_stage_and_one_a_reference(rows: pd.DataFrame, data: Data) -> None:
    assert list(rows.columns) == [*FIRST, *SCORED]
    names = [photo.name for photo in data.photos.labelled if "photo-7." not in photo.name]
    assert list(dict.fromkeys(rows.image)) == names
    expected = [(model, "gradcam", stage) for model in MODELS for stage in ("stage3", "stage4")]
    expected += [(f"reference:{name}", "reference", "input") for name in REFERENCES]
    for _, of_image in rows.groupby("image"):
        assert list(zip(of_image.model, of_image.method, of_image.stage, strict=True)) == expected


def test_rows_are_what_compare_and_the_scores_give(
    rows: pd.DataFrame, finished: Path, data: Data, tiny_family: Family
) -> None:
    levels = {
        (each["model"], each["stage"], each["score"]): each["levels"]
        for each in json.loads((finished / "levels.json").read_text())
    }
    assert len(levels) == 2 * (2 * 2 + 5)
    boxed = rows[rows.object_share.notna() & (rows.split == "report")]
    for name in boxed.image.unique()[:3]:
        view = tiny_family.preprocessing.view(open_picture(data.folder / name))
        truth = Truth.of_boxes([seen_boxes(data.boxes.of[name], view)], 64, 64)
        compared = compare(tiny_family, view, target=name.split("/")[0])
        for _, row in boxed[(boxed.image == name) & boxed.model.isin(MODELS)].iterrows():
            result, heat = compared[row.model], compared[row.model].maps[row.stage][None]
            sure = confidence_in(tiny_family[row.model], view.tensor(), [tiny_family.classes.find(row.target)])
            one, three = (levels[row.model, row.stage, score] for score in ("max_box_acc", "max_box_acc_v2"))
            expected = {
                "pointing_game": pointing_game(heat, truth), "energy_pointing_game": energy_pointing_game(heat, truth),
                "box_iou": box_iou(heat, truth), "max_box_acc": max_box_acc(heat, truth, one[0]),
                "max_box_acc_v2": max_box_acc_v2(heat, truth, tuple(three)), "gini": gini(heat, (64, 64)),
                "average_drop": average_drop(heat, sure),
            }  # fmt: skip
            assert row.label == row.target == compared.target
            assert row.attention == result.attention
            assert row.probability == pytest.approx(result.probability, abs=1e-5)
            assert row.object_share == pytest.approx(truth.inside.float().mean().item())
            for score, value in expected.items():
                assert row[score] == pytest.approx(value.item(), abs=1e-4, nan_ok=True), score


def test_confidence_is_that_of_the_top1_and_correct_says_whether_it_is_the_label(rows: pd.DataFrame) -> None:
    of_models = rows[rows.model.isin(MODELS)]
    right = of_models.correct.astype(bool)
    assert 0 < right.mean() < 1
    assert (of_models.confidence[right] == of_models.probability[right]).all()
    assert (of_models.confidence[~right] > of_models.probability[~right]).all()


def test_references_know_no_network(rows: pd.DataFrame, data: Data, tiny_family: Family) -> None:
    of_references = rows[rows.model.str.startswith("reference:")]
    of_networks = ["attention", "target", "correct", "probability", "confidence", "average_drop"]
    assert of_references[of_networks].isna().to_numpy().all()
    assert not of_references.degenerate.any()
    name = "n02129165/photo-5.png"
    view = tiny_family.preprocessing.view(open_picture(data.folder / name))
    truth = Truth.of_boxes([seen_boxes(data.boxes.of[name], view)], 64, 64)
    for kind in ("gaussian", "edges", "centre"):
        row = of_references[(of_references.image == name) & (of_references.model == f"reference:{kind}")].iloc[0]
        heat = reference(kind, view.tensor())
        assert row.energy_pointing_game == pytest.approx(energy_pointing_game(heat, truth).item(), abs=1e-5)
    noise = of_references[of_references.model == "reference:random"].energy_pointing_game
    assert noise.nunique() == noise.notna().sum()


def test_photos_without_a_box_have_what_needs_none(rows: pd.DataFrame) -> None:
    unboxed = rows[rows.object_share.isna()]
    assert {name.split("/")[1] for name in unboxed.image} == {"photo-3.png", "photo-4.png"}
    assert unboxed[["pointing_game", "box_iou", "max_box_acc"]].isna().to_numpy().all()
    assert unboxed.gini.notna().all()


def test_a_photo_that_cannot_be_read_is_skipped_and_listed(finished: Path, data: Data, tiny_family: Family) -> None:
    name = next(photo.name for photo in data.photos.photos if photo.name.endswith("photo-7.png"))
    with (finished / "skipped.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"image": name, "reason": "This PNG file is damaged or incomplete; save or download it again, and retry."}
        ]
    again = evaluate(tiny_family, data.photos, data.boxes, asked(), finished)
    assert again == Summary(23, 1, 23 * 9, again.degenerate)


def test_each_models_own_class(data: Data, tiny_family: Family, tmp_path: Path) -> None:
    question = fast(target="top1", scores=("entropy",), references=False)
    evaluate(tiny_family, data.photos, data.boxes, question, tmp_path)
    rows = pd.read_csv(tmp_path / "results.csv.gz")
    assert (rows.probability == rows.confidence).all()
    assert set(rows.model) == set(MODELS)
    other = rows[rows.image == "other/photo-24.png"]
    assert len(other) == 2
    assert other[["label", "correct"]].isna().to_numpy().all()
    labelled = rows[rows.label.notna()]
    assert (labelled.correct.astype(bool) == (labelled.label == labelled.target)).all()
    assert rows.entropy.between(0, 1).all()


def test_a_network_that_gives_nan_is_counted_and_never_a_hit(data: Data, tiny_family: Family, tmp_path: Path) -> None:
    question = fast(scores=("localisation", "form"), references=False)
    weight = tiny_family["cbam"].fc.weight
    before = weight.clone()
    try:
        weight.fill_(math.nan)
        summary = evaluate(tiny_family, data.photos, data.boxes, question, tmp_path)
    finally:
        weight.copy_(before)
    rows = pd.read_csv(tmp_path / "results.csv.gz").set_index("model")
    assert rows.loc["cbam", "degenerate"].all()
    assert rows.loc["cbam", list(question.scores)].isna().to_numpy().all()
    assert not rows.loc["cbam", "correct"].astype(bool).any()
    assert rows.loc["cbam", ["probability", "confidence"]].isna().to_numpy().all()
    assert rows.loc["baseline", "pointing_game"].notna().any()
    assert summary.degenerate["cbam"] == 23
    assert summary.degenerate["baseline"] < 5


def test_road_combined_is_the_same_bits_with_its_two_parts_and_alone(
    tiny_family: Family, data: Data, tmp_path: Path
) -> None:
    tables = []
    for name, scores in (("alone", ["road_combined"]), ("with", ["road_morf", "road_lerf", "road_combined"])):
        question = ask(MODELS[1:], scores=scores, limit=2, references=False)
        evaluate(tiny_family, data.photos, None, question, tmp_path / name)
        tables.append(pd.read_csv(tmp_path / name / "results.csv.gz"))
    assert tables[0].road_combined.notna().any()
    assert tables[0].road_combined.equals(tables[1].road_combined)


def test_maps_at_the_input(data: Data, tiny_family: Family, tmp_path: Path) -> None:
    question = ask(MODELS[1:], ["gradcam", "integrated-gradients"], scores=["form"], limit=1, references=False)
    evaluate(tiny_family, data.photos, data.boxes, question, tmp_path)
    rows = pd.read_csv(tmp_path / "results.csv.gz")
    assert list(zip(rows.method, rows.stage, strict=True)) == [
        ("gradcam", "stage4"), ("integrated-gradients", "input"),
    ]  # fmt: skip
    view = tiny_family.preprocessing.view(open_picture(data.folder / rows.image[0]))
    heat = compare(tiny_family, view, rows.target[0], method="integrated-gradients")["cbam"].maps["input"]
    assert rows.gini[1] == pytest.approx(gini(heat[None]).item(), abs=1e-5)


def test_sanity(data: Data, tiny_family: Family, tmp_path: Path) -> None:
    evaluate(tiny_family, data.photos, None, ask(MODELS[1:], scores=["sanity"], limit=1), tmp_path)
    rows = pd.read_csv(tmp_path / "results.csv.gz")
    view = tiny_family.preprocessing.view(open_picture(data.folder / rows.image[0]))
    made_by = maker(tiny_family["cbam"], view.tensor(), [tiny_family.classes.find(rows.target[0])])
    assert rows.max_sensitivity[0] == pytest.approx(max_sensitivity(made_by.maps(), made_by).item(), rel=1e-4)
    assert rows.randomisation[0] == pytest.approx(randomisation(made_by.maps(), made_by).item(), abs=1e-4)
    assert rows.max_sensitivity[1:].isna().all()
