"""boxes.csv: where the objects are in the photos of a set. docs/evaluate.md describes the file.

Two headers are read, and say what the numbers are:

- ``image,left,top,right,bottom``: edges, as everywhere in attnviz. A box that ends with pixel 5 has the edge 6.
- ``path,x0,y0,x1,y1``: first and last pixel, both in the box. So are the boxes of Tiny ImageNet: among 64 pixels their
  largest number is 63, and some begin and end with the same one.

Pixels are those of the upright picture, after its EXIF orientation was applied.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attnviz.errors import ImageError, Message, TruthError, joined
from attnviz.images import PhotoFiles, picture_size

EDGES = ("image", "left", "top", "right", "bottom")
PIXELS = ("path", "x0", "y0", "x1", "y1")
TOLD = 5
"""Wrong lines that are told one by one."""

Boxes = NDArray[np.float64]
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class _Line:
    number: int
    name: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class BoxTable:
    """The boxes of a set.

    Attributes:
        name: of the file that they come from.
        of: by the photo's name, (B,4) left, top, right, bottom, edges in pixels of the upright picture. Photos without
            a box are not in it.
    """

    name: str
    of: Mapping[str, Boxes]

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of all boxes and their photos' names."""
        lines = (f"{self.of[name].tolist()} {name}\n" for name in sorted(self.of))
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def read_boxes(
    path: Path | None, files: PhotoFiles, wanted: Collection[str], advance: Advance = lambda done, total: None
) -> BoxTable | None:
    """Reads the boxes of photos, and checks every one of them.

    Args:
        path: of the CSV file; None for those at the top of the set that are called ``boxes*.csv``.
        files: the set. A name in the file is that of a photo in it, or begins with the set's own name and a slash.
        wanted: names of the photos that are to be evaluated; of these the sizes are read, to see whether boxes lie
            inside.
        advance: called with the numbers of sizes read and in all.

    Returns:
        The boxes of the photos that are wanted; None if no file was named and the set has none.

    Raises:
        TruthError: if the file cannot be read, or lines of it are wrong; the first of them are told.
    """
    if path is not None:
        return _checked(path.name, list(_lines(path.name, _content(path))), files, wanted, advance)
    inside = boxes_in(files)
    if not inside:
        return None
    tables = [_checked(name, list(_lines(name, _inside(files, name))), files, wanted, advance) for name in inside]
    return BoxTable(", ".join(inside), {name: boxes for table in tables for name, boxes in table.of.items()})


def boxes_in(files: PhotoFiles) -> tuple[str, ...]:
    """Returns the names of the files in a set that hold boxes: those at its top that are called ``boxes*.csv``."""
    return tuple(name for name in files.tables if name.lower().startswith("boxes"))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TruthError('"{name}" cannot be read: {reason}.', name=path.name, reason=error.strerror) from None


def _inside(files: PhotoFiles, name: str) -> bytes:
    try:
        return files.read(name)
    except ImageError as error:
        raise TruthError("{file}: {reason}", file=name, reason=error.message) from None


def _lines(file: str, content: bytes) -> Iterator[_Line | Message]:
    """Yields each line's box in edges, or what is wrong with the line."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        header = set(rows.fieldnames or ())
        columns = next((each for each in (EDGES, PIXELS) if header.issuperset(each)), None)
        if columns is None:
            raise TruthError(
                '"{file}" must have the columns {edges} (edges) or {pixels} (first and last pixels).',
                file=file, edges=",".join(EDGES), pixels=",".join(PIXELS),
            )  # fmt: skip
        for row in rows:
            yield _line(rows.line_num, [row[column] or "" for column in columns], columns is PIXELS)
    except (UnicodeDecodeError, csv.Error):
        raise TruthError('"{file}" cannot be read as a CSV file in UTF-8.', file=file) from None


def _line(number: int, cells: list[str], in_pixels: bool) -> _Line | Message:
    try:
        left, top, right, bottom = (float(cell) for cell in cells[1:])
    except ValueError:
        return _wrong(number, Message("four numbers must follow the photo's name"))
    if not np.isfinite((left, top, right, bottom)).all():
        return _wrong(number, Message("four numbers must follow the photo's name"))
    if in_pixels:
        right, bottom = right + 1, bottom + 1
    if left >= right or top >= bottom:
        return _wrong(number, Message("the box is empty or reversed"))
    return _Line(number, cells[0].strip(), (left, top, right, bottom))


def _wrong(number: int, what: Message) -> Message:
    return Message("line {line}: {what}", {"line": number, "what": what})


def _checked(
    file: str, lines: list[_Line | Message], files: PhotoFiles, wanted: Collection[str], advance: Advance
) -> BoxTable:
    known, chosen = frozenset(files.names), frozenset(wanted)
    found: dict[str, list[_Line]] = {}
    wrong: list[tuple[int, Message]] = []
    for number, line in enumerate(lines):
        if isinstance(line, Message):
            wrong.append((number, line))
            continue
        name = line.name if line.name in known else line.name.removeprefix(f"{files.name}/")
        if name not in known:
            what = Message('there is no photo "{name}" among the images', {"name": line.name[-80:]})
            wrong.append((number, _wrong(line.number, what)))
        elif name in chosen:
            found.setdefault(name, []).append(line)
    place = {line.number: number for number, line in enumerate(lines) if isinstance(line, _Line)}
    for done, (name, its) in enumerate(found.items()):
        wrong += [(place[line.number], message) for line, message in _outside(its, files, name)]
        advance(done + 1, len(found))
    if wrong:
        raise _refused(file, [message for _, message in sorted(wrong, key=lambda each: each[0])], len(lines))
    return BoxTable(file, {name: np.array([line.box for line in its]) for name, its in sorted(found.items())})


def _outside(lines: list[_Line], files: PhotoFiles, name: str) -> Iterator[tuple[_Line, Message]]:
    """Yields the lines whose box reaches outside their photo; a photo that cannot be read has no outside."""
    try:
        width, height = picture_size(files.read(name))
    except ImageError:  # the run will come to it, and count it
        return
    for line in lines:
        left, top, right, bottom = line.box
        if left < 0 or top < 0 or right > width or bottom > height:
            what = Message(
                "the box reaches outside the photo of {width} x {height} pixels", {"width": width, "height": height}
            )
            yield line, _wrong(line.number, what)


def _refused(file: str, wrong: list[Message], count: int) -> TruthError:
    more = Message(" (and {count} more)", {"count": len(wrong) - TOLD}) if len(wrong) > TOLD else ""
    return TruthError(
        '"{file}" has {wrong} wrong lines of {count}; mend or remove them: {first}{more}.',
        file=file, wrong=len(wrong), count=count, first=joined(wrong[:TOLD], "; "), more=more,
    )  # fmt: skip
