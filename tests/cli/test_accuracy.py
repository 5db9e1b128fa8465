"""``attnviz accuracy``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_a_flat_folder_whose_files_are_called_by_their_classes(
    run: Run, tiny: Path, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, wnid in {"lion-1": "n02129165", "Tabby_2": "n02123045", "beach-3": "n02123045"}.items():
        (folder / f"{name}.png").write_bytes((data / "val" / wnid / "0.png").read_bytes())
    result = run("accuracy", "--family", "tiny", "--images", folder, "--json", tmp_path / "numbers.json")
    assert result.exit_code == 0, result.stderr
    assert "2 photos of photos" in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines() if " % (" in line][:4] == [
        "baseline", "se", "bam", "cbam",
    ]  # fmt: skip
    assert "no model gives any class 30% or more" in " ".join(result.stdout.split())
    assert "Left out: 1 of 3 photos, of none of the family's classes." in result.stderr
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    assert [photo["photo"] for photo in numbers["photos"]] == ["Tabby_2.png", "lion-1.png"]
    assert set(numbers["photos"][0]["bam"]) == {"rank", "top"}


def test_photos_that_cannot_be_read_are_told(run: Run, tiny: Path, tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "lion-0.png").write_bytes(b"")
    (folder / "lion-1.png").write_bytes((data / "val" / "n02129165" / "0.png").read_bytes())
    result = run("accuracy", "--family", "tiny", "--images", folder, "--model", "se")
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        "attnviz: lion-0.png: The file is empty (0 bytes); save or download it again, and retry.",
        "attnviz: 1 photos could not be read and are in no number.",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--images", "{data}/val", "--model", "cbm"], 'has no model "cbm". Did you mean "cbam"'),
        (["--images", "{data}/nowhere"], "nowhere"),
        (["--images", "{data}/val", "--json", "numbers.txt"], '"numbers.txt"'),
    ],
)
def test_what_cannot_be(run: Run, tiny: Path, data: Path, arguments: list[str], message: str) -> None:
    result = run("accuracy", "--family", "tiny", *(argument.format(data=data) for argument in arguments))
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
