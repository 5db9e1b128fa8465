"""The families that the page offers, loaded in the background; the photos and comparisons that it keeps."""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from attnviz.errors import AttnvizError, FamilyError, ImageError, Message, OptionError
from attnviz.families import Family, find_family, list_families, open_family
from attnviz.families.means import known_means
from attnviz.families.usual import UsualGates
from attnviz.images import View, open_picture
from attnviz.web.choice import ALL_STAGES, MOST_PROBABLE, OWN, Choice
from attnviz.web.examples import EXAMPLES, key_of
from attnviz.web.lane import Lane
from attnviz.web.latest import Latest
from attnviz.web.photo import Upload
from attnviz.web.usual import usual_of
from attnviz.web.views import Views

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from attnviz.comparison import Comparison
    from attnviz.web.scores import Curves

log = logging.getLogger(__name__)
KEPT_PHOTOS, KEPT_COMPARISONS, KEPT_FEATURES = 64, 256, 16
Advance = Callable[[int, int], None]
Models = tuple[str, ...]
"""Names of the models that were here when a comparison was made: with others here now, it is another comparison."""


@dataclass(frozen=True)
class Shown:
    """A comparison on a page.

    Attributes:
        key: that nobody can guess, part of the addresses of its files.
        choice: what was asked for.
        comparison: its view holds the crop only, at most :data:`attnviz.web.views.SHOWN_PIXELS` a side.
        usual: what is usual for the family's gates.
        means: names of the models whose gates can be switched to their mean.
    """

    key: str
    choice: Choice
    comparison: Comparison
    usual: UsualGates = field(default_factory=UsualGates)
    means: frozenset[str] = frozenset()


class Comparisons:
    """Compares photos, one at a time, and keeps the latest results, so that a change of class costs no forward pass.

    Attributes:
        families: what the page offers, by name; the first is the one that is loaded at the start.
        status: ``loading``, ``ready`` or ``failed``.
        failure: why the models could not be loaded, if so.
        started: differs from one start of the server to the next.
        lane: by which requests reach the networks, one at a time.
    """

    def __init__(self, family: str | Family, device: str | None) -> None:
        first = family if isinstance(family, Family) else open_family(family, device)
        others = (name for name in list_families() if name != first.name)
        self.families: dict[str, Family] = {first.name: first}
        for name in others:
            try:
                self.families[name] = open_family(find_family(name), device)
            except FamilyError as error:
                log.warning("%s", error)
        self._usual = {name: usual_of(family) for name, family in self.families.items()}
        self._means = {name: known_means(family) for name, family in self.families.items()}
        self.status = "loading"
        self.failure = Message("")
        self.started = secrets.token_urlsafe(8)
        self._settled = threading.Event()
        self.lane = Lane()
        self._secret = secrets.token_bytes()
        self._views = Views(self.families, KEPT_PHOTOS)
        self._passes: Latest[tuple[str, str, Models], Comparison] = Latest(KEPT_PHOTOS)
        self._features: Latest[tuple[str, ...], tuple[NDArray[np.float32], NDArray[np.float32]]] = Latest(KEPT_FEATURES)
        self._curves: Latest[str, Mapping[str, Curves]] = Latest(KEPT_COMPARISONS)
        self._shown: Latest[tuple[Choice, Models], Shown] = Latest(KEPT_COMPARISONS)
        self._by_key: Latest[str, Shown] = Latest(KEPT_COMPARISONS)

    @property
    def first_choice(self) -> Choice:
        """What a visitor sees first: the first example, explained by the first family; without examples, nothing."""
        return Choice(key_of(EXAMPLES[0]) if EXAMPLES else "", next(iter(self.families)))

    def start(self) -> None:
        """Loads what is here of the first family in the background, and compares the first example."""
        threading.Thread(target=self._load, name="attnviz-load", daemon=True).start()

    def wait(self) -> None:
        """Returns when the models are ready.

        Raises:
            FamilyError: if they could not be loaded.
        """
        self._settled.wait()
        if self.status == "failed":
            raise FamilyError(self.failure.template, **self.failure.values)

    def keep(self, upload: Upload, family: str) -> str:
        """Keeps what the families' networks see of a photo, no more, and returns a key that nobody can guess.

        Who has the same file gets the same key, so that what was computed for one is kept for all; without the file, or
        from another server, it cannot be found out. An example's file has the example's key instead.

        Args:
            upload: the photo.
            family: that will be asked for first.

        Raises:
            ImageError: if the file is no picture.
        """
        example = next((example for example in EXAMPLES if example.digest == upload.digest), None)
        if example is not None:
            return key_of(example)
        key = hmac.digest(self._secret, upload.digest.encode(), "sha256").hex()[:32]
        if key not in self._views:
            self._views.keep(key, upload.picture, self._checked(family))
        return key

    def view(self, photo: str, family: str) -> View:
        """Returns what a family's networks see of a kept photo or an example.

        Raises:
            ImageError: if the photo is not kept any more.
            FamilyError: if there is no such family.
        """
        view = self._views.get(photo, self._checked(family))
        if view is not None:
            return view
        path = next((example.path for example in EXAMPLES if key_of(example) == photo), None)
        if path is None:
            raise ImageError("This photo is not kept any more; choose it again.")
        return self._views.keep(photo, open_picture(path), family)

    def ready(self, choice: Choice) -> Shown | None:
        """Returns a comparison that needs no network: one that is kept, or follows from a pass that is."""
        models = tuple(self.families[choice.family])
        shown = self._shown.get((choice, models))
        passed = self._passes.get((choice.photo, choice.family, models))
        if shown is None and choice.is_free and passed is not None:
            target = None if choice.target in (MOST_PROBABLE, OWN) else choice.target
            again = passed.retarget(target, choice.target == OWN, choice.method)
            shown = self._show(choice, again)
        if shown is not None:
            self._by_key.put(shown.key, shown)  # or what everybody looks at would lose its files before it goes itself
        return shown

    def compare(self, choice: Choice, advance: Advance = lambda done, total: None) -> Shown:
        """Returns a comparison, as kept or anew.

        Args:
            choice: what is asked for.
            advance: called with the parts of the work that are done and those in all; what it raises ends the work.

        Raises:
            AttnvizError: if the photo is not kept, no model could be loaded, or there is no such family or class.
        """
        self.wait()
        view = self.view(choice.photo, choice.family)
        with self.lane:
            return self.ready(choice) or self._compare(choice, view, advance)

    def shown(self, key: str) -> Shown | None:
        """Returns a comparison by the key that its page has, or None if it is not kept any more."""
        return self._by_key.get(key)

    def features(self, shown: Shown, model: str, place: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns the features before and after a gate, (C,h,w) each, from a forward pass of its own.

        Args:
            shown: a comparison.
            model: name of one of its models.
            place: of a gate, ``stage3.1.se``.

        Raises:
            FamilyError: if there is no such model.
            OptionError: if it has no such gate.
        """
        from attnviz.maps import forward

        family, view = self.families[shown.choice.family], shown.comparison.view
        wanted = (shown.choice.photo, family.name, family.check_model(model), place)
        kept = self._features.get(wanted)
        if kept is not None:
            return kept
        with self.lane:
            gates = forward(family[model], view.tensor(), (), full=True).gates
        if place not in gates:
            raise OptionError('The model "{model}" has no gate "{place}".', model=model, place=place)
        before, after = gates[place].full_before, gates[place].full_after
        assert before is not None
        assert after is not None
        return self._features.put(wanted, (before[0].float().cpu().numpy(), after[0].float().cpu().numpy()))

    def curves(self, shown: Shown, advance: Advance = lambda done, total: None) -> Mapping[str, Curves]:
        """Returns each model's insertion and deletion curve for its map, from forward passes of their own.

        Args:
            shown: a comparison.
            advance: called with the pictures that networks have seen and those in all; what it raises ends the work.

        Raises:
            AttnvizError: if a model is not here any more.
        """
        kept = self._curves.get(shown.key)
        if kept is not None:
            return kept
        from attnviz.scores import SCORES, confidence_in, deletion_curve, insertion_curve

        family, view, choice = self.families[shown.choice.family], shown.comparison.view, shown.choice
        total = len(shown.comparison) * (SCORES["insertion"].passes + SCORES["deletion"].passes)
        seen, found = 0, {}

        def count(pictures: int) -> None:
            nonlocal seen
            self.lane.let_others_pass()
            advance(min(seen, total), total)
            seen += pictures

        with self.lane:
            for name, result in shown.comparison.items():
                target = family.classes.find(result.target)
                mean, std = view.preprocessing.mean, view.preprocessing.std
                confidence = confidence_in(family[name], view.tensor(), target, mean, std, advance=count)
                heat = result.maps["input" if choice.at_input else choice.stage][None]
                curves = insertion_curve(heat, confidence), deletion_curve(heat, confidence)
                found[name] = (curves[0][0].cpu().numpy(), curves[1][0].cpu().numpy())
        return self._curves.put(shown.key, found)

    def _compare(self, choice: Choice, view: View, advance: Advance) -> Shown:
        from attnviz.compare import compare
        from attnviz.nets import STAGES

        family = self.families[choice.family]
        target = None if choice.target in (MOST_PROBABLE, OWN) else choice.target
        stages = STAGES if choice.stage == ALL_STAGES else (choice.stage,)
        method = choice.method

        def share_and_advance(done: int, total: int) -> None:
            if choice.at_input:  # seconds, not a moment
                self.lane.let_others_pass()
            advance(done, total)

        found = compare(family, view, target, stages, method, advance=share_and_advance, own=choice.target == OWN)
        if not choice.at_input:
            self._passes.put((choice.photo, choice.family, tuple(found)), found)
        return self._show(choice, found)

    def _show(self, choice: Choice, comparison: Comparison) -> Shown:
        made = Shown(
            secrets.token_urlsafe(16), choice, comparison, self._usual[choice.family], self._means[choice.family]
        )
        shown = self._shown.first((choice, tuple(comparison)), made)
        return self._by_key.put(shown.key, shown)

    def _checked(self, family: str) -> str:
        if family not in self.families:
            names = ", ".join(self.families)
            raise FamilyError('There is no family "{family}"; there are {names}.', family=family, names=names)
        return family

    def _load(self) -> None:
        try:
            family = next(iter(self.families.values()))
            for name in family:
                family[name]
            if EXAMPLES and family:  # what the page shows first, and the slow first run of every kernel
                choice = self.first_choice
                with self.lane:
                    self._compare(choice, self.view(choice.photo, choice.family), lambda done, total: None)
            self.status = "ready"
        except AttnvizError as error:
            self.status, self.failure = "failed", error.message
            log.error("%s", error)
        except Exception:
            self.status, self.failure = "failed", Message("an internal error")
            log.exception("The models could not be loaded")
        finally:
            self._settled.set()
