"""Results tables that are made up, with what is to be found in them known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from attnviz.evaluation.statistics import Measured, measured

MODELS = {"baseline": "none", "se": "se", "bam": "bam", "cbam": "cbam"}
REFERENCES = ("uniform", "gaussian", "edges", "random", "centre")
SCORES = ("pointing_game", "energy_pointing_game", "max_box_acc_v2", "deletion", "gini")

MakeTable = Callable[..., pd.DataFrame]


def _table(
    photos: int = 200,
    gains: Mapping[str, float] | None = None,
    seed: int = 0,
    degenerate: float = 0.0,
    models: Mapping[str, str] = MODELS,
    places: tuple[tuple[str, str], ...] = (("gradcam", "stage4"),),
    reference: float = 0.3,
    spread: float = 0.1,
    fit: int = 5,
) -> pd.DataFrame:
    """A table as ``attnviz evaluate`` writes it.

    Every photo is so easy for all, each model differs from it by chance (``spread``), and is better by its gain, a
    share of each score's range. The last tenth of the photos has no box.
    """
    draw = np.random.default_rng(seed)
    gains = gains or {}
    rows = []
    for number in range(photos + fit):
        easy, share = draw.uniform(0.3, 0.6), draw.uniform(0.05, 0.95)
        boxed = number < 0.9 * photos or number >= photos
        first = {
            "image": f"class/photo-{number:04}.jpg", "split": "report" if number < photos else "fit", "label": "lion",
            "object_share": share if boxed else np.nan,
        }  # fmt: skip
        for name, attention in models.items():
            right, sure = draw.random() < 0.7, draw.uniform(0.3, 1)
            for method, stage in places:
                quality = np.clip(easy + gains.get(name, 0.0) + draw.normal(0, spread), 0, 1)
                nothing = bool(draw.random() < degenerate)
                scores = {
                    "pointing_game": float(draw.random() < quality), "energy_pointing_game": quality,
                    "max_box_acc_v2": round(3 * quality) / 3, "deletion": 1 - quality, "gini": quality / 2,
                }  # fmt: skip
                scores = {
                    score: np.nan if nothing or (not boxed and score not in ("deletion", "gini")) else value
                    for score, value in scores.items()
                }
                rows.append(
                    first
                    | {"model": name, "attention": attention, "method": method, "stage": stage, "target": "lion",
                       "correct": str(right), "probability": sure, "confidence": sure, "degenerate": str(nothing)}
                    | scores
                )  # fmt: skip
        for name in REFERENCES:
            blind = np.clip(reference + draw.normal(0, 0.05), 0, 1) if boxed else np.nan
            rows.append(
                first
                | {"model": f"reference:{name}", "attention": "", "method": "reference", "stage": "input",
                   "target": "", "correct": "", "probability": np.nan, "confidence": np.nan, "degenerate": "False"}
                | {"pointing_game": blind, "energy_pointing_game": blind, "max_box_acc_v2": blind, "gini": 0.1}
            )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    return _table


@pytest.fixture(scope="session")
def make_measured() -> Callable[..., Measured]:
    """What is read of a made-up table, of its first place."""
    return lambda **options: measured(_table(**options).replace({"True": True, "False": False, "": np.nan}))[0]
