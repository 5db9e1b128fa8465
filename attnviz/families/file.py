"""family.toml: what a family is. Checked by pydantic, so that a wrong file is told by name, key and reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    field_validator,
    model_validator,
)

from attnviz.errors import FamilyError, Message
from attnviz.families.checksum import Checksum
from attnviz.images import Preprocessing
from attnviz.images.preprocess import IMAGENET_MEAN, IMAGENET_STD

Share = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[Share, Share, Share]
Spread = Annotated[float, Field(gt=0)]
WEIGHTS_FILE = r"^[\w.-]+\.(safetensors|pth|pt|tar|pkl|bin|ckpt|zip)$"
Text = Annotated[str, Field(min_length=1)]
Layout = Literal["attnviz", "torchvision", "attention-module", "pytorchcv", "timm", "cadene", "moskomule"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Architecture(_Strict):
    """What all members share; the arguments of :func:`attnviz.nets.resnet`."""

    depth: Literal[18, 34, 50, 101, 152]
    stem: Literal["7x7", "7x7-ceil", "deep", "3x3", "3x3-stride2"] = "7x7"
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


class Published(_Strict):
    """What a publisher reports of its own weights. Nobody here has measured it."""

    top1: Share
    top5: Share
    source: Text


class Member(_Strict):
    """One model: its attention, where its weights are, what they must be, and what is known of them.

    ``options`` are arguments of :func:`attnviz.nets.resnet` in which the model differs from the family's architecture.
    ``size`` is the file's in bytes; where nobody states it, ``parameters`` tell about how large it is. A ``url`` whose
    name is the file's and ``.zip`` holds the file in a zip archive. ``seed`` and the four numbers after it are
    measured by ``attnviz families check``: probabilities are softmax(logits / temperature), and the calibration error
    is theirs. ``published`` are the publisher's.
    """

    attention: Literal["none", "se", "bam", "cbam"]
    file: Annotated[str, Field(pattern=WEIGHTS_FILE)]
    sha256: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None
    sha1: Annotated[str | None, Field(pattern=r"^[0-9a-f]{40}$")] = None
    sha256_prefix: Annotated[str | None, Field(pattern=r"^[0-9a-f]{8,63}$")] = None
    url: str | None = None
    size: Annotated[StrictInt | None, Field(gt=0)] = None
    parameters: Annotated[StrictInt | None, Field(gt=0)] = None
    layout: Layout = "attnviz"
    options: dict[str, Any] = {}
    seed: StrictInt | None = None
    top1: Share | None = None
    top5: Share | None = None
    temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    calibration_error: Share | None = None
    published: Published | None = None
    citation: Text | None = None
    licence: Text | None = None

    @field_validator("url")
    @classmethod
    def _address_of_a_file(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^\s/?#]+/[^\s?#]*[^\s/?#]", url):
            raise ValueError("must be the http or https address of a file")
        return url

    @model_validator(mode="after")
    def _one_checksum(self) -> Member:
        if sum(digits is not None for digits in (self.sha256, self.sha1, self.sha256_prefix)) != 1:
            raise ValueError("exactly one of sha256, sha1 and sha256_prefix must be given")
        return self

    @property
    def checksum(self) -> Checksum:
        """What the file must hash to."""
        if self.sha1 is not None:
            return Checksum("sha1", self.sha1)
        return Checksum("sha256", self.sha256 or self.sha256_prefix or "")

    @property
    def about_bytes(self) -> int | None:
        """Size of the file in bytes, or about it (four bytes a parameter), or None where nothing is known."""
        return self.size or (4 * self.parameters if self.parameters else None)

    @property
    def is_zipped(self) -> bool:
        """Whether the url leads to a zip archive with the file in it."""
        return self.url is not None and self.url.rpartition("/")[2] == f"{self.file}.zip"


class FamilyFile(_Strict):
    """The whole file."""

    title: Text
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
