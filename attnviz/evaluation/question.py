"""What is asked of a family and a set of photos: which maps are made, of which class, and how they are scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from attnviz.errors import OptionError
from attnviz.evaluation.photos import Photo, PhotoSet
from attnviz.images.split import rank_of
from attnviz.scores import SCORES, Score, find_score

TargetRule = Literal["label", "top1"]
INPUT = "input"
"""What stands for the stage of maps at the input."""
WITH_BOXES = tuple(name for name, score in SCORES.items() if score.group == "localisation")
WITHOUT_BOXES = tuple(name for name, score in SCORES.items() if score.group == "form")
"""The scores that are asked for where none are."""
BATCH, SLOW_BATCH = 64, 16
"""Photos at once; fewer where each is shown to the networks often, since a kill loses what is not finished."""


@dataclass(frozen=True)
class Place:
    """One map of an image by a model: its method, and the stage that it is of (``input`` for maps at the input)."""

    method: str
    stage: str


@dataclass(frozen=True)
class Question:
    """What is asked. Made by :func:`ask`.

    Attributes:
        models: names, in the family's order.
        places: the maps of an image by a model.
        scores: names of :data:`attnviz.scores.SCORES`, in its order.
        target: the class that maps explain: the photo's ``label``, or each model's own ``top1``.
        references: whether maps that know no network are scored beside.
        limit: the most photos to evaluate; None for all.
        batch: photos at once.
    """

    models: tuple[str, ...]
    places: tuple[Place, ...]
    scores: tuple[str, ...]
    target: TargetRule
    references: bool
    limit: int | None
    batch: int

    @property
    def needs_boxes(self) -> bool:
        """Whether a score is of localisation."""
        return any(SCORES[score].group == "localisation" for score in self.scores)


def ask(
    models: Sequence[str],
    methods: Sequence[str] = ("gradcam",),
    stages: Sequence[str] = ("stage4",),
    scores: Sequence[str] = WITH_BOXES,
    target: str = "label",
    references: bool = True,
    limit: int | None = None,
    batch: int | None = None,
) -> Question:
    """Checks what is asked, and puts it into order.

    Args:
        models: names of the family's models.
        methods: of :data:`attnviz.maps.METHODS`, which make a map a stage, and :data:`attnviz.maps.INPUT_METHODS`.
        stages: ``stage1`` to ``stage4``.
        scores: names, or groups: ``localisation``, ``faithfulness``, ``form``, ``sanity``.
        target: ``label`` or ``top1``.
        references: see :class:`Question`.
        limit: see :class:`Question`.
        batch: see :class:`Question`; None for 64, or 16 if scores show the networks more pictures.

    Raises:
        OptionError: for a name that there is not, and a score that needs two maps.
    """
    from attnviz.maps import INPUT_METHODS, METHODS
    from attnviz.maps.explain import checked_method
    from attnviz.nets import STAGES

    if target not in get_args(TargetRule):
        raise OptionError('There is no target "{name}" here; it can be label or top1.', name=target)
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown:
        raise OptionError('There is no stage "{stage}"; there are {stages}.', stage=unknown[0],
                          stages=", ".join(STAGES))  # fmt: skip
    for method in methods:
        checked_method(method, (*METHODS, *INPUT_METHODS))
    places = [Place(method, stage) for method in METHODS if method in methods for stage in STAGES if stage in stages]
    places += [Place(method, INPUT) for method in INPUT_METHODS if method in methods]
    wanted = _named(scores)
    if not places or not wanted or not models:
        raise OptionError("Nothing is asked for: name a model, a method and a score, one at least of each.")
    size = batch or (SLOW_BATCH if any(SCORES[score].passes for score in wanted) else BATCH)
    return Question(tuple(models), tuple(places), wanted, target, references, limit, size)  # type: ignore[arg-type]


def photos_of(question: Question, photos: PhotoSet) -> tuple[Photo, ...]:
    """Returns the photos that are evaluated: those of the fit half first, each half in an order drawn by their names.

    So that the first photos, which are those that a limit leaves, are of all classes, and that thresholds are known
    when the report half begins.
    """
    known = photos.labelled if question.target == "label" else photos.photos
    chosen = sorted(known, key=lambda photo: (rank_of(photo.name), photo.name))[: question.limit]
    return tuple(sorted(chosen, key=lambda photo: photo.split))  # "fit" before "report"; the order is kept otherwise


def _named(given: Sequence[str]) -> tuple[str, ...]:
    """Returns the scores of names and groups, in the order of SCORES."""
    chosen = {score.name for name in given for score in _scores_of(name)}
    return tuple(name for name in SCORES if name in chosen)


def _scores_of(name: str) -> list[Score]:
    group = [score for score in SCORES.values() if score.group == name]
    found = group or [find_score(name)]
    if found[0].needs == "other maps":
        raise OptionError('"{name}" compares two maps, and here each map is scored by itself; leave it out.', name=name)
    return found
