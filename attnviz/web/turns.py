"""One photo and one request at a time for each visitor: a newer one ends the work of an older one."""

from __future__ import annotations

import itertools
import threading


class Superseded(Exception):  # noqa: N818 - nothing is wrong: nobody waits for the answer any more
    """Raised in work that its visitor has replaced or stopped."""


class Turns:
    """Each visitor's photo, and the number of their latest request. Any number of threads may use it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._latest: dict[str, tuple[int, object]] = {}
        self._photos: dict[str, str] = {}
        self._lock = threading.Lock()

    def look_at(self, visitor: str, photo: str) -> bool:
        """Ends what the visitor asked for of any other photo, and returns whether they did not look at this one."""
        with self._lock:
            if self._photos.get(visitor) == photo:
                return False
            self._photos[visitor] = photo
            self._latest[visitor] = next(self._numbers), None
            return True

    def begin(self, visitor: str, wanted: object = None, photo: str | None = None) -> int:
        """Begins a request, which ends those that the visitor made before, and returns its number.

        Args:
            visitor: whoever asks.
            wanted: what they ask for; an older request for the same may finish, so that the newer finds its result.
            photo: that it is about.

        Raises:
            Superseded: if the visitor looks at another photo by now: a request that was late must not end a newer one.
        """
        with self._lock:
            if photo is not None and self._photos.get(visitor, photo) != photo:
                raise Superseded
            number = next(self._numbers)
            self._latest[visitor] = number, wanted
            return number

    def check(self, visitor: str, number: int, wanted: object = None) -> None:
        """Lets a request go on.

        Args:
            visitor: who made it.
            number: that it has.
            wanted: what it is for, if :meth:`begin` was told.

        Raises:
            Superseded: if the visitor has begun another, for something else, has stopped this one, or left.
        """
        latest = self._latest.get(visitor)
        if latest is None or (latest[0] != number and (wanted is None or latest[1] != wanted)):
            raise Superseded

    def is_current(self, visitor: str, number: int) -> bool:
        """Whether nothing has ended the request."""
        latest = self._latest.get(visitor)
        return latest is not None and latest[0] == number

    def leave(self, visitor: str) -> None:
        """Ends whatever the visitor asked for, and forgets them."""
        with self._lock:
            self._latest.pop(visitor, None)
            self._photos.pop(visitor, None)
