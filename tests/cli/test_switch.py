"""``attnviz switch``, ``compare --switch`` and ``families gate-means``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attnviz import compare, open_family
from attnviz.families.means import FILE

Run = Callable[..., Any]


@pytest.fixture
def own(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A family of the test's own, "tiny", that may be written to."""
    folder = Path(shutil.copytree(tiny, tmp_path / "families" / "tiny"))
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", str(folder.parent))
    return folder


def test_means_are_made_and_then_used(run: Run, own: Path, data: Path, photos: list[Path], tmp_path: Path) -> None:
    made = run("families", "gate-means", "tiny", "--data", data / "val")
    assert made.exit_code == 0, made.stderr
    assert "means over 20 photos of val" in made.stdout
    assert (own / FILE).is_file()
    shown = run("switch", photos[0], "--family", "tiny", "--model", "bam", "--target", "lion", "--json",
                tmp_path / "out.json")  # fmt: skip
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.count(" mean  ") == shown.stdout.count(" off  ") == 10
    assert "off: features then leave the range" in shown.stdout
    written = json.loads((tmp_path / "out.json").read_text())["photos"][0]["models"]["bam"]["switched"]
    expected = compare(open_family(own, "cpu"), photos[0], "lion", interventions={"all": "mean"}, models=["bam"])
    assert written[0]["place"] == "all"
    assert written[0]["probability"] == pytest.approx(expected["bam"].probability, abs=1e-7)


def test_without_means_gates_are_switched_off_only(run: Run, own: Path, photos: list[Path]) -> None:
    shown = run("switch", photos[0], "--family", "tiny", "--model", "se")
    assert shown.exit_code == 0
    assert 'No gate means came with the family "tiny"' in shown.stderr
    assert (shown.stdout.count(" mean  "), shown.stdout.count(" off  ")) == (0, 13)


def test_a_set(run: Run, own: Path, data: Path) -> None:
    shown = run("switch", "--images", data / "val", "--family", "tiny", "--model", "bam", "--place", "all")
    assert shown.exit_code == 0, shown.stderr
    assert "20 photos of val" in shown.stdout
    assert " to " in shown.stdout.split("all")[1]  # the ends of an interval


def test_compare_with_a_switch(run: Run, own: Path, photos: list[Path]) -> None:
    shown = run("compare", photos[0], "--family", "tiny", "--switch", "stage2.bam=off", "--target", "lion")
    expected = compare(open_family(own, "cpu"), photos[0], "lion", interventions={"stage2.bam": "off"})
    assert f"{expected['bam'].probability:.5f}" in shown.stdout
    assert shown.stdout.count("stage2.bam off") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "PHOTO", "--switch", "all"], '"all" is no switch; write it as stage2.bam=mean or all=off.'),
        (["compare", "PHOTO", "--switch", "all=on"], 'A gate cannot be switched to "on"'),
        (["compare", "PHOTO", "--switch", "stage2.bm=off"], 'Did you mean "stage2.bam"'),
        (["compare", "PHOTO", "--switch", "all=mean"], 'No gate means came with the family "tiny"'),
        (["switch"], "Name one photo, or a set of them with --images."),
        (["switch", "PHOTO", "--limit", "3"], "--place and --limit belong to --images"),
        (["switch", "--images", "PHOTO", "--target", "lion"], "leave --target out"),
    ],
)
def test_wrong_use(run: Run, own: Path, photos: list[Path], one_line: Any, arguments: list[str], said: str) -> None:
    given = [str(photos[0]) if argument == "PHOTO" else argument for argument in arguments]
    result = run(*given, "--family", "tiny")
    assert result.exit_code == 2
    assert said in one_line(result)
