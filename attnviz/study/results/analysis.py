"""All that a study's votes say, by its frozen plan."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from attnviz.errors import Message, StudyError
from attnviz.study.plan import Plan
from attnviz.study.results.agreement import Retest, alpha_table, catch_score, test_retest_kappa
from attnviz.study.results.bootstrap import RESAMPLES, strengths
from attnviz.study.results.clustered import clustered_preference
from attnviz.study.results.exclude import Exclusions, exclusions
from attnviz.study.results.outcomes import main_outcomes
from attnviz.study.results.preference import PositionBias, position_bias, preference_table, sign_test, tie_rate

_ALPHA_RESAMPLES = 1000


@dataclass(frozen=True)
class Analysis:
    """What the votes of participants who were not left out say; all of main trials but catch and retest.

    Attributes:
        table: who preferred what, :func:`attnviz.study.results.preference_table`.
        headline: whether, :func:`attnviz.study.results.clustered_preference`.
        headline_all: the same with nobody left out.
        sign: :func:`attnviz.study.results.sign_test`.
        strengths: :func:`attnviz.study.results.strengths` for three or more models, else None.
        no_strengths: why there are none for three or more models, else None.
        position: :func:`attnviz.study.results.position_bias`.
        tie_rate: share of main votes that say "about the same", 0 to 1.
        alpha: :func:`attnviz.study.results.alpha_table`.
        retest: :func:`attnviz.study.results.test_retest_kappa`.
        catch: :func:`attnviz.study.results.catch_score` of everybody, those left out too.
        exclusions: who was left out.
        participants: how many are analysed.
        votes: how many main votes are analysed.
        images: on how many images.
        plan_sha256: of the plan.
    """

    table: pd.DataFrame
    headline: pd.DataFrame
    headline_all: pd.DataFrame
    sign: pd.DataFrame
    strengths: pd.DataFrame | None
    no_strengths: Message | None
    position: PositionBias
    tie_rate: float
    alpha: pd.DataFrame
    retest: Retest
    catch: pd.DataFrame
    exclusions: Exclusions
    participants: int
    votes: int
    images: int
    plan_sha256: str


def analyse(votes: pd.DataFrame, plan: Plan, resamples: int = RESAMPLES) -> Analysis:
    """Returns all that the votes say. The same votes and plan give the same numbers: draws are seeded by the plan.

    Args:
        votes: (V, columns) as exported, of this plan; in any order.
        plan: frozen.
        resamples: of the bootstrap of strengths.

    Raises:
        StudyError: if the votes cannot be read, are of another plan, none counts, or the plan's rules leave nobody.
    """
    if "plan_sha256" in votes and (votes["plan_sha256"] != plan.sha256).any():
        raise StudyError("Some votes were cast under another plan; read each study's votes with its own plan.")
    everybody = main_outcomes(votes, plan.pairs)
    excluded = exclusions(votes, plan)
    kept = excluded.kept
    if not (kept["kind"] == "main").any():
        raise StudyError("The plan's rules leave out every participant, so that there is nothing to analyse.")
    chosen = main_outcomes(kept, plan.pairs)
    found, missing = None, None
    if len({model for pair in plan.pairs for model in pair}) > 2:
        try:
            found = strengths(kept, plan.pairs, resamples, plan.seed)
        except StudyError as error:
            missing = error.message
    return Analysis(
        table=preference_table(kept, plan.pairs),
        headline=clustered_preference(kept, plan.pairs),
        headline_all=clustered_preference(votes, everybody.attrs["pairs"]),
        sign=sign_test(kept, plan.pairs),
        strengths=found,
        no_strengths=missing,
        position=position_bias(kept),
        tie_rate=tie_rate(kept),
        alpha=alpha_table(kept, plan.pairs, _ALPHA_RESAMPLES, plan.seed),
        retest=test_retest_kappa(kept, seed=plan.seed),
        catch=catch_score(votes),
        exclusions=excluded,
        participants=int(chosen["participant"].nunique()),
        votes=len(chosen),
        images=int(chosen["image"].nunique()),
        plan_sha256=plan.sha256,
    )
