"""The command line as a whole: help, version, and what starting it costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

import attnviz
from attnviz.cli import options
from attnviz.draw import COLORMAPS, DEFAULT_COLORMAP, Scale
from attnviz.maps import INPUT_METHODS, METHODS

ROOT = Path(attnviz.__file__).parents[1]
COMMANDS = (
    ["compare"],
    ["stages"],
    ["switch"],
    ["families", "gate-means"],
    ["families"],
    ["families", "check"],
    ["train"],
)
HEAVY = ("torch", "torchvision", "matplotlib", "gradio", "captum", "scipy")


def test_bare_command_shows_the_help(run: Any) -> None:
    result = run()
    assert result.exit_code == 0
    assert all(command in result.stdout for command in ("compare", "stages", "families", "train", "--version"))
    assert result.stderr == ""


def test_version(run: Any) -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"attnviz {attnviz.__version__}\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(run: Any, command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert f"Example: attnviz {' '.join(command)}" in result.stdout


@pytest.mark.parametrize("command", [["compare"], ["train"]], ids=" ".join)
def test_defaults_that_depend_on_the_machine_are_told(run: Any, command: list[str]) -> None:
    assert "(the first there" in run(*command, "--help").stdout


@pytest.mark.parametrize("arguments", [["see"], ["compare"], ["compare", "a.png", "--stage", "5"], ["families", "x"]])
def test_wrong_usage(run: Any, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage:" in result.stderr


def test_choices_are_those_of_the_package() -> None:
    assert [str(method) for method in options.MethodName] == [*METHODS, *INPUT_METHODS]
    assert [str(colormap) for colormap in options.ColormapName] == list(COLORMAPS)
    assert [str(scale) for scale in options.ScaleName] == list(get_args(Scale))
    assert next(iter(options.ColormapName)) == DEFAULT_COLORMAP


@pytest.mark.parametrize(
    ("arguments", "not_even"),
    [
        (["--help"], ("numpy", "PIL")),
        (["compare", "--help"], ("numpy", "PIL")),
        (["train", "--help"], ("numpy", "PIL")),
        (["families"], ()),
    ],
    ids=lambda value: " ".join(value),
)
def test_help_and_lists_load_nothing_heavy(tiny: Path, arguments: list[str], not_even: tuple[str, ...]) -> None:
    code = (
        f"import sys; from attnviz.cli import app; app({arguments}, standalone_mode=False);"
        f"print(sorted({set(HEAVY + not_even)} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_in_a_process_of_its_own(tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    command = [sys.executable, "-m", "attnviz", "compare", bad, photos[0], "--family", "tiny", "--device", "cpu"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "40", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("attnviz: bad.png: This file is not a picture")
    rows = [line.split() for line in ended.stdout.splitlines()]
    assert [row[0] for row in rows if len(row) > 5][-4:] == ["baseline", "se", "bam", "cbam"]
