"""Which of the usable photos are taken: drawn by the seed, balanced over classes."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from attnviz.errors import Message, StudyError, joined
from attnviz.study.candidates import Candidate
from attnviz.study.stimuli import Heats

FAR = 0.1
"""How far from the middle, in widths of the picture, the mass of every model's map must be for a catch trial."""


@dataclass(frozen=True, eq=False)
class Usable:
    """A photo that fulfils the rules.

    Attributes:
        candidate: the photo.
        sha256: of its file.
        heats: raw maps, (h,w), by model.
    """

    candidate: Candidate
    sha256: str
    heats: Heats

    @property
    def away(self) -> float:
        """How far to one side of the middle all models' maps are, in widths; 0 where they are on different sides."""
        offsets = [offset(heat) for heat in self.heats.values()]
        one_side = len({value > 0 for value in offsets}) == 1
        return min(map(abs, offsets)) if one_side else 0.0


class Rejected(NamedTuple):
    """A photo that is not taken: its name, the kind of reason, and the reason in words."""

    file: str
    kind: str
    why: str


@dataclass(frozen=True)
class Taken:
    """What was drawn: those that count, those for practice, and the places in ``main`` of those for catch trials."""

    main: Sequence[Usable]
    practice: Sequence[Usable]
    catches: Collection[int]


def offset(heat: NDArray[np.float32]) -> float:
    """Returns how far right of the middle the mass of a map's positive part is, in widths: -0.5 to 0.5."""
    mass = np.maximum(heat, 0).sum(0, dtype=np.float64)
    middles = (np.arange(len(mass)) + 0.5) / len(mass) - 0.5
    return float((mass * middles).sum() / mass.sum())


def rule_broken(
    selection: str, found: Mapping[str, int], heats: Heats, label: int, names: Sequence[str]
) -> tuple[str, str] | None:
    """Returns why a photo cannot be used, as the kind of reason and in words; None if it can be.

    Args:
        selection: ``all-correct``, ``all`` or ``disagree``.
        found: the class that each model finds most probable.
        heats: raw maps, (h,w), by model.
        label: the photo's class.
        names: of the classes.
    """
    wrong = [f"{model} says {names[index]}" for model, index in found.items() if index != label]
    if selection == "all-correct" and wrong:
        return "rule", ", ".join(wrong)
    if selection == "disagree" and len(set(found.values())) == 1:
        return "rule", f"all models say {names[next(iter(found.values()))]}"
    nothing = [f"the map of {model} {why}" for model, heat in heats.items() if (why := _shows_nothing(heat))]
    return ("nothing", ", ".join(nothing)) if nothing else None


def _shows_nothing(heat: NDArray[np.float32]) -> str:
    """Returns why a map is degenerate, by the rule of :func:`attnviz.maps.degeneracy`; empty if it is not."""
    if not np.isfinite(heat).all():
        return "is not finite"
    if heat.max() - heat.min() <= 1e-6 * np.abs(heat).max():
        return "is the same everywhere"
    return "is nowhere positive" if heat.max() <= 0 else ""


def too_few(count: int, practice: int, candidates: int, usable: int, rejected: Sequence[Rejected]) -> StudyError:
    """Returns that there are fewer usable photos than are asked for, with the reasons."""
    counts = Counter(one.kind for one in rejected)
    told = {
        "rule": Message("{count} do not fulfil the selection rule", {"count": counts["rule"]}),
        "nothing": Message("{count} have a map that shows nothing", {"count": counts["nothing"]}),
        "twice": Message("{count} are there twice", {"count": counts["twice"]}),
        "unreadable": Message("{count} cannot be read", {"count": counts["unreadable"]}),
    }
    why = [message for kind, message in told.items() if counts[kind]]
    return StudyError(
        "The study asks for {count} images and {practice} for practice, and of {candidates} photos {usable} can be used"
        "{why}; add photos, or lower count.",
        count=count, practice=practice, candidates=candidates, usable=usable,
        why=Message(" ({reasons})", {"reasons": joined(why, ", ")}) if why else "",
    )  # fmt: skip


def choose(usable: Sequence[Usable], count: int, practice: int, catches: int, seed: int) -> Taken:
    """Draws the photos: a round takes one of every class, until there are enough; practice has the next ones.

    If too few of those that count can be used for catch trials, the next drawn ones that can take the places of the
    last that cannot.

    Args:
        usable: at least ``count + practice``, in any fixed order.
        count: of those that count.
        practice: of those for practice.
        catches: how many must be fit for catch trials: their objects are FAR from the middle.
        seed: of the draw.

    Raises:
        StudyError: if too few are fit for catch trials.
    """
    order = _drawn(usable, random.Random(f"attnviz images {seed}"))
    main, rest = order[:count], order[count:]
    lacking = max(catches - sum(one.away >= FAR for one in main), 0)
    gained = [one for one in rest if one.away >= FAR][:lacking]
    lost = [one for one in reversed(main) if one.away < FAR][: len(gained)]
    main = [one for one in main if one not in lost] + gained
    rest = [one for one in rest if one not in gained] + lost
    able = sum(one.away >= FAR for one in main)
    if able < catches:
        raise StudyError(
            "The plan wants {catches} catch trials, and only {able} images can be used for them: lower "
            "catch_trials, or take images whose object is far from the centre.",
            catches=catches, able=able,
        )  # fmt: skip
    farthest = sorted(range(count), key=lambda place: (-main[place].away, place))
    return Taken(main, rest[:practice], farthest[:catches])


def _drawn(usable: Sequence[Usable], draw: random.Random) -> list[Usable]:
    by_class: dict[int, list[Usable]] = defaultdict(list)
    for one in usable:
        by_class[one.candidate.label].append(one)
    for of_class in by_class.values():
        draw.shuffle(of_class)
    order = []
    while by_class:
        labels = sorted(by_class)
        draw.shuffle(labels)
        for label in labels:
            order.append(by_class[label].pop())
            if not by_class[label]:
                del by_class[label]
    return order
