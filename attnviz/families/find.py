"""Where families are: a path, $ATTNVIZ_CHECKPOINTS, the checkout, the installed package, the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from attnviz.errors import FamilyError, Message, did_you_mean

DEFAULT_FAMILY = "tinyimagenet-resnet18"
_PACKAGE = Path(__file__).resolve().parents[1]


def families_cache() -> Path:
    """Returns the user's folder for families and for fetched weights, a subfolder a family; it need not exist."""
    return Path(platformdirs.user_cache_dir("attnviz")) / "families"


def family_folders() -> list[Path]:
    """Returns the folders that hold families, in the order in which they are searched; all exist."""
    named = [Path(part) for part in os.environ.get("ATTNVIZ_CHECKPOINTS", "").split(os.pathsep) if part]
    places = [*named, _PACKAGE.parent / "checkpoints", _PACKAGE / "checkpoints", families_cache()]
    return [place for place in places if place.is_dir()]


def list_families() -> dict[str, Path]:
    """Returns the folder of every family by its name; of two with one name the first found counts."""
    found: dict[str, Path] = {}
    for place in family_folders():
        for file in sorted(place.glob("*/family.toml")):
            found.setdefault(file.parent.name, file.parent)
    return found


def find_family(name_or_path: str | Path) -> Path:
    """Returns the folder of a family.

    Raises:
        FamilyError: if there is none of that name, with the names that there are.
    """
    path = Path(name_or_path)
    try:
        if (path / "family.toml").is_file():
            return path
    except (OSError, ValueError):  # a name that no file can have
        pass
    known = list_families()
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    name = path.name[:80]
    if known:
        have = Message(" There are {names}.", {"names": ", ".join(known)})
    else:
        have = Message(" There are none; set ATTNVIZ_CHECKPOINTS to their folder.")
    raise FamilyError('There is no family "{name}".{hint}{have}', name=name, hint=did_you_mean(name, known), have=have)
