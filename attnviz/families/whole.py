"""Files of a family's folder, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from attnviz.errors import FamilyError


def write_whole(path: Path, content: bytes, name: str = "") -> None:
    """Writes a file beside its place and renames it: whoever is killed meanwhile leaves the file that was there.

    Args:
        path: of the file.
        content: all of it.
        name: what it is called in the sentence; its own name if empty.

    Raises:
        FamilyError: if it cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.part")
    try:
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise FamilyError(
            '"{file}" cannot be written: {reason}.', file=name or path.name, reason=error.strerror or "unknown"
        ) from None
