"""The scores by name: what each is called, its range, what it needs and who proposed it. Needs no torch.

The command line, the report, the page and the tests of ``docs/scores.md`` read this table.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from attnviz.errors import OptionError, did_you_mean

if TYPE_CHECKING:
    from torch import Tensor

Group = Literal["localisation", "faithfulness", "form", "agreement", "sanity"]
Better = Literal["up", "down", "neither"]
Needs = Literal["truth", "truth and level", "confidence", "nothing", "other maps", "maker"]


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes:
        name: of the score, and of its function.
        title: for people.
        group: localisation, faithfulness, form, agreement or sanity; the second argument of a group's functions is of
            one kind.
        module: of :mod:`attnviz.scores` that the function is in.
        low: the least value that a map can have.
        high: the largest.
        better: whether ``up`` or ``down`` is better, or ``neither``.
        needs: the second argument: a :class:`attnviz.scores.Truth` (for MaxBoxAcc levels too, as the third), a
            :class:`attnviz.scores.Confidence`, nothing, other maps, or a :class:`attnviz.scores.Maker`.
        citation: who proposed it.
        passes: pictures that the network sees for one map, with the defaults.
    """

    name: str
    title: str
    group: Group
    module: str
    low: float
    high: float
    better: Better
    needs: Needs
    citation: str
    passes: int = 0

    @property
    def function(self) -> Callable[..., Tensor]:
        """The function: maps (N,h,w), then what it needs, then options; it returns (N,), NaN for degenerate maps."""
        found: Any = getattr(importlib.import_module(f"attnviz.scores.{self.module}"), self.name)
        return found  # type: ignore[no-any-return]


_ZHANG = "Zhang et al., IJCV 2018"
_CHOE = "Choe et al., CVPR 2020"
_RISE = "Petsiuk et al., BMVC 2018 (RISE)"
_ROAD = "Rong et al., ICML 2022 (ROAD)"
_PLUS = "Chattopadhay et al., WACV 2018 (Grad-CAM++)"

_ALL = (
    Score("pointing_game", "Pointing game", "localisation", "localisation", 0, 1, "up", "truth", _ZHANG),
    Score("energy_pointing_game", "Energy-based pointing game", "localisation", "localisation", 0, 1, "up", "truth",
          "Wang et al., CVPRW 2020 (Score-CAM)"),
    Score("relevance_rank", "Relevance rank accuracy", "localisation", "localisation", 0, 1, "up", "truth",
          "Arras et al. 2022"),
    Score("box_iou", "Box IoU at 0.2", "localisation", "localisation", 0, 1, "up", "truth",
          "Zhou et al., CVPR 2016 (CAM)"),
    Score("max_box_acc", "MaxBoxAcc", "localisation", "boxes", 0, 1, "up", "truth and level", _CHOE),
    Score("max_box_acc_v2", "MaxBoxAccV2", "localisation", "boxes", 0, 1, "up", "truth and level", _CHOE),
    Score("insertion", "Insertion", "faithfulness", "curves", 0, 1, "up", "confidence", _RISE, 33),
    Score("deletion", "Deletion", "faithfulness", "curves", 0, 1, "down", "confidence", _RISE, 33),
    Score("road_morf", "ROAD, most relevant first", "faithfulness", "road", 0, 1, "down", "confidence", _ROAD, 9),
    Score("road_lerf", "ROAD, least relevant first", "faithfulness", "road", 0, 1, "up", "confidence", _ROAD, 9),
    Score("road_combined", "ROAD combined", "faithfulness", "road", -0.5, 0.5, "up", "confidence", _ROAD, 18),
    Score("average_drop", "Average drop", "faithfulness", "drop", 0, 1, "down", "confidence", _PLUS, 2),
    Score("increase_in_confidence", "Increase in confidence", "faithfulness", "drop", 0, 1, "up", "confidence", _PLUS,
          2),
    Score("gini", "Sparsity (Gini)", "form", "form", 0, 1, "up", "nothing", "Chalasani et al., ICML 2020"),
    Score("entropy", "Entropy", "form", "form", 0, 1, "down", "nothing", "Bhatt et al., IJCAI 2020"),
    Score("pearson", "Pearson correlation", "agreement", "agreement", -1, 1, "neither", "other maps", "Pearson 1895"),
    Score("spearman", "Spearman correlation", "agreement", "agreement", -1, 1, "neither", "other maps",
          "Spearman 1904"),
    Score("ssim", "SSIM", "agreement", "agreement", -1, 1, "neither", "other maps", "Wang et al., IEEE TIP 2004"),
    Score("top_overlap", "Overlap of the hottest tenth", "agreement", "agreement", 0, 1, "neither", "other maps",
          "attnviz"),
    Score("max_sensitivity", "Max-sensitivity", "sanity", "sanity", 0, math.inf, "down", "maker",
          "Yeh et al., NeurIPS 2019", 10),
    Score("randomisation", "Cascading parameter randomisation", "sanity", "sanity", -1, 1, "down", "maker",
          "Adebayo et al., NeurIPS 2018", 6),
)  # fmt: skip

SCORES: Mapping[str, Score] = MappingProxyType({score.name: score for score in _ALL})
"""The scores by name, in the order of tables."""


def find_score(name: str) -> Score:
    """Returns the score of that name.

    Raises:
        OptionError: if there is none, naming those that are near.
    """
    if name not in SCORES:
        raise OptionError(
            'There is no score "{name}"; there are {names}.{hint}',
            name=name,
            names=", ".join(SCORES),
            hint=did_you_mean(name, SCORES),
        )
    return SCORES[name]
