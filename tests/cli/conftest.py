"""A family with a card, photos for it, and the command line without a process of its own."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from PIL import Image
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from attnviz.cli import app
from attnviz.families import Family
from attnviz.families.card import END
from attnviz.training.card import START

CARD = f"# Tiny\n\nWhat stands before.\n\n{START}\n{END}\n\nWhat stands after.\n"

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def families(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the family "tiny": its card holds no numbers yet, and no feature speaks for its class "pizza"."""
    root = tmp_path_factory.mktemp("families")
    folder = Path(shutil.copytree(tiny_folder, root / "tiny"))
    (folder / "README.md").write_text(CARD)
    content = tomllib.loads((folder / "family.toml").read_text())
    for name, member in content["models"].items():
        file = folder / member["file"]
        tensors = load_file(file)
        tensors["fc.weight"][-1] = 0
        save_file(tensors, file, {"attention": name, "seed": "3"})
        member["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "family.toml").write_text(tomli_w.dumps(content))
    return root


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
def data(tiny_family: Family, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training and validation photos, ``<split>/<wnid>/*.png``, more of each class than of the one before."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(11)
    for label, wnid in enumerate(tiny_family.classes.wnids):
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


@pytest.fixture
def one_line(tmp_path: Path) -> Callable[[Any], str]:
    """Returns what stderr says, which must be one line without a traceback or a path of the machine."""

    def said(result: Any) -> str:
        assert result.stderr.count("\n") == 1, result.stderr
        assert result.stderr.startswith("attnviz: ")
        assert "Traceback" not in result.output
        assert str(tmp_path.parent) not in result.stderr
        return str(result.stderr).removeprefix("attnviz: ").rstrip("\n")

    return said
