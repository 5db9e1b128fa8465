"""Photos are matched to the classes of a family by their folders, and fall into the same half wherever they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from attnviz.errors import DataError
from attnviz.evaluation.photos import PhotoSet, open_photo_set
from attnviz.families import Classes

CLASSES = Classes(("goldfish", "sea lion", "crane", "crane"), ("n01443537", "n02077923", "n02012849", "n03126707"))


def opened(folder: Path, *names: str) -> PhotoSet:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return open_photo_set(folder, CLASSES)


def labels(photos: PhotoSet) -> dict[str, int | None]:
    return {photo.name: photo.label for photo in photos.photos}


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("n01443537", 0), ("N02077923", 1), ("goldfish", 0), ("Sea_Lion", 1), ("sea lion", 1), ("0", 0), ("003", 3),
        ("n03126707", 3), ("crane", None), ("4", None), ("-1", None), ("²", None), ("tabby", None), ("9" * 5000, None),
        ("val/n01443537/images", 0), ("7/goldfish/1", 0), ("a/1/b", 1),
    ],
)  # fmt: skip
def test_a_folder_stands_for_a_class(folder: str, label: int | None, tmp_path: Path) -> None:
    if len(folder) > 255:  # no folder can be called so, a zip's can
        import zipfile

        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(f"{folder}/x.png", b"")
        assert labels(open_photo_set(tmp_path / "a.zip", CLASSES)) == {f"{folder}/x.png": label}
    else:
        assert labels(opened(tmp_path, f"{folder}/x.png")) == {f"{folder}/x.png": label}


def test_photos_of_other_classes_are_counted_by_folder(tmp_path: Path) -> None:
    photos = opened(
        tmp_path, "val/goldfish/images/a.png", "val/tabby/images/b.png", "val/tabby/images/c.png", "val/sea_lion/d.png",
        "top.png", "val/e.png",
    )  # fmt: skip
    assert photos.unknown == {"": 1, "tabby": 2, "val": 1}
    assert [photo.name for photo in photos.labelled] == ["val/goldfish/images/a.png", "val/sea_lion/d.png"]
    assert [photo.name for photo in photos.photos] == sorted(photo.name for photo in photos.photos)


@pytest.mark.parametrize(
    ("file", "label"),
    [
        ("goldfish", 0), ("goldfish-4de063bd", 0), ("Sea_Lion-1-of-3", 1), ("sea lion (2)", 1), ("n02077923_17", 1),
        ("sea", None), ("sea_lioness", None), ("goldfishes-1", None), ("crane-1", None), ("0", None),
        ("-goldfish", None),
    ],
)  # fmt: skip
def test_files_stand_for_a_class_where_no_folder_does(file: str, label: int | None, tmp_path: Path) -> None:
    assert labels(opened(tmp_path, f"{file}.png", "photos/x.png")) == {f"{file}.png": label, "photos/x.png": None}


def test_files_stand_for_nothing_beside_folders_that_do(tmp_path: Path) -> None:
    photos = opened(tmp_path, "goldfish/a.png", "tabby/sea_lion-1.png", "sea_lion-2.png")
    assert [photo.name for photo in photos.labelled] == ["goldfish/a.png"]


def test_a_set_without_photos(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as caught:
        open_photo_set(tmp_path / "empty", CLASSES)
    assert str(caught.value) == (
        'There are no photos in "empty"; it must be a folder with a subfolder a class, or a zip of one.'
    )
