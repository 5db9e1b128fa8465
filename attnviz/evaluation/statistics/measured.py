"""The report half of a results table, as arrays: photos by maps, for each place that maps were made at."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from attnviz.errors import DataError
from attnviz.scores import SCORES

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

REPORTED = "report"
REFERENCE_PREFIX = "reference:"
NEEDED = ("image", "split", "label", "object_share", "model", "attention", "method", "stage", "correct", "confidence",
          "degenerate")  # fmt: skip
_WORDS = {"True": 1.0, "False": 0.0, True: 1.0, False: 0.0}
"""What pandas makes of a column of True, False and empty cells is an object column of either kind."""


@dataclass(frozen=True)
class Measured:
    """What was measured of the maps of one method at one stage, with the references beside them.

    Attributes:
        method: of the maps.
        stage: of the maps.
        images: names, N, sorted.
        models: names, M, in the order of the table.
        references: names without their prefix, R.
        attention: of each model.
        label: the name of each image's class; empty if it has none.
        object_share: (N,), the object's share of the photo, 0 to 1; NaN without a box.
        correct: (N,M), 1 where the model's top-1 is the label, else 0; NaN where there is no label.
        confidence: (N,M), of the model's top-1, 0 to 1.
        degenerate: (N,M+R), whether the map shows nothing; models first, then references. One that is nowhere
            positive does, and has values in scores that read signed maps.
        scores: (N,M+R) by name of the score; NaN where the map is degenerate or the score does not apply.
    """

    method: str
    stage: str
    images: tuple[str, ...]
    models: tuple[str, ...]
    references: tuple[str, ...]
    attention: Mapping[str, str]
    label: Mapping[str, str]
    object_share: Floats
    correct: Floats
    confidence: Floats
    degenerate: Flags
    scores: Mapping[str, Floats]

    @property
    def names(self) -> tuple[str, ...]:
        """Models, then references: what the columns of ``degenerate`` and of a score are of."""
        return (*self.models, *self.references)

    def of_models(self, score: str) -> Floats:
        """Returns (N,M): a score of the models' maps."""
        return self.scores[score][:, : len(self.models)]

    def comparable(self, score: str) -> Flags:
        """Returns (N,): the photos on which every model has the score, so that models are compared on the same."""
        return np.asarray(~np.isnan(self.of_models(score)).any(axis=1), dtype=np.bool_)

    def applies(self, score: str) -> Flags:
        """Returns (N,): the photos that the score could be had of, were no map degenerate."""
        shows_nothing = self.degenerate[:, : len(self.models)]
        known = np.asarray((shows_nothing | ~np.isnan(self.of_models(score))).all(axis=1), dtype=np.bool_)
        return known & ~np.isnan(self.object_share) if SCORES[score].group == "localisation" else known

    def with_worst(self, score: str) -> Floats:
        """Returns (N,M): the score of the models' maps, the worst that there is where a degenerate map has none.

        A map that is nowhere positive is degenerate and keeps its values in scores that read signed maps. A score
        without a direction or without a worst value stays NaN.
        """
        about = SCORES[score]
        worst = {"up": about.low, "down": about.high}.get(about.better, np.nan)
        values = self.of_models(score)
        missing = np.isnan(values) & self.degenerate[:, : len(self.models)] & self.applies(score)[:, None]
        return np.where(missing & np.isfinite(worst), worst, values)


def read_measured(path: Path, both_halves: bool = False) -> tuple[Measured, ...]:
    """Reads the report half of a results table.

    Args:
        path: results.csv.gz or the same unpacked; docs/evaluate.md describes its columns.
        both_halves: whether photos of the fit half are read too, without the scores whose levels were chosen on them.

    Returns:
        One for each method and stage, in the order of the table.

    Raises:
        DataError: if the file is not there, is damaged, is no such table, or has no rows of the report half.
    """
    try:
        table = pd.read_csv(path, dtype={"image": str, "label": str, "target": str}, keep_default_na=False,
                            na_values=[""], low_memory=False)  # fmt: skip
    except FileNotFoundError:
        raise DataError('There is no "{file}" in "{folder}"; attnviz evaluate makes it.',
                        file=path.name, folder=path.resolve().parent.name) from None  # fmt: skip
    except (OSError, ValueError, EOFError, zlib.error, gzip.BadGzipFile):
        raise _not_ours(path) from None
    return measured(table, path, both_halves)


def measured(
    table: pd.DataFrame, path: Path = Path("results.csv.gz"), both_halves: bool = False
) -> tuple[Measured, ...]:
    """Returns what :func:`read_measured` does, of a table that was read.

    Args:
        table: (rows, columns).
        path: that it came from, for errors.
        both_halves: as there.
    """
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise DataError('"{file}" is no results table: it has no column {names}.', file=path.name,
                        names=", ".join(missing))  # fmt: skip
    fitted = [name for name, score in SCORES.items() if score.needs == "truth and level" and name in table.columns]
    reported = table.copy() if both_halves else table[table["split"] == REPORTED].copy()
    reported.loc[reported["split"] != REPORTED, fitted] = np.nan
    of_reference = reported["model"].astype(str).str.startswith(REFERENCE_PREFIX)
    models = reported[~of_reference]
    if models.empty:
        raise DataError('"{file}" has no rows of the report half; evaluate more photos.', file=path.name)
    places = models[["method", "stage"]].drop_duplicates().itertuples(index=False, name=None)
    return tuple(
        _of_place(models[(models["method"] == method) & (models["stage"] == stage)], reported[of_reference], path)
        for method, stage in places
    )


def _of_place(models: pd.DataFrame, references: pd.DataFrame, path: Path) -> Measured:
    names = tuple(dict.fromkeys(models["model"]))
    reference_names = tuple(dict.fromkeys(references["model"]))
    images = tuple(sorted(set(models["image"])))
    both = pd.concat([models, references]) if len(references) else models
    if both.duplicated(["image", "model"]).any() or len(models) != len(images) * len(names):
        raise DataError('"{file}" has not one row for every photo and model; evaluate again.', file=path.name)
    by_image = both.set_index(["model", "image"]).sort_index()
    first = by_image.loc[names[0]].reindex(images)

    def column(name: str, of: tuple[str, ...]) -> Floats:
        values = by_image[name]
        if not is_numeric_dtype(values):
            words, values = values, values.map(_WORDS)
            if (values.isna() & words.notna()).any():
                raise _not_ours(path)
        return np.stack([values.loc[one].reindex(images).to_numpy(dtype=float) for one in of], axis=1)

    scores = {name: column(name, (*names, *reference_names)) for name in SCORES if name in by_image.columns}
    method, stage = models[["method", "stage"]].iloc[0]
    return Measured(
        method=str(method),
        stage=str(stage),
        images=images,
        models=names,
        references=tuple(name.removeprefix(REFERENCE_PREFIX) for name in reference_names),
        attention=dict(models.drop_duplicates("model").set_index("model")["attention"].astype(str)),
        label=dict(zip(images, first["label"].fillna("").astype(str), strict=True)),
        object_share=first["object_share"].to_numpy(dtype=float),
        correct=column("correct", names),
        confidence=column("confidence", names),
        degenerate=np.nan_to_num(column("degenerate", (*names, *reference_names))).astype(bool),
        scores={name: values for name, values in scores.items() if not np.isnan(values[:, : len(names)]).all()},
    )


def _not_ours(path: Path) -> DataError:
    return DataError('"{file}" cannot be read as a results table; evaluate again.', file=path.name)
