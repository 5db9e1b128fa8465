"""How likely a study of a given size is to find a preference: by simulation, with the test that the report uses."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attnviz.study.plan import Plan

POWER = "power.csv"
EFFECTS = (0.55, 0.60, 0.65, 0.70)
_MOST_CELLS = 4_000_000  # of all simulated studies of one row together: a few seconds a table
_AT_ONCE = 500_000


@dataclass(frozen=True)
class Power:
    """How likely a preference is found at the 5 % level.

    Attributes:
        participants: how many.
        images: how many.
        effect: share of answers for the preferred model, over people and images, ties not counted; 0.5 is none.
        power: share of simulated studies in which it was found.
        studies: how many were simulated.
    """

    participants: int
    images: int
    effect: float
    power: float
    studies: int


def power_table(
    participants: Iterable[int],
    images: Iterable[int],
    effects: Sequence[float] = EFFECTS,
    *,
    studies: int = 400,
    people_sd: float = 0.5,
    image_sd: float = 1.0,
    ties: float = 0.2,
    seen: tuple[int, int] = (1, 1),
    seed: int = 0,
) -> list[Power]:
    """Simulates studies of every size and effect.

    An answer is a tie, or else for one model with probability sigmoid(b + person + image), where people and images
    differ as normal variables; b is what makes the share of all answers the effect.

    Args:
        participants: numbers of them, each at least 2.
        images: likewise.
        effects: shares, 0 to 1.
        studies: simulated for each row; fewer of large ones.
        people_sd: SD of people on the logit scale.
        image_sd: SD of images likewise.
        ties: share of answers that are "about the same".
        seen: of how many pairs in all a participant sees how many of each image: (seen, all).
        seed: the same gives the same table.

    Returns:
        A row for each, images within participants, effects within images.
    """
    images = tuple(images)
    rows = []
    for people in participants:
        for count in images:
            number = max(min(studies, _MOST_CELLS // (people * count)), 50)
            random = np.random.default_rng([seed, people, count])
            for effect in effects:
                shift = _shift(effect, math.hypot(people_sd, image_sd))
                found = 0
                step = max(_AT_ONCE // (people * count), 1)
                for first in range(0, number, step):
                    size = (min(step, number - first), people, count)
                    answers = _answers(random, size, shift, people_sd, image_sd, ties)
                    found += int(found_in(answers, _mask(people, count, *seen)).sum())
                rows.append(Power(people, count, effect, found / number, number))
    return rows


def found_in(answers: NDArray[np.float32], mask: NDArray[np.float32], level: float = 0.05) -> NDArray[np.bool_]:
    """Tells in which studies a preference is significant by the report's test.

    That is ``attnviz.study.results.clustered_preference``. Its variance is V_people + V_images - V_cells, each with
    G / (G - 1), and no less than either of the first two; Student's t has one less than the fewer of both.

    Args:
        answers: (S,P,I), 1 and -1 for the models, 0 for a tie.
        mask: (P,I), 1 where a participant saw an image, else 0.
        level: of the test.

    Returns:
        (S,).
    """
    from scipy import stats

    people, images = (int((mask.sum(axis) > 0).sum()) for axis in (1, 0))
    total = float(mask.sum())
    mean = (answers * mask).sum((1, 2), dtype=np.float64) / total
    errors = (answers - mean[:, None, None].astype(np.float32)) * mask
    by_people = (errors.sum(2, dtype=np.float64) ** 2).sum(1) * people / (people - 1) / total**2
    by_images = (errors.sum(1, dtype=np.float64) ** 2).sum(1) * images / (images - 1) / total**2
    by_cells = (errors**2).sum((1, 2), dtype=np.float64) * total / (total - 1) / total**2
    se = np.sqrt(np.maximum(by_people + by_images - by_cells, np.maximum(by_people, by_images)))
    fewer = min(people, images)
    unanimous = np.float64(2 * 0.5**fewer < level)  # nobody differs from anybody
    needed = np.where(se > 1e-12, stats.t.ppf(1 - level / 2, fewer - 1) * se, np.where(unanimous, 1e-12, np.inf))
    return np.asarray(np.abs(mean) > needed)


def write_power(folder: Path, plan: Plan) -> None:
    """Writes ``power.csv``: of the plan's size, half of it and twice as much, for one of its pairs."""
    people, images = plan.participants, len(plan.main_images)
    rows = power_table(
        sorted({max(people // 2, 2), max(people, 2), 2 * people}),
        sorted({max(images // 2, 2), max(images, 2), 2 * images}),
        seen=(plan.pairs_per_image, len(plan.pairs)),
        seed=plan.seed,
    )
    with (folder / POWER).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Power))
        writer.writerows(astuple(row) for row in rows)


def _answers(
    random: np.random.Generator,
    size: tuple[int, int, int],
    shift: float,
    people_sd: float,
    image_sd: float,
    ties: float,
) -> NDArray[np.float32]:
    studies, people, images = size
    logit = (
        shift
        + people_sd * random.standard_normal((studies, people, 1), np.float32)
        + image_sd * random.standard_normal((studies, 1, images), np.float32)
    )
    answers = np.where(random.random(size, np.float32) < 1 / (1 + np.exp(-logit)), np.float32(1), np.float32(-1))
    answers[random.random(size, np.float32) < ties] = 0
    return answers


def _mask(people: int, images: int, seen: int, of: int) -> NDArray[np.float32]:
    deal = (np.arange(people)[:, None] * images + np.arange(images) + np.arange(people)[:, None] // of) % of
    return (deal < seen).astype(np.float32)


def _shift(effect: float, spread: float) -> float:
    """Returns b such that the mean of sigmoid(b + spread z) over a normal z is ``effect``."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    weights = weights / weights.sum()
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(weights @ (1 / (1 + np.exp(-(middle + spread * nodes))))) < effect:
            low = middle
        else:
            high = middle
    return (low + high) / 2
