"""``attnviz compare``: what it prints and writes, and what it says of bad input."""

from __future__ import annotations

import errno
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from attnviz import Comparison, compare, open_family
from attnviz.cli.results import UNMATCHED
from attnviz.draw import Look
from attnviz.figures import IN_WORDS, comparison_figure

MODELS = ["baseline", "se", "bam", "cbam"]
OPTIONS = ("--family", "tiny", "--device", "cpu")
OneLine = Callable[[Any], str]


def rows(printed: str) -> list[list[str]]:
    """The cells of the tables' rows that begin with a model."""
    return [row for line in printed.splitlines() if (row := line.split())[:1] and row[0] in MODELS]


def pixels(figure: Figure) -> np.ndarray:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return np.asarray(Image.open(buffer))


def compared(tiny: Path, photo: Path, **options: Any) -> Comparison:
    return compare(open_family(tiny, "cpu"), photo, stages=("stage4",), **options)


def test_prints_what_every_model_makes_of_the_photo(run: Any, tiny: Path, photos: list[Path]) -> None:
    result = run("compare", photos[0], *OPTIONS)
    expected = compared(tiny, photos[0])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "one.png: gradcam in tiny" in result.stdout
    assert f"P({expected.target})" in result.stdout
    printed = rows(result.stdout)
    assert [row[0] for row in printed] == MODELS
    for row, model in zip(printed, expected.values(), strict=True):
        top = ", ".join(f"{name} {probability:.4f}" for name, probability in model.top)
        note = " ".join(f"stage4 shows nothing: {IN_WORDS[why]}" for why in model.degenerate.values())
        assert row[1:] == [f"{model.probability:.5f}", *top.split(), *note.split()]


def test_options_reach_the_comparison(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    options = ("--target", "tabby", "--stage", "3", "--method", "gradcam++", "--model", "cbam", "--model", "se")
    assert run("compare", photos[1], *OPTIONS, *options, "--json", out).exit_code == 0
    family = open_family(tiny, "cpu")
    expected = compare(family, photos[1], "tabby", ("stage3",), "gradcam++", ("cbam", "se")).to_json()
    assert json.loads(out.read_text()) == {"photos": [{"photo": "two.jpg", **expected}]}
    assert list(expected["models"]) == ["cbam", "se"]


def test_several_photos_become_rows_of_one_figure(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    options = ("--stage", "2", "--scale", "shared", "--colormap", "jet", "-o", tmp_path / "figure.png")
    result = run("compare", *photos, *OPTIONS, *options)
    assert (result.exit_code, result.stderr) == (0, "figure.png written\n")
    assert len(rows(result.stdout)) == 3 * 4
    family = open_family(tiny, "cpu")
    comparisons = [compare(family, photo, stages=("stage2",)) for photo in photos]
    expected = pixels(comparison_figure(comparisons, "stage2", Look(scale="shared", colormap="jet")))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "figure.png")), expected)


def test_formats_of_the_figure(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    for name in ("a.PNG", "a.svg", "a.pdf"):
        assert run("compare", photos[0], *OPTIONS, "-o", tmp_path / name).exit_code == 0
    assert Image.open(tmp_path / "a.PNG").format == "PNG"
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_map_that_shows_nothing_is_said_to_be_so(run: Any, tiny: Path, photos: list[Path]) -> None:
    result = run("compare", photos[0], *OPTIONS, "--target", "pizza")
    assert result.exit_code == 0
    assert result.stdout.count("stage4 shows nothing: the same everywhere") == len(MODELS)


def test_unmatched_family_is_said_to_be_so(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    assert UNMATCHED not in run("compare", photos[0], *OPTIONS).stdout
    apart = tmp_path / "apart"
    apart.mkdir()
    for file in tiny.iterdir():
        (apart / file.name).write_bytes(file.read_bytes())
    (apart / "family.toml").write_text((tiny / "family.toml").read_text().replace("matched = true", "matched = false"))
    for command in ("compare", "stages"):
        assert UNMATCHED in run(command, photos[0], "--family", apart, "--device", "cpu").stdout.splitlines()


def test_a_bad_photo_does_not_lose_the_others(
    run: Any, tiny: Path, photos: list[Path], tmp_path: Path, one_line: OneLine
) -> None:
    bad, out, figure = tmp_path / "bad.png", tmp_path / "out.json", tmp_path / "figure.png"
    bad.write_bytes(photos[0].read_bytes()[:200])
    result = run("compare", photos[0], bad, photos[2], *OPTIONS, "--json", out)
    assert result.exit_code == 2
    told, written = result.stderr.splitlines()
    assert told.startswith("attnviz: bad.png: ")
    assert written == "out.json written"
    assert len(rows(result.stdout)) == 2 * 4
    expected = [compared(tiny, photo).to_json() for photo in (photos[0], photos[2])]
    entries = json.loads(out.read_text())["photos"]
    assert [entry.pop("photo") for entry in entries] == ["one.png", "three.webp"]
    assert entries == expected

    result = run("compare", bad, *OPTIONS, "-o", figure)
    assert (result.exit_code, result.stdout) == (2, "")
    assert one_line(result).startswith("bad.png: ")
    assert not figure.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--family", "tinny"), 'There is no family "tinny". Did you mean "tiny"?'),
        (("--target", "lino"), 'The family has no class "lino". Did you mean "lion"?'),
        (("--target", "5"), "There is no class 5; the family has the classes 0 to 4."),
        (("--model", "cban"), 'The family "tiny" has no model "cban". Did you mean "cbam"?'),
        (("--device", "abacus"), 'There is no device "abacus" here'),
        (("-o", "figure.bmp"), '"figure.bmp" cannot be written: its name must end in .png or .svg or .pdf.'),
        (("-o", "figure"), '"figure" cannot be written: its name must end in'),
        (("--json", "out.txt"), '"out.txt" cannot be written: its name must end in .json.'),
        (("-o", "here.png"), '"here.png" is a folder'),
        (("-o", "nowhere/figure.png"), '"figure.png" has no folder "nowhere" to be written to'),
        (("--json", "nowhere/out.json"), '"out.json" has no folder "nowhere" to be written to'),
        (("-o", "photo.png"), '"photo.png" is the photo itself'),
    ],
)
def test_bad_options_are_one_line(
    run: Any, tiny: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    one_line: OneLine, arguments: tuple[str, str], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.png").mkdir()
    (tmp_path / "photo.png").write_bytes(photos[0].read_bytes())
    result = run("compare", tmp_path / "photo.png", photos[1], *OPTIONS, *arguments)
    assert result.exit_code == 2
    assert one_line(result).startswith(said)
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.png", 'There is no file "none.png"; check the path.'),
        ("text.png", "text.png: This file is not a picture that can be read"),
        ("empty.png", "empty.png: The file is empty"),
        ("folder", '"folder" is a folder'),
    ],
)
def test_bad_photos_are_one_line(run: Any, tiny: Path, tmp_path: Path, one_line: OneLine, name: str, said: str) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder").mkdir()
    for command in ("compare", "stages"):
        result = run(command, tmp_path / name, *OPTIONS)
        assert (result.exit_code, result.stdout) == (2, "")
        assert one_line(result).startswith(said if command == "compare" else said.split(": ")[-1])


def test_output_is_checked_before_the_work(
    run: Any, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("attnviz.cli.outputs.tempfile.TemporaryFile", refuse)
    for command in ("compare", "stages"):
        result = run(command, "there is no such photo.png", *OPTIONS, "-o", tmp_path / "figure.png")
        assert result.exit_code == 2
        assert result.stderr == 'attnviz: "figure.png" cannot be written: Read-only file system.\n'


def test_a_full_disk_is_one_line_and_keeps_the_old_file(
    run: Any, tiny: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_line: OneLine
) -> None:
    def write(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "out.json"
    out.write_text("old")
    monkeypatch.setattr(Path, "write_bytes", write)
    result = run("compare", photos[0], *OPTIONS, "--json", out)
    assert result.exit_code == 2
    assert one_line(result) == '"out.json" cannot be written: No space left on device.'
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]
    assert len(rows(result.stdout)) == 4


def test_too_many_photos_for_a_figure(run: Any, tiny: Path, photos: list[Path], one_line: OneLine) -> None:
    result = run("compare", *photos[:1] * 101, *OPTIONS, "-o", "figure.png")
    assert result.exit_code == 2
    assert one_line(result).startswith("A figure holds at most 100 photos")


def test_interruption(
    run: Any, tiny: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch, one_line: OneLine
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["attnviz.compare"], "compare", interrupted)
    result = run("compare", photos[0], *OPTIONS)
    assert result.exit_code == 130
    assert one_line(result) == "interrupted."


def test_own_target_and_a_method_at_the_input(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    out, figure = tmp_path / "out.json", tmp_path / "figure.png"
    options = ("--own", "--method", "occlusion", "--json", out, "-o", figure)
    result = run("compare", photos[0], *OPTIONS, *options)
    assert result.exit_code == 0
    expected = compare(open_family(tiny, "cpu"), photos[0], method="occlusion", own=True)
    assert json.loads(out.read_text())["photos"][0]["models"] == expected.to_json()["models"]
    assert np.array_equal(np.asarray(Image.open(figure)), pixels(comparison_figure([expected])))


def test_own_and_a_target_is_one_line(run: Any, tiny: Path, photos: list[Path], one_line: OneLine) -> None:
    assert "not both" in one_line(run("compare", photos[0], *OPTIONS, "--own", "--target", "lion"))
