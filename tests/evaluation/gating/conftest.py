"""Photos of the tiny family's classes, with boxes, and their gate statistics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attnviz.evaluation.boxes import BoxTable
from attnviz.evaluation.gating import GateStatistics, measure_gates
from attnviz.evaluation.photos import PhotoSet, open_photo_set
from attnviz.families import Family


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three photos of each of four classes, one of no class, and one that is none."""
    folder = tmp_path_factory.mktemp("sets") / "photos"
    draw = np.random.default_rng(5)
    for name in ("lion", "tabby", "espresso", "pizza", "unicorn"):
        (folder / name).mkdir(parents=True)
        for number in range(1 if name == "unicorn" else 3):
            blobs = Image.fromarray(draw.integers(0, 256, (5, 5, 3), np.uint8))
            blobs.resize((64, 64), Image.Resampling.BICUBIC).save(folder / name / f"{number}.png")
    (folder / "lion" / "broken.png").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="session")
def photo_set(photo_folder: Path, tiny_family: Family) -> PhotoSet:
    return open_photo_set(photo_folder, tiny_family.classes)


@pytest.fixture(scope="session")
def boxes() -> BoxTable:
    """Of three photos: one box, two, and one that is everything."""
    two = [[0, 0, 20, 20], [30, 40, 64, 64]]
    boxes = {"lion/0.png": [[10, 10, 40, 30]], "tabby/1.png": two, "pizza/0.png": [[0, 0, 64, 64]]}
    return BoxTable("boxes.csv", {name: np.array(its, np.float64) for name, its in boxes.items()})


@pytest.fixture(scope="session")
def measured(tiny_family: Family, photo_set: PhotoSet, boxes: BoxTable) -> GateStatistics:
    return measure_gates(tiny_family, photo_set, boxes)
