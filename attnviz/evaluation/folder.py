"""A results folder: finished batches, kept whole or not at all, and in the end the table.

``settings.json`` comes first. Each finished batch is a file in ``parts``, written beside its place, flushed to disk and
then renamed, so that a run that is killed at any moment loses the batches under way and nothing else. From the parts
come ``results.csv.gz``, ``skipped.csv`` and ``levels.json``; then the parts are removed.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from attnviz.errors import DataError, OptionError
from attnviz.evaluation.settings import FILE, Settings, check_same, read_settings

RESULTS, SKIPPED, LEVELS = "results.csv.gz", "skipped.csv", "levels.json"
PARTS, LOCK = "parts", ".lock"

Cells = dict[str, str]


class Folder:
    """A results folder of one configuration. Made by :func:`opened`.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def is_finished(self) -> bool:
        """Whether the table is there."""
        return (self.path / RESULTS).is_file()

    def read_part(self, number: int, columns: Sequence[str]) -> list[Cells] | None:
        """Returns the lines of a finished batch; None where it is not there, or is not whole after all.

        Args:
            number: of the batch.
            columns: that the part must have.
        """
        try:
            text = self._part(number).read_bytes().decode("utf-8", "replace")  # line ends as they are, also in names
        except FileNotFoundError:
            return None
        rows = csv.DictReader(io.StringIO(text, newline=""))
        lines = list(rows)
        whole = tuple(rows.fieldnames or ()) == tuple(columns) and text.endswith("\n")
        return lines if whole and not any(None in line or None in line.values() for line in lines) else None

    def write_part(self, number: int, columns: Sequence[str], lines: Iterable[Cells]) -> None:
        """Keeps a finished batch: it is on disk, whole, when this returns."""
        self._part(number).parent.mkdir(exist_ok=True)
        write_whole(self._part(number), header_as_csv(columns) + rows_as_csv(columns, lines))

    def finish(self, results: bytes, skipped: bytes, levels: Sequence[Mapping[str, object]]) -> None:
        """Writes the table, what was skipped and the levels, the table last, and removes the parts."""
        write_whole(self.path / SKIPPED, skipped)
        write_whole(self.path / LEVELS, (json.dumps(levels, indent=1, ensure_ascii=False) + "\n").encode())
        write_whole(self.path / RESULTS, gzip.compress(results, mtime=0))
        shutil.rmtree(self.path / PARTS, ignore_errors=True)

    def read_results(self) -> Iterator[Cells]:
        """Yields the lines of the finished table."""
        with gzip.open(self.path / RESULTS, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def read_skipped(self) -> list[Cells]:
        """Returns the photos that were skipped, each with the reason."""
        with (self.path / SKIPPED).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _part(self, number: int) -> Path:
        return self.path / PARTS / f"{number:06}.csv"


@contextmanager
def opened(path: Path, settings: Settings) -> Iterator[Folder]:
    """Opens a results folder for one run at a time, and makes it where there is none.

    Raises:
        OptionError: if it holds results of another configuration, or something else, or another run is at work in it.
        DataError: if it cannot be read or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        there = read_settings(path)
        if there is None and any(each.name not in (LOCK, f"{FILE}.part") for each in path.iterdir()):
            raise OptionError(
                '"{folder}" is not empty, and holds no results of an evaluation; choose another folder.',
                folder=path.resolve().name,
            )
        with FileLock(path / LOCK, timeout=0):
            there = read_settings(path)
            if there is None:
                write_whole(path / FILE, settings.to_json().encode())
            else:
                check_same(settings, there, path)
            yield Folder(path)
    except Timeout:
        raise OptionError(
            'Another run is at work in "{folder}"; wait for it, or choose another folder.', folder=path.resolve().name
        ) from None
    except OSError as error:
        raise DataError(
            '"{folder}" cannot be written to: {reason}. What is finished is kept; run it again to go on.',
            folder=path.resolve().name, reason=error.strerror,
        ) from None  # fmt: skip


def header_as_csv(columns: Sequence[str]) -> bytes:
    """Returns the first line of a CSV."""
    return rows_as_csv(columns, [dict(zip(columns, columns, strict=True))])


def rows_as_csv(columns: Sequence[str], lines: Iterable[Cells]) -> bytes:
    """Returns lines of a CSV; a cell that a line has not is empty."""
    text = io.StringIO(newline="")
    csv.DictWriter(text, columns, restval="", lineterminator="\n").writerows(lines)
    return text.getvalue().encode("utf-8")


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that it is there as a whole, and on disk, or not at all.

    Raises:
        OSError: if it cannot be written.
    """
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
