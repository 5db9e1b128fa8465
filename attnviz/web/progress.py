"""Work that tells how far it is, as steps that a handler can show while it goes on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
Advance = Callable[[int, int], None]


class Work(Generic[T]):
    """Runs ``work(advance)`` in a thread: iterate over (done, total), then take the result.

    Args:
        work: calls ``advance(done, total)`` as it goes on.
    """

    def __init__(self, work: Callable[[Advance], T]) -> None:
        self._work = work
        self._steps: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self._result: list[T] = []
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[tuple[int, int]]:
        threading.Thread(target=self._run, name="attnviz-work", daemon=True).start()
        while (step := self._steps.get()) is not None:
            yield step

    def result(self) -> T:
        """Returns what the work returned, or raises what it raised, once the steps have come to an end."""
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result.append(self._work(lambda done, total: self._steps.put((done, total))))
        except BaseException as error:
            self._error = error
        finally:
            self._steps.put(None)
