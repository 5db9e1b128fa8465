"""The claim of CBAM's authors, held to what was measured: CBAM over SE over the network without attention."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from attnviz.evaluation.statistics.bootstrap import LEVEL, Resamples
from attnviz.evaluation.statistics.measured import Floats, Measured
from attnviz.scores import SCORES

STEPS = (("cbam", "se"), ("se", "none"))
"""The claim's two halves: the first attention is said to be better than the second."""
JOINT_LEVEL = 1 - (1 - LEVEL) / len(STEPS)
"""Of each half's interval, so that both hold at once with 95 % (Bonferroni)."""
SMALLEST = 0.01
"""The smallest gain that counts as one, as a share of a score's range."""
CLAIMED = ("localisation", "faithfulness")
"""The groups of scores that ask what the claim is about: the right place. Form and sanity do not."""
MODELS_NEEDED = 3
"""Networks of each attention, trained with other seeds, that a claim about the attention itself needs."""

Verdict = Literal["supported", "not supported", "undecided"]
Reason = Literal["both better", "the wrong way", "too small", "not told apart"]


@dataclass(frozen=True)
class Gain:
    """How much better one attention's maps are than another's, on the same photos; above 0 is as claimed.

    Attributes:
        better: the attention that is said to be better.
        than: the other.
        gain: mean over photos, in the score's unit, turned so that more is better.
        low: of the interval of level ``JOINT_LEVEL``; NaN where there is none.
        high: likewise.
    """

    better: str
    than: str
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Claim:
    """What a score says of the claim.

    Attributes:
        score: its name.
        verdict: the answer.
        reason: why.
        gains: of both halves.
        deciding: the one of them whose interval decides.
        photos: that were compared.
        about_attention: whether there are networks enough to speak of the attention, and not of these weights alone.
    """

    score: str
    verdict: Verdict
    reason: Reason
    gains: tuple[Gain, ...]
    deciding: Gain
    photos: int
    about_attention: bool


def models_of_claim(measured: Measured) -> Mapping[str, Sequence[int]]:
    """Returns the numbers of the models of each attention that the claim is about; empty if it lacks one."""
    found = {
        attention: [place for place, name in enumerate(measured.models) if measured.attention[name] == attention]
        for attention in ("cbam", "se", "none")
    }
    return found if all(found.values()) else {}


def claims(measured: Measured, resamples: Resamples, degenerate_is_worst: bool = False) -> tuple[Claim, ...]:
    """Holds the claim to each score of localisation and faithfulness, on the photos that all models have it for.

    Args:
        measured: at one place.
        resamples: draws of its photos.
        degenerate_is_worst: whether a degenerate map has the score's worst value, instead of leaving its photo out.

    Returns:
        One a score; none if the family lacks CBAM, SE or the network without attention.
    """
    models = models_of_claim(measured)
    if not models:
        return ()
    found = []
    for score in measured.scores:
        if SCORES[score].group not in CLAIMED:
            continue
        values = measured.with_worst(score) if degenerate_is_worst else measured.of_models(score)
        values = np.where(np.isnan(values).any(axis=1, keepdims=True), np.nan, values)
        upwards = values if SCORES[score].better == "up" else -values
        gains = tuple(_gain(upwards, models, better, than, resamples) for better, than in STEPS)
        verdict, reason, deciding = decide(gains, SMALLEST * (SCORES[score].high - SCORES[score].low))
        enough = all(len(of_one) >= MODELS_NEEDED for of_one in models.values())
        photos = int((~np.isnan(values).any(axis=1)).sum())
        found.append(Claim(score, verdict, reason, gains, deciding, photos, enough))
    return tuple(found)


def decide(gains: Sequence[Gain], smallest: float) -> tuple[Verdict, Reason, Gain]:
    """Returns the verdict on both halves of the claim, why, and the half that decides.

    - *supported*: both intervals lie above 0; the one that comes nearer to 0 decides.
    - *not supported*: an interval lies below 0 (the wrong way), or else one reaches to 0 or below it and excludes every
      gain of ``smallest`` or more (too small); the one that ends lower decides.
    - *undecided* otherwise; the one that begins lower decides, or has no interval.

    Args:
        gains: of the halves.
        smallest: the smallest gain that counts, in the score's unit.
    """
    wrong = [gain for gain in gains if gain.high < 0]
    if wrong:
        return "not supported", "the wrong way", min(wrong, key=lambda gain: gain.high)
    if all(gain.low > 0 for gain in gains):
        return "supported", "both better", min(gains, key=lambda gain: gain.low)
    small = [gain for gain in gains if gain.low <= 0 and gain.high < smallest]
    if small:
        return "not supported", "too small", min(small, key=lambda gain: gain.high)
    return "undecided", "not told apart", min(gains, key=lambda gain: -math.inf if math.isnan(gain.low) else gain.low)


def _gain(values: Floats, models: Mapping[str, Sequence[int]], better: str, than: str, resamples: Resamples) -> Gain:
    """Returns a half of the claim; ``values`` are (N,M), more being better, NaN in whole rows."""
    one, other = values[:, models[better]], values[:, models[than]]
    found = resamples.estimates((one.mean(axis=1) - other.mean(axis=1))[:, None], JOINT_LEVEL)
    low, high = float(found.low[0]), float(found.high[0])
    if min(one.shape[1], other.shape[1]) >= MODELS_NEEDED and not math.isnan(low):
        low, high = over_networks(one, other, JOINT_LEVEL)
    return Gain(better, than, float(found.mean[0]), low, high)


def over_networks(one: Floats, other: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Returns the interval of a difference of means with photos and networks both as random.

    The variance is that of the photos' mean difference plus that of each attention's mean over its networks; Student's
    t with the degrees of freedom of the networks alone (Welch), since they are the fewer by far. With one network an
    attention there is no such interval: what then differs may be the seed.

    Args:
        one: (N,A), of N photos and A networks; NaN in whole rows.
        other: (N,B), likewise, in the same rows.
        level: of the interval.
    """
    known = ~np.isnan(one).any(axis=1)
    one, other = one[known], other[known]
    by_photo = one.mean(axis=1) - other.mean(axis=1)
    of_networks = [side.mean(axis=0).var(ddof=1) / side.shape[1] for side in (one, other)]
    between = sum(of_networks)
    error = math.sqrt(by_photo.var(ddof=1) / len(by_photo) + between)
    freedom = [variance**2 / (side.shape[1] - 1) for variance, side in zip(of_networks, (one, other), strict=True)]
    degrees = between**2 / sum(freedom) if between > 0 else min(one.shape[1], other.shape[1]) - 1
    half = float(stats.t.ppf((1 + level) / 2, degrees)) * error
    middle = float(by_photo.mean())
    return middle - half, middle + half
