"""Example photos that installed packages carry, so that the repository holds none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True)
class Example:
    """A photo inside an installed package.

    Attributes:
        key: short name, part of links.
        label: for people.
        package: that carries the photo.
        inside: the photo's path in the package.
        shows: the class that it shows, by ImageNet's name.
        free: whether it is in the public domain or CC0, and may stand in a screenshot.
        box: around what it shows, drawn by hand: left, top, right and bottom edge in the photo's pixels.
    """

    key: str
    label: str
    package: str
    inside: str
    shows: str
    free: bool
    box: tuple[int, int, int, int]

    @property
    def path(self) -> Path:
        """Where the installed package has it."""
        return Path(str(files(self.package))) / self.inside

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def key_of(example: Example) -> str:
    """Returns the key under which an example's photo is kept."""
    return f"example:{example.key}"


EXAMPLES = tuple(
    example
    for example in (
        Example("espresso", "Espresso", "skimage", "data/coffee.png", "espresso", True, (171, 15, 410, 312)),
        Example("tabby", "Tabby", "skimage", "data/chelsea.png", "tabby", True, (5, 0, 400, 300)),
        Example(
            "uniform",
            "Uniform",
            "matplotlib",
            "mpl-data/sample_data/grace_hopper.jpg",
            "military uniform",
            True,
            (10, 22, 510, 600),
        ),
        Example("lion", "Lion", "gradio", "media_assets/images/lion.jpg", "lion", False, (10, 2, 187, 254)),
    )
    if example.path.is_file()
)
"""Those that are installed, the first being compared at first sight."""
