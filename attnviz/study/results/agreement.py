"""How far participants agree with each other, with themselves, and with what can be known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import krippendorff
import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from attnviz.study.results.clustered import LEVEL
from attnviz.study.results.outcomes import Pairs, checked, main_outcomes, outcomes

Counts = npt.NDArray[np.float64]
MIRRORED = re.compile(r"(?:^|\s)mirrored=(left|right)(?:\s|$)")
"""What stands in the flags of a catch trial's vote: the side whose map was mirrored."""


@dataclass(frozen=True)
class Retest:
    """How often participants answered alike when they saw a trial again, sides swapped.

    Attributes:
        kappa: Cohen's, -1 to 1; NaN without repeats, or where all answers were one.
        low: of its 95 % interval, by drawing participants anew; NaN with fewer than two of them.
        high: likewise.
        agreement: the share of repeats that were answered as the first time, 0 to 1.
        repeats: how many there were.
    """

    kappa: float
    low: float
    high: float
    agreement: float
    repeats: int


def krippendorff_alpha(votes: pd.DataFrame) -> float:
    """Returns how far participants agree on what to prefer: 1 always, 0 as by chance.

    Krippendorff's alpha = 1 - D_observed / D_expected, nominal, of three answers (A, about the same, B), a unit being
    an image with a pair; units that one participant saw do not count. With several pairs chance is that of each pair,
    and alpha is the mean of the pairs' weighted by the disagreements expected in them. Krippendorff, Content Analysis,
    2004, chapter 11.

    Args:
        votes: (V, columns) as exported; only rows of kind ``main`` are read, in any order.

    Returns:
        -1 to 1; NaN where no unit was seen by two, or all answers were one.

    Raises:
        StudyError: if the votes cannot be read, or none counts.
    """
    chosen = main_outcomes(votes)
    return _pooled_alpha([_units(of_pair) for _, of_pair in chosen.groupby("pair")])


def alpha_table(votes: pd.DataFrame, pairs: Pairs | None, resamples: int, seed: int) -> pd.DataFrame:
    """Returns alpha of each pair and of all, with an interval by drawing images anew.

    Args:
        votes: as in :func:`krippendorff_alpha`.
        pairs: (model_a, model_b) in the order in which they are to be told; None for the alphabet's.
        resamples: how often images are drawn, with replacement.
        seed: of the draws.

    Returns:
        A row a pair, and one with ``model_a`` "all" and ``model_b`` "" if there are several: model_a, model_b, alpha,
        low, high (-1 to 1; NaN where undefined).

    Raises:
        StudyError: if the votes cannot be read, or none counts.
    """
    chosen = main_outcomes(votes, pairs)
    draw = np.random.default_rng(seed)
    units = [_units(chosen[chosen["pair"] == number]) for number in range(len(chosen.attrs["pairs"]))]
    named = [(*models, [counts]) for models, counts in zip(chosen.attrs["pairs"], units, strict=True)]
    named += [("all", "", units)] if len(units) > 1 else []
    rows = []
    for first, second, tables in named:
        drawn = [_pooled_alpha([_anew(counts, draw) for counts in tables]) for _ in range(resamples)]
        low, high = _interval(drawn)
        rows.append((first, second, _pooled_alpha(tables), low, high))
    return pd.DataFrame(rows, columns=["model_a", "model_b", "alpha", "low", "high"])


def test_retest_kappa(votes: pd.DataFrame, resamples: int = 1000, seed: int = 0) -> Retest:  # noqa: PT028
    """Returns how far participants agree with themselves, from trials that they saw twice with sides swapped.

    Cohen's kappa = (p_observed - p_chance) / (1 - p_chance) of three answers in terms of models, so that one who always
    says "left" does not agree with themselves. With several pairs chance is that of each pair, and kappa is the mean of
    the pairs' weighted by 1 - p_chance and repeats. Cohen, Educational & Psychological Measurement 20 (1960), 37-46.

    Args:
        votes: (V, columns) as exported; rows of kind ``repeat`` and the ``main`` ones that they repeat, in any order.
        resamples: how often participants are drawn anew for the interval.
        seed: of the draws.

    Raises:
        StudyError: if the votes cannot be read.
    """
    first, again = outcomes(votes), outcomes(votes, kind="repeat")
    keys = ["participant", "image", "model_a", "model_b"]
    both = again.merge(first.drop_duplicates(keys), on=keys, suffixes=("_again", ""))
    if both.empty:
        return Retest(np.nan, np.nan, np.nan, np.nan, repeats=0)
    people, who = np.unique(pd.factorize(both["participant"])[0], return_inverse=True)
    kinds = pd.factorize(both["model_a"] + "\n" + both["model_b"])[0]
    cells = np.zeros((len(people), kinds.max() + 1, 3, 3))
    np.add.at(cells, (who, kinds, both["score"] + 1, both["score_again"] + 1), 1)
    kappa = _pooled_kappa(cells.sum(axis=0))
    low = high = np.nan
    if len(people) > 1:
        weights = np.random.default_rng(seed).multinomial(len(people), [1 / len(people)] * len(people), resamples)
        low, high = _interval([_pooled_kappa(table) for table in np.einsum("rp,pkab->rkab", weights, cells)])
    return Retest(kappa, low, high, float((both["score"] == both["score_again"]).mean()), len(both))


def catch_score(votes: pd.DataFrame) -> pd.DataFrame:
    """Returns how many of their catch trials participants got right: they chose the map that was not mirrored.

    "About the same" is wrong.

    Args:
        votes: (V, columns) as exported with flags; only rows of kind ``catch`` are read, whose flags tell the side that
            was mirrored (``mirrored=left`` or ``mirrored=right``). Rows that do not tell are counted as unread.

    Returns:
        A row a participant who saw any: participant, catches, correct, unread (counts), share (0 to 1 of those read;
        NaN if none could be).

    Raises:
        StudyError: if the votes cannot be read.
    """
    caught = checked(votes)
    caught = caught[caught["kind"] == "catch"]
    flags = caught["flags"].fillna("").astype(str) if "flags" in caught else pd.Series("", index=caught.index)
    mirrored = [found[1] if (found := MIRRORED.search(said)) else "" for said in flags]
    choice = caught["choice"].tolist()
    correct = [
        {"left": "right", "right": "left"}.get(side) == said for side, said in zip(mirrored, choice, strict=True)
    ]
    counted = pd.DataFrame(
        {"participant": caught["participant"].to_numpy(), "catches": 1, "correct": correct,
         "unread": [not side for side in mirrored]}
    )  # fmt: skip
    counted = counted.astype({"correct": int, "unread": int}).groupby("participant", sort=False).sum().reset_index()
    read = counted["catches"] - counted["unread"]
    return counted.assign(share=counted["correct"] / read.where(read > 0))


def _units(chosen: pd.DataFrame) -> Counts:
    """Returns (images, 3): how many gave each answer."""
    images, score = pd.factorize(chosen["image"])[0], chosen["score"].to_numpy()
    counts = np.zeros((images.max(initial=-1) + 1, 3))
    np.add.at(counts, (images, score + 1), 1)
    return counts


def _anew(counts: Counts, draw: np.random.Generator) -> Counts:
    return counts[draw.integers(len(counts), size=len(counts))] if len(counts) else counts


def _pooled_alpha(tables: list[Counts]) -> float:
    """Returns the mean of the tables' alphas weighted by the disagreement expected in each."""
    return _weighted(_alphas(tables))


def _alphas(tables: list[Counts]) -> Iterator[tuple[float, float]]:
    for counts in tables:
        pairable = counts[counts.sum(axis=1) > 1]
        answers = pairable.sum(axis=0)
        if np.count_nonzero(answers) > 1:
            total = answers.sum()
            expected = (total**2 - (answers**2).sum()) / (total - 1)
            yield float(krippendorff.alpha(value_counts=pairable, level_of_measurement="nominal")), expected


def _pooled_kappa(tables: Counts) -> float:
    """Returns the mean of the kappas of tables (P,3,3) weighted by what chance leaves to agree on."""
    return _weighted(_kappas(tables))


def _kappas(tables: Counts) -> Iterator[tuple[float, float]]:
    for table in tables:
        total = table.sum()
        left = total - (table.sum(axis=0) * table.sum(axis=1)).sum() / total if total else 0.0
        if left > 0:
            yield float(cohens_kappa(table, return_results=False)), left


def _weighted(values: Iterator[tuple[float, float]]) -> float:
    known = np.array(list(values)).reshape(-1, 2)
    return float(np.average(known[:, 0], weights=known[:, 1])) if len(known) else np.nan


def _interval(drawn: list[float]) -> tuple[float, float]:
    known = [value for value in drawn if not np.isnan(value)]
    if not known:
        return np.nan, np.nan
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
