"""Files that commands write: refused before the work is done, and whole or not there afterwards."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attnviz.cli.show import console, printable
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = (".png", ".svg", ".pdf")
JSON = (".json",)


def check_outputs(photos: Sequence[Path], figure: Path | None, numbers: Path | None) -> None:
    """Checks what ``--output`` and ``--json`` name, before anything slow is begun.

    Raises:
        OptionError: if a file could not be written, or is one of the photos.
    """
    for path, suffixes in ((figure, FIGURES), (numbers, JSON)):
        if path is not None:
            check_output(path, suffixes)
            if path.exists() and any(photo.exists() and path.samefile(photo) for photo in photos):
                raise OptionError('"{name}" is the photo itself; write to another file.', name=path.name)


def check_output(path: Path, suffixes: Sequence[str]) -> None:
    """Checks that a file can be written.

    Raises:
        OptionError: if its name has another ending, or its folder is not there or cannot be written to.
    """
    if path.suffix.lower() not in suffixes:
        raise OptionError(
            '"{name}" cannot be written: its name must end in {suffixes}.',
            name=path.name,
            suffixes=" or ".join(suffixes),
        )
    try:
        if path.is_dir():
            raise OptionError('"{name}" is a folder; name a file in it.', name=path.name)
        if not path.parent.is_dir():
            raise OptionError(
                '"{name}" has no folder "{folder}" to be written to; make it first.',
                name=path.name,
                folder=path.parent.name,
            )
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
        if path.exists() and not os.access(path, os.W_OK):
            raise OptionError('"{name}" cannot be written: it is there already, and is read-only.', name=path.name)
    except OSError as error:
        raise _unwritable(path, error) from None


def make_folder(path: Path) -> None:
    """Makes a folder, if it is not there.

    Raises:
        OptionError: if it cannot be made or cannot be written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None


def write_figure(path: Path, figure: Figure) -> None:
    """Writes a figure in the format that its name ends in.

    Raises:
        OptionError: if the disk is full or the file cannot be written.
    """
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix[1:].lower())
    _write(path, picture.getvalue())


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes plain JSON values.

    Raises:
        OptionError: if the disk is full or the file cannot be written.
    """
    _write(path, json.dumps(content, indent=1, allow_nan=False).encode())


def _write(path: Path, content: bytes) -> None:
    target = path.resolve()
    unfinished = target.with_name(target.name + ".part")
    try:
        try:
            unfinished.write_bytes(content)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    console.print(f"{printable(path.name)} written")


def _unwritable(path: Path, error: OSError) -> OptionError:
    return OptionError('"{name}" cannot be written: {reason}.', name=path.name, reason=error.strerror)
