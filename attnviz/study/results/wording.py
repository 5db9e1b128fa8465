"""What the numbers say, in sentences that the numbers make. People *prefer*; nothing here says which model is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from attnviz.reports.numbers import count, number, p_in_words, percent
from attnviz.scores import SCORES
from attnviz.study.results.agreement import Retest
from attnviz.study.results.preference import PositionBias
from attnviz.study.results.scored import ALL_PAIRS, ScoredVotes

ALPHA_LEVEL = 0.05
WHY_CLUSTERED = (
    "The clustered test is the headline because votes of one participant, and votes on one image, are alike: a test "
    "that takes every vote for independent finds differences where there are none, and would speak of these images "
    "only."
)
OWN_INTERVALS = "Intervals are each pair's own; p-values are corrected for the number of pairs (Holm)."
PREFERENCE_ONLY = (
    "A preference says which highlighted region people chose; it does not say which network is right more often, nor "
    "which map shows what the network used."
)
MARGINAL = (
    "The coefficient of the left side is marginal: an average over participants and images that differ, and therefore "
    "nearer to 0 than that of any one participant and image. Its standard error takes votes for independent."
)

WHAT_AGREEMENT_IS = (
    "A score agrees with a vote if it is better for the map that was preferred; half is chance. Votes for about the "
    "same, and votes where the score is the same for both maps, are counted apart. Intervals are by drawing images "
    "anew, each with all its votes. Scores of place know where a person drew a box, and people know where the object "
    "is: that both agree does not show what the network used."
)


def looks_sentence(looks: Sequence[str]) -> str:
    """Returns when results were looked at before the end, from what was written down then."""
    if not looks:
        return "The results were not looked at before the end."
    return f"The results were looked at {count(len(looks), 'time')} before the end: {'; '.join(looks)}."


def headline_sentence(row: Any, pairs: int) -> str:
    """Returns what the clustered test of a pair says.

    Args:
        row: of :func:`attnviz.study.results.clustered_preference`, as a named tuple.
        pairs: how many pairs were tested.
    """
    who = (
        f"{count(row.participants, 'participant')} cast {count(row.votes, 'vote')} on {count(row.images, 'image')}"
        if row.votes
        else "There are no votes"
    )
    about = f"{row.model_a} against {row.model_b}: {who}"
    if np.isnan(row.p_value):
        return f"{about}; too few to test, since it takes two participants and two images."
    p_value, corrected = (row.p_holm, f", corrected for {pairs} pairs") if pairs > 1 else (row.p_value, "")
    upper = row.share_b >= 0.5
    model, other = (row.model_b, row.model_a) if upper else (row.model_a, row.model_b)
    share, low, high = (row.share_b, row.low, row.high) if upper else (1 - row.share_b, 1 - row.high, 1 - row.low)
    shares = (
        f"{percent(share)} of votes (95 % interval {percent(low)} to {percent(high)}; a tie is half a vote for each)"
    )
    if p_value < ALPHA_LEVEL:
        said = f"the region of {model} was preferred to that of {other} in {shares}"
    elif share == 0.5:
        said = f"neither region was preferred: each has {shares}"
    else:
        said = f"no preference was shown: the region of {model} was chosen in {shares}"
    decided = row.decided_b if upper else 1 - row.decided_b
    among = "" if np.isnan(decided) else f" Among those who decided it was {percent(decided)}."
    return f"{about}; {said}, {p_in_words(p_value)}{corrected}.{among}"


def changed_sentence(kept: pd.DataFrame, everybody: pd.DataFrame) -> str:
    """Returns whether leaving participants out changed what the headline says."""
    differs = [
        f"{row.model_a} against {row.model_b}"
        for row, other in zip(kept.itertuples(), everybody.itertuples(), strict=True)
        if _verdict(row) != _verdict(other)
    ]
    if differs:
        return f"With nobody left out the conclusion would be another for {', '.join(differs)}."
    return "With nobody left out the conclusions are the same."


def _verdict(row: Any) -> int:
    return 0 if np.isnan(row.p_holm) or row.p_holm >= ALPHA_LEVEL else int(np.sign(row.share_b - 0.5))


def strength_sentence(table: pd.DataFrame) -> str:
    """Returns the models in the order of their strengths, with ranks as intervals."""
    listed = ", ".join(f"{row.item} (rank {rank(row)})" for row in table.itertuples())
    return f"From the most to the least preferred: {listed}; ranks that overlap are not told apart."


def rank(row: Any) -> str:
    """Returns ``1-2``, or ``1``."""
    return str(row.rank_low) if row.rank_low == row.rank_high else f"{row.rank_low}-{row.rank_high}"


def position_sentence(position: PositionBias) -> str:
    """Returns whether a side was preferred."""
    if np.isnan(position.p_value):
        return "There are too few votes that decided to tell whether a side was preferred."
    side, share = ("left", position.share_left) if position.share_left >= 0.5 else ("right", 1 - position.share_left)
    low, high = position.low, position.high
    low, high = (low, high) if side == "left" else (1 - high, 1 - low)
    shares = f"{percent(share)} of those who decided (95 % interval {percent(low)} to {percent(high)}, clustered)"
    if position.p_value < ALPHA_LEVEL:
        bias = f"The picture on the {side} was preferred for its side, in {shares}"
    else:
        bias = f"No preference for a side was shown: the {side} was chosen in {shares}"
    return f"{bias}, {p_in_words(position.p_value)}. Sides are balanced, so that a bias favours no model."


def agreement_sentence(alpha: pd.DataFrame, retest: Retest) -> str:
    """Returns how far participants agree with each other and with themselves."""
    last = alpha.iloc[-1]
    said = f"Krippendorff's alpha is {number(last.alpha)} (95 % interval {number(last.low)} to {number(last.high)})"
    if np.isnan(last.alpha):
        said = "Krippendorff's alpha is not defined, since no image was seen by two participants or all answered alike"
    if not retest.repeats:
        return f"{said}. No trial was repeated."
    kappa = f"kappa {number(retest.kappa)}, 95 % interval {number(retest.low)} to {number(retest.high)}"
    same = f"{percent(retest.agreement)} of {count(retest.repeats, 'repeat')} were answered as the first time"
    return f"{said}. {same} ({kappa}), sides swapped."


def catch_sentence(catch: pd.DataFrame) -> str:
    """Returns how catch trials were answered, by everybody."""
    seen, correct = int((catch["catches"] - catch["unread"]).sum()), int(catch["correct"].sum())
    if not seen:
        return "There were no catch trials."
    return (
        f"{correct} of {count(seen, 'catch trial')} ({percent(correct / seen)}) were answered right, with the map that "
        "was not mirrored."
    )


def scored_sentence(scored: ScoredVotes) -> str:
    """Returns on how many images scores are compared with votes, and which of them agree with the votes."""
    overall = scored.table[scored.table["pair"] == ALL_PAIRS]
    titles = {name: SCORES[name].title for name in overall["score"]}
    more = [titles[row.score] for row in overall.itertuples() if row.low > 0.5]
    less = [titles[row.score] for row in overall.itertuples() if row.high < 0.5]
    told = [f"{', '.join(names)} {words}" for names, words in
            ((more, "more often than chance"), (less, "less often than chance")) if names]  # fmt: skip
    with_votes = "; ".join(told) if told else "none more or less often than chance, as far as these votes tell"
    return (
        f"{scored.matched} of {count(scored.images, 'image')} have scores ({scored.method} at {scored.stage}). Which "
        f"agree with the votes: {with_votes}."
    )
