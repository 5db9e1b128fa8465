"""Who is left out of the analysis, by the rules that were frozen with the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.results.agreement import catch_score
from attnviz.study.results.outcomes import checked

SAME_SIDE_TRIALS = "same_side_trials"
_LEAST_DECIDED = 20


@dataclass(frozen=True)
class Rule:
    """What leaves a participant out.

    Attributes:
        measure: from all votes and the frozen rules to a number for each participant; NaN, or none, where the rule
            cannot be applied to one, who then stays.
        low: whether it is too low a number that leaves one out, and not too high a one.
        words: how the rule is told, with ``{limit}`` in it.
    """

    measure: Callable[[pd.DataFrame, Mapping[str, float]], pd.Series]
    low: bool
    words: str


@dataclass(frozen=True)
class Exclusions:
    """Who was left out, and the votes of the others.

    Attributes:
        kept: (V', columns): all rows, of every kind, of participants who stay, as they were in the votes.
        left_out: a row a participant and rule that they break: participant, rule, value, limit.
        flow: a row a step, "voted" first and "analysed" last, a frozen rule each in between: step, words, participants,
            votes (main ones; those who are left after the step) and out (participants who left in it).
    """

    kept: pd.DataFrame
    left_out: pd.DataFrame
    flow: pd.DataFrame


def exclusions(votes: pd.DataFrame, plan: Plan) -> Exclusions:
    """Leaves participants out by the plan's rules, one rule after the other in the order of their names.

    Rules, each with its limit in ``plan.exclusion``: ``catch_failures`` (more catch trials failed), ``catch_share`` (a
    smaller share of them right), ``median_ms`` (a smaller median time to answer main trials), ``same_side`` (a larger
    share of one side among main trials that were decided, if these are at least ``same_side_trials``, 20 if not given).

    Args:
        votes: (V, columns) as exported, with response_ms and flags if rules need them; in any order.
        plan: frozen.

    Raises:
        StudyError: if the plan has a rule that this version does not know, or the votes cannot be read.
    """
    checked(votes)
    unknown = plan.exclusion.keys() - RULES.keys() - {SAME_SIDE_TRIALS}
    if unknown:
        raise StudyError(
            'The plan leaves participants out by "{rule}", a rule that this attnviz does not know; update attnviz.',
            rule=min(unknown),
        )
    stay = set(votes["participant"])
    flow, broken = [_step("voted", "cast a vote that counts", votes, stay, stay)], []
    for name in sorted(plan.exclusion.keys() & RULES.keys()):
        rule, limit = RULES[name], plan.exclusion[name]
        values = rule.measure(votes, plan.exclusion)
        out = values[values < limit] if rule.low else values[values > limit]
        broken += [(participant, name, float(value), float(limit)) for participant, value in out.items()]
        before, stay = stay, stay - set(out.index)
        flow.append(_step(name, rule.words.format(limit=f"{limit:g}"), votes, before, stay))
    flow.append(_step("analysed", "are analysed", votes, stay, stay))
    left_out = pd.DataFrame(broken, columns=["participant", "rule", "value", "limit"])
    return Exclusions(votes[votes["participant"].isin(stay)], left_out, pd.DataFrame(flow))


def _step(name: str, words: str, votes: pd.DataFrame, before: set[str], after: set[str]) -> dict[str, object]:
    main = votes[votes["kind"] == "main"]
    people = set(main["participant"])
    counted = {"participants": len(people & after), "votes": int(main["participant"].isin(after).sum())}
    return {"step": name, "words": words, **counted, "out": len(people & before) - len(people & after)}


def _catch_failures(votes: pd.DataFrame, _: Mapping[str, float]) -> pd.Series:
    score = catch_score(votes).set_index("participant")
    return score["catches"] - score["unread"] - score["correct"]


def _catch_share(votes: pd.DataFrame, _: Mapping[str, float]) -> pd.Series:
    return catch_score(votes).set_index("participant")["share"]


def _median_ms(votes: pd.DataFrame, _: Mapping[str, float]) -> pd.Series:
    if "response_ms" not in votes:
        raise StudyError("The votes have no column {names}; export them again.", names="response_ms")
    main = votes[votes["kind"] == "main"]
    return pd.to_numeric(main["response_ms"], errors="coerce").groupby(main["participant"]).median()


def _same_side(votes: pd.DataFrame, rules: Mapping[str, float]) -> pd.Series:
    decided = votes[(votes["kind"] == "main") & (votes["choice"] != "similar")]
    left = (decided["choice"] == "left").groupby(decided["participant"]).agg(["mean", "size"])
    enough = left["size"] >= rules.get(SAME_SIDE_TRIALS, _LEAST_DECIDED)
    return np.maximum(left["mean"], 1 - left["mean"])[enough]


RULES: Mapping[str, Rule] = {
    "catch_failures": Rule(_catch_failures, low=False, words="failed more than {limit} catch trials"),
    "catch_share": Rule(_catch_share, low=True, words="got less than {limit} of their catch trials right"),
    "median_ms": Rule(_median_ms, low=True, words="answered in less than {limit} ms at the median"),
    "same_side": Rule(_same_side, low=False, words="preferred one side in more than {limit} of what they decided"),
}
