"""``attnviz families curves``."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image


def test_training_table_and_figure(run: Callable[..., Any], tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "tiny"))
    for attention in ("none", "se", "bam", "cbam"):
        (tmp_path / "runs" / attention).mkdir(parents=True)
        (tmp_path / "runs" / attention / "log.csv").write_text(
            "epoch,size,learning_rate,loss,top1,top5,seconds\n1,32,0.1,2.5,0.1,0.4,60.0\n2,64,0.0,2.0,0.3,0.6,90.0\n"
        )
    result = run("families", "curves", folder, "--runs", tmp_path / "runs")
    assert result.exit_code == 0, result.stderr
    assert "30.00%" in result.stdout
    table = pd.read_csv(folder / "training.csv")
    assert table["model"].drop_duplicates().tolist() == ["baseline", "se", "bam", "cbam"]
    before = (folder / "curves.png").read_bytes()
    with Image.open(folder / "curves.png") as picture:
        assert picture.width < 1000
    assert run("families", "curves", folder, "--runs", tmp_path / "runs").exit_code == 0
    assert (folder / "curves.png").read_bytes() == before


def test_runs_that_are_not_there(
    run: Callable[..., Any], one_line: Callable[[Any], str], tiny: Path, tmp_path: Path
) -> None:
    result = run("families", "curves", "tiny", "--runs", tmp_path)
    assert result.exit_code == 2
    assert one_line(result).startswith('There is no "none/log.csv" in "')
    assert not (tiny / "training.csv").exists()
