"""A frozen study: everything that decides what participants see and how their votes are read, in ``plan.json``.

The file is written once, in one canonical form, and its SHA-256 stands on every vote.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from attnviz.errors import StudyError

SCHEMA = 1
PLAN, STIMULI, DATA = "plan.json", "stimuli", "data"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stimulus(_Frozen):
    """The pictures of one image, as file names in ``stimuli/`` that tell nothing.

    Attributes:
        photo: what the networks saw.
        overlays: by model.
        mirrored: by model, the overlay of the map mirrored left to right; for catch trials, else empty.
    """

    photo: str
    overlays: Mapping[str, str]
    mirrored: Mapping[str, str] = {}


class Image(_Frozen):
    """One image of a study.

    Attributes:
        id: ``i01``, what stands on votes.
        file: its name, relative to where the experimenter keeps the images.
        label: name of its class.
        sha256: of the file.
        stimulus: its pictures.
        practice: whether it is for practice alone.
        catch: whether it is for catch trials too: its object is far from the centre.
    """

    id: str
    file: str
    label: str
    sha256: str
    stimulus: Stimulus
    practice: bool = False
    catch: bool = False


class LeftOut(_Frozen):
    """A candidate that was not taken, and why."""

    file: str
    why: str


class Plan(_Frozen):
    """A frozen study.

    Attributes:
        schema_version: of this file.
        study: short name, part of exports.
        title: by language, ``en`` and ``ko``, as are question, intro and consent.
        question: asked at each trial; ``{target}`` stands for the class.
        intro: what participants are told first.
        consent: what they agree to.
        family: name of the family.
        weights: SHA-256 of each model's weights.
        pairs: of models to compare.
        pairs_per_image: how many of the pairs a participant sees of each image.
        images: those taken, practice included.
        selection: by which rule: ``all-correct``, ``all`` or ``disagree``.
        left_out: those not taken.
        method: of the maps.
        stage: of the maps.
        presentation: how maps are drawn.
        participants: how many are wanted.
        repeats: how many trials a participant sees twice, sides swapped.
        catches: how many catch trials a participant sees.
        closes: UTC, ISO 8601; after it nobody can join or vote. None for no end.
        minimum_ms: for how long a trial must be seen before it can be answered.
        seed: from which orders and sides are drawn.
        exclusion: the frozen rules by which participants are left out of the analysis; its keys are those of
            :class:`attnviz.study.settings.Exclusion`.
        stopping: when the study ends, in words.
        analysis: how it is analysed, in words.
        versions: of the software that built it.
        demo: whether it is a demonstration whose votes count for nothing.
    """

    schema_version: int = SCHEMA
    study: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    intro: Mapping[str, str]
    consent: Mapping[str, str]
    family: str
    weights: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...] = Field(min_length=1)
    pairs_per_image: int = Field(ge=1)
    images: tuple[Image, ...]
    selection: str = ""
    left_out: tuple[LeftOut, ...] = ()
    method: str
    stage: str
    presentation: Mapping[str, Any]
    participants: int = Field(ge=1)
    repeats: int = Field(ge=0)
    catches: int = Field(ge=0)
    closes: str | None = None
    minimum_ms: int = Field(default=700, ge=0)
    seed: int
    exclusion: Mapping[str, float] = {}
    stopping: str = ""
    analysis: str = ""
    versions: Mapping[str, str] = {}
    demo: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> Plan:
        names = [image.id for image in self.images]
        if len(set(names)) < len(names):
            raise ValueError("two images have one id")
        if self.pairs_per_image > len(self.pairs):
            raise ValueError("pairs_per_image is more than there are pairs")
        if any(len(set(pair)) < 2 or not set(pair) <= self.weights.keys() for pair in self.pairs):
            raise ValueError("a pair must be of two models that have weights")
        shown = {model for pair in self.pairs for model in pair}
        for image in self.images:
            if not shown <= image.stimulus.overlays.keys():
                raise ValueError(f"{image.id} lacks the overlay of a model")
            if image.catch and not image.stimulus.mirrored:
                raise ValueError(f"{image.id} is for catch trials and has no mirrored overlay")
        return self

    @property
    def canonical(self) -> bytes:
        """The bytes of ``plan.json``: the same plan always gives the same bytes."""
        said = json.dumps(self.model_dump(mode="json"), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
        return (said + "\n").encode()

    @property
    def sha256(self) -> str:
        """Of the canonical bytes."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def main_images(self) -> tuple[Image, ...]:
        """Those that count."""
        return tuple(image for image in self.images if not image.practice)

    def image(self, identifier: str) -> Image:
        """Returns an image by its id."""
        return next(image for image in self.images if image.id == identifier)


def write_plan(folder: Path, plan: Plan) -> None:
    """Freezes a plan, whole or not at all; the folder must not have one.

    Raises:
        StudyError: if it has.
    """
    unfinished = folder / f".{PLAN}.{secrets.token_hex(4)}"
    try:
        with unfinished.open("xb") as file:
            file.write(plan.canonical)
            file.flush()
            os.fsync(file.fileno())
        (folder / PLAN).hardlink_to(unfinished)  # a link, unlike a rename, never replaces what is there
    except FileExistsError:
        raise StudyError(
            "There is a frozen plan in this folder already; make a new folder for a new study; votes keep theirs."
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


def read_plan(folder: Path) -> Plan:
    """Returns the frozen plan of a study folder.

    Raises:
        StudyError: if there is none, or it is not as it was written.
    """
    try:
        data = (folder / PLAN).read_bytes()
    except FileNotFoundError:
        raise StudyError('There is no plan.json in "{folder}"; freeze the study with: attnviz study build',
                         folder=folder.name) from None  # fmt: skip
    version = _version(data)
    if version > SCHEMA:  # first, since it may have keys that are unknown here
        raise StudyError("plan.json is of a newer attnviz (schema {schema}); update attnviz.", schema=version)
    try:
        plan = Plan.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise StudyError("plan.json is damaged: {place}: {reason}; build the study again in a new folder.",
                         place=".".join(map(str, first["loc"])) or "file",
                         reason=first["msg"].removeprefix("Value error, ")) from None  # fmt: skip
    if plan.canonical != data:
        raise StudyError("plan.json was changed after it was frozen; restore it, or build the study in a new folder.")
    return plan


def _version(data: bytes) -> int:
    """Returns the schema that a file says it has; 0 where it says nothing."""
    try:
        said = json.loads(data).get("schema_version")
    except (ValueError, AttributeError, RecursionError):
        return 0
    return said if isinstance(said, int) else 0
