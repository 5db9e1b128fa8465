"""Every kind of weights file is read, and nothing in one is run."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save, save_file
from torch import Tensor, nn

from attnviz.errors import WeightsError
from attnviz.families import tensors as module
from attnviz.families.tensors import read_tensors

WEIGHTS = {"conv1.weight": torch.arange(6.0).reshape(2, 3), "bn1.num_batches_tracked": torch.tensor(7)}


def told(path: Path, checksum: str | None = None) -> str:
    with pytest.raises(WeightsError) as caught:
        read_tensors(path, checksum)
    assert "/" not in str(caught.value)
    return str(caught.value)


def zipped(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def torch_bytes(content: object, zip_format: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=zip_format)
    return buffer.getvalue()


WRITERS: dict[str, Callable[[Path, dict[str, Tensor]], object]] = {
    "a.safetensors": lambda path, weights: save_file(weights, path),
    "a.pth": lambda path, weights: torch.save(weights, path),
    "old.pth": lambda path, weights: path.write_bytes(torch_bytes(weights, zip_format=False)),
    "a.pkl": lambda path, weights: torch.save(weights, path),
    "a.pth.zip": lambda path, weights: zipped(path, {"folder/a.pth": torch_bytes(weights), "README": b"x"}),
    "old.pth.zip": lambda path, weights: zipped(path, {"a.pth": torch_bytes(weights, zip_format=False)}),
    "b.zip": lambda path, weights: zipped(path, {"a.safetensors": save(weights)}),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name, WEIGHTS)
    file = read_tensors(tmp_path / name)
    assert list(file.tensors) == list(WEIGHTS) or name in ("a.safetensors", "b.zip")
    assert all(torch.equal(file.tensors[key], tensor) for key, tensor in WEIGHTS.items())
    assert file.name == name
    assert file.sha256 == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert not file.wrapping
    assert not file.notes


@pytest.mark.parametrize("zip_format", [True, False])
def test_wrapped_as_the_authors_do(tmp_path: Path, zip_format: bool) -> None:
    network = nn.DataParallel(nn.Sequential(nn.Linear(2, 3)))
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    content = {
        "epoch": 90, "arch": "resnet", "best_prec1": torch.tensor(76.86), "state_dict": network.state_dict(),
        "optimizer": optimizer.state_dict(),
    }  # fmt: skip
    (tmp_path / "best.pth.tar").write_bytes(torch_bytes(content, zip_format))
    file = read_tensors(tmp_path / "best.pth.tar")
    assert list(file.tensors) == ["0.weight", "0.bias"]
    assert file.wrapping == ("state_dict", "module.")
    assert file.notes["epoch"] == "90"
    assert file.notes["arch"] == "resnet"
    assert file.notes["best_prec1"].startswith("76.86")


def test_wrapped_twice_with_arguments_beside_it(tmp_path: Path) -> None:
    """As training scripts of timm's kind leave it, here of a compiled network in a module of Lightning's."""
    weights = {f"model._orig_mod.{name}": tensor for name, tensor in WEIGHTS.items()}
    torch.save({"args": argparse.Namespace(lr=0.1), "model": {"state_dict": weights}}, tmp_path / "last.ckpt")
    file = read_tensors(tmp_path / "last.ckpt")
    assert set(file.tensors) == set(WEIGHTS)
    assert file.wrapping == ("model", "state_dict", "model.", "_orig_mod.")


def test_a_prefix_that_not_all_names_have_is_kept(tmp_path: Path) -> None:
    torch.save({"module.a": torch.zeros(1), "b": torch.zeros(1)}, tmp_path / "a.pth")
    assert set(read_tensors(tmp_path / "a.pth").tensors) == {"module.a", "b"}


def test_metadata(tmp_path: Path) -> None:
    save_file(WEIGHTS, tmp_path / "a.safetensors", {"source": "here"})
    assert read_tensors(tmp_path / "a.safetensors").metadata == {"source": "here"}


class Planted:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


@pytest.mark.parametrize("name", ["a.pth", "a.pkl", "a.safetensors", "a.pth.zip"])
@pytest.mark.parametrize("form", ["zip", "legacy", "plain pickle"])
@pytest.mark.filterwarnings("ignore:Detected pickle protocol:UserWarning")
def test_code_is_refused_and_does_not_run(tmp_path: Path, name: str, form: str) -> None:
    sign = tmp_path / "it ran"
    content = {"state_dict": dict(WEIGHTS), "note": Planted(f"touch '{sign}'")}
    data = pickle.dumps(content) if form == "plain pickle" else torch_bytes(content, form == "zip")
    path = tmp_path / name
    if name.endswith(".zip"):
        zipped(path, {"a.pth": data})
    else:
        path.write_bytes(data)
    if form == "plain pickle":
        assert told(path).startswith(f'"{name}" is not a whole weights file of safetensors or PyTorch;')
    else:
        message = told(path)
        assert message.startswith(f'"{name}" holds more than tensors: opening it would run Python code (')
        assert '"posix.system"' in message
    assert not sign.exists()
    torch.load(io.BytesIO(torch_bytes(content)), weights_only=False)  # the plant is a live one
    assert sign.exists()


def test_a_whole_network_is_refused_by_name(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 2), tmp_path / "a.pt")
    assert '("torch.nn.modules.linear.Linear")' in told(tmp_path / "a.pt")


def test_a_torchscript_program_is_refused(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), tmp_path / "a.pt")  # type: ignore[no-untyped-call]
    assert told(tmp_path / "a.pt").startswith('"a.pt" is a TorchScript program, not a state_dict;')


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kept", [0, 4, 60, -1])
def test_cut_off(tmp_path: Path, name: str, kept: int) -> None:
    path = tmp_path / name
    WRITERS[name](path, WEIGHTS)
    path.write_bytes(path.read_bytes()[:kept])
    whole = f'"{name}" is not a whole weights file of safetensors or PyTorch; copy it again from its source.'
    assert told(path) == whole


@pytest.mark.parametrize("data", [b"hello", b"\x80\x02}q\x00.", b"PK\x03\x04", b"\0" * 64, b"{" * 64, b"12345678{}"])
def test_something_else(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.pth").write_bytes(data)
    assert told(tmp_path / "a.pth").startswith(('"a.pth" is not a whole weights file', '"a.pth" holds no tensors'))


@pytest.mark.parametrize(
    "content", [{}, {"state_dict": {}}, {"state_dict": {"epoch": 3}}, [torch.zeros(1)], torch.zeros(3)]
)
def test_no_tensors_by_name(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "a.pth")
    assert told(tmp_path / "a.pth") == '"a.pth" holds no tensors by name; attnviz reads the state_dict of a network.'


@pytest.mark.parametrize("count", [0, 2])
def test_a_zip_of_other_than_one(tmp_path: Path, count: int) -> None:
    zipped(tmp_path / "a.zip", {f"{number}.pth": torch_bytes(WEIGHTS) for number in range(count)} | {"README": b""})
    expected = f'"a.zip" must hold exactly one weights file, and holds {count}; unpack it and name the one.'
    assert told(tmp_path / "a.zip") == expected


def test_a_damaged_zip(tmp_path: Path) -> None:
    weights = {"a": torch.rand(1000, generator=torch.Generator().manual_seed(1))}
    zipped(tmp_path / "a.zip", {"a.pth": torch_bytes(weights, zip_format=False)})
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[1000:1060] = bytes(60)
    (tmp_path / "a.zip").write_bytes(data)
    assert told(tmp_path / "a.zip") == '"a.zip" is a damaged or locked zip; copy it again from its source.'


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, and what a small zip unpacks to."""
    torch.save(WEIGHTS, tmp_path / "a.pth")
    zipped(tmp_path / "a.zip", {"a.pth": torch_bytes({"a": torch.zeros(10_000)}, zip_format=False)})
    assert (tmp_path / "a.zip").stat().st_size < 1000 < (tmp_path / "a.pth").stat().st_size
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    assert told(tmp_path / "a.pth") == '"a.pth" is over 4 GiB; no ResNet is as large.'
    assert told(tmp_path / "a.zip") == '"a.zip" is over 4 GiB; no ResNet is as large.'


def test_missing(tmp_path: Path) -> None:
    (tmp_path / "folder.pth").mkdir()
    for name in ("none.pth", "folder.pth"):
        assert told(tmp_path / name) == f'There is no readable weights file "{name}" in "{tmp_path.name}".'


def test_checksum(tmp_path: Path) -> None:
    torch.save(WEIGHTS, tmp_path / "a.pth")
    digest = hashlib.sha1((tmp_path / "a.pth").read_bytes()).hexdigest()
    assert read_tensors(tmp_path / "a.pth", f"sha1:{digest}").tensors
    assert read_tensors(tmp_path / "a.pth", f"sha1:{digest[:8]}").tensors
    expected = '"a.pth" is not the file that family.toml names (its SHA-1 differs); copy it again.'
    assert told(tmp_path / "a.pth", f"sha1:{digest[::-1]}") == expected
