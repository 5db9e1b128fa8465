"""``--model NAME`` chooses of a family; ``--model NAME=FILE`` makes one; and ``attnviz families new`` writes one."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from attnviz.cli.models import open_models
from attnviz.cli.serve import _first
from attnviz.errors import AttnvizError, OptionError


def rows(result: Any) -> list[str]:
    return [line.split()[0] for line in result.stdout.splitlines() if " 0." in line]


def test_compare_files(run: Any, tiny: Path, photos: list[Path]) -> None:
    files = ["--model", f"one={tiny / 'baseline.safetensors'}", "--model", f"two={tiny / 'bam.safetensors'}"]
    result = run("compare", photos[0], *files, "--target", "lion", "--device", "cpu")
    assert result.exit_code == 0
    assert rows(result) == ["one", "two"]
    assert "trained alike" in result.stdout


def test_what_a_file_does_not_tell_is_said(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    file = shutil.copy(tiny / "bam.safetensors", tmp_path / "away.safetensors")
    result = run("compare", photos[0], "--model", f"mine={file}", "--device", "cpu")
    assert result.exit_code == 0
    assert result.stderr.startswith("attnviz: mine: ")
    assert "combine sum" in result.stderr
    assert result.stderr.endswith(
        " is assumed, since the file does not tell. If it is otherwise, make a family.toml (attnviz families new) and "
        "say so there.\n"
    )


def test_stages_of_a_file(run: Any, tiny: Path, photos: list[Path]) -> None:
    result = run("stages", photos[0], "--model", f"mine={tiny / 'cbam.safetensors'}", "--device", "cpu")
    assert result.exit_code == 0
    assert "stage4.1.cbam.spatial" in result.stdout


@pytest.mark.parametrize(
    ("family", "models", "said"),
    [
        ("tiny", ["a={tiny}/se.safetensors"], "makes a family of files"),
        (None, ["se", "a={tiny}/se.safetensors"], "makes a family of files"),
        (None, ["a={tiny}/se.safetensors", "a={tiny}/bam.safetensors"], 'Two files are called "a"'),
        (None, ["A={tiny}/se.safetensors"], '"A" cannot be the name of a model'),
        (None, ["=x.pth"], '"" cannot be the name of a model'),
        (None, ["a=none.pth"], 'no readable weights file "none.pth"'),
    ],
)
def test_what_the_options_cannot_mean(tiny: Path, family: str | None, models: list[str], said: str) -> None:
    with pytest.raises(AttnvizError, match=said):
        open_models(family, [model.format(tiny=tiny) for model in models], None, "cpu")


def test_names_choose_of_a_family(tiny: Path) -> None:
    family, models = open_models("tiny", ["se", "bam"], None, "cpu")
    assert (family.name, models) == ("tiny", ["se", "bam"])
    assert open_models("tiny", None, None, "cpu")[1] is None
    with pytest.raises(OptionError, match="--classes"):
        open_models("tiny", None, tiny / "classes.csv", "cpu")


def test_what_the_page_shows_first(tiny: Path) -> None:
    assert _first("tiny", None, None, None) == "tiny"
    made = _first(None, [f"a={tiny / 'se.safetensors'}"], tiny / "classes.csv", "cpu")
    assert not isinstance(made, str)
    assert list(made) == ["a"]
    with pytest.raises(OptionError, match="all models of a family"):
        _first("tiny", ["se"], None, None)


def test_new_family(run: Any, tiny: Path, tmp_path: Path, photos: list[Path], one_line: Any) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    for name in ("cbam", "baseline"):
        shutil.copy(tiny / f"{name}.safetensors", folder / f"run_{name}.safetensors")
    result = run("families", "new", folder, "--title", "My runs", "--classes", tiny / "classes.csv",
                 "--input-size", 64, "--resize", 72)  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines() if "run_" in line]
    assert [line[:4] for line in lines] == [
        ["baseline", "run_baseline.safetensors", lines[0][2], "18"],
        ["cbam", "run_cbam.safetensors", "attnviz", "18"],
    ]
    content = tomllib.loads((folder / "family.toml").read_text())
    assert (content["title"], content["input"]) == ("My runs", {"input_size": 64, "resize": 72})
    assert (folder / "classes.csv").read_text() == (tiny / "classes.csv").read_text()
    assert rows(run("compare", photos[0], "--family", folder, "--device", "cpu")) == ["baseline", "cbam"]
    assert one_line(run("families", "new", folder)) == 'There is a "family.toml" in "runs" already.'


def test_new_family_leaves_out_what_is_none(run: Any, tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    shutil.copy(tiny / "se.safetensors", folder)
    (folder / "broken.pth").write_bytes(b"no weights")
    result = run("families", "new", folder)
    assert result.exit_code == 2
    assert result.stderr.startswith('attnviz: "broken.pth" is not a whole weights file')
    assert list(tomllib.loads((folder / "family.toml").read_text())["models"]) == ["se"]


def test_new_family_of_nothing(run: Any, tmp_path: Path, one_line: Any) -> None:
    assert one_line(run("families", "new", tmp_path)).startswith("There are no weights files in ")
    sizes = one_line(run("families", "new", tmp_path, "--input-size", 64, "--resize", 48))
    assert sizes == "--resize must be at least --input-size."
