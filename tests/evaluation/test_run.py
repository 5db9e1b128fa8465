"""The table holds what the scores give one by one, and comes out the same however often the run was stopped."""

from __future__ import annotations

import csv
import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from attnviz import compare
from attnviz.errors import OptionError
from attnviz.evaluation.photos import open_photo_set
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
    max_box_acc,
    max_box_acc_v2,
    pointing_game,
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
def uninterrupted(tiny_family: Family, data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a run that is faster, to be compared with those that are stopped."""
    folder = tmp_path_factory.mktemp("results") / "uninterrupted"
    evaluate(tiny_family, data.photos, data.boxes, fast(), folder)
    return folder


@pytest.fixture(scope="module")
def rows(finished: Path) -> pd.DataFrame:
    return pd.read_csv(finished / "results.csv.gz")


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


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
    assert (
        of_references[["attention", "target", "correct", "probability", "confidence", "average_drop"]]
        .isna()
        .to_numpy()
        .all()
    )
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


def test_what_is_finished_is_not_done_again(finished: Path, data: Data, tiny_family: Family) -> None:
    before, calls = contents(finished), []
    evaluate(tiny_family, data.photos, data.boxes, asked(), finished, lambda done, total: calls.append(done))
    assert calls == []
    assert contents(finished) == before
    assert sorted(before) == [".lock", "levels.json", "results.csv.gz", "settings.json", "skipped.csv"]


class Stopped(Exception):  # noqa: N818
    """Raised by a test in the middle of a run."""


def stop_after(calls: int) -> Callable[[int, int], None]:
    left = iter(range(calls))

    def stop(done: int, total: int) -> None:
        if next(left, None) is None:
            raise Stopped

    return stop


@pytest.mark.parametrize("after", [0, 3, 8])
def test_a_run_that_is_stopped_goes_on_to_the_same_bits(
    after: int, uninterrupted: Path, data: Data, tiny_family: Family, tmp_path: Path
) -> None:
    with pytest.raises(Stopped):
        evaluate(tiny_family, data.photos, data.boxes, fast(), tmp_path, stop_after(after))
    parts = len(list((tmp_path / "parts").glob("*.csv"))) if (tmp_path / "parts").exists() else 0
    went_on: list[tuple[int, int]] = []
    evaluate(tiny_family, data.photos, data.boxes, fast(), tmp_path, lambda *call: went_on.append(call))
    total = 24 * len(MODELS)
    assert went_on[-1] == (total, total)
    assert went_on[0][0] <= parts * BATCH * len(MODELS)
    assert [done for done, _ in went_on] == sorted(done for done, _ in went_on)
    assert contents(tmp_path) == contents(uninterrupted)


KILLED = """
import sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from attnviz import open_family
from attnviz.evaluation.boxes import read_boxes
from attnviz.evaluation.photos import open_photo_set
from attnviz.evaluation.question import ask
from attnviz.evaluation.run import evaluate
family = open_family(sys.argv[1], "cpu")
photos = open_photo_set(Path(sys.argv[2]), family.classes)
boxes = read_boxes(None, photos.files, photos.files.names)
question = ask({models}, scores=("energy_pointing_game", "max_box_acc"), batch={batch})
evaluate(family, photos, boxes, question, Path(sys.argv[3]), lambda done, total: time.sleep(0.02))
"""


def test_a_run_that_is_killed_goes_on_to_the_same_bits(
    uninterrupted: Path, data: Data, tiny_family: Family, tmp_path: Path
) -> None:
    code = KILLED.format(models=MODELS, batch=BATCH)
    folder = tmp_path / "killed"
    child = subprocess.Popen([sys.executable, "-c", code, tiny_family.folder, data.folder, folder])
    try:
        until = time.monotonic() + 60
        while len(list(folder.glob("parts/*.csv"))) < 2:
            assert child.poll() is None
            assert time.monotonic() < until
            time.sleep(0.005)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not (folder / "results.csv.gz").exists()
    evaluate(tiny_family, data.photos, data.boxes, fast(), folder)
    assert contents(folder) == contents(uninterrupted)


@pytest.mark.parametrize("damage", [b"", b"image,split\n", None], ids=["empty", "other columns", "cut"])
def test_a_part_that_is_not_whole_is_made_again(
    damage: bytes | None, uninterrupted: Path, data: Data, tiny_family: Family, tmp_path: Path
) -> None:
    with pytest.raises(Stopped):
        evaluate(tiny_family, data.photos, data.boxes, fast(), tmp_path, stop_after(6))
    part = tmp_path / "parts" / "000001.csv"
    part.write_bytes(part.read_bytes()[:-300] if damage is None else damage)
    part.with_name("000002.csv.part").write_bytes(b"half a ")
    evaluate(tiny_family, data.photos, data.boxes, fast(), tmp_path)
    assert contents(tmp_path) == contents(uninterrupted)


def test_results_of_another_configuration_are_refused(uninterrupted: Path, data: Data, tiny_family: Family) -> None:
    before = contents(uninterrupted)
    with pytest.raises(OptionError, match=r"of another configuration \(target: label there, top1 here\)"):
        evaluate(tiny_family, data.photos, data.boxes, fast(target="top1"), uninterrupted)
    assert contents(uninterrupted) == before


def test_a_folder_of_something_else_is_refused_and_left_alone(data: Data, tiny_family: Family, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(OptionError, match=r"is not empty, and holds no results of an evaluation"):
        evaluate(tiny_family, data.photos, data.boxes, fast(), tmp_path)
    assert list(contents(tmp_path)) == ["thesis.tex"]


def test_one_run_at_a_time(uninterrupted: Path, data: Data, tiny_family: Family) -> None:
    with (
        FileLock(uninterrupted / ".lock"),
        pytest.raises(OptionError, match=r'^Another run is at work in "uninterrupted";'),
    ):
        evaluate(tiny_family, data.photos, data.boxes, fast(), uninterrupted)


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
    assert rows.loc["cbam", "correct"].notna().all()
    assert rows.loc["baseline", "pointing_game"].notna().any()
    assert summary.degenerate["cbam"] == 23
    assert summary.degenerate["baseline"] < 5


def test_any_name_of_a_photo_comes_through(tiny_family: Family, data: Data, tmp_path: Path) -> None:
    body = next(iter(data.folder.rglob("photo-0.png"))).read_bytes()
    names = ['comma, "quote"\nand line.png', "사자 🦁.png", "no utf-8 \udcff.png", "=1+1.png", " .png"]
    folder = tmp_path / "set" / tiny_family.classes.wnids[0]
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(body)
    photos = open_photo_set(tmp_path / "set", tiny_family.classes)
    question = fast(scores=("gini",), references=False)
    for _ in range(2):
        with pytest.raises(Stopped):
            evaluate(tiny_family, photos, None, question, tmp_path / "results", stop_after(2))
    evaluate(tiny_family, photos, None, question, tmp_path / "results")
    rows = pd.read_csv(tmp_path / "results" / "results.csv.gz")
    expected = [f"{folder.name}/{name}".replace("\udcff", "\\udcff") for name in names]
    assert sorted(set(rows.image)) == sorted(expected)
    assert rows[rows.model == "cbam"].gini.nunique() == 1  # the same pixels


def test_input_methods_and_sanity(data: Data, tiny_family: Family, tmp_path: Path) -> None:
    question = ask(MODELS[:1], ["gradcam", "integrated-gradients"], scores=("max_sensitivity", "energy_pointing_game"),
                   limit=2, references=False)  # fmt: skip
    evaluate(tiny_family, data.photos, data.boxes, question, tmp_path)
    rows = pd.read_csv(tmp_path / "results.csv.gz")
    assert list(rows.stage.unique()) == ["stage4", "input"]
    assert rows.max_sensitivity.gt(0).all()
