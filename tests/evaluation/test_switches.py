"""Switches over a set of photos: each row is what its network says, and changes are of the same photos."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from attnviz.errors import DataError, OptionError
from attnviz.evaluation.photos import open_photo_set
from attnviz.evaluation.switches import measure_switches
from attnviz.families import Family
from attnviz.images import open_picture
from attnviz.maps import explain


def tensors(family: Family, files: list[Path]) -> torch.Tensor:
    return torch.cat([family.preprocessing.view(open_picture(file)).tensor() for file in files])


def test_rows_are_what_the_switched_network_says(tiny_family: Family, data: Any) -> None:
    photos = data.photos
    told: list[tuple[int, int]] = []
    found = measure_switches(
        tiny_family, photos, ["baseline", "bam"], ["all", "stage2.bam.channel"], ("off",),
        advance=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert [(row.model, row.place, row.kind) for row in found.rows] == [
        ("bam", "", ""), ("bam", "all", "off"), ("bam", "stage2.bam.channel", "off"),
    ]  # fmt: skip
    whole = [photo for photo in photos.labelled if "photo-7." not in photo.name]
    files = [data.folder / photo.name for photo in whole]
    labels = torch.tensor([photo.label for photo in whole])
    images = tensors(tiny_family, files)
    for row in found.rows:
        changes = {row.place: "off"} if row.place else {}
        shares = explain(tiny_family["bam"], images, stages=(), interventions=changes).logits.softmax(1)  # type: ignore[arg-type]
        assert row.probability == pytest.approx(float(shares[range(len(labels)), labels].mean()), abs=1e-6)
        assert row.accuracy == pytest.approx(float((shares.argmax(1) == labels).float().mean()))
    plain, off, _ = found.rows
    assert off.probability_change.mean == pytest.approx(off.probability - plain.probability, abs=1e-12)
    assert off.probability_change.low < off.probability_change.mean < off.probability_change.high
    assert told[-1] == (72, 72)
    assert found.photos == 23
    assert [name.split("/")[1] for name in found.unreadable] == ["photo-7.png"]


def test_a_limit_takes_the_same_photos_each_time(tiny_family: Family, data: Any) -> None:
    photos = data.photos
    one, other = (measure_switches(tiny_family, photos, ["se"], ["all"], ("off",), 4) for _ in range(2))
    assert one.photos == 4
    assert np.isnan(one.rows[1].accuracy_change.low)  # no interval of four photos
    assert one.to_json() == other.to_json()
    assert one.to_json()["rows"][1]["accuracy_change"][1:] == [None, None]


def test_what_cannot_be(tiny_family: Family, data: Any, tmp_path: Path) -> None:
    photos = data.photos
    with pytest.raises(OptionError, match="None of the models has a gate; choose one"):
        measure_switches(tiny_family, photos, ["baseline"])
    with pytest.raises(OptionError, match=r'a gate "stage2\.bm"\. Did you mean "stage2\.bam"'):
        measure_switches(tiny_family, photos, ["bam"], ["stage2.bm"])
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(data.folder / "other" / "photo-24.png", tmp_path / "elsewhere")
    with pytest.raises(DataError, match=f'No photo in "{tmp_path.name}" is of a class'):
        measure_switches(tiny_family, open_photo_set(tmp_path, tiny_family.classes), ["bam"], ["all"], ("off",))
