"""All that a results table says of one method at one stage."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnviz.evaluation.statistics.bootstrap import RESAMPLES, Resamples
from attnviz.evaluation.statistics.calibration import calibration_error, calibration_interval
from attnviz.evaluation.statistics.claim import Claim, claims
from attnviz.evaluation.statistics.measured import Flags, Floats, Measured
from attnviz.evaluation.statistics.paired import holm, sign_flip
from attnviz.evaluation.statistics.ranks import kendall
from attnviz.evaluation.statistics.strata import ALL, size_bounds, strata
from attnviz.scores import SCORES

_Column = tuple[tuple[object, ...], Floats]


@dataclass(frozen=True)
class Analysis:
    """What was found at one place.

    Attributes:
        measured: what it was found in.
        baseline: the model that differences are to: the first without attention, or else the first.
        means: a row a part, score and name: part, score, name (a model or reference), photos, mean, low, high.
        differences: a row a part, score and model but the baseline: part, score, model, photos, difference (model less
            baseline), low, high; and for all photos p_value and p_holm, NaN for parts.
        above: a row a score of localisation, model and reference: score, model, reference, photos, difference (model
            less reference), low, high, beats (whether low is above 0).
        accuracy: a row a model: model, photos, top1, low, high, difference, difference_low, difference_high (to the
            baseline), calibration_error, calibration_low, calibration_high.
        degenerate: a row a model and reference: name, photos, degenerate (how many of its maps show nothing).
        left_out: by score, the photos that are not compared in it since a model's map is degenerate.
        ranks: a row a pair of scores: one, other, photos, tau, low, high.
        claims: by score, of photos where all models have it.
        claims_worst: the same with a degenerate map as the worst; empty where none is degenerate.
        parts: how many photos each part has.
        sizes: the bounds of a medium object, as shares of the photo.
        resamples: how many draws.
    """

    measured: Measured
    baseline: str
    means: pd.DataFrame
    differences: pd.DataFrame
    above: pd.DataFrame
    accuracy: pd.DataFrame
    degenerate: pd.DataFrame
    left_out: Mapping[str, int]
    ranks: pd.DataFrame
    claims: tuple[Claim, ...]
    claims_worst: tuple[Claim, ...]
    parts: Mapping[str, int]
    sizes: tuple[float, float]
    resamples: int


def analyse(
    measured: Measured,
    resamples: int = RESAMPLES,
    seed: int = 0,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Analysis:
    """Analyses what was measured at one place. The same numbers and seed give the same analysis.

    Args:
        measured: of :func:`attnviz.evaluation.statistics.read_measured`.
        resamples: draws of photos, the same for all.
        seed: of draws and flips.
        advance: called with steps done and in all; what it raises stops it.
    """
    parts = strata(measured)
    baseline = next((name for name in measured.models if measured.attention[name] == "none"), measured.models[0])
    drawn = Resamples(len(measured.images), resamples, seed)
    shows_nothing = measured.degenerate.sum(axis=0)
    steps = 6
    advance(0, steps)
    means = _estimated(drawn, _means(measured, parts), ("part", "score", "name"), "mean")
    advance(1, steps)
    differences = _differences(measured, parts, baseline, drawn, seed)
    advance(2, steps)
    above = _estimated(drawn, _above(measured), ("score", "model", "reference"), "difference")
    advance(3, steps)
    ranks = _estimated(drawn, _ranks(measured), ("one", "other"), "tau")
    advance(4, steps)
    accuracy = _accuracy(measured, baseline, drawn)
    advance(5, steps)
    any_degenerate = bool(shows_nothing[: len(measured.models)].any())
    found = Analysis(
        measured=measured,
        baseline=baseline,
        means=means,
        differences=differences,
        above=above.assign(beats=above["low"] > 0),
        accuracy=accuracy,
        degenerate=pd.DataFrame(
            {"name": measured.names, "photos": len(measured.images), "degenerate": shows_nothing.astype(int)}
        ),
        left_out={
            score: int((measured.applies(score) & ~measured.comparable(score)).sum()) for score in measured.scores
        },
        ranks=ranks,
        claims=claims(measured, drawn),
        claims_worst=claims(measured, drawn, degenerate_is_worst=True) if any_degenerate else (),
        parts={name: int(inside.sum()) for name, inside in parts.items()},
        sizes=size_bounds(measured),
        resamples=resamples,
    )
    advance(steps, steps)
    return found


def _estimated(drawn: Resamples, columns: Iterator[_Column], keys: tuple[str, ...], value: str) -> pd.DataFrame:
    """Returns a row a column: its keys, photos, its mean under the name ``value``, low and high."""
    named = list(columns)
    empty = np.empty((0, len(named)))
    values = np.stack([column for _, column in named], axis=1) if named else empty
    frame = pd.DataFrame([key for key, _ in named], columns=list(keys))
    if not named:
        return frame.assign(**{name: [] for name in ("photos", value, "low", "high")})
    found = drawn.estimates(values)
    return frame.assign(**{"photos": found.photos, value: found.mean, "low": found.low, "high": found.high})


def _means(measured: Measured, parts: Mapping[str, Flags]) -> Iterator[_Column]:
    for part, inside in parts.items():
        for score, values in measured.scores.items():
            counts = inside & measured.comparable(score)
            for name, column in zip(measured.names, values.T, strict=True):
                yield (part, score, name), np.where(counts, column, np.nan)


def _differences(
    measured: Measured, parts: Mapping[str, Flags], baseline: str, drawn: Resamples, seed: int
) -> pd.DataFrame:
    def columns() -> Iterator[_Column]:
        at = measured.models.index(baseline)
        for part, inside in parts.items():
            for score in measured.scores:
                counts = inside & measured.comparable(score)
                values = measured.of_models(score)
                for place, model in enumerate(measured.models):
                    if place != at:
                        yield (part, score, model), np.where(counts, values[:, place] - values[:, at], np.nan)

    named = list(columns())
    found = _estimated(drawn, iter(named), ("part", "score", "model"), "difference")
    found["p_value"] = np.nan
    tested = found["part"] == ALL
    if tested.any():
        of_all = np.stack([column for (part, *_), column in named if part == ALL], axis=1)
        found.loc[tested, "p_value"] = sign_flip(of_all, seed=seed)
    found["p_holm"] = holm(found["p_value"].to_numpy())
    return found


def _above(measured: Measured) -> Iterator[_Column]:
    for score, values in measured.scores.items():
        if SCORES[score].group != "localisation":
            continue
        for place, model in enumerate(measured.models):
            for reference in measured.references:
                against = values[:, measured.names.index(reference)]
                counts = measured.comparable(score)
                yield (score, model, reference), np.where(counts, values[:, place] - against, np.nan)


def _ranks(measured: Measured) -> Iterator[_Column]:
    if len(measured.models) < 2:
        return
    directed = {name: {"up": 1, "down": -1}.get(SCORES[name].better, 0) for name in measured.scores}
    upwards = {name: sign * measured.of_models(name) for name, sign in directed.items() if sign}
    for one, other in itertools.combinations(upwards, 2):
        yield (one, other), kendall(upwards[one], upwards[other])


def _accuracy(measured: Measured, baseline: str, drawn: Resamples) -> pd.DataFrame:
    correct = measured.correct
    top1 = drawn.estimates(correct)
    gain = drawn.estimates(correct - correct[:, [measured.models.index(baseline)]])
    errors, ends = [], []
    for confidence, right in zip(measured.confidence.T, correct.T, strict=True):
        errors.append(calibration_error(confidence, right))
        ends.append(calibration_interval(confidence, right, drawn))
    return pd.DataFrame({
        "model": measured.models, "photos": top1.photos, "top1": top1.mean, "low": top1.low, "high": top1.high,
        "difference": gain.mean, "difference_low": gain.low, "difference_high": gain.high, "calibration_error": errors,
        "calibration_low": [low for low, _ in ends], "calibration_high": [high for _, high in ends],
    })  # fmt: skip
