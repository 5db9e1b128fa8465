"""A set of photos and what a family's classes say of it: which photo is of which class, and in which half."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from attnviz.errors import DataError
from attnviz.families import Classes
from attnviz.images import PhotoFiles, open_photo_files
from attnviz.images.split import Split, split_of

_SEPARATORS = re.compile(r"[-_ .(]")


@dataclass(frozen=True)
class Photo:
    """One photo of a set.

    Attributes:
        name: posix, relative to the set; unique in it.
        folder: name of the folder that stands for its class, or that it lies in; empty for a photo that lies in none.
        label: index of the family's class of that name; None where the family has none.
    """

    name: str
    folder: str
    label: int | None

    @property
    def split(self) -> Split:
        """See :func:`attnviz.images.split.split_of`."""
        return split_of(self.name)


@dataclass(frozen=True)
class PhotoSet:
    """The photos of a folder or of zips, in the order of their names.

    Attributes:
        files: that they are read from.
        photos: all of them.
    """

    files: PhotoFiles
    photos: tuple[Photo, ...]

    @property
    def labelled(self) -> tuple[Photo, ...]:
        """Those whose class the family has."""
        return tuple(photo for photo in self.photos if photo.label is not None)

    @property
    def unknown(self) -> Mapping[str, int]:
        """How many photos there are in each folder that is none of the family's classes, by the folder's name."""
        return dict(sorted(Counter(photo.folder for photo in self.photos if photo.label is None).items()))


def open_photo_set(source: Path, classes: Classes) -> PhotoSet:
    """Lists the photos of a set; none is read yet.

    A photo's class is told by the first folder above it, from the top, that is called by the wnid or the name of a
    class ("sea_lion" is "sea lion", in any case), or, where no folder on the way is, by the index of one. Where no
    folder of the whole set stands for a class, the beginnings of the files' names do: "sea_lion-12.jpg",
    "n02077923_7.JPEG". A name that two classes share stands for neither.

    Args:
        source: a folder with a subfolder a class, at any depth, or of photos that are called by their classes; a zip
            of such a tree; or a folder of such zips.
        classes: of the family.

    Raises:
        DataError: if there is nothing there, there are no photos in it, or a zip is damaged.
    """
    files = open_photo_files(source)
    if not files.names:
        raise DataError(
            'There are no photos in "{name}"; it must be a folder with a subfolder a class, or a zip of one.',
            name=files.name,
        )
    spellings = _spellings(classes)
    found = [_found(PurePosixPath(name).parts[:-1], spellings, len(classes)) for name in files.names]
    depths = Counter(depth for depth, _ in found if depth is not None)
    usual = depths.most_common(1)[0][0] if depths else None
    if usual is None:
        found = [(None, _begun(PurePosixPath(name).stem, spellings)) for name in files.names]
    photos = tuple(
        Photo(name, _folder(name, usual if depth is None else depth), label)
        for name, (depth, label) in zip(files.names, found, strict=True)
    )
    return PhotoSet(files, photos)


def written(name: str) -> str:
    """Returns a photo's name as it stands in a table: bytes that are no UTF-8 are escaped, and so is a carriage return.

    Python's csv does not quote that, and takes it for the end of a line.
    """
    return name.encode("utf-8", "backslashreplace").decode().replace("\r", "\\r")


def _spellings(classes: Classes) -> Mapping[str, int]:
    """Returns the index of each class by its wnid and its name, as :func:`_plain` spells them."""
    counts = Counter(map(_plain, classes.names))
    by_name = {_plain(name): index for index, name in enumerate(classes.names) if counts[_plain(name)] == 1}
    return by_name | {_plain(wnid): index for index, wnid in enumerate(classes.wnids)}


def _plain(name: str) -> str:
    return name.replace("_", " ").strip().casefold()


def _found(folders: tuple[str, ...], spellings: Mapping[str, int], count: int) -> tuple[int | None, int | None]:
    """Returns at which depth the folder of a class stands, and the class; (None, None) where none does."""
    for depth, folder in enumerate(folders):
        if _plain(folder) in spellings:
            return depth, spellings[_plain(folder)]
    for depth, folder in enumerate(folders):
        if folder.isascii() and folder.isdecimal() and len(folder) < 9 and int(folder) < count:
            return depth, int(folder)
    return None, None


def _begun(stem: str, spellings: Mapping[str, int]) -> int | None:
    """Returns the class that a file's name begins with, the longest there is; what follows is set off from it."""
    ends = [len(stem), *(match.start() for match in reversed(list(_SEPARATORS.finditer(stem))))]
    return next((spellings[_plain(stem[:end])] for end in ends if _plain(stem[:end]) in spellings), None)


def _folder(name: str, depth: int | None) -> str:
    """Returns the folder at a depth; the photo's own where there is none so deep."""
    folders = PurePosixPath(name).parts[:-1]
    if not folders:
        return ""
    return folders[depth] if depth is not None and depth < len(folders) else folders[-1]
