"""The classes of a family: read from classes.csv, found by name, index or wnid."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from attnviz.errors import FamilyError, TargetError, did_you_mean

COLUMNS = ("index", "wnid", "name")


@dataclass(frozen=True)
class Classes:
    """Attributes: names and wnids (WordNet ids, the folders' names), both in the order of the logits."""

    names: tuple[str, ...]
    wnids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def find(self, target: str | int) -> int:
        """Returns the index of a class given by its name (any case), wnid or index.

        Raises:
            TargetError: if there is none, with the nearest names.
        """
        wanted = str(target).strip()
        if wanted.isdecimal():
            if int(wanted) < len(self):
                return int(wanted)
            raise TargetError(
                "There is no class {wanted}; the family has the classes 0 to {last}.", wanted=wanted, last=len(self) - 1
            )
        for known in (self.names, self.wnids):
            matches = [index for index, name in enumerate(known) if name.lower() == wanted.lower()]
            if matches:
                return matches[0]
        raise TargetError(
            'The family has no class "{wanted}".{hint}', wanted=wanted, hint=did_you_mean(wanted, self.names)
        )


def write_classes(path: Path, classes: Classes) -> None:
    """Writes a classes.csv that :func:`read_classes` reads.

    Raises:
        OSError: if it cannot be written.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(zip(range(len(classes)), classes.wnids, classes.names, strict=True))


def read_classes(path: Path) -> Classes:
    """Reads a classes.csv: a header ``index,wnid,name`` and a row a class, indices from 0 without a gap.

    Raises:
        FamilyError: if the file is missing or is not so.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            header = tuple(reader.fieldnames or ())
    except FileNotFoundError:
        raise FamilyError('There is no "{file}" in "{folder}".', file=path.name, folder=path.parent.name) from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise FamilyError('"{file}" cannot be read as a CSV file in UTF-8.', file=path.name) from None
    if header != COLUMNS:
        raise FamilyError(
            '"{file}" must have the columns {columns}, and has {found}.',
            file=path.name,
            columns=",".join(COLUMNS),
            found=",".join(header),
        )
    for line, row in enumerate(rows):
        if row["index"] != str(line) or not row["wnid"] or not row["name"] or None in row:
            raise FamilyError(
                '"{file}", line {line}: expected index {index}, a wnid and a name (quoted if it has a comma).',
                file=path.name,
                line=line + 2,
                index=line,
            )
    if not rows:
        raise FamilyError('"{file}" names no class.', file=path.name)
    return Classes(tuple(row["name"] for row in rows), tuple(row["wnid"] for row in rows))
