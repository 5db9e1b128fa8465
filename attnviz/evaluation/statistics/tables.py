"""The tables of the report of a results table."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from attnviz.evaluation.statistics import wording as say
from attnviz.evaluation.statistics.analysis import Analysis
from attnviz.evaluation.statistics.claim import Claim, Gain, Verdict
from attnviz.evaluation.statistics.strata import ALL
from attnviz.reports.blocks import Cell, Mark, Ranged, Table
from attnviz.reports.numbers import number, p_value, percent, signed
from attnviz.scores import SCORES

TONES: dict[Verdict, Mark] = {
    "supported": Mark("supported", "good"),
    "not supported": Mark("not supported", "bad"),
    "undecided": Mark("undecided", "open"),
}


def claims_table(claims: Sequence[Claim]) -> Table:
    """Returns a row a score: the verdict, both gains with their intervals, and which decides."""
    names = ("score", "verdict", *(say.halves(gain) for gain in claims[0].gains), "decided by", "photos")
    rows = [
        [SCORES[claim.score].title, TONES[claim.verdict], *map(_gain, claim.gains), say.halves(claim.deciding),
         f"{claim.photos:,}"]
        for claim in claims
    ]  # fmt: skip
    return Table(names, rows)


def _gain(gain: Gain) -> Cell:
    return Ranged(signed(gain.gain, 4), ends(gain.low, gain.high, 4, signs=True))


def means_table(analysis: Analysis, part: str = ALL) -> Table:
    """Returns models and references by scores: means with intervals; marked where a reference is not beaten."""
    measured = analysis.measured
    scores = list(measured.scores)
    of_part = analysis.means[analysis.means["part"] == part].set_index(["name", "score"])
    above = analysis.above
    below = (
        set(map(tuple, above[~above["beats"].astype(bool)][["model", "score"]].to_numpy())) if part == ALL else set()
    )
    rows: list[list[Cell]] = []
    for name in measured.names:
        is_model = name in measured.models
        row: list[Cell] = [name if is_model else f"reference: {name}"]
        for score in scores:
            found = of_part.loc[(name, score)]
            mark = say.BELOW_A_REFERENCE if is_model and (name, score) in below else ""
            row.append(Ranged(number(found["mean"]) + mark, ends(found["low"], found["high"])))
        rows.append(row)
    return Table(("", *map(say.title_of, scores)), rows, numbers=True)


def tests_table(analysis: Analysis) -> Table:
    """Returns a row a score and model: the difference to the baseline on all photos, its interval and its test."""
    found = analysis.differences[analysis.differences["part"] == ALL]
    rows = [
        [f"{say.title_of(row.score)}, {row.model}", signed(row.difference), ends(row.low, row.high, signs=True),
         p_value(row.p_value), p_value(row.p_holm), f"{row.photos:,}"]
        for row in found.itertuples()
    ]  # fmt: skip
    return Table(
        (f"less {analysis.baseline}", "difference", "95 % interval", "p", "p, Holm", "photos"), rows, numbers=True
    )


def parts_table(analysis: Analysis) -> Table:
    """Returns a row a score and model, a column a part of the photos (not all of them): differences to the baseline."""
    found = analysis.differences.set_index(["score", "model", "part"])
    parts = {part: count for part, count in analysis.parts.items() if part != ALL}
    rows: list[list[Cell]] = []
    for score, model in dict.fromkeys((score, model) for score, model, _ in found.index):
        cells = [found.loc[(score, model, part)] for part in parts]
        rows.append([
            f"{say.title_of(score)}, {model}",
            *(Ranged(signed(one["difference"]), ends(one["low"], one["high"], signs=True)) for one in cells),
        ])  # fmt: skip
    names = (f"{part} ({count:,})" for part, count in parts.items())
    return Table((f"less {analysis.baseline}", *names), rows, numbers=True)


def accuracy_table(analysis: Analysis) -> Table:
    """Returns a row a model: accuracy and its difference to the baseline, and calibration."""
    rows: list[list[Cell]] = []
    for row in analysis.accuracy.itertuples():
        lowest, highest = (100 * one for one in (row.difference_low, row.difference_high))
        less = "" if row.model == analysis.baseline else signed(100 * row.difference, 1)
        rows.append([
            row.model,
            Ranged(percent(row.top1), "" if row.low != row.low else f"{percent(row.low)} to {percent(row.high)}"),
            Ranged(less, ends(lowest, highest, 1, signs=True) if less else ""),
            Ranged(number(row.calibration_error), ends(row.calibration_low, row.calibration_high)),
        ])  # fmt: skip
    return Table(("", "top-1", f"points above {analysis.baseline}", "calibration error"), rows, numbers=True)


def ranks_table(analysis: Analysis) -> Table:
    """Returns scores by scores: the mean tau-b between their orders of the models."""
    ranks = analysis.ranks.set_index(["one", "other"])
    scores = list(dict.fromkeys(itertools.chain.from_iterable(ranks.index)))
    rows: list[list[Cell]] = []
    for place, one in enumerate(scores[:-1]):
        row: list[Cell] = [SCORES[one].title, *[""] * place]
        for other in scores[place + 1 :]:
            found = ranks.loc[(one, other)]
            row.append(Ranged(number(found["tau"], 2), ends(found["low"], found["high"], 2)))
        rows.append(row)
    return Table(("", *(SCORES[other].title for other in scores[1:])), rows, numbers=True)


def degenerate_table(analysis: Analysis) -> Table:
    """Returns a row a model and reference: how many of its maps show nothing."""
    rows = [[str(name), f"{nothing:,}", f"{photos:,}"]
            for name, photos, nothing in analysis.degenerate.itertuples(index=False)]  # fmt: skip
    return Table(("", "degenerate maps", "photos"), rows, numbers=True)


def ends(low: float, high: float, digits: int = 3, signs: bool = False) -> str:
    """Returns ``0.590 to 0.633``, or nothing where there is no interval."""
    if pd.isna(low) or pd.isna(high):
        return ""
    said = signed if signs else number
    return f"{said(low, digits)} to {said(high, digits)}"
