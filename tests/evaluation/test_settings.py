"""A configuration is told from every other, and what differs is named."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import DataError, OptionError
from attnviz.evaluation.question import ask
from attnviz.evaluation.settings import Settings, check_same, read_settings, settings_of
from attnviz.families import Family
from tests.evaluation.conftest import Data


@pytest.fixture(scope="module")
def settings(tiny_family: Family, data: Data) -> Settings:
    return settings_of(tiny_family, data.photos, data.boxes, ask(("baseline", "cbam")))


def changed(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update=changes)


def test_it_says_what_decides_the_numbers(settings: Settings, tiny_family: Family, data: Data) -> None:
    path = tiny_family.path("cbam")
    assert path is not None
    assert list(settings.family.models) == ["baseline", "cbam"]
    assert settings.family.models["cbam"].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert settings.family.models["cbam"].seed == 3
    assert settings.photos.count == 25
    assert settings.photos.digest == data.photos.files.digest
    assert settings.boxes is not None
    assert settings.boxes.count == 22
    assert settings.versions.keys() >= {"attnviz", "torch", "numpy"}
    assert "unknown" not in settings.versions.values()


def test_it_comes_back_from_its_file(settings: Settings, tmp_path: Path) -> None:
    assert read_settings(tmp_path) is None
    (tmp_path / "settings.json").write_text(settings.to_json())
    back = read_settings(tmp_path)
    assert back is not None
    assert back.to_json() == settings.to_json()
    check_same(back, settings, tmp_path)


def test_differences_are_named(settings: Settings, tmp_path: Path) -> None:
    there = changed(settings, scores=("pointing_game",), limit=100, boxes=None)
    with pytest.raises(OptionError) as caught:
        check_same(changed(settings, scores=("pointing_game", "box_iou")), there, tmp_path / "mine")
    assert settings.boxes is not None
    assert str(caught.value) == (
        'The results in "mine" are of another configuration (limit: 100 there, none here; scores: pointing_game there, '
        "pointing_game, box_iou here; boxes.count: none there, 22 here; boxes.digest: none there, "
        f"{settings.boxes.digest[:12]}... here and 1 more); choose another folder, or give the same options."
    )


def test_another_weights_file_is_another_configuration(settings: Settings, tmp_path: Path) -> None:
    models = dict(settings.family.models)
    models["cbam"] = models["cbam"].model_copy(update={"sha256": "0" * 64})
    there = changed(settings, family=settings.family.model_copy(update={"models": models}))
    with pytest.raises(OptionError, match=r"\(family\.models\.cbam\.sha256: 000000000000\.\.\. there, "):
        check_same(settings, there, tmp_path)


@pytest.mark.parametrize("content", ["", "{}", '{"family": 1}', "[1, 2]", "\x00"])
def test_a_file_that_is_not_ours(content: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(content)
    with pytest.raises(DataError) as caught:
        read_settings(tmp_path)
    assert str(caught.value) == (
        f'"{tmp_path.name}/settings.json" is not that of an evaluation by this version; choose another folder.'
    )
