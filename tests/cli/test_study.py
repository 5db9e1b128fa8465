"""``attnviz study``: from a commented file to a frozen study, and one line for whatever is wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attnviz.families import DEFAULT_FAMILY
from attnviz.study.plan import read_plan

OneLine = Callable[[Any], str]


@pytest.fixture
def study(run: Any, tiny: Path, data: Path, tmp_path: Path) -> Path:
    """A new study of the family "tiny" and the validation photos."""
    folder = tmp_path / "mine"
    assert run("study", "new", folder).exit_code == 0
    file = folder / "study.toml"
    text = file.read_text(encoding="utf-8")
    for before, after in (
        (f'"{DEFAULT_FAMILY}"', '"tiny"'), ('images = "photos"', f'images = "{data / "val"}"'),
        ("count = 60", "count = 6"),
        ('"all-correct"\n', '"all"\n'), ("participants = 40", "participants = 4"), ("repeats = 6", "repeats = 1"),
        ("catch_trials = 3", "catch_trials = 0"), ("practice = 3", "practice = 2"), ("side = 448", "side = 64"),
    ):  # fmt: skip
        assert text.count(before) == 1
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    return folder


def test_new_build_check(run: Any, study: Path) -> None:
    result = run("study", "build", study, "--device", "cpu")
    assert (result.exit_code, result.stderr) == (0, "")
    plan = read_plan(study)
    said = result.stdout
    assert "where-do-networks-look: baseline and cbam; 6 images of " in said
    assert "7 trials for each of 4 participants" in said
    assert f"plan {plan.sha256[:16]}" in said
    result = run("study", "check", study)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("All is as it was frozen.\n")


def test_progress_advances(run: Any, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []

    class Bar:
        def __enter__(self) -> Callable[[int, int], None]:
            return lambda done, total: told.append((done, total))

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(sys.modules["attnviz.cli.study"], "progress", lambda _: Bar())
    assert run("study", "build", study).exit_code == 0
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_the_preset(run: Any, tmp_path: Path) -> None:
    assert run("study", "new", tmp_path, "--preset", "cbam-2018").exit_code == 0
    assert 'kind = "region"' in (tmp_path / "study.toml").read_text(encoding="utf-8")


def test_what_is_wrong_is_one_line(run: Any, study: Path, tmp_path: Path, one_line: OneLine) -> None:
    def said(*arguments: object) -> str:
        result = run("study", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        return one_line(result)

    assert said("new", study).startswith('There is a study.toml in "mine" already')
    assert said("new", tmp_path / "other", "--preset", "cbam").endswith('Did you mean "cbam-2018"?')
    assert said("build", tmp_path).startswith("There is no study.toml in")
    assert said("check", study).startswith('There is no plan.json in "mine"')
    file = study / "study.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("count = 6", "count = 99"), encoding="utf-8")
    assert "The study asks for 99 images and 2 for practice, and of 20 photos" in said(
        "build", study, "--device", "cpu"
    )
    file.write_text(text.replace("repeats", "repeat"), encoding="utf-8")
    assert said("build", study).endswith('Did you mean "repeats"?')
    file.write_text(text, encoding="utf-8")
    assert run("study", "build", study).exit_code == 0
    assert said("build", study).startswith("There is a frozen plan in this folder already")
    shutil.rmtree(study / "stimuli")
    assert said("check", study).startswith('The picture "')


def test_interruption_leaves_no_plan(run: Any, study: Path, monkeypatch: pytest.MonkeyPatch, one_line: OneLine) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    import attnviz.study.build  # noqa: F401

    monkeypatch.setattr(sys.modules["attnviz.study.build"].Stimuli, "finish", interrupted)
    result = run("study", "build", study)
    assert result.exit_code == 130
    assert one_line(result) == "interrupted."
    assert [file.name for file in study.iterdir()] == ["study.toml"]


def test_help_names_an_example(run: Any) -> None:
    for command in ((), ("new",), ("build",), ("check",)):
        assert "Example: attnviz study" in run("study", *command, "--help").stdout
