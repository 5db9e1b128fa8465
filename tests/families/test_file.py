"""A family.toml is read as it says, and one that is not right is told by name, key and reason."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w

from attnviz.errors import FamilyError
from attnviz.families import read_family_file
from attnviz.families.file import Layout
from attnviz.families.layouts import LAYOUTS
from attnviz.images import Preprocessing

MEMBER = {
    "attention": "bam",
    "file": "bam.safetensors",
    "sha256": "0123456789abcdef" * 4,
    "seed": 3,
    "top1": 0.75,
    "top5": 0.9375,
    "calibration_error": 0.0625,
    "options": {"combine": "product"},
}
CONTENT: dict[str, Any] = {
    "title": "Tiny",
    "matched": True,
    "architecture": {"depth": 50, "stem": "3x3", "stride_in": "1x1", "width": 24, "reduction": 8},
    "input": {
        "input_size": 64,
        "resize": 72,
        "mean": [0.5, 0.25, 0.125],
        "std": [1.0, 2.0, 0.5],
        "interpolation": "bicubic",
    },
    "models": {"bam": MEMBER},
}


LAYOUT_NAMES = "'attnviz', 'torchvision', 'attention-module', 'pytorchcv', 'timm', 'cadene' or 'moskomule'"
FILE_PATTERN = r"String should match pattern '^[\w.-]+\.(safetensors|pth|pt|tar|pkl|bin|ckpt|zip)$'"


def written(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "tiny" / "family.toml"
    path.parent.mkdir()
    path.write_text(tomli_w.dumps(content))
    return path


def told(path: Path) -> str:
    """What is said of a file, which must not show where it is."""
    with pytest.raises(FamilyError) as caught:
        read_family_file(path)
    message = str(caught.value)
    assert "/" not in message.replace('"tiny/family.toml"', "")
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_read(tmp_path: Path) -> None:
    file = read_family_file(written(tmp_path, CONTENT))
    assert (file.title, file.matched) == ("Tiny", True)
    assert file.architecture.model_dump() == CONTENT["architecture"]
    assert {name: member.model_dump(exclude_unset=True) for name, member in file.models.items()} == CONTENT["models"]
    assert file.input.preprocessing() == Preprocessing(64, 72, (0.5, 0.25, 0.125), (1.0, 2.0, 0.5), "bicubic")


def test_what_may_be_left_out(tmp_path: Path) -> None:
    content = copy.deepcopy(CONTENT)
    content["architecture"] = {"depth": 18}
    content["input"] = {"input_size": 224, "resize": 256}
    del content["models"]["bam"]["options"]
    file = read_family_file(written(tmp_path, content))
    imagenet = Preprocessing(224, 256, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "bilinear")
    assert file.input.preprocessing() == imagenet
    assert file.architecture.model_dump() == {
        "depth": 18, "stem": "7x7", "stride_in": "3x3", "width": 64, "reduction": 16,
    }  # fmt: skip
    assert file.models["bam"].options == {}


REQUIRED = [
    "title", "matched", "architecture", "architecture.depth", "input", "input.input_size", "input.resize", "models",
    "models.bam.attention", "models.bam.file",
]  # fmt: skip


@pytest.mark.parametrize("key", REQUIRED)
def test_missing_key(tmp_path: Path, key: str) -> None:
    content = copy.deepcopy(CONTENT)
    *tables, last = key.split(".")
    table = content
    for name in tables:
        table = table[name]
    del table[last]
    assert told(written(tmp_path, content)) == f'"tiny/family.toml", {key}: Field required.'


@pytest.mark.parametrize("key", ["colour", "architecture.norm", "input.size", "models.bam.weights"])
def test_unknown_key(tmp_path: Path, key: str) -> None:
    content = copy.deepcopy(CONTENT)
    *tables, last = key.split(".")
    table = content
    for name in tables:
        table = table[name]
    table[last] = "x"
    assert told(written(tmp_path, content)) == f'"tiny/family.toml", {key}: Extra inputs are not permitted.'


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("title", "", "String should have at least 1 character"),
        ("title", 5, "Input should be a valid string"),
        ("matched", "perhaps", "Input should be a valid boolean"),
        ("matched", 1, "Input should be a valid boolean"),
        ("input.input_size", "64", "Input should be a valid integer"),
        ("architecture", 18, "Input should be a valid dictionary or instance of Architecture"),
        ("architecture.depth", 20, "Input should be 18, 34, 50, 101 or 152"),
        ("architecture.depth", "18", "Input should be 18, 34, 50, 101 or 152"),
        ("architecture.stem", "5x5", "Input should be '7x7', '7x7-ceil', 'deep', '3x3' or '3x3-stride2'"),
        ("architecture.stride_in", "7x7", "Input should be '3x3' or '1x1'"),
        ("architecture.width", 0, "Input should be greater than 0"),
        ("architecture.reduction", -2, "Input should be greater than 0"),
        ("input", {"input_size": 64, "resize": 48}, "resize must be at least input_size"),
        ("input.input_size", 31, "Input should be greater than or equal to 32"),
        ("input.input_size", 1025, "Input should be less than or equal to 1024"),
        ("input.mean", 0.5, "Input should be a valid tuple"),
        ("input.interpolation", "nearest", "Input should be 'bilinear' or 'bicubic'"),
        ("models", {}, "Dictionary should have at least 1 item after validation, not 0"),
        ("models", [MEMBER], "Input should be a valid dictionary"),
        ("models.bam.attention", "eca", "Input should be 'none', 'se', 'bam' or 'cbam'"),
        ("models.bam.file", "../bam.safetensors", FILE_PATTERN),
        ("models.bam.file", "bam.onnx", FILE_PATTERN),
        ("models.bam.file", "bam.safetensors\n", FILE_PATTERN),
        ("models.bam.sha256", "0123", "String should match pattern '^[0-9a-f]{64}$'"),
        ("models.bam.seed", "one", "Input should be a valid integer"),
        ("models.bam.top1", 75.0, "Input should be less than or equal to 1"),
        ("models.bam.top1", math.nan, "Input should be less than or equal to 1"),
        ("models.bam.url", "ftp://x/y", "must be the http or https address of a file"),
        ("models.bam.url", "https://example.org/", "must be the http or https address of a file"),
        ("models.bam.size", 0, "Input should be greater than 0"),
        ("models.bam.layout", "keras", f"Input should be {LAYOUT_NAMES}"),
        ("models.bam.options", "product", "Input should be a valid dictionary"),
    ],
)
def test_wrong_value(tmp_path: Path, key: str, value: Any, reason: str) -> None:
    content = copy.deepcopy(CONTENT)
    *tables, last = key.split(".")
    table = content
    for name in tables:
        table = table[name]
    table[last] = value
    assert told(written(tmp_path, content)) == f'"tiny/family.toml", {key}: {reason}.'


@pytest.mark.parametrize(
    ("key", "value", "place", "reason"),
    [
        ("mean", [0.5, 0.5], "mean.2", "Field required"),
        ("mean", [0.5, 0.5, 1.5], "mean.2", "Input should be less than or equal to 1"),
        ("mean", [math.nan, 0.5, 0.5], "mean.0", "Input should be less than or equal to 1"),
        ("std", [0.5, 0.0, 0.5], "std.1", "Input should be greater than 0"),
    ],
)
def test_wrong_colours(tmp_path: Path, key: str, value: list[float], place: str, reason: str) -> None:
    content = copy.deepcopy(CONTENT)
    content["input"][key] = value
    assert told(written(tmp_path, content)) == f'"tiny/family.toml", input.{place}: {reason}.'


@pytest.mark.parametrize("name", ["BAM", "my model", "a.b", ""])
def test_wrong_name_of_a_model(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, CONTENT | {"models": {name: MEMBER}})
    reason = "String should match pattern '^[a-z0-9-]+$'"
    assert told(path) == f'"tiny/family.toml", models.{name}.[key]: {reason}.'


def test_missing_file(tmp_path: Path) -> None:
    expected = 'There is no "tiny/family.toml"; a family is a folder with a "family.toml".'
    assert told(tmp_path / "tiny" / "family.toml") == expected


def test_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "tiny" / "family.toml").mkdir(parents=True)
    assert told(tmp_path / "tiny" / "family.toml") == '"tiny/family.toml" cannot be read as text in UTF-8.'


def test_not_utf_8(tmp_path: Path) -> None:
    path = written(tmp_path, CONTENT)
    path.write_bytes('title = "Söng"'.encode("latin-1"))
    assert told(path) == '"tiny/family.toml" cannot be read as text in UTF-8.'


def test_not_toml(tmp_path: Path) -> None:
    path = written(tmp_path, CONTENT)
    path.write_text('title = "Tiny"\nmatched = maybe\n')
    assert told(path) == '"tiny/family.toml" is not TOML: Invalid value (at line 2, column 11).'


FETCHED = {
    "attention": "cbam",
    "file": "cbam_resnet50-0505-d8cf8488.pth",
    "sha1": "01234567" * 5,
    "url": "https://example.org/v1/cbam_resnet50-0505-d8cf8488.pth.zip",
    "parameters": 28_089_624,
    "layout": "pytorchcv",
    "published": {"top1": 0.7983, "top5": 0.9495, "source": "README"},
    "citation": "Woo et al. 2018",
    "licence": "not stated",
}


def test_a_model_that_is_fetched(tmp_path: Path) -> None:
    member = read_family_file(written(tmp_path, CONTENT | {"models": {"cbam": FETCHED}})).models["cbam"]
    assert member.model_dump(exclude_unset=True) == FETCHED
    assert member.is_zipped
    assert str(member.checksum) == f"SHA-1 {'01234567' * 5}"
    assert member.about_bytes == 112_358_496
    assert (member.seed, member.top1, member.top5, member.calibration_error) == (None, None, None, None)


@pytest.mark.parametrize(
    ("checksums", "said"),
    [
        ({"sha1": "ab" * 20}, "SHA-1 " + "ab" * 20),
        ({"sha256": "ab" * 32}, "SHA-256 " + "ab" * 32),
        ({"sha256_prefix": "0676ba61"}, "SHA-256 0676ba61..."),
        ({}, None),
        ({"sha1": "ab" * 20, "sha256_prefix": "0676ba61"}, None),
    ],
)
def test_one_checksum_and_no_more(tmp_path: Path, checksums: dict[str, str], said: str | None) -> None:
    member = {key: value for key, value in FETCHED.items() if key != "sha1"} | checksums
    path = written(tmp_path, CONTENT | {"models": {"cbam": member}})
    if said is None:
        reason = "exactly one of sha256, sha1 and sha256_prefix must be given"
        assert told(path) == f'"tiny/family.toml", models.cbam: {reason}.'
    else:
        assert str(read_family_file(path).models["cbam"].checksum) == said


@pytest.mark.parametrize("name", ["a.pth", "a.pt", "a.pth.tar", "a.pkl", "a.zip", "a.safetensors"])
def test_names_of_files(tmp_path: Path, name: str) -> None:
    member = FETCHED | {"file": name, "url": f"https://example.org/{name}"}
    read = read_family_file(written(tmp_path, CONTENT | {"models": {"cbam": member}})).models["cbam"]
    assert (read.file, read.is_zipped) == (name, False)


def test_every_layout_that_can_be_read_can_be_named() -> None:
    assert set(get_args(Layout)) == set(LAYOUTS)
