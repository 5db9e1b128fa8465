"""A set of photos with boxes for the random family: soft blobs, larger than what the networks see."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attnviz.evaluation.boxes import BoxTable, read_boxes
from attnviz.evaluation.photos import PhotoSet, open_photo_set
from attnviz.families import Family

WIDTH, HEIGHT = 90, 72


@dataclass(frozen=True)
class Data:
    """A set on disk, and as it is read."""

    folder: Path
    photos: PhotoSet
    boxes: BoxTable


@pytest.fixture(scope="session")
def data(tiny_family: Family, tmp_path_factory: pytest.TempPathFactory) -> Data:
    """24 photos of the five classes, of which 2 have no box, 1 of a class that the family lacks, 1 that is damaged."""
    folder = tmp_path_factory.mktemp("photos") / "set"
    random = np.random.default_rng(5)
    lines = ["image,left,top,right,bottom"]
    for number in range(24):
        wnid = tiny_family.classes.wnids[number % 5]
        name = f"{wnid}/photo-{number}.png"
        (folder / wnid).mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        blobs = random.integers(0, 256, (5, 5, 3), np.uint8)
        Image.fromarray(blobs).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(buffer, "PNG")
        (folder / name).write_bytes(buffer.getvalue()[: 900 if number == 7 else None])
        left, top = random.integers(9, 40), random.integers(0, 30)
        if number not in (3, 4):
            lines.append(f"{name},{left},{top},{left + random.integers(10, 41)},{top + random.integers(10, 42)}")
    (folder / "other").mkdir()
    (folder / "other" / "photo-24.png").write_bytes((folder / name).read_bytes())
    (folder / "boxes.csv").write_text("\n".join(lines) + "\n")
    photos = open_photo_set(folder, tiny_family.classes)
    boxes = read_boxes(None, photos.files, photos.files.names)
    assert boxes is not None
    return Data(folder, photos, boxes)
