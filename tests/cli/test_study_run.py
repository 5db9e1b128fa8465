"""``attnviz study report``: the votes, and scores beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from attnviz.study.plan import DATA, Image, Plan, Stimulus, write_plan
from attnviz.study.votes import OpenTrial, Votes

MODELS = ("baseline", "cbam")


def make_plan(images: int = 4) -> Plan:
    overlays = {model: f"{model}.jpg" for model in MODELS}
    return Plan(
        study="tiny", title={"en": "Tiny"}, question={}, intro={}, consent={}, family="tiny",
        weights=dict.fromkeys(MODELS, "0" * 64), pairs=(MODELS,), pairs_per_image=1, method="gradcam", stage="stage4",
        presentation={}, participants=1, repeats=0, catches=0, minimum_ms=0, seed=7,
        images=tuple(
            Image(id=f"i{number}", file=f"lion/{number}.jpg", label="lion", sha256="0" * 64,
                  stimulus=Stimulus(photo=f"{number}.jpg", overlays=overlays))
            for number in range(images)
        ),
    )  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study that has ended: one participant, who always preferred the left picture."""
    folder = tmp_path / "study"
    folder.mkdir()
    plan = make_plan()
    write_plan(folder, plan)
    now: Iterator[datetime] = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=step) for step in range(10_000))
    votes = Votes(folder / DATA, plan, clock=lambda: next(now))
    one = votes.join("en")
    while isinstance(trial := votes.open(one), OpenTrial):
        votes.cast(one, trial.vote_id, trial.token, "left", 900)
    votes.close()
    return folder


@pytest.fixture
def results(tmp_path: Path) -> Path:
    rows = [
        {"image": f"val/lion/{number}.jpg", "split": "report", "label": "lion", "object_share": 0.5, "model": model,
         "attention": "none", "method": "gradcam", "stage": "stage4", "correct": True, "confidence": 0.5,
         "degenerate": False, "pointing_game": float(model == "cbam")}
        for number in range(4)
        for model in MODELS
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "results.csv.gz", index=False)
    return tmp_path / "results.csv.gz"


def test_scores_stand_beside_the_votes(run: Any, study: Path, results: Path) -> None:
    result = run("study", "report", study, "--scores", results)
    assert (result.exit_code, result.stderr) == (0, "")
    said = (study / "report" / "report.md").read_text()
    assert "4 of 4 images have scores (gradcam at stage4)." in said
    assert "| Pointing game | 50.0 % | 2 | 2 | 0 | 0 | 4 |" in said  # sides are balanced, and the left one always won


def test_without_scores_there_is_no_such_section(run: Any, study: Path) -> None:
    assert run("study", "report", study).exit_code == 0
    assert "Scores and votes" not in (study / "report" / "report.md").read_text()


def test_a_table_that_is_none_is_one_line(
    run: Any, study: Path, tmp_path: Path, one_line: Callable[[Any], str]
) -> None:
    said = one_line(run("study", "report", study, "--scores", tmp_path / "none.csv.gz"))
    assert 'There is no "none.csv.gz"' in said
    assert not (study / "report").exists()
