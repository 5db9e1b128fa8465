"""The photos that a study is to choose from, each with its class: a folder with class subfolders, or a CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attnviz.errors import Message, StudyError, TargetError, did_you_mean
from attnviz.families import Classes

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
COLUMNS = ("path", "class")


@dataclass(frozen=True)
class Candidate:
    """A photo.

    Attributes:
        file: its name relative to the folder, or as the CSV has it.
        path: where it is.
        label: index of its class.
    """

    file: str
    path: Path
    label: int


def read_candidates(source: Path, classes: Classes) -> list[Candidate]:
    """Lists the photos of a folder or CSV, in the order of their names or of the lines.

    Args:
        source: a folder with a subfolder a class, or a CSV with the columns ``path`` (relative to the CSV) and
            ``class``. A class is given by its name, wnid or index.
        classes: of the family.

    Raises:
        StudyError: if there is no such file or folder, there are no photos in it, one is missing, or the family does
            not know a class.
    """
    if not source.exists():
        raise StudyError('study.toml, images: there is no "{name}"; a path is relative to the study\'s folder.',
                         name=source.name)  # fmt: skip
    found = list(_in_folder(source, classes) if source.is_dir() else _in_csv(source, classes))
    if not found:
        raise StudyError(
            'There are no photos in "{name}"; it must have a subfolder a class with photos in it, or be a CSV with '
            "the columns path and class.",
            name=source.name,
        )
    return found


def _in_folder(folder: Path, classes: Classes) -> Iterator[Candidate]:
    for inside in sorted(folder.iterdir()):
        photos = sorted(_photos(inside)) if inside.is_dir() and not inside.name.startswith(".") else []
        label = _label(inside.name, classes, Message("folder")) if photos else -1
        for path in photos:
            file = path.relative_to(folder).as_posix()
            if not file.isprintable():
                raise StudyError('The name of a photo in "{folder}" is not printable; rename it.',
                                 folder=inside.name)  # fmt: skip
            yield Candidate(file, path, label)


def _photos(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
            yield path


def _in_csv(source: Path, classes: Classes) -> Iterator[Candidate]:
    try:
        with source.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
            header = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error):
        raise StudyError('"{file}" cannot be read as a CSV file in UTF-8.', file=source.name) from None
    if not set(COLUMNS) <= set(header):
        raise StudyError(
            '"{file}" must have the columns {columns}, and has {found}.',
            file=source.name, columns=",".join(COLUMNS), found=",".join(header),
        )  # fmt: skip
    for line, row in rows:
        named, label = (row["path"] or "").strip(), (row["class"] or "").strip()
        path = source.parent / named
        if not named or not named.isprintable() or not path.is_file():
            raise StudyError(
                '"{name}", line {line}: there is no photo "{photo}"; a path is relative to the CSV.',
                name=source.name, line=line, photo=path.name if named else "",
            )  # fmt: skip
        yield Candidate(named, path, _label(label, classes, Message("line {line}", {"line": line})))


def _label(name: str, classes: Classes, where: Message) -> int:
    for spelling in (name, name.replace("_", " ")):
        try:
            return classes.find(spelling)
        except TargetError:
            continue
    raise StudyError(
        'The family has no class "{name}" ({where}); leave its photos out, or choose another family.{hint}',
        name=name, where=where, hint=did_you_mean(name.replace("_", " "), classes.names),
    )  # fmt: skip
