"""Mean gates: the mean of what each photo's pass reads, kept whole, and refused where they do not belong."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from attnviz import compare, open_family
from attnviz.errors import FamilyError
from attnviz.evaluation.gating.averages import average_gates
from attnviz.families import Family
from attnviz.families.means import FILE, FamilyMeans, read_family_means
from attnviz.images import open_picture
from attnviz.maps import explain


@pytest.fixture(scope="module")
def means(tiny_family: Family, gated: Any) -> FamilyMeans:
    return average_gates(tiny_family, gated, batch=5)


@pytest.fixture(scope="module")
def gated(data: Any) -> Any:
    return data.photos


@pytest.fixture
def folder(tiny_folder: Path, means: FamilyMeans, tmp_path: Path) -> Path:
    """A copy of the family's folder with gate means in it."""
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "tiny"))
    means.save(copy / FILE)
    return copy


def test_means_are_of_every_photo_that_can_be_read(tiny_family: Family, data: Any, means: FamilyMeans) -> None:
    assert (means.photos, means.input_size) == (23, 64)
    assert list(means.models) == ["se", "bam", "cbam"]
    whole = [photo.name for photo in data.photos.labelled if "photo-7." not in photo.name]
    images = [tiny_family.preprocessing.view(open_picture(data.folder / name)).tensor() for name in whole]
    for model, each in means.models.items():
        gates = explain(tiny_family[model], torch.cat(images), stages=()).gates
        for place, gate in gates.items():
            torch.testing.assert_close(each[place], gate.values.mean(0))
            for branch, logits in gate.logits.items():
                torch.testing.assert_close(each[f"{place}.{branch}"], logits.mean(0), rtol=1e-4, atol=1e-5)
    assert len(means.models["bam"]) == 9


def test_a_family_with_means_can_be_switched_to_them(folder: Path, photo: Any, means: FamilyMeans) -> None:
    family = open_family(folder, "cpu")
    found = compare(family, photo, interventions={"all": "mean"})
    assert torch.equal(found["bam"].gates["stage3.bam"].values, means.models["bam"]["stage3.bam"])
    assert not torch.equal(found["se"].logits, compare(family, photo)["se"].logits)


def test_what_is_written_is_read(folder: Path, means: FamilyMeans) -> None:
    again = read_family_means(folder, "tiny")
    assert replace(again, models={}) == replace(means, models={})
    for model, each in means.models.items():
        assert all(torch.equal(mean, again.models[model][place]) for place, mean in each.items())
    assert [file.name for file in folder.iterdir() if file.suffix == ".part"] == []


def rewritten(folder: Path, **changes: str) -> None:
    about = {"format": "1", "data": "d", "digest": "", "photos": "1", "made": "2026-11-28", "input_size": "64",
             "weights": json.dumps({"se": "sha256:0"})}  # fmt: skip
    save_file({"se/stage1.0.se": torch.ones(8)}, folder / FILE, about | changes)


def test_stale_means_are_refused(folder: Path) -> None:
    family = open_family(folder, "cpu")
    rewritten(folder)
    with pytest.raises(FamilyError, match='The gate means of "se" were made with other weights than are here'):
        family.gate_means("se")
    with pytest.raises(FamilyError, match='There are no gate means of "bam"'):
        family.gate_means("bam")
    rewritten(folder, weights=json.dumps({"se": family.members["se"].checksum.spec}), input_size="96")
    with pytest.raises(FamilyError, match='of "se" are of images of 96 pixels a side, and the family takes 64'):
        family.gate_means("se")


@pytest.mark.parametrize("changes", [{"format": "2"}, {"photos": "many"}, {"weights": "{}"}, {"weights": "["}])
def test_a_damaged_file(folder: Path, changes: dict[str, str]) -> None:
    rewritten(folder, **changes)
    with pytest.raises(FamilyError, match=f'"{FILE}" is damaged; make it anew with: attnviz families gate-means tiny'):
        read_family_means(folder, "tiny")
    (folder / FILE).write_bytes(b"no tensors")
    with pytest.raises(FamilyError, match="is damaged"):
        read_family_means(folder, "tiny")


def test_means_that_are_no_numbers(folder: Path) -> None:
    rewritten(folder)
    tensors = load_file(folder / FILE)
    save_file({name: tensor * float("nan") for name, tensor in tensors.items()}, folder / FILE)
    with pytest.raises(FamilyError, match="is damaged"):
        read_family_means(folder, "tiny")
