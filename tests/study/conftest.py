"""A small frozen plan, made without a network, and what a study is built from: a random family and photos."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import tomli_w

from attnviz.study import template
from attnviz.study.plan import Image, Plan, Stimulus

MakePlan = Callable[..., Plan]


def name(*parts: object) -> str:
    """The opaque name of a picture."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16] + ".jpg"


@pytest.fixture(scope="session")
def make_plan() -> MakePlan:
    """Makes a plan of ``count`` images, of which the first ``able`` can be used for catch trials."""

    def make(
        count: int = 12,
        models: Sequence[str] = ("baseline", "cbam"),
        practice: int = 2,
        able: int = 4,
        **changes: Any,
    ) -> Plan:
        images = []
        for number in range(count + practice):
            catch = number < able
            overlays = {model: name(number, model) for model in models}
            mirrored = {model: name(number, model, "mirrored") for model in models} if catch else {}
            counted = number < count
            images.append(
                Image(
                    id=f"i{number + 1:02}" if counted else f"p{number - count + 1:02}",
                    file=f"lion/{number}.jpg",
                    label="lion",
                    sha256=hashlib.sha256(bytes([number])).hexdigest(),
                    stimulus=Stimulus(photo=name(number), overlays=overlays, mirrored=mirrored),
                    practice=not counted,
                    catch=catch,
                )
            )
        pairs = tuple(combinations(models, 2))
        content: dict[str, Any] = {
            "study": "tiny",
            "title": {"en": "Tiny", "ko": "작은 연구"},
            "question": {"en": "Which is more specific to {target}?", "ko": "{target}?"},
            "intro": {"en": "Look.", "ko": "보세요."},
            "consent": {"en": "I agree.", "ko": "동의합니다."},
            "family": "tiny",
            "weights": {model: hashlib.sha256(model.encode()).hexdigest() for model in models},
            "pairs": pairs,
            "pairs_per_image": len(pairs),
            "images": tuple(images),
            "method": "gradcam",
            "stage": "stage4",
            "presentation": {"kind": "region", "threshold": 0.6},
            "participants": 25,
            "repeats": 2,
            "catches": 2,
            "seed": 7,
        }
        return Plan(**content | changes)

    return make


WriteStudy = Callable[..., Path]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path) -> Path:
    """A folder of 5 classes x 6 photos of soft blobs; the one of class ``pizza`` is named by its wnid."""
    root = tmp_path_factory.mktemp("candidates")
    random = np.random.default_rng(5)
    for label in ("lion", "tabby", "espresso", "military_uniform", "n07873807"):
        (root / label).mkdir()
        for number in range(6):
            blobs = random.integers(0, 256, (5, 7, 3), np.uint8)
            picture = PIL.Image.fromarray(blobs).resize((100, 80), PIL.Image.Resampling.BICUBIC)
            picture.save(root / label / f"{number}.png")
    return root


@pytest.fixture(scope="session")
def settings_text(tiny_folder: Path, photos: Path) -> Callable[..., str]:
    """Makes the text of a study.toml for the random family: what ``study new`` writes, with some values changed."""

    def make(**changes: Any) -> str:
        content = tomllib.loads(template.text_of(None))
        content |= {
            "family": str(tiny_folder), "images": str(photos), "count": 8, "selection": "all", "participants": 6,
            "repeats": 2, "catch_trials": 1, "practice": 2, "seed": 11, "presentation": {"side": 96},
        }  # fmt: skip
        for key, value in changes.items():
            if value is None:
                content.pop(key, None)
            else:
                content[key] = value
        return tomli_w.dumps(content)

    return make


@pytest.fixture
def write_study(settings_text: Callable[..., str], tmp_path: Path) -> WriteStudy:
    """Writes a study.toml with some values changed, and returns its folder."""

    def write(name: str = "study", **changes: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "study.toml").write_text(settings_text(**changes), encoding="utf-8")
        return folder

    return write
