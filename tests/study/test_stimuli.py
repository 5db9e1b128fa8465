"""The pictures: the region of the paper, names that tell nothing, files that differ in nothing but what they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from attnviz.draw import Look, overlays, upsample
from attnviz.errors import StudyError
from attnviz.images import Preprocessing, open_picture
from attnviz.study.settings import Presentation
from attnviz.study.stimuli import Stimuli, drawn, name_of, region

HEAT = np.array([[0, 0, 1, 8], [0, 1, 2, 6], [-9, 0, 1, 2], [0, 0, 0, 1]], np.float32)
OTHER = np.array([[5, 1, 0, 0], [3, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -2]], np.float32)


@pytest.fixture(scope="module")
def picture() -> PIL.Image.Image:
    blobs = np.random.default_rng(1).integers(0, 256, (6, 6, 3), np.uint8)
    return PIL.Image.fromarray(blobs).resize((64, 64), PIL.Image.Resampling.BICUBIC)


def test_the_region_is_what_is_at_or_above_the_threshold(picture: PIL.Image.Image) -> None:
    fine = upsample(np.maximum(HEAT, 0), 64, 64)
    for threshold in (0.2, 0.6, 1.0):
        shown = np.asarray(region(picture, HEAT, threshold))
        inside = fine >= np.float32(threshold) * fine.max()
        assert 0 < inside.sum() < inside.size
        assert np.array_equal(shown[inside], np.asarray(picture)[inside])
        outside = shown[~inside]
        assert np.ptp(outside, axis=1).max() == 0  # grey
        assert np.std(outside) < np.std(np.asarray(picture.convert("L"))[~inside])


def test_the_region_is_of_the_map_divided_by_its_own_maximum(picture: PIL.Image.Image) -> None:
    assert np.array_equal(region(picture, HEAT, 0.6), region(picture, 7 * HEAT, 0.6))


def test_an_overlay_is_drawn_as_everywhere(picture: PIL.Image.Image) -> None:
    heats = {"a": HEAT, "b": OTHER}
    presentation = Presentation(threshold=0.3, opacity=0.7, colormap="jet", scale="shared").model_dump()
    expected = overlays(picture, heats, Look(opacity=0.7, threshold=0.3, colormap="jet", scale="shared"))
    found = drawn(picture, heats, presentation)
    assert all(np.array_equal(found[name], expected[name]) for name in heats)


def stimuli_in(folder: Path, photo: PIL.Image.Image, seed: int = 1) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    making = Stimuli(folder, seed, Presentation(side=96).model_dump())
    view = Preprocessing(64, 64).view(photo)
    made = making.add(view, {"baseline": HEAT, "cbam": OTHER}, catch=True)
    making.finish()
    assert set(made.overlays) == set(made.mirrored) == {"baseline", "cbam"}
    return {file.name: file.read_bytes() for file in (folder / "stimuli").iterdir()}


def test_files_tell_nothing(tmp_path: Path, picture: PIL.Image.Image) -> None:
    photo = tmp_path / "photo.jpg"
    exif = picture.getexif()
    exif[0x010E] = "cbam was here"
    picture.save(photo, comment="baseline was here", exif=exif, dpi=(300, 300))
    files = stimuli_in(tmp_path / "a", open_picture(photo))
    assert len(files) == 5
    assert len({len(data) for data in files.values()}) == 1
    for name, data in files.items():
        assert name_of(data, 1) == name
        assert b"here" not in data
        assert b"Exif" not in data
        opened = PIL.Image.open(tmp_path / "a" / "stimuli" / name)
        opened.load()
        assert (opened.size, opened.format, opened.mode) == ((96, 96), "JPEG", "RGB")
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    heads = {data[:20] for data in files.values()}
    assert len(heads) == 1


def test_the_same_pictures_have_the_same_bytes(tmp_path: Path, picture: PIL.Image.Image) -> None:
    files = stimuli_in(tmp_path / "a", picture)
    assert stimuli_in(tmp_path / "b", picture) == files
    other = stimuli_in(tmp_path / "c", picture, seed=2)
    assert not set(files) & set(other)
    assert set(files.values()) == set(other.values())


def test_a_mirrored_map_lies_over_the_picture_as_it_is(tmp_path: Path, picture: PIL.Image.Image) -> None:
    making = Stimuli(tmp_path, 1, Presentation(side=96, kind="region", threshold=0.6).model_dump())
    made = making.add(Preprocessing(64, 64).view(picture), {"a": HEAT, "b": OTHER}, catch=True)
    making.finish()
    crop = picture.resize((96, 96), PIL.Image.Resampling.BICUBIC)
    shown = np.asarray(PIL.Image.open(tmp_path / "stimuli" / made.mirrored["a"]), np.int16)
    expected = np.asarray(region(crop, HEAT[:, ::-1], 0.6), np.int16)
    assert np.abs(shown - expected).mean() < 3
    assert np.abs(shown - np.asarray(region(crop, HEAT, 0.6), np.int16)).mean() > 5


def test_what_a_killed_build_left_is_replaced_and_nothing_else(tmp_path: Path, picture: PIL.Image.Image) -> None:
    (tmp_path / "stimuli").mkdir()
    (tmp_path / "stimuli.part").mkdir()
    for place in ("stimuli", "stimuli.part"):
        (tmp_path / place / "0123456789abcdef.jpg").write_bytes(b"old")
    files = stimuli_in(tmp_path, picture)
    assert "0123456789abcdef.jpg" not in files
    assert sorted(file.name for file in tmp_path.iterdir()) == ["stimuli"]
    (tmp_path / "stimuli" / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(StudyError, match='"stimuli" holds what no build has put there'):
        Stimuli(tmp_path, 1, Presentation().model_dump())
    assert (tmp_path / "stimuli" / "holiday.jpg").read_bytes() == b"mine"
