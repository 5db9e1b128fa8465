"""What the votes of a study say: tables, tests and strengths; :mod:`attnviz.study.results.report` writes them down.

Every function reads a DataFrame of votes as exported (:mod:`attnviz.study.votes`), and only main trials enter outcomes.
"""

from attnviz.study.results.agreement import Retest, alpha_table, catch_score, krippendorff_alpha, test_retest_kappa
from attnviz.study.results.analysis import Analysis, analyse
from attnviz.study.results.bootstrap import strengths
from attnviz.study.results.clustered import clustered_preference
from attnviz.study.results.exclude import Exclusions, exclusions
from attnviz.study.results.preference import (
    PositionBias,
    comparisons,
    position_bias,
    preference_table,
    sign_test,
    tie_rate,
)
from attnviz.study.results.scored import ScoredVotes, score_votes
from attnviz.study.results.strength import bradley_terry

__all__ = [
    "Analysis",
    "Exclusions",
    "PositionBias",
    "Retest",
    "ScoredVotes",
    "alpha_table",
    "analyse",
    "bradley_terry",
    "catch_score",
    "clustered_preference",
    "comparisons",
    "exclusions",
    "krippendorff_alpha",
    "position_bias",
    "preference_table",
    "score_votes",
    "sign_test",
    "strengths",
    "test_retest_kappa",
    "tie_rate",
]
