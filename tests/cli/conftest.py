"""A family of random weights, photos for it, and the command line without a process of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from attnviz.cli import app
from attnviz.nets import ResNet, resnet
from attnviz.training.card import END, START
from attnviz.training.export import export

NAMES = ("ant", "bee", "cat", "dog", "eel", "fox", "nothing")
WNIDS = tuple(f"n{number:08d}" for number in range(1, len(NAMES) + 1))
ATTENTIONS = {"baseline": "none", "se": "se", "bam": "bam", "cbam": "cbam"}

HEAD = """title = "Tiny"
matched = true

[architecture]
depth = 18
stem = "3x3-stride2"
width = 8
reduction = 2

[input]
input_size = 64
resize = 64
"""
MEMBER = """
[models.{name}]
attention = "{attention}"
file = "{name}.safetensors"
sha256 = "{sha256}"
seed = 7
top1 = 0.0
top5 = 0.0
calibration_error = 0.0
"""
CARD = f"# Tiny\n\nWhat stands before.\n\n{START}\n{END}\n\nWhat stands after.\n"

Run = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are slower on many threads, above all where others use the processors too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def families(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the family "tiny" and its card, which holds no numbers yet."""
    root = tmp_path_factory.mktemp("families")
    (root / "tiny").mkdir()
    text = HEAD
    for name, attention in ATTENTIONS.items():
        file = root / "tiny" / f"{name}.safetensors"
        export(random_network(attention), file, {"attention": attention, "seed": "3"})
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        text += MEMBER.format(name=name, attention=attention, sha256=sha256)
    (root / "tiny" / "family.toml").write_text(text)
    (root / "tiny" / "README.md").write_text(CARD)
    rows = [f"{index},{wnid},{name}" for index, (wnid, name) in enumerate(zip(WNIDS, NAMES, strict=True))]
    (root / "tiny" / "classes.csv").write_text("\n".join(["index,wnid,name", *rows]) + "\n")
    return root


def random_network(attention: Any) -> ResNet:
    """A network that looks trained, but for its last class, which no feature speaks for."""
    torch.manual_seed(5)
    network = resnet(18, attention, len(NAMES), "3x3-stride2", width=8, reduction=2)
    generator = torch.Generator().manual_seed(6)
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var") or (tensor.ndim == 1 and name.endswith("weight")):
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif name.endswith("running_mean"):
            tensor.copy_(0.1 * torch.randn(tensor.shape, generator=generator))
    network.fc.weight.data[-1] = 0
    network.fc.weight.data[:-1] -= network.fc.weight.data[:-1].mean(0)
    return network


@pytest.fixture
def tiny(families: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the family "tiny", which the command line then finds by its name."""
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", str(families))
    return families / "tiny"


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three photos, one of them larger than it is drawn in a figure."""
    folder = tmp_path_factory.mktemp("photos")
    made = []
    for name, size in (("one.png", (90, 70)), ("two.jpg", (640, 500)), ("three.webp", (64, 64))):
        blobs = np.random.default_rng(len(name)).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(blobs).resize(size, Image.Resampling.BICUBIC).save(folder / name)
        made.append(folder / name)
    return made


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training and validation photos, ``<split>/<wnid>/*.png``, more of each class than of the one before."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(11)
    for label, wnid in enumerate(WNIDS):
        for split in ("train", "val"):
            (folder / split / wnid).mkdir(parents=True)
            for number in range(label + 2):
                blobs = random.integers(0, 256, (4, 4, 3), np.uint8)
                picture = Image.fromarray(blobs).resize((64, 64), Image.Resampling.BICUBIC)
                picture.save(folder / split / wnid / f"{number}.png")
    return folder


@pytest.fixture
def run() -> Run:
    """Runs a command, and returns its exit code, stdout and stderr."""
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_line(result: Any, folder: Path | None = None) -> str:
    """Returns what stderr says, which is one line without a traceback or a path of the machine."""
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("attnviz: ")
    assert "Traceback" not in result.output
    assert "/tmp" not in result.stderr
    assert folder is None or str(folder) not in result.stderr
    return str(result.stderr).removeprefix("attnviz: ").rstrip("\n")
