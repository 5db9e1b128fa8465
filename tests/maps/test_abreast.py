"""Work on several networks at once gives what it gives one by one, and leaves torch's threads as they were."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import torch

from attnviz import Family, compare
from attnviz.maps.abreast import abreast
from attnviz.nets import STAGES

CPU = torch.device("cpu")


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def name_of_thread(item: int) -> str:
    return threading.current_thread().name


def threads_of_a_new_thread() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


def test_results_are_in_order_and_counted(two_threads: None) -> None:
    counted: list[int] = []
    assert abreast(lambda item: item**2, range(7), CPU, counted.append) == [item**2 for item in range(7)]
    assert counted == list(range(1, 8))
    assert abreast(lambda item: item, [], CPU) == []


def test_each_worker_has_its_share_of_the_threads_and_everybody_else_what_they_had(two_threads: None) -> None:
    assert abreast(lambda item: torch.get_num_threads(), range(8), CPU) == [1] * 8
    assert torch.get_num_threads() == 2
    assert threads_of_a_new_thread() == 2
    assert all(name.startswith("attnviz-abreast") for name in abreast(name_of_thread, range(4), CPU))


def test_where_it_gains_nothing_it_is_done_here(two_threads: None) -> None:
    here = threading.current_thread().name
    assert abreast(name_of_thread, range(3), torch.device("cuda")) == [here] * 3
    assert abreast(name_of_thread, range(1), CPU) == [here]
    torch.set_num_threads(1)
    assert abreast(name_of_thread, range(3), CPU) == [here] * 3


@pytest.mark.parametrize("raised_by", ["the work", "whoever counts"])
def test_what_is_raised_ends_it_when_all_that_was_begun_is_done(two_threads: None, raised_by: str) -> None:
    begun, done, hold = [], [], threading.Event()

    def work(item: int) -> None:
        begun.append(item)
        time.sleep(0.001)
        if item == 0 and raised_by == "the work":
            raise ZeroDivisionError
        if item == 1:
            hold.wait(0.3)
        done.append(item)

    def count(finished: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        abreast(work, range(200), CPU, count)
    assert len(begun) < 200
    assert set(done) == set(begun) - ({0} if raised_by == "the work" else set())
    assert abreast(lambda item: item, range(3), CPU) == [0, 1, 2]


def test_a_comparison_is_that_of_one_model_after_another(tiny_family: Family, photo: object, two_threads: None) -> None:
    torch.set_num_threads(1)
    expected = compare(tiny_family, photo, "lion", STAGES)  # type: ignore[arg-type]
    torch.set_num_threads(2)
    wrong: list[str] = []

    def look() -> None:
        for _ in range(3):
            found = compare(tiny_family, photo, "lion", STAGES)  # type: ignore[arg-type]
            assert list(found) == list(expected)
            for name, result in found.items():
                for stage, heat in expected[name].maps.items():
                    if not torch.allclose(result.maps[stage], heat, rtol=0, atol=1e-5 * float(heat.abs().max())):
                        wrong.append(f"{name} {stage}")

    visitors = [threading.Thread(target=look) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert wrong == []
