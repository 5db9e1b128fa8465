"""Reads a training or validation set once, to be kept as uint8 on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch

from attnviz.errors import DataError, ImageError
from attnviz.images import Preprocessing, open_photo_files, open_picture
from attnviz.images.split import split_of


@dataclass(frozen=True)
class Photos:
    """Decoded photos of one split.

    Attributes:
        images: (N,3,S,S) uint8.
        labels: (N,) int64, positions in the list of classes.
        names: file names, N of them.
    """

    images: torch.Tensor
    labels: torch.Tensor
    names: tuple[str, ...]

    def halves(self) -> tuple[Photos, Photos]:
        """Returns the photos that temperatures are fitted on, and those that numbers are reported of.

        Raises:
            DataError: if there are none of one kind.
        """
        is_fit = torch.tensor([split_of(name) == "fit" for name in self.names])
        if is_fit.all() or not is_fit.any():
            raise DataError(
                "The {count} photos all fall into one half; temperatures are fitted on one and accuracies measured on "
                "the other, so give more photos.",
                count=len(self.names),
            )
        return self.where(is_fit), self.where(~is_fit)

    def where(self, chosen: torch.Tensor) -> Photos:
        """Returns those of which ``chosen``, (N,) bool, is True."""
        names = tuple(name for name, is_chosen in zip(self.names, chosen.tolist(), strict=True) if is_chosen)
        return Photos(self.images[chosen], self.labels[chosen], names)

    def to(self, device: torch.device) -> Photos:
        """Returns the same photos on ``device``."""
        return Photos(self.images.to(device), self.labels.to(device), self.names)


def read_photos(
    data: Path,
    split: str,
    folders: Sequence[str],
    preprocessing: Preprocessing,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Photos:
    """Reads the photos of some classes from folders or zips.

    Args:
        data: a folder with ``<split>/<class folder>/**/photo``, or else with zips of such trees whose names begin
            with the split's (``train.zip``, ``train-0-of-4.zip``).
        split: ``train`` or ``val``.
        folders: the classes' folder names, in the order of the classes.
        preprocessing: makes the square that is kept of each photo; only its sizes and interpolation are used.
        advance: called with the numbers of photos read and in all.

    Raises:
        DataError: if there is nothing to read, a class has no photo, or a photo cannot be decoded.
    """
    label_of = {folder: label for label, folder in enumerate(folders)}
    sources = [open_photo_files(path) for path in _sources(data, split)]
    found = sorted(
        (name, label, source)
        for source, files in enumerate(sources)
        for name in files.names
        if (label := _label(name, label_of)) is not None
    )
    missing = [folder for label, folder in enumerate(folders) if label not in {entry[1] for entry in found}]
    if missing:
        raise DataError(
            "{missing} of the {count} classes have no photo in {split}, the first is {first}; "
            "check --data and --classes.",
            missing=len(missing),
            count=len(folders),
            split=split,
            first=missing[0],
        )
    size = preprocessing.input_size
    images = np.empty((len(found), 3, size, size), np.uint8)
    for index, (name, _, source) in enumerate(found):
        try:
            seen = preprocessing.view(open_picture(sources[source].read(name))).seen
        except ImageError as error:
            raise DataError("{name}: {reason}", name=name, reason=error.message) from None
        images[index] = np.asarray(seen).transpose(2, 0, 1)
        advance(index + 1, len(found))
    labels = torch.tensor([label for _, label, _ in found])
    return Photos(torch.from_numpy(images), labels, tuple(PurePosixPath(name).name for name, _, _ in found))


def _sources(data: Path, split: str) -> list[Path]:
    if not data.is_dir():
        raise DataError('There is no folder "{name}"; --data names a folder that holds train and val.', name=data.name)
    if (data / split).is_dir():  # rather than the zips that it may have been unpacked from
        return [data / split]
    found = sorted(path for path in data.glob("*.zip") if path.stem.split("-")[0] == split)
    if not found:
        raise DataError(
            '"{name}" holds neither a folder "{split}" nor a zip "{split}*.zip".', name=data.name, split=split
        )
    return found


def _label(name: str, label_of: dict[str, int]) -> int | None:
    for part in PurePosixPath(name).parts[:-1]:
        if part in label_of:
            return label_of[part]
    return None
