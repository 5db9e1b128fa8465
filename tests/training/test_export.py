"""The file that ships: half precision, whole, and with its header."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from attnviz.errors import DataError
from attnviz.families.identify import ARCHITECTURE
from attnviz.families.weights import load_weights
from attnviz.nets import resnet
from attnviz.training.export import export


def test_reloads_into_the_network(tmp_path: Path) -> None:
    torch.manual_seed(1)
    trained = resnet(18, "cbam", classes=3, width=4, reduction=2).to(memory_format=torch.channels_last)
    with torch.no_grad():
        trained(torch.randn(4, 3, 32, 32))  # in training mode, so that BatchNorm has counted
    export(trained, tmp_path / "new" / "cbam.safetensors", {"attention": "cbam", "seed": "1"})

    loaded = resnet(18, "cbam", classes=3, width=4, reduction=2)
    load_weights(loaded, tmp_path / "new" / "cbam.safetensors")
    for name, tensor in trained.state_dict().items():
        rounded = tensor.half().to(tensor.dtype) if tensor.is_floating_point() else tensor
        assert torch.equal(loaded.state_dict()[name], rounded), name
    assert loaded.state_dict()["bn1.num_batches_tracked"] == 1
    pictures = torch.randn(2, 3, 40, 32)
    with torch.no_grad():
        torch.testing.assert_close(loaded(pictures), trained.eval()(pictures), rtol=0.02, atol=0.02)


def test_file_is_half_precision_with_its_header(tmp_path: Path) -> None:
    network = resnet(18, "se", classes=3, width=4, reduction=2)
    path = tmp_path / "se.safetensors"
    export(network, path, {"attention": "se", "seed": "7"})
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        assert json.loads(metadata.pop(ARCHITECTURE)) == network.architecture
        assert metadata == {"attention": "se", "seed": "7"}
        types = {name: file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    assert set(types) == set(network.state_dict())
    assert {dtype for name, dtype in types.items() if name.endswith("num_batches_tracked")} == {torch.int64}
    assert {dtype for name, dtype in types.items() if not name.endswith("num_batches_tracked")} == {torch.float16}
    assert next(network.parameters()).dtype == torch.float32


@pytest.mark.parametrize("value", [1e6, float("nan")])
def test_what_half_precision_cannot_hold_is_not_written(tmp_path: Path, value: float) -> None:
    network = resnet(18, classes=3, width=4)
    with torch.no_grad():
        network.fc.weight[0, 0] = value
    (tmp_path / "baseline.safetensors").write_bytes(b"what was there")
    with pytest.raises(DataError, match=r"fc\.weight.*lower learning rate"):
        export(network, tmp_path / "baseline.safetensors", {})
    assert (tmp_path / "baseline.safetensors").read_bytes() == b"what was there"
    assert len(list(tmp_path.iterdir())) == 1
