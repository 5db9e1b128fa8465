"""settings.json: all that decides the numbers of a results folder. Another configuration is refused, by name."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

import attnviz
from attnviz.errors import DataError, Message, OptionError, joined
from attnviz.evaluation.boxes import BoxTable
from attnviz.evaluation.photos import PhotoSet, written
from attnviz.evaluation.question import Question, TargetRule
from attnviz.families import Family

FILE = "settings.json"
SPLIT = "last bit of the SHA-256 of the file's name: 0 fit, 1 report"
PACKAGES = ("torch", "torchvision", "numpy", "pillow", "opencv-python-headless", "scikit-image", "captum")
"""Those whose version may change a number."""
TOLD = 4
"""Differences that are told one by one."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelIs(_Frozen):
    """A model: its attention, the SHA-256 of its weights file, its training's seed if known, and its temperature."""

    attention: str
    sha256: str
    seed: int | None
    temperature: float = 1.0


class FamilyIs(_Frozen):
    """A family. ``classes`` is the SHA-256 of their names and wnids in order; ``input`` is the preprocessing."""

    name: str
    title: str
    matched: bool
    classes: str
    input: dict[str, Any]
    models: dict[str, ModelIs]


class FilesAre(_Frozen):
    """Photos or boxes: the name of their folder or file, how many photos, and the digest of them or of their list."""

    name: str
    count: int
    digest: str


class Settings(_Frozen):
    """The configuration of a run, as it stands in settings.json.

    ``photos`` are those of the set, ``boxes`` those of photos that are evaluated. ``methods`` and ``stages`` list the
    maps of an image by a model in parallel: two methods at two stages are four of each. ``fast`` is whether the models
    were of the fast form, whose numbers differ in their last digits.
    """

    family: FamilyIs
    photos: FilesAre
    boxes: FilesAre | None
    target: TargetRule
    methods: tuple[str, ...]
    stages: tuple[str, ...]
    scores: tuple[str, ...]
    references: bool
    limit: int | None
    batch: int
    seed: int
    split: str
    device: str
    fast: bool = False
    versions: dict[str, str]

    def to_json(self) -> str:
        """Returns the content of settings.json; equal settings are equal letter by letter."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def settings_of(family: Family, photos: PhotoSet, boxes: BoxTable | None, question: Question) -> Settings:
    """Returns the configuration of a run; the weights files are read, to hash them."""
    models = {}
    for name in question.models:
        path = family.path(family.check_model(name))
        assert path is not None  # check_model
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        member = family.members[name]
        models[name] = ModelIs(
            attention=member.attention, sha256=digest, seed=member.seed, temperature=member.temperature
        )
    classes = json.dumps([family.classes.wnids, family.classes.names])
    return Settings(
        family=FamilyIs(
            name=family.name, title=family.title, matched=family.matched,
            classes=hashlib.sha256(classes.encode()).hexdigest(), input=vars(family.preprocessing), models=models,
        ),
        photos=FilesAre(name=written(photos.files.name), count=len(photos.photos), digest=photos.files.digest),
        boxes=None if boxes is None else FilesAre(name=written(boxes.name), count=len(boxes.of), digest=boxes.digest),
        target=question.target,
        methods=tuple(place.method for place in question.places),
        stages=tuple(place.stage for place in question.places),
        scores=question.scores, references=question.references, limit=question.limit, batch=question.batch, seed=0,
        split=SPLIT, device=family.device.type, fast=family.is_fast, versions=dict(_versions()),
    )  # fmt: skip


def read_settings(folder: Path) -> Settings | None:
    """Returns the configuration of a results folder; None where there is none yet.

    Raises:
        DataError: if settings.json is not one of ours, or of another version's.
    """
    try:
        return Settings.model_validate_json((folder / FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise DataError(
            '"{folder}/{file}" is not that of an evaluation by this version; choose another folder.',
            folder=folder.resolve().name, file=FILE,
        ) from None  # fmt: skip


def check_same(here: Settings, there: Settings, folder: Path) -> None:
    """Checks that a run may go on in a results folder.

    Args:
        here: what is asked for now.
        there: what the folder holds results of.
        folder: for the sentence.

    Raises:
        OptionError: if they differ, with the first differences.
    """
    one, other = (dict(_flat(json.loads(each.to_json()))) for each in (here, there))
    keys = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
    keys.sort(key=lambda key: ("." in key, key))  # options, of which the rest may be a consequence, come first
    if keys:
        told: list[Message | str] = [
            Message("{key}: {there} there, {here} here", {
                "key": key, "there": _short(other.get(key)), "here": _short(one.get(key)),
            })
            for key in keys[:TOLD]
        ]  # fmt: skip
        more = Message(" and {count} more", {"count": len(keys) - TOLD}) if len(keys) > TOLD else ""
        raise OptionError(
            'The results in "{folder}" are of another configuration ({differences}{more}); choose another folder, or '
            "give the same options.",
            folder=folder.resolve().name, differences=joined(told, "; "), more=more,
        )  # fmt: skip


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{before}{key}.")
        else:
            yield f"{before}{key}", inner


def _short(value: Any) -> str:
    text = "none" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return f"{text[:12]}..."
    return text if len(text) <= 60 else f"{text[:57]}..."


def _versions() -> Iterator[tuple[str, str]]:
    yield "attnviz", attnviz.__version__
    for package in PACKAGES:
        try:
            yield package, importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # the same modules may come in another package
            yield package, "unknown"
