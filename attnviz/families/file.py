"""family.toml: what a family is. Checked by pydantic, so that a wrong file is told by name, key and reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError, model_validator

from attnviz.errors import FamilyError, Message
from attnviz.images import Preprocessing
from attnviz.images.preprocess import IMAGENET_MEAN, IMAGENET_STD

Share = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[Share, Share, Share]
Spread = Annotated[float, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Architecture(_Strict):
    """What all members share; the arguments of :func:`attnviz.nets.resnet`."""

    depth: Literal[18, 34, 50, 101]
    stem: Literal["7x7", "3x3", "3x3-stride2"] = "7x7"
    stride_in: Literal["3x3", "1x1"] = "3x3"
    width: Annotated[StrictInt, Field(gt=0)] = 64
    reduction: Annotated[StrictInt, Field(gt=0)] = 16


class Input(_Strict):
    """Side of the network's input and what comes before it; see :class:`attnviz.images.Preprocessing`."""

    input_size: Annotated[StrictInt, Field(ge=32, le=1024)]
    resize: Annotated[StrictInt, Field(ge=32, le=2048)]
    mean: Colour = IMAGENET_MEAN
    std: tuple[Spread, Spread, Spread] = IMAGENET_STD
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"

    @model_validator(mode="after")
    def _crop_fits(self) -> Input:
        if self.resize < self.input_size:
            raise ValueError("resize must be at least input_size")
        return self

    def preprocessing(self) -> Preprocessing:
        """Returns the same as what the rest of the package uses."""
        return Preprocessing(**self.model_dump())


class Member(_Strict):
    """One model: its attention, its weights, and what it scored."""

    attention: Literal["none", "se", "bam", "cbam"]
    file: Annotated[str, Field(pattern=r"^[\w.-]+\.safetensors$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    seed: StrictInt
    top1: Share
    top5: Share
    calibration_error: Share
    options: dict[str, Any] = {}


class FamilyFile(_Strict):
    """The whole file."""

    title: Annotated[str, Field(min_length=1)]
    matched: StrictBool
    architecture: Architecture
    input: Input
    models: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], Member], Field(min_length=1)]


def read_family_file(path: Path) -> FamilyFile:
    """Reads and checks a family.toml.

    Raises:
        FamilyError: if it is missing, is not TOML, or has a missing, unknown or wrong key.
    """
    place = f'"{path.parent.name}/{path.name}"'
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FamilyError('There is no {place}; a family is a folder with a "family.toml".', place=place) from None
    except (OSError, UnicodeDecodeError):
        raise FamilyError("{place} cannot be read as text in UTF-8.", place=place) from None
    except tomllib.TOMLDecodeError as error:
        raise FamilyError("{place} is not TOML: {reason}.", place=place, reason=str(error)) from None
    try:
        return FamilyFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or Message("the file")
        reason = first["msg"].removeprefix("Value error, ")
        raise FamilyError("{place}, {key}: {reason}.", place=place, key=key, reason=reason) from None
