"""Photos are read the same from folders and zips, and whatever is wrong with them is told by name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from attnviz.errors import DataError
from attnviz.images import Preprocessing, open_picture
from attnviz.training import Photos, read_photos

SQUARE = Preprocessing(32, 36)
CLASSES = ("n2", "n1")
NAMES = ("n1/b.png", "n1/a.JPEG", "n2/images/c.png", "n2/images/d.bmp")


def photo(seed: int, format_: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    values = np.random.default_rng(seed).integers(0, 256, (40 + seed, 50 - seed, 3)).astype(np.uint8)
    Image.fromarray(values).save(buffer, format_)
    return buffer.getvalue()


def files() -> dict[str, bytes]:
    """Four photos of two classes, and what lies about in data sets beside photos."""
    formats = {".png": "PNG", ".JPEG": "JPEG", ".bmp": "BMP"}
    photos = {name: photo(seed, formats[Path(name).suffix]) for seed, name in enumerate(NAMES)}
    return {**photos, "n1/n1_boxes.txt": b"a.JPEG 0 0 9 9", "n3/other.png": photo(9), "loose.png": photo(8)}


def as_tree(data: Path, split: str, content: dict[str, bytes]) -> Path:
    for name, body in content.items():
        path = data / split / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return data


def as_zip(data: Path, stem: str, content: dict[str, bytes], inside: str = "") -> Path:
    data.mkdir(exist_ok=True)
    with zipfile.ZipFile(data / f"{stem}.zip", "w") as archive:
        for name, body in content.items():
            archive.writestr(inside + name, body)
    return data


def read(data: Path, split: str = "train", **options: Any) -> Photos:
    return read_photos(data, split, CLASSES, SQUARE, **options)


def told(data: Path, split: str = "train") -> str:
    with pytest.raises(DataError) as caught:
        read(data, split)
    assert str(data.parent) not in str(caught.value)
    return str(caught.value)


def test_tree(tmp_path: Path) -> None:
    photos = read(as_tree(tmp_path / "data", "train", files()))
    assert photos.names == ("a.JPEG", "b.png", "c.png", "d.bmp")
    assert photos.labels.tolist() == [1, 1, 0, 0]
    assert photos.labels.dtype == torch.int64
    assert photos.images.dtype == torch.uint8
    for image, name in zip(photos.images, ("n1/a.JPEG", "n1/b.png", *NAMES[2:]), strict=True):
        seen = np.asarray(SQUARE.view(open_picture(files()[name])).seen)
        assert np.array_equal(image.permute(1, 2, 0).numpy(), seen)


@pytest.mark.parametrize("inside", ["", "train/", "deep/er/train/"])
def test_zip_reads_as_the_tree_does(tmp_path: Path, inside: str) -> None:
    tree = read(as_tree(tmp_path / "tree", "train", files()))
    zipped = read(as_zip(tmp_path / "zip", "train", files(), inside))
    assert torch.equal(zipped.images, tree.images)
    assert torch.equal(zipped.labels, tree.labels)
    assert zipped.names == tree.names


def test_zips_in_parts_read_as_the_tree_does(tmp_path: Path) -> None:
    tree = read(as_tree(tmp_path / "tree", "train", files()))
    for part in range(3):
        names = list(files())[part::3]
        as_zip(tmp_path / "zip", f"train-{part}-of-3", {name: files()[name] for name in names})
    as_zip(tmp_path / "zip", "val", {"n1/not this.png": photo(5)})
    zipped = read(tmp_path / "zip")
    assert torch.equal(zipped.images, tree.images)
    assert zipped.names == tree.names


def test_tree_beside_the_zip_that_it_came_from(tmp_path: Path) -> None:
    """Unpacking train.zip where it lies must not show every photo twice an epoch."""
    as_tree(tmp_path / "data", "train", files())
    assert len(read(as_zip(tmp_path / "data", "train", files())).names) == 4


def test_what_macos_adds_to_zips_is_no_photo(tmp_path: Path) -> None:
    extra = {"__MACOSX/n1/._a.JPEG": b"\0\x05\x16\x07 resource fork", "n1/._b.png": b"\0\x05\x16\x07"}
    assert len(read(as_zip(tmp_path / "data", "train", {**files(), **extra})).names) == 4


def test_splits_are_kept_apart(tmp_path: Path) -> None:
    as_tree(tmp_path / "data", "train", files())
    as_tree(tmp_path / "data", "val", {"n1/x.png": photo(1), "n2/y.png": photo(2)})
    assert read(tmp_path / "data", "val").names == ("x.png", "y.png")


def test_progress_is_told(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    read(as_tree(tmp_path / "data", "train", files()), advance=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_to_a_device(tmp_path: Path) -> None:
    moved = read(as_tree(tmp_path / "data", "train", files())).to(torch.device("meta"))
    assert (moved.images.device.type, moved.labels.device.type) == ("meta", "meta")
    assert moved.names == ("a.JPEG", "b.png", "c.png", "d.bmp")


def test_class_without_a_photo(tmp_path: Path) -> None:
    content = {name: body for name, body in files().items() if not name.startswith("n2")}
    expected = "1 of the 2 classes have no photo in train, the first is n2; check --data and --classes."
    assert told(as_tree(tmp_path / "data", "train", content)) == expected


def test_nothing_there(tmp_path: Path) -> None:
    assert told(tmp_path / "data") == 'There is no folder "data"; --data names a folder that holds train and val.'
    as_tree(tmp_path / "data", "train", files())
    assert told(tmp_path / "data", "val") == '"data" holds neither a folder "val" nor a zip "val*.zip".'


def test_broken_photo(tmp_path: Path) -> None:
    sentence = "This PNG file is damaged or incomplete; save or download it again, and retry."
    content = {**files(), "n1/b.png": photo(0)[:900]}
    assert told(as_tree(tmp_path / "tree", "train", content)) == f"n1/b.png: {sentence}"
    assert told(as_zip(tmp_path / "zip", "train", content)) == f"n1/b.png: {sentence}"


def test_zip_that_was_not_copied_whole(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "data", "train", files()) / "train.zip"
    path.write_bytes(path.read_bytes()[:2000])
    assert told(tmp_path / "data") == '"train.zip" is not a whole zip file; copy it again.'


def test_zip_with_a_damaged_photo(tmp_path: Path) -> None:
    """The list at the zip's end is whole, one photo's bytes are not those that its checksum is of."""
    path = as_zip(tmp_path / "data", "train", files()) / "train.zip"
    data = bytearray(path.read_bytes())
    data[data.index(b"n1/b.png") + 500] ^= 255
    path.write_bytes(data)
    assert "n1/b.png" in told(tmp_path / "data")
