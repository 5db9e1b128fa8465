"""Reads a training or validation set once, to be kept as uint8 on the device."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch

from attnviz.errors import DataError, ImageError
from attnviz.images import Preprocessing, open_picture

SUFFIXES = (".jpeg", ".jpg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")


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
    sources = _sources(data, split)
    found = sorted(
        (name, label, source)
        for source, names in enumerate(names_in(path) for path in sources)
        for name in names
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
    readers = [_reader(path) for path in sources]
    for index, (name, _, source) in enumerate(found):
        try:
            seen = preprocessing.view(open_picture(readers[source](name))).seen
        except ImageError as error:
            raise DataError("{name}: {reason}", name=name, reason=error.message) from None
        except (zipfile.BadZipFile, OSError):
            raise DataError("{name} is damaged or cannot be read; copy it again.", name=name) from None
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


def names_in(source: Path) -> Iterator[str]:
    """Yields the names of the photos in a folder or zip, as posix paths relative to it."""
    if source.is_dir():
        names: Iterator[str] = (path.relative_to(source).as_posix() for path in source.rglob("*"))
    else:
        try:
            with zipfile.ZipFile(source) as archive:
                names = iter(archive.namelist())
        except zipfile.BadZipFile:
            raise DataError('"{name}" is not a whole zip file; copy it again.', name=source.name) from None
    paths = ((name, PurePosixPath(name)) for name in names)
    # "._photo.jpg" is what macOS adds to zips and foreign disks
    return (name for name, path in paths if path.suffix.lower() in SUFFIXES and not path.name.startswith("._"))


def _label(name: str, label_of: dict[str, int]) -> int | None:
    for part in PurePosixPath(name).parts[:-1]:
        if part in label_of:
            return label_of[part]
    return None


def _reader(source: Path) -> Callable[[str], bytes]:
    if source.is_dir():
        return lambda name: (source / name).read_bytes()
    return zipfile.ZipFile(source).read
