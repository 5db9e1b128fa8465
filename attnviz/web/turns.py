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
        self._latest: dict[str, int] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: str) -> int:
        """Begins a request, which ends those that the visitor made before, and returns its number."""
        with self._lock:
            number = next(self._numbers)
            self._latest[visitor] = number
            return number

    def check(self, visitor: str, number: int) -> None:
        """Lets a request go on.

        Raises:
            Superseded: if the visitor has begun another, stopped this one, or left.
        """
        if not self.is_current(visitor, number):
            raise Superseded

    def is_current(self, visitor: str, number: int) -> bool:
        """Whether nothing has ended the request."""
        return self._latest.get(visitor) == number

    def leave(self, visitor: str) -> None:
        """Ends whatever the visitor asked for, and forgets them."""
        with self._lock:
            self._latest.pop(visitor, None)
