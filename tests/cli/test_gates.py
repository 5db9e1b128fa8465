"""``attnviz gates``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
OneLine = Callable[[Any], str]


@pytest.fixture
def images(data: Path, tmp_path: Path) -> Path:
    """Photos of five classes, with the boxes of two."""
    folder = Path(shutil.copytree(data / "val", tmp_path / "set"))
    (folder / "boxes.csv").write_text(
        "image,left,top,right,bottom\nn02129165/0.png,4,4,40,30\nn02123045/1.png,0,0,64,20\n"
    )
    return folder


def test_tables_and_a_report(run: Run, tiny: Path, images: Path, tmp_path: Path) -> None:
    result = run(
        "gates", "--family", "tiny", "--images", images, "--classes", "lion, n02123045", "-o", tmp_path / "out"
    )
    assert result.exit_code == 0, result.stderr
    assert "20 photos of set, 2 with a box" in result.stdout
    gates = [line.split()[1] for line in result.stdout.splitlines() if line.split()[:1] == ["bam"]]
    assert gates == [f"stage{n}.bam" for n in (1, 2, 3)] + [
        f"stage{n}.bam{branch}" for n in (1, 2, 3) for branch in ("", ".spatial")
    ]
    assert (tmp_path / "out" / "report.html").is_file()
    classes = {line.split(",")[2] for line in (tmp_path / "out" / "gates.csv").read_text().splitlines()[1:]}
    assert classes == {"", "lion", "tabby"}


def test_photos_that_cannot_be_read_are_told(run: Run, tiny: Path, images: Path) -> None:
    (images / "n02129165" / "0.png").write_bytes(b"")
    result = run("gates", "--family", "tiny", "--images", images, "--model", "se")
    assert result.exit_code == 3
    assert "19 photos" in result.stdout
    assert result.stderr.splitlines() == [
        "attnviz: n02129165/0.png: The file is empty (0 bytes); save or download it again, and retry.",
        "attnviz: 1 photos could not be read and are in no number.",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--classes", "loin"], 'The family has no class "loin". Did you mean "lion"?'),
        (["--classes", " , "], "--classes names no class; give their names, with commas between them."),
        (["--model", "baseline"], "None of the models has a gate; choose one with attention."),
        (["--boxes", "none.csv"], '"none.csv" cannot be read: No such file or directory.'),
        (["-o", "{images}/boxes.csv"], '"boxes.csv" cannot be written: File exists.'),
    ],
)
def test_what_a_user_can_mend(
    run: Run, one_line: OneLine, tiny: Path, images: Path, arguments: list[str], message: str
) -> None:
    filled = [argument.format(images=images) for argument in arguments]
    result = run("gates", "--family", "tiny", "--images", images, *filled)
    assert result.exit_code == 2
    assert one_line(result) == message


def test_what_is_usual_is_stored_with_the_family(run: Run, tiny: Path, images: Path, one_line: OneLine) -> None:
    result = run("gates", "--family", "tiny", "--images", images, "--write")
    assert result.exit_code == 0, result.stderr
    try:
        told = json.loads((tiny / "gate-statistics.json").read_text())
        assert (told["data"], told["photos"], list(told["models"])) == ("set", 20, ["se", "bam", "cbam"])
    finally:
        (tiny / "gate-statistics.json").unlink()  # the family is other tests' too
    result = run("gates", "--family", "tiny", "--images", images, "--write", "--model", "se")
    assert result.exit_code == 2
    assert one_line(result) == "--write stores what is usual for all models of the family; leave --model out."
