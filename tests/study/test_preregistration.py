"""The text to register says what the plan says, and not what would unblind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attnviz.study.plan import Plan
from attnviz.study.preregistration import preregistration, stopping, write_preregistration
from attnviz.study.settings import Exclusion

MakePlan = Callable[..., Plan]


def test_says_what_the_plan_says(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(
        models=("baseline", "bam", "cbam"), selection="all-correct", exclusion=Exclusion().model_dump(),
        stopping=stopping(25, "2027-01-31T18:00:00Z"), seed=987654321,
    )  # fmt: skip
    text = preregistration(plan)
    for said in (
        plan.sha256, *plan.weights.values(), "baseline and bam; baseline and cbam; bam and cbam",
        "Which is more specific to (class)?", "12 images, and 2 others for practice",
        "whose class all models of the study find most probable", "kind region, threshold 0.6",
        "36 main trials, 2 of which come again", "2 catch trials", "25 participants have finished, or at 2027-01-31",
        "more than 1 of the catch trials", "less than 600 ms", "more than the share 0.9", "from 20 such trials on",
    ):  # fmt: skip
        assert said in text
    assert "987654321" not in text
    write_preregistration(tmp_path, plan)
    assert (tmp_path / "preregistration.md").read_bytes().decode() == text


def test_without_a_closing_date() -> None:
    assert stopping(3, None).startswith("The study ends when 3 participants have finished. Results")
