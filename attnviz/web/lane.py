"""The one lane by which requests reach the networks: first come, first served, and not without end."""

from __future__ import annotations

import threading
from collections import deque

from attnviz.errors import BusyError

LONGEST = 64


class Lane:
    """A lock that is given in the order in which it was asked for, and that so many may wait for and no more.

    Args:
        longest: how many may wait; whoever comes then is told so at once.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._taken = False
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        """Waits for its turn.

        Raises:
            BusyError: if too many are waiting.
        """
        with self._lock:
            if len(self._waiting) >= self._longest:
                raise BusyError("Too many photos are being compared at this moment; try again in a minute.")
            turn = self._stand_in_line()
        turn.wait()

    def __exit__(self, *_: object) -> None:
        """Lets the one who has waited longest go on."""
        with self._lock:
            self._taken = bool(self._waiting)
            if self._waiting:
                self._waiting.popleft().set()

    def let_others_pass(self) -> None:
        """Goes to the end of the line, for whoever has the turn and long work before them."""
        with self._lock:
            if not self._waiting:
                return
            first, turn = self._waiting.popleft(), threading.Event()
            self._waiting.append(turn)
        first.set()
        turn.wait()

    def _stand_in_line(self) -> threading.Event:
        turn = threading.Event()
        if self._taken:
            self._waiting.append(turn)
        else:
            self._taken = True
            turn.set()
        return turn
