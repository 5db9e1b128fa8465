"""study.toml: what it may say, and one clear sentence for everything else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w

from attnviz.errors import AttnvizError, StudyError
from attnviz.families import DEFAULT_FAMILY, Family
from attnviz.maps import INPUT_METHODS, METHODS
from attnviz.study import settings as module
from attnviz.study.plan import PLAN
from attnviz.study.settings import SETTINGS, Exclusion, Settings, read_settings
from attnviz.study.template import PRESETS, new_study, text_of

WriteStudy = Callable[..., Path]


def test_a_new_study_is_read_as_it_is(tmp_path: Path, photos: Path, tiny_folder: Path) -> None:
    path = new_study(tmp_path / "mine")
    assert path == tmp_path / "mine" / SETTINGS
    text = path.read_text(encoding="utf-8")
    content = tomllib.loads(text)
    settings = Settings.model_validate(content)
    assert (settings.family, settings.count, settings.participants) == (DEFAULT_FAMILY, 60, 40)
    assert (settings.selection, settings.presentation.kind) == ("all-correct", "overlay")
    assert settings.exclusion == Exclusion()
    assert max(map(len, text.splitlines())) <= 120
    explained = set(content) | {"pairs", "pairs_per_image", "closes"}
    assert explained == set(Settings.model_fields)
    for name, table in (("presentation", module.Presentation), ("exclusion", Exclusion)):
        assert set(content[name]) == set(table.model_fields)
    assert content["intro"]["en"].startswith("You will see")
    assert "\n" not in content["consent"]["ko"]


def test_the_preset_of_the_paper(tmp_path: Path) -> None:
    new_study(tmp_path, "cbam-2018")
    settings = Settings.model_validate(tomllib.loads((tmp_path / SETTINGS).read_text(encoding="utf-8")))
    assert (settings.models, settings.count, settings.participants) == (("baseline", "cbam"), 50, 25)
    assert (settings.selection, settings.method, settings.stage) == ("all-correct", "gradcam", "stage4")
    assert (settings.presentation.kind, settings.presentation.threshold) == ("region", 0.6)


def test_every_new_study_has_a_seed_of_its_own() -> None:
    assert len({tomllib.loads(text_of(preset))["seed"] for preset in (None, *PRESETS) for _ in range(5)}) == 10


def test_a_new_study_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text("mine")
    with pytest.raises(StudyError, match=r"There is a study\.toml in"):
        new_study(tmp_path)
    assert (tmp_path / SETTINGS).read_text() == "mine"
    with pytest.raises(StudyError, match=r'no preset "cbam-2081".* Did you mean "cbam-2018"'):
        new_study(tmp_path / "other", "cbam-2081")
    assert not (tmp_path / "other").exists()
    with pytest.raises(StudyError, match="cannot be written to"):
        new_study(tmp_path / SETTINGS / "inside")


def test_the_copies_of_the_lists_are_true() -> None:
    assert tuple(METHODS) == module.STAGE_METHODS
    assert tuple(INPUT_METHODS) == module.INPUT_METHODS
    assert get_args(Settings.model_fields["method"].annotation) == (*METHODS, *INPUT_METHODS)


def test_models_become_pairs(write_study: WriteStudy, tiny_family: Family) -> None:
    def pairs(**changes: Any) -> tuple[tuple[str, str], ...]:
        return read_settings(write_study(**changes)).compared(tiny_family)

    assert pairs(models=["se", "bam", "cbam"]) == (("se", "bam"), ("se", "cbam"), ("bam", "cbam"))
    assert len(pairs(models=None)) == 6
    assert pairs(models=None, pairs=[["cbam", "baseline"]]) == (("cbam", "baseline"),)


@pytest.mark.parametrize(
    ("written", "closing"),
    [
        ("closes = 2027-01-31T18:00:00+09:00", "2027-01-31T09:00:00Z"),
        ("closes = 2027-01-31T18:00:00", "2027-01-31T18:00:00Z"),
        ('closes = "2027-01-31T18:00:00Z"', "2027-01-31T18:00:00Z"),
        ("", None),
    ],
)
def test_closing_date_is_utc(write_study: WriteStudy, written: str, closing: str | None) -> None:
    folder = write_study()
    file = folder / SETTINGS
    file.write_text(written + "\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_settings(folder).closing == closing


def test_a_map_at_the_input_has_no_stage(write_study: WriteStudy) -> None:
    assert read_settings(write_study(method="occlusion")).place == "input"
    assert read_settings(write_study(stage="stage2")).place == "stage2"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"selecton": "all"}, 'study.toml has a key "selecton", which means nothing here. Did you mean "selection"?'),
    (
        {"presentation": {"treshold": 0.6}},
        'key "presentation.treshold", which means nothing here. Did you mean "thr',
    ),
    ({"title": {"en": "a", "ko": "b", "de": "c"}}, 'study.toml has a key "title.de", which means nothing here.'),
    ({"title": {"en": "only"}}, "study.toml, title.ko: Field required."),
    ({"title": {"en": "", "ko": "b"}}, "study.toml, title.en: "),
    ({"count": "50"}, "study.toml, count: Input should be a valid integer."),
    ({"count": 0}, "study.toml, count: Input should be greater than or equal to 1."),
    ({"count": True}, "study.toml, count: Input should be a valid integer."),
    ({"participants": None}, "study.toml, participants: Field required."),
    ({"selection": "best"}, "study.toml, selection: Input should be 'all-correct', 'all' or 'disagree'."),
    ({"method": "grad-cam"}, "study.toml, method: Input should be 'gradcam', "),
    ({"stage": "stage5"}, "study.toml, stage: "),
    ({"seed": -1}, "study.toml, seed: "),
    ({"presentation": {"threshold": 1.5}}, "study.toml, presentation.threshold: "),
    ({"presentation": {"kind": "region"}}, "study.toml, presentation: a region needs a threshold above 0"),
    ({"presentation": {"colormap": "rainbow"}}, "study.toml, presentation.colormap: there are the colour maps"),
    ({"question": {"en": "{model}?", "ko": "?"}}, "study.toml, question: of braces there can only be {target}"),
    ({"question": {"en": "{", "ko": "?"}}, "study.toml, question: of braces there can only be {target}"),
    ({"intro": {"en": "{0}", "ko": "?"}}, "study.toml, intro: of braces there can only be {target}"),
    ({"pairs": [["se", "cbam"]]}, "study.toml, the file: give models (every two are compared) or pairs, not both."),
    ({"models": ["cbam"]}, "study.toml, the file: models must be two or more, each once."),
    ({"models": ["cbam", "cbam", "se"]}, "study.toml, the file: models must be two or more, each once."),
    ({"models": None, "pairs": [["se", "se"]]}, "study.toml, the file: pairs must be of two different models each"),
    ({"models": None, "pairs": [["se", "bam"], ["bam", "se"]]}, "study.toml, the file: pairs must be of two different"),
    ({"models": None, "pairs": []}, "study.toml, the file: pairs must be of two different models each"),
    ({"pairs_per_image": 2}, "study.toml, pairs_per_image: there are 1 pairs, and 2 are asked for."),
    ({"models": ["baseline", "cban"]}, 'The family "tiny" has no model "cban". Did you mean "cbam"?'),
    ({"family": "tinny"}, 'There is no family "tinny".'),
    ({"images": "nowhere/photos"}, 'study.toml, images: there is no "photos"; a path is relative'),
    ({"closes": "soon"}, "study.toml, closes: "),
    ({"closes": 1800000000}, "study.toml, closes: give the time too, as in 2027-01-31T18:00:00Z."),
    ({"closes": "2027-01-31"}, "study.toml, closes: give the time too, as in 2027-01-31T18:00:00Z."),
    ({"exclusion": {"median": 3}}, 'study.toml has a key "exclusion.median", which means nothing here.'),
]


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_what_is_wrong_is_one_sentence(
    write_study: WriteStudy, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(AttnvizError) as error:
        read_settings(write_study(**changes))
    told = str(error.value)
    assert said in told
    assert "\n" not in told
    assert str(tmp_path) not in told


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r'There is no study\.toml in ".*"; begin with: attnviz study new'):
        read_settings(tmp_path)
    (tmp_path / SETTINGS).write_text("count = ")
    with pytest.raises(StudyError, match=r"study\.toml is not TOML: "):
        read_settings(tmp_path)
    (tmp_path / SETTINGS).write_bytes(b"\xff\xfe")
    with pytest.raises(StudyError, match="cannot be read as text in UTF-8"):
        read_settings(tmp_path)


def test_paths_are_relative_to_the_study(write_study: WriteStudy, photos: Path, tiny_folder: Path) -> None:
    folder = write_study(images="here", family="models")
    (folder / "here").symlink_to(photos)
    (folder / "models").symlink_to(tiny_folder)
    assert read_settings(folder).count == 8
    assert not (folder / PLAN).exists()


def test_settings_need_no_torch() -> None:
    code = (
        "import sys, attnviz.study.settings, attnviz.study.template, attnviz.study.choose, attnviz.study.build, "
        "attnviz.study.demo; print({'torch', 'gradio', 'fastapi', 'attnviz.web'} & {*sys.modules})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


def test_the_fixture_is_a_study(settings_text: Callable[..., str]) -> None:
    assert tomli_w.dumps(tomllib.loads(settings_text())) == settings_text()
