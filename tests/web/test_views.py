"""What is kept of photos: the crops that the families' networks see, and when the rest is let go."""

import gc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from attnviz.families import find_family, list_families, open_family
from attnviz.images import View
from attnviz.web import views as module
from attnviz.web.views import SHOWN_PIXELS, Views

FAMILIES = {name: open_family(find_family(name), "cpu") for name in list_families()}
FIRST, OTHER = "tinyimagenet-resnet18", "imagenet-resnet50"


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets pass the second after which photos are settled."""
    waiting: list[Callable[[], None]] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, then: Callable[[], None]) -> None:
            assert seconds == module.SETTLED_AFTER_S
            self.then = then

        def start(self) -> None:
            assert self.daemon  # or a server that stops would wait for it
            waiting.append(self.then)

    def pass_by() -> None:
        while waiting:
            waiting.pop()()

    monkeypatch.setattr(module.threading, "Timer", Timer)
    return pass_by


def photo(seed: int = 0, width: int = 900, height: int = 700) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def is_of(view: View | None, picture: Image.Image, family: str) -> bool:
    whole = FAMILIES[family].preprocessing.view(picture)
    return (
        view is not None
        and np.array_equal(view.seen, whole.seen)
        and np.array_equal(view.picture, whole.crop(SHOWN_PIXELS))
    )


def test_each_family_has_the_view_that_the_whole_photo_gives_before_it_is_settled_and_after(
    settle: Callable[[], None],
) -> None:
    views = Views(FAMILIES, 4)
    assert is_of(views.keep("a", photo(), FIRST), photo(), FIRST)
    assert views.get("a", FIRST) is views.get("a", FIRST)
    views.keep("b", photo(1), FIRST)
    assert is_of(views.get("b", OTHER), photo(1), OTHER)
    settle()
    for key, seed in (("a", 0), ("b", 1)):
        for family in FAMILIES:
            assert is_of(views.get(key, family), photo(seed), family)


def test_a_settled_photo_is_not_in_memory_any_more(settle: Callable[[], None]) -> None:
    views = Views(FAMILIES, 4)
    picture = photo()
    whole = weakref.ref(picture)
    views.keep("a", picture, FIRST)
    del picture
    gc.collect()
    assert whole() is not None
    settle()
    gc.collect()
    assert whole() is None
    assert views.get("a", OTHER) is not None


def test_it_is_settled_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLED_AFTER_S", 0.01)
    views = Views(FAMILIES, 4)
    picture = photo()
    settled = weakref.ref(picture)
    views.keep("a", picture, FIRST)
    del picture
    for _ in range(1000):
        if settled() is None:
            break
        module.threading.Event().wait(0.01)
    assert settled() is None


def test_the_oldest_photo_goes(settle: Callable[[], None]) -> None:
    views = Views(FAMILIES, 2)
    for key in "abc":
        views.keep(key, photo(width=70, height=60), FIRST)
    assert [key for key in "abc" if key in views] == ["b", "c"]
    assert views.get("a", FIRST) is None
    assert views.get("c", FIRST) is not None


def test_many_who_ask_at_once_get_one_view_even_while_it_is_settled(settle: Callable[[], None]) -> None:
    for seed in range(10):
        views = Views(FAMILIES, 2)
        views.keep("a", photo(seed, 200, 150), FIRST)
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(views.get, "a", OTHER) for _ in range(8)]
            settle()
            got = [one.result() for one in asked]
        assert all(view is got[0] for view in got)
        assert is_of(got[0], photo(seed, 200, 150), OTHER)
