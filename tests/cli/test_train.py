"""``attnviz train``: from photos to weights that a family can ship."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

SIZES = ("--width", "8", "--reduction", "2", "--size", "32", "--batch", "16")
OPTIONS = (*SIZES, "--epochs", "1", "--device", "cpu", "--seed", "9")


def test_trains_a_member_and_goes_on_from_its_last_epoch(run: Any, tiny: Path, data: Path, tmp_path: Path) -> None:
    command = ("train", "--data", data, "--classes", tiny / "classes.csv", "--attention", "bam", "--out", tmp_path)
    result = run(*command, *OPTIONS)
    assert (result.exit_code, result.stderr) == (0, "")
    with (tmp_path / "log.csv").open() as file:
        [row] = csv.DictReader(file)
    top1, top5 = float(row["top1"]), float(row["top5"])
    assert result.stdout == f"top-1 {top1:.1%}, top-5 {top5:.1%}: bam.safetensors\n"
    with safe_open(tmp_path / "bam.safetensors", "pt") as file:
        metadata = file.metadata()
        assert metadata.pop("attnviz.architecture")
        assert metadata == {"attention": "bam", "seed": "9"}
        assert file.get_tensor("fc.weight").shape == (5, 64)
    assert run(*command, *OPTIONS).stdout == result.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--reduction", "9"), "reduction is 9"),
        (("--learning-rate", "0"), "learning_rate is 0.0; it must be more than 0."),
        (("--data", "nowhere"), 'There is no folder "nowhere"'),
        (("--classes", "nowhere.csv"), 'There is no "nowhere.csv"'),
        (("--out", "file"), '"file" cannot be written: File exists.'),
        (("--batch", "99"), "There are 20 training photos, fewer than one batch of 99."),
    ],
)
def test_what_cannot_be_is_one_line(
    run: Any, tiny: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    one_line: Callable[[Any], str], more: tuple[str, str], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    command = ("train", "--data", data, "--classes", tiny / "classes.csv", "--attention", "se", "--out", "run")
    result = run(*command, *OPTIONS, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert one_line(result).startswith(said)
