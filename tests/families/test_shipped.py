"""The families that ship without their weights say what fetches them, and nothing that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from attnviz.families import Family, open_family
from attnviz.images import Preprocessing

NAMES = ("imagenet-resnet50", "imagenet-resnet50-official")
MEMBERS = [(family, model) for family in NAMES for model in ("baseline", "se", "bam", "cbam")]


@pytest.fixture(scope="module")
def opened() -> dict[str, Family]:
    return {name: open_family(name, "cpu") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_classes(opened: dict[str, Family], name: str) -> None:
    family = opened[name]
    assert len(family.classes) == 1000
    assert len({label.lower() for label in family.classes.names}) == 1000  # each is found by its name
    assert len(set(family.classes.wnids)) == 1000
    assert list(family.classes.wnids) == sorted(family.classes.wnids)  # ImageNet's order
    for index, wnid, label in (
        (134, "n02012849", "crane bird"), (517, "n03126707", "crane"), (638, "n03710637", "maillot"),
        (639, "n03710721", "maillot tank suit"), (264, "n02113186", "Cardigan Welsh corgi"),
        (474, "n02963159", "cardigan"), (999, "n15075141", "toilet tissue"),
    ):  # fmt: skip
        assert (family.classes.wnids[index], family.classes.names[index]) == (wnid, label)
        assert family.classes.find(label) == index


@pytest.mark.parametrize("name", NAMES)
def test_input_and_models(opened: dict[str, Family], name: str) -> None:
    family = opened[name]
    assert list(family.members) == ["baseline", "se", "bam", "cbam"]
    assert family.preprocessing == Preprocessing(224, 256)
    assert not family.matched


@pytest.mark.parametrize(("name", "model"), MEMBERS)
def test_a_member_says_what_fetches_it(opened: dict[str, Family], name: str, model: str) -> None:
    member = opened[name].members[model]
    digits = member.checksum.digits
    assert len(digits) == {"sha1": 40, "sha256": 8}[member.checksum.algorithm]
    assert member.url is not None
    assert member.url.startswith("https://")
    assert member.url.endswith(f"/{member.file}.zip" if member.layout == "pytorchcv" else f"/{member.file}")
    assert digits[:8] in member.file  # every one of these publishers names the file by its hash
    assert member.published is not None
    assert 0.7 < member.published.top1 < member.published.top5 < 0.96
    assert (member.top1, member.top5, member.calibration_error, member.seed) == (None,) * 4  # nobody has measured it
    assert "arXiv:" in str(member.citation)
    assert "not stated" in str(member.licence)


@pytest.mark.parametrize(("name", "model"), MEMBERS)
def test_the_network_has_as_many_parameters_as_its_publisher_says(
    opened: dict[str, Family], name: str, model: str
) -> None:
    with torch.device("meta"):
        network = opened[name].build(model)
    assert sum(parameter.numel() for parameter in network.parameters()) == opened[name].members[model].parameters


def test_bam_multiplies_as_it_was_trained(opened: dict[str, Family]) -> None:
    for family in opened.values():
        with torch.device("meta"):
            assert family.build("bam").bam1.combine == "product"


@pytest.mark.parametrize("name", NAMES)
def test_the_card_names_every_model_and_claims_nothing(opened: dict[str, Family], name: str) -> None:
    card = (Path(opened[name].folder) / "README.md").read_text()
    assert "Nobody here has opened these files" in card
    for model in opened[name].members:
        assert f"| {model} |" in card
