"""What a weights file must hash to, as its publisher gives it: whole, or the first digits only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Algorithm = Literal["sha256", "sha1"]
_DIGITS = {"sha256": 64, "sha1": 40}
_NAMES = {"sha256": "SHA-256", "sha1": "SHA-1"}


@dataclass(frozen=True)
class Checksum:
    """A hash, or its beginning.

    Some publishers put eight digits of a hash into the file's name and say no more. They find a damaged or mistaken
    file; they do not prove that nobody changed it on purpose, for which eight digits are too few.

    Attributes:
        algorithm: ``sha256`` or ``sha1``.
        digits: in hexadecimal, lower case, from the first on.
    """

    algorithm: Algorithm
    digits: str

    @property
    def is_whole(self) -> bool:
        """Whether these are all digits of the hash."""
        return len(self.digits) == _DIGITS[self.algorithm]

    @property
    def spec(self) -> str:
        """As :func:`attnviz.families.weights.load_weights` takes it: ``sha1:8a54...``."""
        return f"{self.algorithm}:{self.digits}"

    def __str__(self) -> str:
        """Returns it for people: ``SHA-1 8a54...``, with ``...`` where digits are not known."""
        return f"{_NAMES[self.algorithm]} {self.digits}{'' if self.is_whole else '...'}"

    def matches(self, path: Path) -> bool:
        """Whether a file hashes to it.

        Raises:
            OSError: if the file cannot be read.
        """
        with path.open("rb") as file:
            return hashlib.file_digest(file, self.algorithm).hexdigest().startswith(self.digits)
