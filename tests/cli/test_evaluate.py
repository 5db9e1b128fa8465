"""``attnviz evaluate``."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Run = Callable[..., Any]
OneLine = Callable[[Any], str]


@pytest.fixture(scope="module")
def images(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty photos of five classes, each with the same box."""
    folder = Path(shutil.copytree(data / "val", tmp_path_factory.mktemp("images") / "val"))
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.png"))]
    (folder / "boxes.csv").write_text("".join(["path,x0,y0,x1,y1\n", *(f"{name},10,10,50,40\n" for name in names)]))
    return folder


@pytest.fixture
def evaluate(run: Run, tiny: Path, images: Path, tmp_path: Path) -> Run:
    def call(*more: object, at: Path = images) -> Any:
        where = ("--images", at, "-o", tmp_path / "results")
        return run("evaluate", *where, "--family", "tiny", "--threads", 1, "--no-report", *more)

    return call


FAST = ("--scores", "pointing_game,box_iou", "--model", "baseline", "--model", "cbam", "--no-references")


def test_a_table_a_model(evaluate: Run, tmp_path: Path) -> None:
    result = evaluate(*FAST, "--stages", "stage3,stage4")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    rows = pd.read_csv(tmp_path / "results" / "results.csv.gz")
    assert len(rows) == 20 * 2 * 2
    reported = rows[(rows.split == "report") & (rows.model == "cbam") & (rows.stage == "stage3")]
    line = next(
        line.split() for line in result.stdout.splitlines() if line.split()[:3] == ["cbam", "gradcam", "stage3"]
    )
    accuracy = reported.correct.astype(bool).mean()
    means = [f"{reported[score].mean():.4f}" for score in ("pointing_game", "box_iou")]
    assert line[3:] == [f"{accuracy:.1%}", *means, str(reported.degenerate.sum())]
    assert f"means over the report half, {len(reported)} photos (fit half: {20 - len(reported)})" in result.stdout
    assert "80 rows in results/results.csv.gz" in result.stdout


def test_all_scores_of_localisation_and_references_are_the_default(evaluate: Run) -> None:
    result = evaluate("--model", "se", "--limit", 6)
    assert result.exit_code == 0, result.output
    first = [line.split()[0] for line in result.stdout.splitlines() if "gradcam" in line or "reference:" in line]
    assert first == ["se", "reference:uniform", "reference:gaussian", "reference:edges", "reference:random",
                     "reference:centre"]  # fmt: skip
    for title in ("Pointing game", "Energy-based pointing game", "Relevance rank", "IoU at 0.2", "MaxBoxAcc", "AccV2"):
        assert title in result.stdout


def test_without_boxes_maps_are_scored_by_their_form(evaluate: Run, data: Path) -> None:
    result = evaluate("--model", "se", "--limit", 2, at=data / "val")
    assert result.exit_code == 0, result.output
    assert "Gini" in result.stdout
    assert "Pointing" not in result.stdout


def test_the_report_stands_beside_the_table_and_can_be_made_again(
    run: Run, evaluate: Run, tmp_path: Path, one_line: OneLine
) -> None:
    fewer = ("--scores", "pointing_game", *FAST[2:])
    result = evaluate(*fewer, "--report")
    assert result.exit_code == 0, result.output
    report = tmp_path / "results" / "report.md"
    before = report.read_bytes()
    assert b"CBAM" in before
    assert "report.html" in result.stdout
    report.unlink()
    again = run("evaluate", "--report-only", "-o", tmp_path / "results")
    assert again.exit_code == 0, again.output
    assert report.read_bytes() == before
    assert evaluate(*fewer).exit_code == 0  # its files are no reason to refuse the folder


def test_a_report_of_nothing(run: Run, tmp_path: Path, one_line: OneLine) -> None:
    assert '"results.csv.gz"' in one_line(run("evaluate", "--report-only", "-o", tmp_path))
    assert one_line(run("evaluate", "-o", tmp_path)) == (
        "--images names the photos to evaluate; --report-only needs none."
    )


def test_skipped_photos_are_told_and_the_exit_code_is_3(evaluate: Run, images: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(images, tmp_path / "val"))
    broken = sorted(folder.rglob("*.png"))[3]
    broken.write_bytes(b"no picture")
    result = evaluate(*FAST, at=folder)
    assert result.exit_code == 3
    assert result.stderr == ("attnviz: photos skipped, since they cannot be read: 1; skipped.csv says which and why.\n")
    skipped = pd.read_csv(tmp_path / "results" / "skipped.csv")
    assert skipped.image.tolist() == [broken.relative_to(folder).as_posix()]
    assert len(pd.read_csv(tmp_path / "results" / "results.csv.gz")) == 19 * 2


def test_a_set_of_which_nothing_can_be_read(evaluate: Run, images: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(images, tmp_path / "val"))
    for path in folder.rglob("*.png"):
        path.write_bytes(b"")
    result = evaluate(*FAST, "--report", at=folder)
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        "attnviz: there is no report, since no photo of the report half was evaluated; evaluate more photos.",
        "attnviz: photos skipped, since they cannot be read: 20; skipped.csv says which and why.",
    ]
    assert len(pd.read_csv(tmp_path / "results" / "skipped.csv")) == 20


def test_photos_of_other_classes_are_told(evaluate: Run, images: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(images, tmp_path / "val"))
    shutil.move(folder / "n02129165", folder / "unicorns")
    (folder / "boxes.csv").unlink()
    result = evaluate("--scores", "gini", "--limit", 3, "--no-references", at=folder)
    assert result.exit_code == 0
    assert result.stderr == (
        "attnviz: left out, since their folders are none of the family's classes: 2 of 20 photos (unicorns).\n"
    )


def test_interrupted(evaluate: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, one_line: OneLine) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("attnviz.evaluation.run._Work._made", interrupted)
    result = evaluate(*FAST)
    assert result.exit_code == 130
    assert one_line(result) == "interrupted. What is finished is kept: the same command goes on from there."
    monkeypatch.undo()


def test_the_fast_form_gives_the_same_numbers_and_is_another_configuration(
    evaluate: Run, tmp_path: Path, one_line: OneLine
) -> None:
    assert evaluate(*FAST, "--limit", 4).exit_code == 0
    assert "fast: False there, True here" in one_line(evaluate(*FAST, "--limit", 4, "--fast"))
    plain = pd.read_csv(tmp_path / "results" / "results.csv.gz")
    shutil.rmtree(tmp_path / "results")
    assert evaluate(*FAST, "--limit", 4, "--fast").exit_code == 0
    fast = pd.read_csv(tmp_path / "results" / "results.csv.gz")
    pd.testing.assert_frame_equal(fast, plain, rtol=1e-3, atol=1e-3)


def test_another_configuration_is_refused_by_name(evaluate: Run, one_line: OneLine) -> None:
    assert evaluate(*FAST, "--limit", 2).exit_code == 0
    result = evaluate(*FAST, "--limit", 3)
    assert result.exit_code == 2
    assert one_line(result).startswith(
        'The results in "results" are of another configuration (limit: 2 there, 3 here; boxes.count: 2 '
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scores", "sim"], 'There is no score "sim"; there are '),
        (["--methods", "cam"], 'There is no method "cam"; there are gradcam, '),
        (["--stages", "4"], 'There is no stage "4"; there are stage1, stage2, stage3, stage4.'),
        (["--target", "pizza"], 'There is no target "pizza" here; it can be label or top1.'),
        (["--boxes", "none.csv"], '"none.csv" cannot be read: No such file or directory.'),
        (["--model", "tiny"], 'The family "tiny" has no model "tiny".'),
    ],
)
def test_what_a_user_can_mend(evaluate: Run, one_line: OneLine, arguments: list[Any], message: str) -> None:
    result = evaluate(*arguments)
    assert result.exit_code == 2
    assert one_line(result).startswith(message)


def test_wrong_boxes_are_told_before_anything_is_begun(
    evaluate: Run, one_line: OneLine, images: Path, tmp_path: Path
) -> None:
    lines = (images / "boxes.csv").read_text().replace("10,10,50,40", "10,10,64,40", 1)
    (tmp_path / "mine.csv").write_text(lines)
    result = evaluate("--boxes", tmp_path / "mine.csv")
    assert result.exit_code == 2
    assert one_line(result) == (
        '"mine.csv" has 1 wrong lines of 20; mend or remove them: line 2: the box reaches outside the photo of 64 x 64 '
        "pixels."
    )
    assert not (tmp_path / "results").exists()


def test_a_set_without_boxes_has_no_localisation(evaluate: Run, one_line: OneLine, data: Path) -> None:
    assert one_line(evaluate("--scores", "box_iou", at=data / "val")) == (
        'Scores of localisation need boxes, and "val" has none; name a file of boxes, or other scores.'
    )


def test_a_set_of_other_classes(evaluate: Run, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "val" / "n02129165", tmp_path / "set" / "unicorns")
    result = evaluate(at=tmp_path / "set")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        'attnviz: None of the 2 photos in "set" is of a class of the family; a folder is matched by the wnid, name or '
        "index of a class."
    )
