"""What a results table says: means, differences and claims with intervals over photos. Needs no torch."""

from attnviz.evaluation.statistics.analysis import Analysis, analyse
from attnviz.evaluation.statistics.bootstrap import Estimates, Resamples
from attnviz.evaluation.statistics.claim import Claim, Gain, claims
from attnviz.evaluation.statistics.measured import Measured, measured, read_measured
from attnviz.evaluation.statistics.paired import holm, sign_flip
from attnviz.evaluation.statistics.ranks import kendall
from attnviz.evaluation.statistics.strata import strata

__all__ = [
    "Analysis",
    "Claim",
    "Estimates",
    "Gain",
    "Measured",
    "Resamples",
    "analyse",
    "claims",
    "holm",
    "kendall",
    "measured",
    "read_measured",
    "sign_flip",
    "strata",
]
