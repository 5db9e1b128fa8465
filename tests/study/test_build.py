"""From settings and photos to a frozen study: what is taken, that it is the same again, and that it stays as it was."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from attnviz import compare
from attnviz.errors import StudyError
from attnviz.families import Family
from attnviz.study.build import build, check, slug
from attnviz.study.plan import Plan, read_plan
from attnviz.study.schedule import schedule
from attnviz.study.stimuli import names_in

WriteStudy = Callable[..., Path]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def built(folder: Path, **options: Any) -> Plan:
    return build(folder, device="cpu", **options)


def test_a_study_is_frozen(write_study: WriteStudy, tiny_family: Family, photos: Path) -> None:
    folder = write_study()
    told: list[tuple[int, int]] = []
    plan = built(folder, advance=lambda done, total: told.append((done, total)))
    assert read_plan(folder) == plan
    assert sorted(file.name for file in folder.iterdir()) == [
        "plan.json", "power.csv", "preregistration.md", "stimuli", "study.toml",
    ]  # fmt: skip
    assert [image.id for image in plan.images] == [*(f"i0{number}" for number in range(1, 9)), "p01", "p02"]
    assert [image.practice for image in plan.images] == [False] * 8 + [True] * 2
    assert max(Counter(image.label for image in plan.main_images).values()) == 2
    for image in plan.images:
        assert image.sha256 == hashlib.sha256((photos / image.file).read_bytes()).hexdigest()
        assert set(image.stimulus.overlays) == {"baseline", "cbam"}
        assert bool(image.stimulus.mirrored) == image.catch
    assert sum(image.catch for image in plan.images) == plan.catches == 1
    assert plan.weights == {name: tiny_family.members[name].sha256 for name in ("baseline", "cbam")}
    assert len(plan.left_out) + len(plan.images) == 30
    assert {file.name for file in (folder / "stimuli").iterdir()} == names_in(plan)
    assert told == sorted(told)
    assert (told[-1][0], {total for _, total in told}) == (40, {40})
    assert plan.sha256 in (folder / "preregistration.md").read_text()
    assert set(plan.versions) == {"attnviz", "numpy", "pillow", "python", "torch"}
    assert schedule(plan, 0)


def test_the_same_again_gives_the_same_bytes(write_study: WriteStudy) -> None:
    folders = [write_study(name, selection="all") for name in ("one", "two")]
    for folder in folders:
        built(folder)
    assert contents(folders[0]) == contents(folders[1])
    other = write_study("other", seed=12)
    built(other)
    assert not set((folders[0] / "stimuli").iterdir()) & set((other / "stimuli").iterdir())


def test_the_pictures_show_the_maps(write_study: WriteStudy, tiny_family: Family, photos: Path) -> None:
    from attnviz.study.stimuli import drawn

    folder = write_study(models=["se", "bam"], stage="stage3", method="gradcam++", catch_trials=0)
    plan = built(folder)
    for image in plan.images[:3]:
        found = compare(tiny_family, photos / image.file, image.label, ("stage3",), "gradcam++", ("se", "bam"))
        crop = found.view.picture.resize((96, 96), PIL.Image.Resampling.BICUBIC, box=found.view.box)
        heats = {name: result.maps["stage3"].numpy() for name, result in found.items()}
        for name, picture in drawn(crop, heats, plan.presentation).items():
            stored = PIL.Image.open(folder / "stimuli" / image.stimulus.overlays[name])
            assert np.abs(np.asarray(stored, np.int16) - np.asarray(picture, np.int16)).mean() < 2


def test_the_rule_is_kept(write_study: WriteStudy, photos: Path, tmp_path: Path) -> None:
    """Of the random family, baseline and se find "pizza" (4) in everything, bam and cbam other things."""
    files = sorted(photos.rglob("*.png"))
    rows = [f"{path},{4 if place % 3 else 0}" for place, path in enumerate(files)]
    (tmp_path / "photos.csv").write_text("\n".join(["path,class", *rows]))
    changes: dict[str, Any] = {"images": str(tmp_path / "photos.csv"), "practice": 1, "catch_trials": 0}
    plan = built(write_study(models=["baseline", "se"], selection="all-correct", **changes))
    of_pizza = {str(path) for place, path in enumerate(files) if place % 3}
    assert {image.file for image in plan.images} <= of_pizza
    why = {one.file: one.why for one in plan.left_out}
    wrong = {file for file, reason in why.items() if reason == "baseline says pizza, se says pizza"}
    assert wrong == {str(path) for path in files} - of_pizza
    assert plan.selection == "all-correct"

    plan = built(write_study("disagreeing", models=["se", "bam"], selection="disagree", **changes))
    assert {image.label for image in plan.images} == {"lion", "pizza"}
    with pytest.raises(StudyError, match=r"of 30 photos 0 can be used \(30 do not fulfil the selection rule\)"):
        built(write_study("agreeing", models=["baseline", "se"], selection="disagree", **changes))


def test_what_cannot_be_used_is_left_out_with_the_reason(write_study: WriteStudy, photos: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(photos, mine)
    (mine / "lion" / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    (mine / "lion" / "empty.png").touch()
    shutil.copy(mine / "lion" / "0.png", mine / "tabby" / "again.png")
    plan = built(write_study(images=str(mine)))
    why = {one.file: one.why for one in plan.left_out}
    assert why.pop("lion/broken.jpg").startswith("This file is not a picture")
    assert why.pop("lion/empty.png").startswith("The file is empty")
    assert why.pop("tabby/again.png") == "the same picture as lion/0.png"
    assert {reason for reason in why.values() if "map" not in reason} == {"not drawn"}
    assert len(why) == 20


def test_degenerate_maps_are_left_out(write_study: WriteStudy, families_without_pizza: Path) -> None:
    plan = built(write_study(family=str(families_without_pizza)))
    out = {one.file: one.why for one in plan.left_out if one.file.startswith("n07873807/")}
    assert len(out) == 6
    assert set(out.values()) == {"the map of baseline is the same everywhere, the map of cbam is the same everywhere"}
    assert "pizza" not in {image.label for image in plan.images}
    with pytest.raises(StudyError, match=r"of 30 photos 20 can be used \(10 have a map that shows nothing\)"):
        built(write_study("more", family=str(families_without_pizza), count=25))


@pytest.fixture(scope="module")
def families_without_pizza(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random family, in which no feature speaks for the class ``pizza``."""
    import tomllib

    import tomli_w
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(tiny_folder, tmp_path_factory.mktemp("families") / "tiny"))
    content = tomllib.loads((folder / "family.toml").read_text())
    for member in content["models"].values():
        tensors = load_file(folder / member["file"])
        tensors["fc.weight"][-1] = 0
        save_file(tensors, folder / member["file"])
        member["sha256"] = hashlib.sha256((folder / member["file"]).read_bytes()).hexdigest()
    (folder / "family.toml").write_text(tomli_w.dumps(content))
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": 40}, "The study asks for 40 images and 2 for practice, and of 30 photos 26 can be used (4 have"),
        ({"count": 3, "models": None, "catch_trials": 0}, "too few images to keep 3 trials between two"),
        ({"repeats": 9}, "The plan repeats 9 trials of 8"),
        ({"catch_trials": 9}, "The plan wants 9 catch trials"),
    ],
)
def test_a_study_that_cannot_be_leaves_nothing(write_study: WriteStudy, changes: dict[str, Any], said: str) -> None:
    folder = write_study(**changes)
    with pytest.raises(StudyError) as error:
        built(folder)
    assert said in str(error.value)
    assert [file.name for file in folder.iterdir()] == ["study.toml"]


def test_a_frozen_study_is_not_built_again(write_study: WriteStudy) -> None:
    folder = write_study()
    built(folder)
    before = contents(folder)
    with pytest.raises(StudyError, match="frozen plan in this folder already"):
        built(folder)
    assert contents(folder) == before


def test_a_build_that_is_killed_leaves_no_plan_and_can_be_done_again(write_study: WriteStudy) -> None:
    folder, whole = write_study("killed"), write_study("whole")
    built(whole)
    code = (
        "import sys, pathlib, time; from attnviz.study.build import build\n"
        "def slowly(done, total): print(done, flush=True); time.sleep(0.02 if done < 30 else 0.3)\n"
        "build(pathlib.Path(sys.argv[1]), slowly, 'cpu')"
    )
    for after in ("33", "38"):
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == after:
                time.sleep(0.1)
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
        process.stdout.close()
        assert not (folder / "plan.json").exists()
    built(folder)
    assert contents(folder) == contents(whole)


def test_a_photo_that_changes_meanwhile_is_told(write_study: WriteStudy, photos: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(photos, mine)

    def change(done: int, _: int) -> None:
        if done == 30:
            for file in mine.rglob("*.png"):
                PIL.Image.new("RGB", (9, 9)).save(file)

    folder = write_study(images=str(mine))
    with pytest.raises(StudyError, match="is not the one that the study was built with"):
        built(folder, advance=change)
    assert [file.name for file in folder.iterdir()] == ["study.toml"]


def test_a_full_disk_is_one_sentence(write_study: WriteStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("attnviz.study.stimuli.os.truncate", full)
    folder = write_study()
    with pytest.raises(StudyError, match='"study" cannot be written to: No space left on device'):
        built(folder)
    assert [file.name for file in folder.iterdir()] == ["study.toml"]


def test_check_finds_what_was_changed(write_study: WriteStudy, tiny_folder: Path, photos: Path, tmp_path: Path) -> None:
    mine, models = tmp_path / "mine", tmp_path / "tiny"
    shutil.copytree(photos, mine)
    shutil.copytree(tiny_folder, models)
    folder = write_study(images=str(mine), family=str(models))
    plan = built(folder)
    assert check(folder) == plan
    first = plan.images[0]

    def refused(file: Path, data: bytes | None, said: str) -> None:
        before = file.read_bytes()
        file.unlink()
        if data is not None:
            file.write_bytes(data)
        with pytest.raises(StudyError) as error:
            check(folder)
        assert said in str(error.value)
        assert str(tmp_path) not in str(error.value)
        file.write_bytes(before)
        assert check(folder) == plan

    picture = folder / "stimuli" / first.stimulus.overlays["cbam"]
    other = (folder / "stimuli" / first.stimulus.overlays["baseline"]).read_bytes()
    refused(picture, None, f'The picture "{picture.name}" is missing in stimuli')
    refused(picture, other, f'The picture "{picture.name}" in stimuli was changed')
    refused(picture, picture.read_bytes() + b"\0", "not of one length any more")
    refused(mine / first.file, None, f'The photo "{first.file}" is not the one')
    refused(mine / first.file, b"another", f'The photo "{first.file}" is not the one')
    refused(models / "cbam.safetensors", b"another", 'The weights of "cbam" are not those')
    plan_file = folder / "plan.json"
    refused(plan_file, plan_file.read_bytes().replace(b'"seed": 11', b'"seed":11'), "plan.json was changed")
    refused(plan_file, None, "There is no plan.json")


@pytest.mark.parametrize(
    ("title", "short"),
    [("Where do networks look?", "where-do-networks-look"), ("신경망", "study"), ("A" * 90, "a" * 60)],
)
def test_short_names(title: str, short: str) -> None:
    assert slug(title) == short


def test_maps_at_the_input(write_study: WriteStudy, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("path,class\n" + "".join(f"{photos}/lion/{n}.png,lion\n" for n in range(6)))
    changes = {"images": str(tmp_path / "photos.csv"), "count": 4, "practice": 0, "repeats": 0, "catch_trials": 0}
    plan = built(write_study(method="occlusion", **changes))
    assert (plan.method, plan.stage) == ("occlusion", "input")
