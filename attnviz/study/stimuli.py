"""The pictures that participants see: rendered ahead of time, and alike in all but what they show."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from attnviz.draw import Look, overlays, upsample
from attnviz.errors import StudyError
from attnviz.images import View
from attnviz.study.plan import STIMULI, Plan, Stimulus

Heats = Mapping[str, NDArray[np.float32]]
_QUALITY = 90
_GREY, _CONTRAST = 150, 0.35
_NAME = re.compile(r"[0-9a-f]{16}\.jpg")


def region(picture: Image.Image, heat: NDArray[np.float32], threshold: float) -> Image.Image:
    """Shows of a picture what lies in the map's region, and greys the rest.

    The region of CBAM's user study: ReLU, enlarged bilinearly, divided by its own maximum, what is at or above the
    threshold.

    Args:
        picture: the crop, RGB.
        heat: (h,w), raw.
        threshold: share of the map's maximum, above 0.
    """
    fine = upsample(np.maximum(heat, 0), *picture.size)
    inside = fine / fine.max() >= threshold
    pixels = np.asarray(picture)
    grey = (np.asarray(picture.convert("L"), np.float32) - _GREY) * _CONTRAST + _GREY
    outside = np.rint(grey).astype(np.uint8)[..., None].repeat(3, 2)
    return Image.fromarray(np.where(inside[..., None], pixels, outside))


def drawn(picture: Image.Image, heats: Heats, presentation: Mapping[str, Any]) -> dict[str, Image.Image]:
    """Lays the maps of the models over the picture, all in the same way.

    Args:
        picture: the crop, RGB.
        heats: raw, (h,w), by model; none degenerate.
        presentation: as in the plan; see :class:`attnviz.study.settings.Presentation`.
    """
    if presentation["kind"] == "region":
        return {name: region(picture, heat, presentation["threshold"]) for name, heat in heats.items()}
    look = Look(
        opacity=presentation["opacity"],
        threshold=presentation["threshold"],
        colormap=presentation["colormap"],
        scale=presentation["scale"],
    )
    return overlays(picture, heats, look)


class Stimuli:
    """Pictures on their way to ``stimuli/``: they are there when :meth:`finish` returns, all or none.

    A name is an HMAC of the picture under the seed: it tells nothing, and is the same whenever the picture is.
    """

    def __init__(self, folder: Path, seed: int, presentation: Mapping[str, Any]) -> None:
        self._final, self._part = folder / STIMULI, folder / f"{STIMULI}.part"
        self._seed, self._presentation = seed, presentation
        for place in (self._final, self._part):
            _clear(place)
        self._part.mkdir()

    def add(self, view: View, heats: Heats, catch: bool) -> Stimulus:
        """Renders one image.

        Args:
            view: what the networks saw.
            heats: raw, (h,w), by model.
            catch: whether the mirrored maps are rendered too.
        """
        side = self._presentation["side"]
        picture = view.picture.resize((side, side), Image.Resampling.BICUBIC, box=view.box)
        mirrored = {name: heat[:, ::-1] for name, heat in heats.items()} if catch else {}
        return Stimulus(
            photo=self._write(picture),
            overlays=self._written(drawn(picture, heats, self._presentation)),
            mirrored=self._written(drawn(picture, mirrored, self._presentation)) if catch else {},
        )

    def finish(self) -> None:
        """Makes all files equally long, and puts them where they belong."""
        files = list(self._part.iterdir())
        longest = max(file.stat().st_size for file in files)
        for file in files:
            os.truncate(file, longest)  # zeros after the end of the picture, which no decoder reads
        self._part.rename(self._final)

    def drop(self) -> None:
        """Removes what was not finished."""
        shutil.rmtree(self._part, ignore_errors=True)

    def _written(self, pictures: Mapping[str, Image.Image]) -> dict[str, str]:
        return {model: self._write(picture) for model, picture in pictures.items()}

    def _write(self, picture: Image.Image) -> str:
        buffer = io.BytesIO()
        bare = Image.fromarray(np.asarray(picture))  # Pillow would carry over the comment of the photo's file
        bare.save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
        name = name_of(buffer.getvalue(), self._seed)
        (self._part / name).write_bytes(buffer.getvalue())
        return name


def name_of(data: bytes, seed: int) -> str:
    """Returns the file name of a picture, padded or not."""
    return hmac.new(str(seed).encode(), data.rstrip(b"\0"), hashlib.sha256).hexdigest()[:16] + ".jpg"


def names_in(plan: Plan) -> set[str]:
    """Returns the file names of all pictures of a plan."""
    return {
        name
        for image in plan.images
        for name in (image.stimulus.photo, *image.stimulus.overlays.values(), *image.stimulus.mirrored.values())
    }


def check_stimuli(folder: Path, plan: Plan) -> None:
    """Checks that every picture is there, is the one that was rendered, and has the length of all others.

    Raises:
        StudyError: if not.
    """
    lengths = set()
    for name in sorted(names_in(plan)):
        try:
            data = (folder / STIMULI / name).read_bytes()
        except OSError:
            raise StudyError('The picture "{name}" is missing in stimuli; restore it, or build the study in a new '
                             "folder.", name=name) from None  # fmt: skip
        lengths.add(len(data))
        if name_of(data, plan.seed) != name:
            raise StudyError('The picture "{name}" in stimuli was changed; restore it, or build the study in a new '
                             "folder.", name=name)  # fmt: skip
    if len(lengths) > 1:
        raise StudyError("The pictures in stimuli are not of one length any more, which would tell them apart; restore "
                         "them, or build the study in a new folder.")  # fmt: skip


def _clear(place: Path) -> None:
    """Removes what a build that did not end has left, and nothing else."""
    if not place.exists():
        return
    if not place.is_dir() or any(not _NAME.fullmatch(file.name) for file in place.iterdir()):
        raise StudyError('"{name}" holds what no build has put there; move it away, and build again.', name=place.name)
    shutil.rmtree(place)
