"""The families that the page offers, loaded in the background, and its latest comparisons."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from attnviz.errors import AttnvizError, FamilyError, Message
from attnviz.families import Family, find_family, list_families, open_family
from attnviz.images import open_picture
from attnviz.web.examples import EXAMPLES
from attnviz.web.photo import Upload

if TYPE_CHECKING:
    from PIL import Image

    from attnviz.comparison import Comparison

log = logging.getLogger(__name__)
KEPT = 16
SHOWN_PIXELS = 640
Advance = Callable[[int, int], None]


class Comparisons:
    """Compares photos, one at a time, and keeps the latest results, so that a change of view costs no forward pass.

    Attributes:
        families: what the page offers, by name; the first is the one that is loaded at the start.
        status: ``loading``, ``ready`` or ``failed``.
        failure: why the models could not be loaded, if so.
    """

    def __init__(self, family: str, device: str | None) -> None:
        first = open_family(family, device)
        others = (name for name in list_families() if name != first.name)
        self.families: dict[str, Family] = {first.name: first}
        for name in others:
            try:
                self.families[name] = open_family(find_family(name), device)
            except FamilyError as error:
                log.warning("%s", error)
        self.status = "loading"
        self.failure = Message("")
        self._settled = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], Comparison] = OrderedDict()

    def start(self) -> None:
        """Loads the first family in the background and compares the first example."""
        threading.Thread(target=self._load, name="attnviz-load", daemon=True).start()

    def wait(self) -> None:
        """Returns when the models are ready.

        Raises:
            FamilyError: if they could not be loaded.
        """
        self._settled.wait()
        if self.status == "failed":
            raise FamilyError(self.failure.template, **self.failure.values)

    def compare(
        self, upload: Upload, family: str, target: str, advance: Advance = lambda done, total: None
    ) -> Comparison:
        """Returns the comparison of a photo, anew or as kept. Its view holds the crop only, at most 640 pixels a side.

        Args:
            upload: the photo.
            family: name of one of :attr:`families`.
            target: name of the class; empty for the most probable one.
            advance: called with the numbers of models done and in all.

        Raises:
            AttnvizError: if the file is no picture, no model could be loaded, or there is no such family or class.
        """
        picture = upload.picture  # first, so that nobody waits to be told that the file is none
        self.wait()
        key = (upload.digest, family, target)
        with self._one_at_a_time:
            if key not in self._kept:
                self._kept[key] = self._compare(picture, family, target, advance)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]

    def _compare(self, picture: Image.Image, family: str, target: str, advance: Advance) -> Comparison:
        from attnviz.compare import compare

        if family not in self.families:
            raise FamilyError(
                'There is no family "{family}"; there are {names}.', family=family, names=", ".join(self.families)
            )
        comparison = compare(self.families[family], picture, target or None, advance=advance)
        return comparison.without_surroundings(SHOWN_PIXELS)

    def _load(self) -> None:
        try:
            family = next(iter(self.families.values()))
            for name in family:
                family[name]
            if EXAMPLES:  # what the page shows first, and the slow first run of every kernel
                self._warm(family.name)
            self.status = "ready"
        except AttnvizError as error:
            self.status, self.failure = "failed", error.message
            log.error("%s", error)
        except Exception:
            self.status, self.failure = "failed", Message("an internal error")
            log.exception("The models could not be loaded")
        finally:
            self._settled.set()

    def _warm(self, family: str) -> None:
        upload = first_upload()
        with self._one_at_a_time:
            self._kept[upload.digest, family, ""] = self._compare(upload.picture, family, "", lambda done, total: None)


def first_upload() -> Upload:
    """Returns the example that the page shows first."""
    return Upload(open_picture(EXAMPLES[0].path), f"example:{EXAMPLES[0].key}")
