"""The demo study beside the viewer: built from the example photos when the models are ready, to try voting."""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path

from attnviz import __version__
from attnviz.errors import AttnvizError, Message, StudyError
from attnviz.web.comparisons import Comparisons
from attnviz.web.examples import EXAMPLES
from attnviz.web.study.running import RunningStudy

log = logging.getLogger(__name__)


class Demo:
    """A study in the making, and then a running one.

    Args:
        comparisons: whose first family is shown, when its models are loaded.
        folder: that demos are kept in, one for each family and version.
    """

    def __init__(self, comparisons: Comparisons, folder: Path) -> None:
        self._comparisons = comparisons
        self._folder = folder
        self._running: RunningStudy | None = None
        self._failure: Message | None = None

    def start(self) -> None:
        """Builds the demo in the background."""
        threading.Thread(target=self._build, name="attnviz-demo", daemon=True).start()

    def study(self) -> RunningStudy | None:
        """Returns the demo, or None as long as it is being built.

        Raises:
            StudyError: if it could not be built.
        """
        if self._failure is not None:
            raise StudyError("There is no demo study: {why}", why=self._failure)
        return self._running

    def _build(self) -> None:
        try:
            self._comparisons.wait()
            from attnviz.study.demo import demo_study

            family = next(iter(self._comparisons.families.values()))
            known = {example.shows: example.path for example in EXAMPLES if example.shows in family.classes.names}
            mark = hashlib.sha256(f"{family.members} {list(family)}".encode()).hexdigest()[:12]
            folder = self._folder / f"{__version__}-{mark}"
            demo_study(folder, known, family)
            self._running = RunningStudy.open(folder)
        except AttnvizError as error:
            log.warning("There is no demo study: %s", error)
            self._failure = error.message
        except Exception:
            log.exception("The demo study could not be built")
            self._failure = Message("an internal error")
