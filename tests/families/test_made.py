"""Weights files become a family: what they tell is told right, and what they do not tell is said."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from attnviz.errors import FamilyError, WeightsError
from attnviz.families import open_family, read_classes
from attnviz.families.file import Input
from attnviz.families.made import (
    describe,
    family_of_files,
    look,
    named_after_attention,
    weights_files,
    write_family,
)
from attnviz.images import Preprocessing

MODELS = ["baseline", "se", "bam", "cbam"]


@pytest.fixture
def files(tiny_folder: Path, tmp_path: Path) -> dict[str, Path]:
    """The weights of the random family, away from its family.toml."""
    folder = tmp_path / "runs"
    folder.mkdir()
    return {name: Path(shutil.copy(tiny_folder / f"{name}.safetensors", folder)) for name in MODELS}


def classed(path: Path, to: Path, count: int) -> Path:
    """A copy of weights with a last layer of ``count`` classes."""
    tensors = load_file(path)
    tensors["fc.weight"], tensors["fc.bias"] = torch.zeros(count, 64), torch.zeros(count)
    save_file(tensors, to)
    return to


def test_a_family_of_files(files: dict[str, Path], tiny_family: Any, images: torch.Tensor) -> None:
    family = family_of_files({"first": files["baseline"], "mine": files["cbam"]}, device="cpu")
    assert (list(family), family.missing, family.matched) == (["first", "mine"], (), False)
    assert family.title == "baseline.safetensors, cbam.safetensors"
    assert [family.members[name].attention for name in family] == ["none", "cbam"]
    assert family.preprocessing == Preprocessing(224, 256)
    assert family.classes.names == ("class 0", "class 1", "class 2", "class 3", "class 4")
    assert family.classes.find("3") == family.classes.find("class 3") == 3
    files["cbam"].unlink()
    assert (list(family), family.missing) == (["first"], ("mine",))


def test_files_beside_their_family_toml_are_read_as_it_says(tiny_folder: Path, tiny_family: Any, images: Any) -> None:
    family = family_of_files({"mine": tiny_folder / "cbam.safetensors"}, device="cpu")
    assert family.classes == tiny_family.classes
    assert family.preprocessing == tiny_family.preprocessing
    assert torch.equal(family["mine"](images.float()), tiny_family["cbam"](images.float()))


def test_imagenets_names_for_1000_classes_and_any_file_name(files: dict[str, Path], tmp_path: Path) -> None:
    family = family_of_files({"a": classed(files["se"], tmp_path / "my own (2).safetensors", 1000)}, device="cpu")
    assert family.classes.names[950] == "orange"
    assert family["a"].classes == 1000


def test_given_classes(files: dict[str, Path], tiny_folder: Path, tmp_path: Path) -> None:
    family = family_of_files({"a": files["se"]}, tiny_folder / "classes.csv", "cpu")
    assert family.classes.names[0] == "lion"
    (tmp_path / "few.csv").write_text("index,wnid,name\n0,n1,ant\n")
    with pytest.raises(FamilyError, match=r"^There are 1 names of classes for 5 classes; name each of them\.$"):
        family_of_files({"a": files["se"]}, tmp_path / "few.csv")


def test_what_cannot_be_a_family(files: dict[str, Path], tmp_path: Path) -> None:
    other = classed(files["se"], tmp_path / "other.safetensors", 7)
    with pytest.raises(FamilyError, match=r"their numbers of classes are: a 5, b 7\.$"):
        family_of_files({"a": files["se"], "b": other})
    with pytest.raises(FamilyError, match=r'^"My model" cannot be the name of a model;'):
        family_of_files({"My model": files["se"]})
    with pytest.raises(WeightsError, match=r'no readable weights file "none\.pth"'):
        family_of_files({"a": tmp_path / "none.pth"})


def test_what_is_written_opens_as_the_same_networks(
    files: dict[str, Path], tiny_family: Any, images: torch.Tensor
) -> None:
    folder = files["se"].parent
    found = named_after_attention([look(path) for path in weights_files(folder)])
    assert list(found) == MODELS  # in the order of every family, not of the files' names
    write_family(folder, describe(found, given=Input(input_size=64, resize=64), title="Mine"))
    content = tomllib.loads((folder / "family.toml").read_text())
    assert (content["title"], content["matched"]) == ("Mine", False)
    assert content["architecture"] == {"depth": 18, "stem": "3x3-stride2", "width": 8, "reduction": 2}
    assert "top1" not in content["models"]["se"]
    assert content["models"]["se"]["sha256"] == tiny_family.members["se"].sha256
    assert len(read_classes(folder / "classes.csv")) == 5
    family = open_family(folder, "cpu")
    for name in MODELS:
        assert torch.equal(family[name](images.float()), tiny_family[name](images.float()))
    with pytest.raises(FamilyError, match=r'^There is a "family\.toml" in "runs" already\.$'):
        weights_files(folder)
    with pytest.raises(FamilyError, match="already"):
        write_family(folder, describe(found))


def test_several_of_one_attention_are_called_after_their_files(files: dict[str, Path]) -> None:
    folder = files["se"].parent
    shutil.copy(files["se"], folder / "SE_run.2.safetensors")
    shutil.copy(files["se"], folder / "se-run.pth.safetensors")
    found = named_after_attention([look(path) for path in weights_files(folder)])
    assert list(found) == ["baseline", "se-run", "se-run-2", "se", "bam", "cbam"]


def test_a_folder_without_weights(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(FamilyError, match=r"^There are no weights files in "):
        weights_files(tmp_path)


def test_what_differs_from_the_shared_architecture_is_the_members_own(
    random_net: Callable[..., Any], tmp_path: Path
) -> None:
    """Depth 18 and 50 in one family, and BAM that multiplies."""
    for name, network in (
        ("a", random_net(18, "none", stem="7x7", width=8)),
        ("b", random_net(50, "bam", stem="7x7", width=4, combine="product")),
    ):
        save_file(network.float().state_dict(), tmp_path / f"{name}.safetensors")
    found = {name: look(tmp_path / f"{name}.safetensors") for name in ("a", "b")}
    made = describe(found).file
    assert made.architecture.depth == 18
    assert made.models["a"].options == {}
    options = made.models["b"].options
    assert (options["depth"], options["width"]) == (50, 4)
    assert {"stride_in", "combine"} <= found["b"].assumed.keys()  # what the file cannot tell is said
    family = family_of_files({name: tmp_path / f"{name}.safetensors" for name in ("a", "b")}, device="cpu")
    assert family["b"].get_parameter("layer4.2.conv3.weight").shape == (128, 32, 1, 1)
