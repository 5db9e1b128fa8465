"""study.toml: what an experimenter writes. Checked by pydantic, so that what is wrong is told by key and reason."""

from __future__ import annotations

import string
import tomllib
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (  # fmt: skip
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    field_validator,
    model_validator,
)

from attnviz.errors import Message, StudyError, did_you_mean
from attnviz.families import DEFAULT_FAMILY, Family, open_family
from attnviz.study.candidates import Candidate, read_candidates

SETTINGS = "study.toml"
STAGE_METHODS = ("gradcam", "gradcam++", "hirescam", "layercam")
INPUT_METHODS = ("smoothgrad", "integrated-gradients", "occlusion")
"""Copies of the lists of :mod:`attnviz.maps`, which imports torch."""

Words = Annotated[StrictStr, Field(min_length=1, max_length=20_000)]
Number = Annotated[float, Field(strict=True)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Count = Annotated[StrictInt, Field(ge=0, le=10_000)]
Several = Annotated[StrictInt, Field(ge=1, le=10_000)]
Selection = Literal["all-correct", "all", "disagree"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Strict):
    """What participants read, in each language."""

    en: Words
    ko: Words


class Presentation(_Strict):
    """How maps are shown: all models' alike.

    Attributes:
        kind: ``overlay``, colours over the photo, or ``region``, what lies at or above the threshold, the rest greyed.
        threshold: share of the map's maximum. Of an overlay, what is below stays uncoloured.
        opacity: of an overlay's colours.
        colormap: of an overlay.
        scale: of an overlay: each map by its own maximum, or one scale shared by the models.
        side: of the pictures, in pixels.
    """

    kind: Literal["overlay", "region"] = "overlay"
    threshold: Share = 0.0
    opacity: Share = 0.5
    colormap: StrictStr = "inferno"
    scale: Literal["each", "shared"] = "each"
    side: Annotated[StrictInt, Field(ge=64, le=2048)] = 448

    @field_validator("colormap")
    @classmethod
    def _known(cls, name: str) -> str:
        from attnviz.draw import COLORMAPS

        if name not in COLORMAPS:
            raise ValueError(f"there are the colour maps {', '.join(COLORMAPS)}")
        return name

    @model_validator(mode="after")
    def _shows_a_region(self) -> Presentation:
        if self.kind == "region" and self.threshold == 0:
            raise ValueError("a region needs a threshold above 0, such as 0.6")
        return self


class Exclusion(_Strict):
    """By which rules participants are left out of the analysis; frozen with the plan.

    Attributes:
        catch_failures: who fails more catch trials than this is left out.
        median_ms: who answers faster than this, at the median, is left out.
        same_side: who prefers one side in a larger share of the trials that they do not call similar is left out.
        same_side_trials: that rule holds from so many such trials on.
    """

    catch_failures: Count = 1
    median_ms: Count = 600
    same_side: Share = 0.9
    same_side_trials: Several = 20


def _moment(value: object) -> object:
    """Takes a TOML date-time or ISO 8601 in a string; without a zone it is UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
    if not isinstance(value, datetime):  # a date or, in TOML, a number or time of day
        raise ValueError("give the time too, as in 2027-01-31T18:00:00Z")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


class Settings(_Strict):
    """The whole file; its keys are explained in :mod:`attnviz.study.template`."""

    title: Text
    question: Text
    intro: Text
    consent: Text
    family: Annotated[StrictStr, Field(min_length=1)] = DEFAULT_FAMILY
    models: tuple[StrictStr, ...] | None = None
    pairs: tuple[tuple[StrictStr, StrictStr], ...] | None = None
    pairs_per_image: Several | None = None
    images: Annotated[StrictStr, Field(min_length=1)]
    count: Several
    selection: Selection = "all-correct"
    method: Literal["gradcam", "gradcam++", "hirescam", "layercam", "smoothgrad", "integrated-gradients",
                    "occlusion"] = "gradcam"  # fmt: skip
    stage: Literal["stage1", "stage2", "stage3", "stage4"] = "stage4"
    presentation: Presentation = Presentation()
    participants: Several
    repeats: Count = 0
    catch_trials: Count = 0
    practice: Count = 0
    closes: Annotated[datetime, BeforeValidator(_moment)] | None = None
    minimum_ms: Annotated[StrictInt, Field(ge=0, le=60_000)] = 700
    seed: Annotated[StrictInt, Field(ge=0)]
    exclusion: Exclusion = Exclusion()

    @field_validator("question", "intro", "consent")
    @classmethod
    def _has_no_other_place(cls, text: Text) -> Text:
        for words in (text.en, text.ko):
            try:
                places = {name for _, name, spec, conversion in string.Formatter().parse(words) if name is not None}
            except ValueError:
                places = {"{"}
            if not places <= {"target"}:
                raise ValueError("of braces there can only be {target}, for the class")
        return text

    @model_validator(mode="after")
    def _names_models_once(self) -> Settings:
        if self.models is not None and self.pairs is not None:
            raise ValueError("give models (every two are compared) or pairs, not both")
        if self.models is not None and len(set(self.models)) < max(2, len(self.models)):
            raise ValueError("models must be two or more, each once")
        if self.pairs is not None:
            sets = [frozenset(pair) for pair in self.pairs]
            if not sets or min(map(len, sets)) < 2 or len(set(sets)) < len(sets):
                raise ValueError("pairs must be of two different models each, each pair once")
        return self

    @property
    def place(self) -> str:
        """What the map that is shown is called: of a stage, or ``input``."""
        return "input" if self.method in INPUT_METHODS else self.stage

    @property
    def closing(self) -> str | None:
        """The closing date in UTC, as the plan has it."""
        return None if self.closes is None else self.closes.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def compared(self, family: Family) -> tuple[tuple[str, str], ...]:
        """Returns the pairs of models that are compared.

        Raises:
            FamilyError: if one is none of the family's.
            StudyError: if there are fewer than two models.
        """
        pairs = self.pairs or tuple(combinations(self.models or tuple(family), 2))
        for name in (name for pair in pairs for name in pair):
            family.check_model(name)
        if not pairs:
            raise StudyError('The family "{family}" has fewer than two models to compare.', family=family.name)
        if self.pairs_per_image is not None and self.pairs_per_image > len(pairs):
            raise StudyError(
                "study.toml, pairs_per_image: there are {pairs} pairs, and {asked} are asked for.",
                pairs=len(pairs), asked=self.pairs_per_image,
            )  # fmt: skip
        return pairs


def read_settings(folder: Path) -> Settings:
    """Reads and checks the study.toml of a study folder, with the family and the photos that it names.

    Raises:
        StudyError: if it is missing, is not TOML, has a missing, unknown or wrong key, or names photos that are not
            there or are of a class that the family does not know.
        FamilyError: if there is no such family or model.
    """
    settings = _parse(folder)
    family = open_family(_family_of(folder, settings))
    settings.compared(family)
    candidates_of(folder, settings, family)
    return settings


def family_of(folder: Path, settings: Settings, device: str | None = None) -> Family:
    """Opens the family of a study; a path is relative to the study's folder."""
    return open_family(_family_of(folder, settings), device)


def candidates_of(folder: Path, settings: Settings, family: Family) -> list[Candidate]:
    """Returns the photos that a study names; a path is relative to the study's folder."""
    return read_candidates(folder / Path(settings.images).expanduser(), family.classes)


def _family_of(folder: Path, settings: Settings) -> str | Path:
    inside = folder / settings.family
    return inside if (inside / "family.toml").is_file() else settings.family


def _parse(folder: Path) -> Settings:
    try:
        content = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError('There is no study.toml in "{folder}"; begin with: attnviz study new',
                         folder=folder.name) from None  # fmt: skip
    except (OSError, UnicodeDecodeError):
        raise StudyError("study.toml cannot be read as text in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError("study.toml is not TOML: {reason}.", reason=str(error)) from None
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise _wrong(error.errors()) from None


def _wrong(errors: list[Any]) -> StudyError:
    """Returns the first of the errors as a sentence; an unknown key comes first, since it explains a missing one."""
    first = min(errors, key=lambda error: error["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        *above, wrong = map(str, first["loc"])
        tables: dict[str, type[BaseModel]] = {"presentation": Presentation, "exclusion": Exclusion}
        known = tables.get(above[0], Text).model_fields if above else Settings.model_fields
        return StudyError('study.toml has a key "{key}", which means nothing here.{hint}', key=key,
                          hint=did_you_mean(wrong, known))  # fmt: skip
    reason = first["msg"].removeprefix("Value error, ")
    return StudyError("study.toml, {key}: {reason}.", key=key or Message("the file"), reason=reason)
