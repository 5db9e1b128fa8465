"""Gates over a set of photos, as SE's section 7.2 shows them: how they differ between photos, classes and places."""

from attnviz.evaluation.gating.channels import ChannelStatistics
from attnviz.evaluation.gating.measure import measure_gates
from attnviz.evaluation.gating.places import MEASURES, Estimate, estimates
from attnviz.evaluation.gating.result import GatePlace, GateStatistics, load_statistics

__all__ = [
    "MEASURES",
    "ChannelStatistics",
    "Estimate",
    "GatePlace",
    "GateStatistics",
    "estimates",
    "load_statistics",
    "measure_gates",
]
