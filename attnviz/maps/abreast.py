"""Several networks at once on a CPU, each with its share of the threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")

_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}
_making = threading.Lock()


def abreast(
    work: Callable[[T], R],
    items: Sequence[T],
    device: torch.device,
    finished: Callable[[int], None] = lambda done: None,
) -> list[R]:
    """Does ``work`` with every item, and returns what it gave, in order.

    One image gives torch's threads so little to do between two waits for one another that two networks in a thread each
    are done in two thirds of the time of one after the other in two threads (docs/performance.md). On a GPU, and where
    the caller has one thread (``torch.set_num_threads``), items are done one by one.

    Args:
        work: on a CPU it is called from other threads, several at once.
        items: such as the models of a family.
        device: on which the work is done.
        finished: called with the number of items that are done after each; what it raises ends the work, once those
            items are done that were begun.
    """
    threads = torch.get_num_threads()
    workers = min(len(items), threads) if device.type == "cpu" else 1
    results: list[R] = []
    if workers < 2:
        for item in items:
            results.append(work(item))
            finished(len(results))
        return results
    begun = [_pool(workers, threads // workers).submit(work, item) for item in items]
    try:
        for each in begun:
            results.append(each.result())
            finished(len(results))
        return results
    finally:
        for each in begun:
            each.cancel()
        wait(begun)


def _pool(workers: int, threads: int) -> ThreadPoolExecutor:
    """Returns so many workers with so many of torch's threads each, the same ones every time."""
    with _making:
        if (workers, threads) not in _pools:
            pool = ThreadPoolExecutor(workers, "attnviz-abreast")
            before, all_here = torch.get_num_threads(), threading.Barrier(workers)

            def settle() -> None:
                torch.get_num_threads()  # a thread's first use of torch sets the number that all have
                torch.set_num_threads(threads)  # of this thread; and of threads that begin later, which is taken back
                all_here.wait()

            wait([pool.submit(settle) for _ in range(workers)])
            torch.set_num_threads(before)
            _pools[workers, threads] = pool
        return _pools[workers, threads]
