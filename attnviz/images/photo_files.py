"""The photos of a folder, of a zip, or of a folder of zips, by name. Zips are read in place, never unpacked."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from attnviz.errors import DataError, ImageError

SUFFIXES = (".jpeg", ".jpg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
MOST_BYTES = 2**28
"""More than any picture of 50 megapixels needs; a zip that promises more in a file is not believed."""


@dataclass(frozen=True)
class _Place:
    """Where a file is: in a folder, or in the zip at ``archive``'s place, and its size in bytes as it is told there."""

    source: Path
    archive: zipfile.ZipFile | None
    size: int


class PhotoFiles:
    """Photos by name. Names are posix paths relative to the folder, or as they stand in a zip; they are sorted.

    Names in zips are keys and never paths, so that one such as ``../../x.png`` reaches nothing outside. Any number of
    threads may read at once.

    Attributes:
        name: of the folder or zip, without its path.
        names: of the photos.
        tables: names of the CSV files beside the photos, at the top of the folder or of a zip.
    """

    def __init__(self, name: str, places: Mapping[str, _Place]) -> None:
        self.name = name
        self._places = MappingProxyType(dict(sorted(places.items())))
        self.names: tuple[str, ...] = tuple(each for each in self._places if _is_photo(each))
        self.tables: tuple[str, ...] = tuple(each for each in self._places if not _is_photo(each))

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the photos' names and sizes: another listing has another digest."""
        lines = (f"{self._places[name].size} {name}\n" for name in self.names)
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    def read(self, name: str) -> bytes:
        """Returns the content of a file.

        Args:
            name: one of :attr:`names` or :attr:`tables`.

        Raises:
            ImageError: if it is damaged, larger than ``MOST_BYTES``, encrypted, or gone.
        """
        place = self._places[name]
        if place.size > MOST_BYTES:
            raise ImageError("The file is larger than {most} MiB, which no photo needs; leave it out.",
                             most=MOST_BYTES // 2**20)  # fmt: skip
        try:
            return (place.source / name).read_bytes() if place.archive is None else place.archive.read(name)
        except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
            # RuntimeError is an encrypted file, NotImplementedError a compression that Python lacks
            raise ImageError("The file is damaged or cannot be read; copy it again.") from None


def open_photo_files(source: Path) -> PhotoFiles:
    """Lists the photos of a folder, at any depth; of a zip; or of a folder that holds zips and no photos.

    Args:
        source: the folder or zip. Beside an unpacked tree, the zips that it may have come from are not read.

    Raises:
        DataError: if there is nothing there, a zip is damaged, or two zips hold a photo of the same name.
    """
    if source.is_dir():
        places = dict(_in_folder(source))
        if not any(map(_is_photo, places)):
            places = _in_zips(sorted(source.glob("*.zip"))) or places
    elif source.is_file():
        places = _in_zips([source])
    else:
        raise DataError('There is no folder or zip "{name}"; check the path.', name=source.name)
    return PhotoFiles(source.resolve().name, places)


def _in_folder(folder: Path) -> Iterator[tuple[str, _Place]]:
    seen = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        folders.sort()
        if os.path.realpath(parent) in seen:  # a link to a folder above would never end
            folders.clear()
            continue
        seen.add(os.path.realpath(parent))
        for file in files:
            path = Path(parent, file)
            name = path.relative_to(folder).as_posix()
            if _is_wanted(name) and path.is_file():
                yield name, _Place(folder, None, path.stat().st_size)


def _in_zips(sources: list[Path]) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    for source in sources:
        try:
            archive = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError):
            raise DataError('"{name}" is not a whole zip file; copy it again.', name=source.name) from None
        for entry in archive.infolist():
            name = entry.filename
            if entry.is_dir() or not _is_wanted(name):
                continue
            before = places.get(name)
            if before is not None and before.source != source:
                raise DataError(
                    '"{name}" is in "{one}" and in "{other}"; photos must have names of their own.',
                    name=name, one=before.source.name, other=source.name,
                )  # fmt: skip
            places[name] = _Place(source, archive, entry.file_size)
    return places


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    if path.name.startswith("._"):  # what macOS adds to zips and foreign disks
        return False
    return _is_photo(name) or (path.suffix.lower() == ".csv" and len(path.parts) == 1)


def _is_photo(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES
