"""A study of whatever photos there are, whose votes count for nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from attnviz.errors import StudyError, TargetError
from attnviz.families import Family
from attnviz.study.demo import demo_study
from attnviz.study.plan import read_plan
from attnviz.study.schedule import schedule


@pytest.fixture
def examples(photos: Path) -> list[tuple[Path, str]]:
    return [
        (photos / label / f"{number}.png", label) for label in ("lion", "tabby", "espresso") for number in (0, 1, 2)
    ]


def test_a_demo(tmp_path: Path, tiny_family: Family, examples: list[tuple[Path, str]]) -> None:
    folder = tmp_path / "new" / "demo"
    plan = demo_study(folder, examples, tiny_family)
    assert plan.demo
    assert read_plan(folder) == plan
    assert plan.pairs == (("baseline", "cbam"), ("baseline", "bam"))
    for participant in range(50):
        trials = schedule(plan, participant)
        assert {trial.kind for trial in trials} == {"demo"}
        assert Counter(trial.image for trial in trials) == dict.fromkeys((image.id for image in plan.images), 2)
    assert len(plan.images) + len(plan.left_out) == 9
    assert len(plan.images) > 4
    assert sorted(file.name for file in folder.iterdir()) == ["plan.json", "stimuli"]
    assert demo_study(folder, [], tiny_family) == plan
    assert demo_study(tmp_path / "again", examples, tiny_family).canonical == plan.canonical


def test_photos_by_class(tmp_path: Path, tiny_family: Family, photos: Path) -> None:
    plan = demo_study(tmp_path, {"lion": photos / "lion" / "0.png", "tabby": photos / "tabby" / "0.png"}, tiny_family)
    assert {image.label for image in plan.images} == {"lion", "tabby"}
    assert plan.pairs_per_image == 1
    assert len(schedule(plan, 0)) == 2


def test_what_cannot_be(tmp_path: Path, tiny_family: Family, examples: list[tuple[Path, str]]) -> None:
    with pytest.raises(TargetError, match='no class "dog"'):
        demo_study(tmp_path, [(examples[0][0], "dog")], tiny_family)
    with pytest.raises(StudyError, match="of 0 photos 0 can be used"):
        demo_study(tmp_path, [], tiny_family)
    (tmp_path / "file").touch()
    with pytest.raises(StudyError, match="cannot be written to"):
        demo_study(tmp_path / "file", examples, tiny_family)
