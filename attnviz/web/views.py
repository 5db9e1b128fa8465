"""What each family's networks see of the photos that the page was given."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from attnviz.images import Preprocessing, View
from attnviz.web.latest import Latest

if TYPE_CHECKING:
    from PIL import Image

    from attnviz.families import Family

SHOWN_PIXELS = 640
SETTLED_AFTER_S = 1.0


class Views:
    """Keeps what the families' networks see of the latest photos, and a second later nothing else of them.

    Only one family's view is made at once; the others are made in that second, so that nobody waits for them.

    Args:
        families: by name.
        most: photos to keep.
    """

    def __init__(self, families: Mapping[str, Family], most: int) -> None:
        self._ways = {name: family.preprocessing for name, family in families.items()}
        self._photos: Latest[str, _Photo] = Latest(most)

    def __contains__(self, photo: str) -> bool:
        return self._photos.get(photo) is not None

    def keep(self, photo: str, picture: Image.Image, family: str) -> View:
        """Keeps a photo, and returns what the networks of a family see of it.

        Args:
            photo: by which it is kept.
            picture: RGB.
            family: by name.
        """
        kept = _Photo(picture, set(self._ways.values()))
        view = kept.view(self._ways[family])
        self._photos.put(photo, kept)
        later = threading.Timer(SETTLED_AFTER_S, kept.settle)
        later.daemon = True
        later.start()
        return view

    def get(self, photo: str, family: str) -> View | None:
        """Returns what the networks of a family see of a photo, or None if the photo is not kept (any more)."""
        kept = self._photos.get(photo)
        return None if kept is None else kept.view(self._ways[family])


class _Photo:
    def __init__(self, picture: Image.Image, ways: Collection[Preprocessing]) -> None:
        self._picture: Image.Image | None = picture
        self._ways = ways
        self._views: dict[Preprocessing, View] = {}
        self._lock = threading.Lock()

    def view(self, way: Preprocessing) -> View:
        with self._lock:
            if way not in self._views:
                assert self._picture is not None
                self._views[way] = way.view(self._picture).without_surroundings(SHOWN_PIXELS)
            return self._views[way]

    def settle(self) -> None:
        """Makes the views that nobody has asked for, and lets the whole picture go."""
        for way in self._ways:
            self.view(way)
        with self._lock:
            self._picture = None
