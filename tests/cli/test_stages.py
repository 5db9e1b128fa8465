"""``attnviz stages``: the table of gates, the figure and the JSON of all stages."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from attnviz import compare, open_family
from attnviz.draw import Look

OPTIONS = ("--family", "tiny", "--device", "cpu")


def test_every_gate_is_listed_with_its_kind_and_range(run: Any, tiny: Path, photos: list[Path]) -> None:
    result = run("stages", photos[0], *OPTIONS)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
    printed = lines[lines.index(["gates"]) + 3 :]  # beneath the title, the headings and a rule
    expected = [["baseline", "none"]]
    for model, seen in compare(open_family(tiny, "cpu"), photos[0]).items():
        for place, gate in seen.gates.items():
            values = gate.values.numpy()
            times = ["1", "+", "M"] if model == "bam" else ["M"]
            numbers = [f"{number:.3f}" for number in (values.min(), values.mean(dtype=np.float64), values.max())]
            expected.append([model, place, gate.kind, *times, *numbers])
    assert printed == expected
    assert len(expected) == 1 + 8 + 3 + 16


def test_figure_and_json_are_those_of_the_comparison(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    figure, out = tmp_path / "stages.png", tmp_path / "stages.json"
    options = ("--target", "espresso", "--method", "hirescam", "--model", "bam", "--colormap", "viridis")
    result = run("stages", photos[1], *OPTIONS, *options, "-o", figure, "--json", out)
    assert (result.exit_code, result.stderr) == (0, "stages.json written\nstages.png written\n")
    expected = compare(open_family(tiny, "cpu"), photos[1], "espresso", method="hirescam", models=["bam"])
    assert json.loads(out.read_text()) == {"photos": [{"photo": "two.jpg", **expected.to_json()}]}
    buffer = io.BytesIO()
    expected.stages_figure(Look(colormap="viridis")).savefig(buffer, format="png")
    assert np.array_equal(np.asarray(Image.open(figure)), np.asarray(Image.open(buffer)))


def test_branches_are_in_the_figure_on_request(run: Any, tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    figure = tmp_path / "bam.png"
    result = run("stages", photos[0], *OPTIONS, "--model", "bam", "--branches", "-o", figure)
    assert (result.exit_code, result.stderr) == (0, "bam.png written\n")
    expected = io.BytesIO()
    comparison = compare(open_family(tiny, "cpu"), photos[0], models=["bam"])
    comparison.stages_figure(branches=True).savefig(expected, format="png")
    assert np.array_equal(np.asarray(Image.open(figure)), np.asarray(Image.open(expected)))
    assert Image.open(figure).height > round(150 * comparison.stages_figure().get_size_inches()[1])


@pytest.mark.parametrize("arguments", [("-o", "stages.gif"), ("--json", "stages.csv")])
def test_outputs_are_checked(run: Any, tiny: Path, photos: list[Path], arguments: tuple[str, str]) -> None:
    result = run("stages", photos[0], *OPTIONS, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f'attnviz: "{arguments[1]}" cannot be written: its name must end in ')


def test_maps_that_show_nothing_are_named_by_stage(run: Any, tiny: Path, photos: list[Path]) -> None:
    printed = run("stages", photos[0], *OPTIONS, "--target", "pizza", "--model", "se").stdout
    for stage in ("stage1", "stage2", "stage3", "stage4"):
        assert f"{stage} shows nothing: the same everywhere" in printed
