"""A published file and what it is converted to are one network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from safetensors import safe_open
from torch import Tensor

import attnviz
from attnviz.errors import WeightsError
from attnviz.families.convert import convert
from attnviz.families.identify import identify


@pytest.fixture(scope="module")
def cadene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which stem, stride and the blocks' ReLU are not what names and shapes would say."""
    torch.manual_seed(3)
    network = timm.create_model("legacy_seresnet18", num_classes=7)
    path = tmp_path_factory.mktemp("weights") / "se.pth"
    torch.save({"module." + name: tensor for name, tensor in network.state_dict().items()}, path)
    return path


def test_the_same_network_by_its_path_alone(cadene: Path, tmp_path: Path) -> None:
    found = identify(cadene)
    convert(found, tmp_path / "se.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["se.safetensors"]
    again = identify(tmp_path / "se.safetensors")
    assert again.layout.name == "attnviz"
    assert again.architecture == found.architecture
    assert again.architecture["stem"] == "7x7-ceil"
    assert not again.assumed
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    expected = attnviz.load_model(cadene)(images)
    assert torch.equal(attnviz.load_model(tmp_path / "se.safetensors")(images), expected)
    with safe_open(tmp_path / "se.safetensors", "pt") as file:
        metadata = file.metadata()
    assert metadata["attnviz.source"] == "se.pth"
    assert metadata["attnviz.source-sha256"] == found.file.sha256
    assert metadata["attnviz.source-layout"] == "cadene"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_the_precision_is_kept(tmp_path: Path, random_net: Callable[..., torch.nn.Module], dtype: torch.dtype) -> None:
    state = random_net(attention="bam").to(dtype).state_dict()
    torch.save({name: tensor for name, tensor in state.items() if "tracked" not in name}, tmp_path / "bam.pth")
    found = identify(tmp_path / "bam.pth")
    convert(found, tmp_path / "bam.safetensors")
    again = identify(tmp_path / "bam.safetensors")
    kept: dict[str, Tensor] = {name: tensor for name, tensor in state.items() if tensor.is_floating_point()}
    assert all(again.state[name].dtype == dtype and torch.equal(again.state[name], kept[name]) for name in kept)
    with safe_open(tmp_path / "bam.safetensors", "pt") as file:
        assert json.loads(file.metadata()["attnviz.assumed"]) == {"combine": "sum"}


def test_a_place_that_cannot_be_written_to(cadene: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        convert(identify(cadene), tmp_path / "none" / "se.safetensors")
    assert str(caught.value) == '"se.safetensors" cannot be written: No such file or directory.'
