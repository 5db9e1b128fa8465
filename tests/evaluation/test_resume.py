"""However often a run is stopped, killed or damaged, the table comes out the same to the bit."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from attnviz.errors import OptionError
from attnviz.evaluation.photos import open_photo_set
from attnviz.evaluation.question import Question, ask
from attnviz.evaluation.run import evaluate
from attnviz.families import Family
from tests.evaluation.conftest import Data

MODELS = ("baseline", "cbam")
BATCH = 4


def fast(target: str = "label", scores: tuple[str, ...] = ("energy_pointing_game", "max_box_acc")) -> Question:
    return ask(MODELS, scores=scores, target=target, batch=BATCH)


@pytest.fixture(scope="module")
def uninterrupted(tiny_family: Family, data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of a run that nothing stopped."""
    folder = tmp_path_factory.mktemp("results") / "uninterrupted"
    evaluate(tiny_family, data.photos, data.boxes, fast(), folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_is_finished_is_not_done_again(uninterrupted: Path, data: Data, tiny_family: Family) -> None:
    before, calls = contents(uninterrupted), []
    evaluate(tiny_family, data.photos, data.boxes, fast(), uninterrupted, lambda done, total: calls.append(done))
    assert calls == []
    assert contents(uninterrupted) == before
    assert sorted(before) == [".lock", "levels.json", "results.csv.gz", "settings.json", "skipped.csv"]


class Stopped(Exception):  # noqa: N818
    """Raised by a test in the middle of a run."""


def stop_after(calls: int) -> Callable[[int, int], None]:
    left = iter(range(calls))

    def stop(done: int, total: int) -> None:
        if next(left, None) is None:
            raise Stopped

    return stop


@pytest.mark.parametrize("after", [0, 8])
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


@pytest.mark.parametrize("damage", [b"image,split\n", None], ids=["other columns", "cut"])
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


def test_any_name_of_a_photo_comes_through(tiny_family: Family, data: Data, tmp_path: Path) -> None:
    body = next(iter(data.folder.rglob("photo-0.png"))).read_bytes()
    names = [
        'comma, "quote"\nand line.png',
        "사자 🦁.png",
        "carriage\rreturn.png",
        "no utf-8 \udcff.png",
        "=1+1.png",
        " .png",
    ]
    folder = tmp_path / "set" / tiny_family.classes.wnids[0]
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(body)
    photos = open_photo_set(tmp_path / "set", tiny_family.classes)
    question = fast(scores=("gini",))
    for _ in range(2):
        with pytest.raises(Stopped):
            evaluate(tiny_family, photos, None, question, tmp_path / "results", stop_after(2))
    evaluate(tiny_family, photos, None, question, tmp_path / "results")
    rows = pd.read_csv(tmp_path / "results" / "results.csv.gz")
    expected = [f"{folder.name}/{name}".replace("\udcff", "\\udcff").replace("\r", "\\r") for name in names]
    assert sorted(set(rows.image)) == sorted(expected)
    gini = rows[rows.model == "cbam"].gini  # of the same pixels, in batches of other sizes, which round otherwise
    assert len(gini) == len(names)
    assert gini.max() - gini.min() < 1e-5
