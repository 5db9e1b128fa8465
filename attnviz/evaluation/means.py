"""The means of a table of results, to be seen at once. What may be concluded from them is for the report to say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from attnviz.evaluation.folder import RESULTS
from attnviz.evaluation.lines import COLUMNS


@dataclass(frozen=True)
class Means:
    """Of the maps of one model, or of one reference, over the photos of the report half.

    Attributes:
        model, method, stage: whose maps.
        photos: how many.
        accuracy: share of photos whose top-1 is the label, in [0,1]; NaN for a reference.
        degenerate: maps that show nothing; they have no part in means.
        scores: by name; NaN where no map has one.
    """

    model: str
    method: str
    stage: str
    photos: int
    accuracy: float
    degenerate: int
    scores: dict[str, float]


def means(folder: Path) -> list[Means]:
    """Returns the means of a finished results folder, in the order of its rows."""
    # a class may be called "null" or "None"
    rows = pd.read_csv(folder / RESULTS, keep_default_na=False, na_values=[""])
    reported = rows[rows["split"] == "report"]
    scores = [column for column in rows.columns if column not in COLUMNS]
    found = []
    for (model, method, stage), group in reported.groupby(["model", "method", "stage"], sort=False):
        known = group["correct"].dropna()
        found.append(
            Means(
                model=str(model), method=str(method), stage=str(stage), photos=len(group),
                accuracy=float((known.astype(str) == "True").mean()) if len(known) else float("nan"),
                degenerate=int(group["degenerate"].sum()),
                scores={score: float(group[score].mean()) for score in scores},
            )
        )  # fmt: skip
    return found
