"""Which participant sees what, when and on which side: drawn from the plan's seed, for anybody to draw again."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import Literal

from attnviz.errors import StudyError
from attnviz.study.plan import Plan

Kind = Literal["main", "repeat", "catch", "practice", "demo"]
APART = 3
"""How many other trials are between two of one image, at least."""
_FAR_APART = 10  # how far a repeat is from its original where there is room: nearer, the answer may be remembered
_ATTEMPTS = 200


@dataclass(frozen=True)
class Trial:
    """Two overlays of one image.

    Attributes:
        number: from 1; practice comes first.
        kind: only ``main`` trials enter the outcome.
        image: id of the image.
        left: name of the model whose overlay is on the left.
        right: likewise; the same model in a catch trial.
        mirrored: in a catch trial the side, ``left`` or ``right``, whose map is mirrored; else empty.
    """

    number: int
    kind: Kind
    image: str
    left: str
    right: str
    mirrored: str = ""


def schedule(plan: Plan, participant: int) -> tuple[Trial, ...]:
    """Returns a participant's trials in order.

    Sides are balanced within one for each pair; over the participants so far every pair was shown equally often within
    one; between two trials of one image there are at least APART others; repeats come after their originals, with the
    sides swapped.

    Args:
        plan: frozen.
        participant: their number, from 0, in the order in which they joined.

    Raises:
        StudyError: if the plan has too few images for its own rules.
    """
    draw = random.Random(f"attnviz {plan.seed} {participant}")
    mains = _mains(plan, participant, draw)
    if plan.repeats > len(mains):
        raise StudyError(
            "The plan repeats {repeats} trials of {count}; lower repeats, or take more images.",
            repeats=plan.repeats, count=len(mains),
        )  # fmt: skip
    for _ in range(_ATTEMPTS):  # what is repeated is drawn anew too: one image may be drawn too often to be kept apart
        again = set(draw.sample(range(len(mains)), plan.repeats))
        order = _ordered(mains, again, _catches(plan, draw), draw)
        if order is not None:
            trials = [*_practice(plan, draw), *order]
            return tuple(replace(trial, number=number) for number, trial in enumerate(trials, start=1))
    raise StudyError(
        "The plan has too few images to keep {apart} trials between two of the same one; take more images, or fewer "
        "repeats and catch trials.",
        apart=APART,
    )


def _mains(plan: Plan, participant: int, draw: random.Random) -> list[Trial]:
    """Every image with its pairs: pairs are dealt round and round over all participants' images.

    Where a participant does not see every pair of an image, the deal is shifted by an image whenever it would begin to
    repeat itself, so that of every image, too, each pair is shown about equally often.
    """
    images, pairs, share = list(plan.main_images), plan.pairs, plan.pairs_per_image
    random.Random(f"attnviz {plan.seed}").shuffle(images)
    dealt = participant * len(images) * share
    shift = participant // (len(pairs) // gcd(len(images) * share, len(pairs)))
    chosen = [
        (image.id, (dealt + (place + shift) % len(images) * share + extra) % len(pairs))
        for place, image in enumerate(images)
        for extra in range(share)
    ]
    sides = {}
    for pair, count in sorted(Counter(pair for _, pair in chosen).items()):
        before = (dealt - pair + len(pairs) - 1) // len(pairs)  # how often the pair was dealt to earlier participants
        sides[pair] = _sides(count, (before + pair) % 2, draw)
    kind: Kind = "demo" if plan.demo else "main"
    return [Trial(0, kind, image, *_on_sides(pairs[pair], sides[pair].pop())) for image, pair in chosen]


def _sides(count: int, odd: int, draw: random.Random) -> list[int]:
    """Returns as many 0 as 1, and ``odd`` once more if the count is odd, in random order."""
    sides = [0, 1] * (count // 2) + [odd] * (count % 2)
    draw.shuffle(sides)
    return sides


def _on_sides(pair: tuple[str, str], swapped: int) -> tuple[str, str]:
    first, second = pair
    return (second, first) if swapped else (first, second)


def _catches(plan: Plan, draw: random.Random) -> list[Trial]:
    able = [image for image in plan.main_images if image.catch]
    if plan.catches > len(able):
        raise StudyError(
            "The plan wants {catches} catch trials, and only {able} images can be used for them: lower "
            "catch_trials, or take images whose object is far from the centre.",
            catches=plan.catches, able=len(able),
        )  # fmt: skip
    sides = _sides(plan.catches, draw.randrange(2), draw)
    trials = []
    for image, side in zip(draw.sample(able, plan.catches), sides, strict=True):
        model = draw.choice(sorted(image.stimulus.mirrored))
        trials.append(Trial(0, "catch", image.id, model, model, ("left", "right")[side]))
    return trials


def _practice(plan: Plan, draw: random.Random) -> list[Trial]:
    images = [image for image in plan.images if image.practice]
    draw.shuffle(images)
    sides = _sides(len(images), draw.randrange(2), draw)
    return [
        Trial(0, "practice", image.id, *_on_sides(plan.pairs[place % len(plan.pairs)], side))
        for place, (image, side) in enumerate(zip(images, sides, strict=True))
    ]


def _ordered(
    mains: Sequence[Trial], again: set[int], catches: Sequence[Trial], draw: random.Random
) -> list[Trial] | None:
    """Returns one random order that keeps the distance, or None where it came to a dead end."""
    waiting = {
        place: replace(trial, kind="repeat", left=trial.right, right=trial.left)
        for place, trial in enumerate(mains) if place in again
    }  # fmt: skip
    ready: list[tuple[int, Trial]] = [*enumerate(mains), *((-1, trial) for trial in catches)]
    left = Counter(trial.image for _, trial in ready) + Counter(trial.image for trial in waiting.values())
    order: list[Trial] = []
    due: dict[Trial, int] = {}
    while ready:
        near = {trial.image for trial in order[-APART:]}
        able = [entry for entry in ready if entry[1].image not in near]
        if not able:
            return None
        # an image that is to come often must not be left for the end, and a repeat should not come too early
        weights = [left[trial.image] ** 3 * (1 if due.get(trial, 0) <= len(order) else 0.01) for _, trial in able]
        entry = draw.choices(able, weights)[0]
        ready.remove(entry)
        place, trial = entry
        order.append(trial)
        left[trial.image] -= 1
        if place in waiting:
            repeat = waiting.pop(place)
            due[repeat] = len(order) - 1 + _FAR_APART
            ready.append((-1, repeat))
    return order
