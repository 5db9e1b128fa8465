"""What a visitor fetches: one model after the other, with progress, until all are here or somebody says stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attnviz.errors import AttnvizError
from attnviz.families import Family
from attnviz.families.fetch import fetch
from attnviz.web.missing import fetching, panel, to_fetch
from attnviz.web.progress import Work
from attnviz.web.texts import Say, told_in
from attnviz.web.turns import Superseded, Turns

log = logging.getLogger(__name__)
SHOWN_EVERY = 0.25  # seconds


class Fetches:
    """What visitors fetch. Two who ask for the same file get one download: the second waits for the first.

    Args:
        families: that the page offers, by name.
        offline: whether nothing is fetched, whoever asks.
    """

    def __init__(self, families: Mapping[str, Family], offline: bool) -> None:
        self._families = families
        self._offline = offline
        self._turns = Turns()

    def panel(self, family: str, say: Say, last: str = "", failed: bool = False) -> str:
        """Returns the panel of what a family lacks, as :func:`attnviz.web.missing.panel` makes it."""
        return panel(self._families[family], say, self._offline, last, failed)

    def fetch(self, family: str, visitor: str, say: Say) -> Iterator[str | None]:
        """Fetches what a family lacks, and yields the panel as it goes on; None at the end if it was stopped.

        Without that last one, Gradio would show once more what was yielded before the stop.
        """
        if self._offline:
            yield self.panel(family, say)
            return
        turn = self._turns.begin(visitor)
        names = to_fetch(self._families[family])
        for place, name in enumerate(names):
            work = Work(self._work(self._families[family], name, visitor, turn))
            shown = 0.0
            for done, total in work:
                if time.monotonic() > shown + SHOWN_EVERY and self._turns.is_current(visitor, turn):
                    shown = time.monotonic()
                    yield fetching(name, place + 1, len(names), done, total, say)
            try:
                work.result()
            except Superseded:
                yield None
                return
            except AttnvizError as error:
                yield self.panel(family, say, told_in(error, say.language), failed=True)
                return
            except Exception:
                log.exception("An internal error while fetching")
                yield self.panel(family, say, say("internal"))
                return
        yield self.panel(family, say)

    def stop(self, family: str, visitor: str, say: Say) -> str:
        """Ends what a visitor fetches, and returns the panel that says so."""
        self._turns.begin(visitor)
        return self.panel(family, say, say("fetch_stopped"))

    def leave(self, visitor: str) -> None:
        """Ends what a visitor fetches who has left."""
        self._turns.leave(visitor)

    def _work(self, family: Family, name: str, visitor: str, turn: int) -> Callable[[Callable[[int, int], None]], Path]:
        def work(advance: Callable[[int, int], None]) -> Path:
            def check_and_advance(done: int, total: int) -> None:
                self._turns.check(visitor, turn)
                advance(done, total)

            return fetch(family, name, advance=check_and_advance)

        return work
