"""One request at a time for each visitor: a newer one ends the work of an older one."""

from __future__ import annotations

import itertools
import threading


class Superseded(Exception):  # noqa: N818 - nothing is wrong: nobody waits for the answer any more
    """Raised in work that its visitor has replaced or stopped."""


class Turns:
    """The number of each visitor's latest request. Any number of threads may use it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._latest: dict[str, tuple[int, object]] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: str, wanted: object = None) -> int:
        """Begins a request, which ends those that the visitor made before, and returns its number.

        Args:
            visitor: whoever asks.
            wanted: what they ask for; an older request for the same may finish, so that the newer finds its result.
        """
        with self._lock:
            number = next(self._numbers)
            self._latest[visitor] = number, wanted
            return number

    def begin_another(self, visitor: str, wanted: object) -> bool:
        """Begins a request unless the visitor's latest is for the same, and returns whether it did."""
        with self._lock:
            if visitor in self._latest and self._latest[visitor][1] == wanted:
                return False
            self._latest[visitor] = next(self._numbers), wanted
            return True

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
