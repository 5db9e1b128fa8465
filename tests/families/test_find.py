"""Families are found by path or name, in a fixed order of places, and a wrong name is helped."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from attnviz.errors import FamilyError
from attnviz.families import DEFAULT_FAMILY, find_family, list_families, open_family
from attnviz.families.find import family_folders


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The five places that are searched, all empty, in the order in which they are."""
    found = {
        "first": tmp_path / "first",
        "second": tmp_path / "second",
        "checkout": tmp_path / "src" / "checkpoints",
        "package": tmp_path / "src" / "attnviz" / "checkpoints",
        "cache": tmp_path / "cache" / "families",
    }
    for place in found.values():
        place.mkdir(parents=True)
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", os.pathsep.join([str(found["first"]), "", str(found["second"])]))
    monkeypatch.setattr("attnviz.families.find._PACKAGE", tmp_path / "src" / "attnviz")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / "cache"))
    return found


def put(place: Path, name: str) -> Path:
    (place / name).mkdir()
    (place / name / "family.toml").touch()
    return place / name


def told(name: str | Path) -> str:
    with pytest.raises(FamilyError) as caught:
        find_family(name)
    return str(caught.value)


def test_order_of_the_places(places: dict[str, Path]) -> None:
    assert family_folders() == list(places.values())
    for place in reversed(places.values()):  # each comes before those that hold one already
        folder = put(place, "birds")
        assert find_family("birds") == folder
        assert list_families() == {"birds": folder}


def test_places_that_do_not_exist_are_passed_over(places: dict[str, Path]) -> None:
    places["first"].rmdir()
    places["cache"].rmdir()
    assert family_folders() == [places["second"], places["checkout"], places["package"]]


def test_without_the_variable(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", os.pathsep):
        monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", value)
        assert family_folders() == [places["checkout"], places["package"], places["cache"]]
    monkeypatch.delenv("ATTNVIZ_CHECKPOINTS")
    assert family_folders() == [places["checkout"], places["package"], places["cache"]]


def test_listed_by_name(places: dict[str, Path]) -> None:
    expected = {
        name: put(places[place], name) for name, place in (("b", "second"), ("a", "checkout"), ("c", "checkout"))
    }
    (places["first"] / "no-family").mkdir()
    (places["first"] / "family.toml").touch()
    put(places["cache"], "a")
    assert list_families() == expected
    assert list(list_families()) == ["b", "a", "c"]


def test_a_path_comes_before_a_name(places: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(places["first"], "birds")
    elsewhere = put(tmp_path, "birds")
    assert find_family(elsewhere) == find_family(str(elsewhere)) == elsewhere
    assert find_family("birds") == places["first"] / "birds"
    monkeypatch.chdir(tmp_path)
    assert find_family("birds").resolve() == elsewhere


def test_unknown_name(places: dict[str, Path]) -> None:
    put(places["first"], "wildflowers-resnet18")
    put(places["cache"], "birds-resnet50")
    known = "There are wildflowers-resnet18, birds-resnet50."
    assert (
        told("wildflowers-resnet-18")
        == f'There is no family "wildflowers-resnet-18". Did you mean "wildflowers-resnet18"? {known}'
    )
    assert told("birds") == f'There is no family "birds". Did you mean "birds-resnet50"? {known}'
    assert told("zebras") == f'There is no family "zebras". {known}'
    assert told("") == f'There is no family "". {known}'


def test_no_families_at_all(places: dict[str, Path]) -> None:
    expected = 'There is no family "birds". There are none; set ATTNVIZ_CHECKPOINTS to their folder.'
    assert told("birds") == expected


@pytest.mark.parametrize("name", ["{}/birds", "../birds", "./birds/"])
def test_a_wrong_path_is_not_repeated(places: dict[str, Path], tmp_path: Path, name: str) -> None:
    put(places["first"], "fish")
    assert told(name.format(tmp_path)) == 'There is no family "birds". There are fish.'
    assert told(Path(name.format(tmp_path))) == 'There is no family "birds". There are fish.'


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "\n", "..", "/"])
def test_names_that_no_folder_can_have(places: dict[str, Path], name: str) -> None:
    assert told(name).startswith('There is no family "')


def test_the_default_family_is_bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTNVIZ_CHECKPOINTS", raising=False)
    assert open_family().folder == Path(__file__).parents[2] / "checkpoints" / DEFAULT_FAMILY
