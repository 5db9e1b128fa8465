"""Whether scores of maps prefer what people preferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from attnviz.errors import StudyError
from attnviz.evaluation.settings import Settings, read_settings
from attnviz.evaluation.statistics.bootstrap import FEWEST, RESAMPLES, Resamples, bca
from attnviz.evaluation.statistics.measured import Floats, Measured, read_measured
from attnviz.scores import SCORES
from attnviz.study.plan import Image, Plan
from attnviz.study.results.outcomes import main_outcomes

ALL_PAIRS = "all pairs"


@dataclass(frozen=True)
class ScoredVotes:
    """How often each score agrees with the votes.

    Attributes:
        table: a row a pair (all of them first) and score: pair, score, votes (all on photos that both models have the
            score for), images (of those), agree, disagree (votes, where both the vote and the score decide), similar
            (votes that say about the same), alike (votes that decide where the score is the same for both), share
            (agree of agree and disagree, 0 to 1), low, high (95 %, by drawing images anew).
        matched: how many of the study's images are in the results table.
        images: how many images the study has.
        method: of the maps.
        stage: of the maps.
    """

    table: pd.DataFrame
    matched: int
    images: int
    method: str
    stage: str


def score_votes(votes: pd.DataFrame, plan: Plan, path: Path, resamples: int = RESAMPLES) -> ScoredVotes:
    """Asks each score which of a trial's two maps it prefers, and counts how often the vote says the same.

    Args:
        votes: (V, columns) as exported, of those who are analysed; only rows of kind ``main`` are read.
        plan: frozen.
        path: results.csv.gz of ``attnviz evaluate``; settings.json beside it is held against the plan, if it is there.
        resamples: draws of images.

    Raises:
        StudyError: if the table is of other maps, models or weights, or has none of the study's images.
        DataError: if it cannot be read.
    """
    places = read_measured(path, both_halves=True)
    _check_same(plan, read_settings(path.parent))
    measured = _place_of(plan, places, path)
    names = matched_images(plan.main_images, measured)
    outcomes = main_outcomes(votes, plan.pairs)
    of_score = pd.concat([_votes_of(outcomes, measured, names, score) for score in _directed(measured)])
    if of_score.empty:
        raise StudyError(
            'No image that was voted on has scores in "{file}"; evaluate the photos that the study was built from.',
            file=path.name,
        )  # fmt: skip
    rows = [_row(ALL_PAIRS, score, found, resamples, plan.seed) for score, found in of_score.groupby("of", sort=False)]
    if len(plan.pairs) > 1:
        rows += [
            _row(f"{plan.pairs[pair][0]} | {plan.pairs[pair][1]}", score, found, resamples, plan.seed)
            for (pair, score), found in of_score.groupby(["pair", "of"], sort=False)
        ]
    return ScoredVotes(pd.DataFrame(rows), len(names), len(plan.main_images), measured.method, measured.stage)


def matched_images(images: Iterable[Image], measured: Measured) -> Mapping[str, str]:
    """Returns the name in the table of each image of the study that is there, by its id.

    A study and an evaluation may begin at other folders: of the photos of the image's class, the one that shares the
    longest end of its path, the file's name at least. Where two share it, neither is taken.
    """
    by_name: dict[str, list[str]] = {}
    for name in measured.images:
        by_name.setdefault(PurePosixPath(name).name, []).append(name)
    found = {}
    for image in images:
        file = PurePosixPath(image.file.replace("\\", "/"))
        named = [name for name in by_name.get(file.name, ()) if measured.label.get(name) in (image.label, "")]
        shared = {name: _shared_end(file.parts, PurePosixPath(name).parts) for name in named}
        best = [name for name, parts in shared.items() if parts == max(shared.values())]
        if len(best) == 1:
            found[image.id] = best[0]
    return found


def _shared_end(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    shared = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared


def _check_same(plan: Plan, settings: Settings | None) -> None:
    """Checks that the maps which were scored are of the study's weights and explain the class, as the study's do."""
    if settings is None:
        return
    shown = sorted({model for pair in plan.pairs for model in pair})
    scored = settings.family.models
    others = [name for name in shown if name in scored and scored[name].sha256 != plan.weights[name]]
    if others:
        raise StudyError("The weights of {names} that were scored are not those of the study; evaluate those.",
                         names=", ".join(others))  # fmt: skip
    if settings.target != "label":
        raise StudyError("The maps that were scored explain each model's own class, and the study's the photo's; "
                         "evaluate with --target label.")  # fmt: skip


def _place_of(plan: Plan, places: tuple[Measured, ...], path: Path) -> Measured:
    shown = {model for pair in plan.pairs for model in pair}
    for place in places:
        is_shown = (place.method, place.stage) == (plan.method, plan.stage) and shown <= set(place.models)
        if is_shown and _directed(place):
            return place
    raise StudyError(
        '"{file}" has no scores of {models} by {method} at {stage}, which the study shows; evaluate those.',
        file=path.name, models=", ".join(sorted(shown)), method=plan.method, stage=plan.stage,
    )  # fmt: skip


def _directed(measured: Measured) -> list[str]:
    return [score for score in measured.scores if SCORES[score].better != "neither"]


def _votes_of(outcomes: pd.DataFrame, measured: Measured, names: Mapping[str, str], score: str) -> pd.DataFrame:
    """Returns the votes on images whose two maps have the score.

    A row a vote: image, pair, of (the score), vote (1: B preferred, 0: similar, -1: A) and preferred (the same, of the
    score).
    """
    upwards = (1 if SCORES[score].better == "up" else -1) * measured.of_models(score)
    values = pd.DataFrame(upwards, index=list(measured.images), columns=list(measured.models))
    kept = outcomes[outcomes["image"].isin(list(names))]
    rows = values.index.get_indexer(kept["image"].map(names))
    first, second = (values.to_numpy()[rows, values.columns.get_indexer(kept[side])] for side in ("model_a", "model_b"))
    found = pd.DataFrame({
        "image": kept["image"], "pair": kept["pair"], "of": score, "vote": kept["score"],
        "preferred": np.sign(second - first),
    })  # fmt: skip
    return found[found["preferred"].notna()]


def _row(pair: str, score: object, found: pd.DataFrame, resamples: int, seed: int) -> dict[str, object]:
    vote, preferred = found["vote"].to_numpy(), found["preferred"].to_numpy()
    decided = (vote != 0) & (preferred != 0)
    agree = decided & (vote == preferred)
    images, of_image = np.unique(found["image"].astype(str), return_inverse=True)
    counts = np.stack([np.bincount(of_image, weights, len(images)) for weights in (agree, decided)], axis=1).astype(
        float
    )
    share, low, high = ratio(counts, resamples, seed)
    return {
        "pair": pair, "score": score, "votes": len(found), "images": len(images), "agree": int(agree.sum()),
        "disagree": int((decided & ~agree).sum()), "similar": int((vote == 0).sum()),
        "alike": int(((vote != 0) & (preferred == 0)).sum()), "share": share, "low": low, "high": high,
    }  # fmt: skip


def ratio(counts: Floats, resamples: int = RESAMPLES, seed: int = 0) -> tuple[float, float, float]:
    """Returns the share of one count of another with its 95 % BCa interval by drawing images anew.

    Votes on one image are alike, so that images are drawn, each with all its votes.

    Args:
        counts: (I,2), of each image: how many, and of how many.
        resamples: how many draws.
        seed: of the draws.

    Returns:
        The share, low and high; NaN for the interval of fewer than ``FEWEST`` images with votes, or where all agree.
    """
    counts = counts[counts[:, 1] > 0]
    if not len(counts):
        return float("nan"), float("nan"), float("nan")
    share = float(counts[:, 0].sum() / counts[:, 1].sum())
    influence = counts[:, 0] - share * counts[:, 1]
    spread = float((influence**2).sum())
    if len(counts) < FEWEST or spread < 1e-12:
        return share, float("nan"), float("nan")
    sums = Resamples(len(counts), resamples, seed).sums(counts)
    acceleration = np.array([(influence**3).sum() / (6 * spread**1.5)])
    low, high = bca((sums[:, 0] / sums[:, 1])[:, None], np.array([share]), acceleration)
    return share, float(low[0]), float(high[0])
