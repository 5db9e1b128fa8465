"""The two halves of a validation set, told from the photos' names alone, so that they are the same everywhere."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Literal

Split = Literal["fit", "report"]


def split_of(name: str) -> Split:
    """Returns the half that a photo is in.

    Of ``fit`` temperatures and thresholds are chosen, of ``report`` numbers are reported. The half is the last bit of
    the SHA-256 of the file's own name, so that neither another folder nor more photos move it.

    Args:
        name: of the photo, with or without folders.
    """
    return "report" if rank_of(name)[-1] & 1 else "fit"


def rank_of(name: str) -> bytes:
    """Returns the SHA-256 of the file's own name, which puts photos into an order that is like chance and stays."""
    return hashlib.sha256(PurePosixPath(name).name.encode("utf-8", "surrogatepass")).digest()
