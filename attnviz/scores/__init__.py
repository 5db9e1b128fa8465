"""Numbers about maps: localisation, faithfulness, form, agreement and sanity. docs/scores.md defines each.

One signature for all: ``score(maps, subject, ...) -> values``. Maps are raw, (N,h,w), on any device. The subject is
a :class:`Truth` (localisation), a :class:`Confidence` (faithfulness), other maps (agreement) or a :class:`Maker`
(sanity); the scores of form have none. Values are (N,), one a map. A degenerate map has NaN, never a hit.

Importing this does not import torch; the first use of a score does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from attnviz.scores.table import SCORES, Score, find_score

if TYPE_CHECKING:
    from attnviz.scores.agreement import pearson, spearman, ssim, top_overlap
    from attnviz.scores.boxes import best_level, box_ious, max_box_acc, max_box_acc_v2
    from attnviz.scores.confidence import Confidence, confidence_in
    from attnviz.scores.curves import deletion, deletion_curve, insertion, insertion_curve
    from attnviz.scores.drop import average_drop, increase_in_confidence
    from attnviz.scores.form import entropy, gini
    from attnviz.scores.imputation import impute
    from attnviz.scores.localisation import box_iou, energy_pointing_game, pointing_game, relevance_rank
    from attnviz.scores.references import REFERENCES, reference
    from attnviz.scores.road import road_combined, road_curve, road_lerf, road_morf
    from attnviz.scores.sanity import Maker, maker, max_sensitivity, randomisation, randomisation_curve
    from attnviz.scores.truth import Truth, seen_boxes

_HOME = {
    "Confidence": "confidence",
    "Maker": "sanity",
    "REFERENCES": "references",
    "Truth": "truth",
    "best_level": "boxes",
    "box_ious": "boxes",
    "confidence_in": "confidence",
    "deletion_curve": "curves",
    "impute": "imputation",
    "insertion_curve": "curves",
    "maker": "sanity",
    "randomisation_curve": "sanity",
    "reference": "references",
    "road_curve": "road",
    "seen_boxes": "truth",
    **{score.name: score.module for score in SCORES.values()},
}

__all__ = [
    "REFERENCES",
    "SCORES",
    "Confidence",
    "Maker",
    "Score",
    "Truth",
    "average_drop",
    "best_level",
    "box_iou",
    "box_ious",
    "confidence_in",
    "deletion",
    "deletion_curve",
    "energy_pointing_game",
    "entropy",
    "find_score",
    "gini",
    "impute",
    "increase_in_confidence",
    "insertion",
    "insertion_curve",
    "maker",
    "max_box_acc",
    "max_box_acc_v2",
    "max_sensitivity",
    "pearson",
    "pointing_game",
    "randomisation",
    "randomisation_curve",
    "reference",
    "relevance_rank",
    "road_combined",
    "road_curve",
    "road_lerf",
    "road_morf",
    "seen_boxes",
    "spearman",
    "ssim",
    "top_overlap",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"attnviz.scores.{_HOME[name]}"), name)
    raise AttributeError(f"module 'attnviz.scores' has no attribute {name!r}")
