"""A dictionary that keeps its latest entries only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Latest(Generic[K, V]):
    """Keeps the ``most`` entries that were put or got last; any number of threads may use it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """Returns the value of ``key``, which is now the latest, or None if it is not kept (any more)."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        """Keeps a value, drops the oldest where there are too many, and returns the value."""
        with self._lock:
            return self._put(key, value)

    def first(self, key: K, value: V) -> V:
        """Keeps a value unless there is one already, and returns the one that is kept."""
        with self._lock:
            if key in self._entries:
                return self._entries[key]
            return self._put(key, value)

    def _put(self, key: K, value: V) -> V:
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)
        return value
